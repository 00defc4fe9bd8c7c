"""CIAPOL, air-quality monitoring: its API, its stations, its forecast."""
