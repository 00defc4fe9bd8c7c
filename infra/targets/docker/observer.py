"""Observes a container during its start."""

import math
import time
from dataclasses import replace

from infra.container_states import STATES, ContainerState, log_end, made_progress
from infra.observing import BUSY_SECONDS, OUT_OF_MEMORY, QUIET_SECONDS, Sample
from infra.targets.docker import names

MOST_RESTARTS = 10
"""Restarts of a container that end a wait. Some containers exit until another server of their cluster is up. The engine
restarts a container after 0.1, 0.2, 0.4 … seconds, so ten restarts take more than a minute and a half."""
_ACTIVITY_SECONDS = 10.0
"""Seconds between two looks at the log and the CPU time of a container."""


class ContainerObserver:
    """See `infra.observing.Observer`."""

    def __init__(self, stack: str, service: str) -> None:
        """`stack` and `service` are names."""
        self._name = names.container(stack, service)
        self._first: int | None = None
        self._activity = 0
        self._cpu = 0.0
        self._observed = -math.inf
        self._last: Sample | None = None

    def sample(self) -> Sample | None:
        """The state of the container, or its last known state while the engine does not respond."""
        now = time.monotonic()
        if now - self._observed >= _ACTIVITY_SECONDS:
            since = math.ceil(min(now - self._observed, QUIET_SECONDS))
            working, self._cpu = made_progress(self._name, since, self._cpu)
            self._activity += working
            self._observed = now
        state = STATES.state(self._name)
        if isinstance(state, ContainerState):
            self._first = state.restarts if self._first is None else min(self._first, state.restarts)
            self._last = Sample(
                state.restarts - self._first,
                MOST_RESTARTS,
                None,
                running=state.status == "running",
                ended=OUT_OF_MEMORY if state.out_of_memory else f"with exit code {state.exit_code}",
            )
        return replace(self._last, activity=self._activity * BUSY_SECONDS) if self._last else None

    def log(self, lines: int) -> str:
        """The end of the container's log."""
        return log_end(self._name, lines)
