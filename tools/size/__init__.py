"""Computes the size of a stack on Kubernetes for a given load."""
