"""Runs the layers of tests and checks: `python -m tools.checks [--long | --changed] [layer …]`."""
