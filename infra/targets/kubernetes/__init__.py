"""The target `kubernetes`: pods of a cluster.

Nothing is imported here: programs without Pulumi use single modules of this package.
"""
