"""Descriptions of the platform's services, one file for each. They do not depend on a target."""
