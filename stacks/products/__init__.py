"""Declarations of data products, one module each."""
