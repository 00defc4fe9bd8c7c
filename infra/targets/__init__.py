"""The targets: each one creates the resources that run a service."""
