"""Times of the planned starts of services, as metrics for node_exporter's textfile collector.

A deployment and `make restart` start services on purpose; the supervisor alone restarts a process that has exited.
Prometheus compares these times with the start times of the processes, and so counts unplanned restarts only.
"""

import time

from apps.shared.files import write_file
from infra.state import StackState

METRIC = "kappastack_planned_start_timestamp_seconds"


def record(stack: str, service: str) -> None:
    """Record that a service is started on purpose now."""
    folder = StackState(stack).planned_starts
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The label is not `service`, which is a label of the exporter itself.
    lines = [
        f"# HELP {METRIC} Time of the last planned start of a service",
        f"# TYPE {METRIC} gauge",
        f'{METRIC}{{started="{service}"}} {time.time():.3f}',
    ]
    write_file(folder / f"{service}.prom", "\n".join(lines) + "\n")


def delete(stack: str, service: str) -> None:
    """Delete the record of a service that no longer exists."""
    (StackState(stack).planned_starts / f"{service}.prom").unlink(missing_ok=True)
