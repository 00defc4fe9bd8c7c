"""Prepares a checkout: virtual environment, JDK, Maven, Node.js, Pulumi CLI. It installs only what is missing.

It imports the standard library only, because it runs before the virtual environment exists.
"""
