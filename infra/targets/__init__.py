"""Targets: each turns a service into resources of one kind of machine."""
