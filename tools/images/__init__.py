"""Builds the images of the services, and pushes them to a registry."""
