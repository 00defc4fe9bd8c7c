"""The page's server: static files, the status of the platform, and a proxy to the APIs."""
