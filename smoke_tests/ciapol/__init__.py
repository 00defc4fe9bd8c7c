"""Smoke tests of CIAPOL: they publish marked events, which StarRocks, the API and the page must then show."""
