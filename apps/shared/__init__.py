"""Modules that several programs share: polling, StarRocks, files, placeholders, streaming jobs.

They do not use Pulumi.
"""
