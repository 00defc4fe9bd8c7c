"""CIAPOL's page and the small server that hands it out."""

__version__ = "0.1.0"
