"""The page's server: static files, the state of the platform, and a proxy to the API."""
