"""CIAPOL, air-quality monitoring: API, sensor stations and forecast."""
