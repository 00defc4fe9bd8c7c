"""Prepares a checkout: virtual environment, JDK, Maven, Node.js, Pulumi CLI, each only where it is missing.

It runs before the virtual environment exists, so it imports the standard library alone.
"""
