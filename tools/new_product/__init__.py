"""Generates a small product that runs, as a starting point for a real one."""
