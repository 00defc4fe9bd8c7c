"""Declarations of data products, a module each."""
