"""Samples of a service during its start, and the end of its log. Each target has an observer."""

from dataclasses import dataclass
from typing import Protocol

QUIET_SECONDS = 180
"""Seconds without a log line and without CPU use after which a service counts as making no progress. On a machine that
starts twenty services with a third of a core, a JVM needs two minutes for a second of CPU use."""
BUSY_SECONDS = 1.0
"""CPU seconds within `QUIET_SECONDS` that count as progress."""
OUT_OF_MEMORY = "because it needed more than the memory limit of its container"


@dataclass(frozen=True)
class Sample:
    """A sample of a service's state during its start.

    Args:
        exits: exits of its process since the wait began.
        limit: number of exits that ends the wait.
        activity: a number that grows while the service works; None if unknown.
        running: whether its process runs.
        ended: how its process ended last; empty if unknown. The log lacks this for a process that was killed.
    """

    exits: int
    limit: int
    activity: float | None
    running: bool
    ended: str = ""


class Observer(Protocol):
    """Observes a service on the target that runs it."""

    def sample(self) -> Sample | None:
        """The state of the service; None if the target does not know the service or does not respond."""

    def log(self, lines: int) -> str:
        """The last lines of the service's log, or the target's error message."""
