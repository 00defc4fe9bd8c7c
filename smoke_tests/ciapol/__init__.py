"""Smoke tests of CIAPOL: marked events are published, and every part behind Pulsar must show them."""
