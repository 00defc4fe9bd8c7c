"""The page and the small server that serves it."""

__version__ = "0.1.0"
