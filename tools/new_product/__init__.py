"""Writes a small product that runs, as a start for a real one."""
