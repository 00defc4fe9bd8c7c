"""Records that a command stops or restarts services, so that alerts do not count these restarts."""

import sys

from infra import platform as own
from infra.resources.starrocks.planned_restarts import record
from infra.targets.operations import Operations

_STARROCKS = "starrocks"


def note(stack: str, place: Operations, service: str = "") -> None:
    """Record that running services are stopped or restarted now; print the reason if that fails.

    Args:
        stack: name of the stack.
        place: operations on the stack. Starts of processes of this machine are recorded elsewhere.
        service: name of the service; empty for all services.
    """
    if place.runs_here:
        return
    running = [name for name, each in place.services().items() if each.memory != 0 and service in ("", name)]
    if problem := record(stack, _STARROCKS, own.DATABASE, running):
        print(problem, file=sys.stderr)
