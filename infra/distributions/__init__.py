"""Distributions: the files that a service runs from.

Each is assembled once below `build/dist/`; every target runs or ships the same files. The functions named after
services derive name, version and path from the current sources within milliseconds; `assemble` builds a missing one.
"""

from infra.distributions.assembly import assemble, assemble_all
from infra.distributions.model import AssemblyError, Distribution
from infra.distributions.registry import (
    dolphinscheduler,
    every,
    frontend,
    platform_api,
    postgres,
    product_api,
    program,
    pulsar,
    seatunnel,
    starrocks_emulator,
    tasks,
)

__all__ = [
    "AssemblyError",
    "Distribution",
    "assemble",
    "assemble_all",
    "dolphinscheduler",
    "every",
    "frontend",
    "platform_api",
    "postgres",
    "product_api",
    "program",
    "pulsar",
    "seatunnel",
    "starrocks_emulator",
    "tasks",
]
