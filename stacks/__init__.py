"""Composes environments from a target, the platform and data products."""
