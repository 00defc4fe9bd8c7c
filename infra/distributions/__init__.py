"""Distributions: the files that a service runs from.

Each is assembled once below `build/dist/`; every target runs or ships the same files. The functions named after
services derive name, version and path from the current sources within milliseconds; `assemble` builds a missing one.
"""

from infra.distributions.assembly import assemble, assemble_all
from infra.distributions.model import AssemblyError, Distribution
from infra.distributions.registry import (
    alertmanager,
    dolphinscheduler,
    every,
    frontend,
    node_exporter,
    platform_api,
    postgres,
    postgres_exporter,
    product_api,
    program,
    prometheus,
    pulsar,
    seatunnel,
    starrocks_emulator,
    tasks,
)

__all__ = [
    "AssemblyError",
    "Distribution",
    "alertmanager",
    "assemble",
    "assemble_all",
    "dolphinscheduler",
    "every",
    "frontend",
    "node_exporter",
    "platform_api",
    "postgres",
    "postgres_exporter",
    "product_api",
    "program",
    "prometheus",
    "pulsar",
    "seatunnel",
    "starrocks_emulator",
    "tasks",
]
