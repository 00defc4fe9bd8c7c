"""Waits for the start of a service, and observes exits of its process, its log, and whether it progresses."""

import time
from collections.abc import Callable
from functools import cached_property

from apps.shared.polling import Pending, wait_until
from infra import disks
from infra.observing import BUSY_SECONDS, QUIET_SECONDS, Observer, Sample
from infra.resources import connections
from infra.state import StackState

LONGEST = 4
"""Factor by which a service that progresses may exceed its time limit."""
LOG_LINES = 8
_LINE_LENGTH = 300
_LOOK_SECONDS = 1.0


class Starting:
    """Observes a service during its start."""

    def __init__(self, stack: str, service: str, observer: Observer | None = None) -> None:
        """Begin the observation.

        Args:
            stack: name of the stack.
            service: name of the service.
            observer: observer of the service; by default that of the target that runs it.
        """
        self._stack, self._service, self._given = stack, service, observer
        self._looked = 0.0
        self._last: Sample | None = None
        self._activity: float | None = None
        self._active = time.monotonic()
        self._begun = time.monotonic()

    def checked(self, problem: Callable[[], str | Pending]) -> Callable[[], str | Pending]:
        """Wrap a check. After too many exits of the process, the error is final and has the last log lines."""

        def look() -> str | Pending:
            found = problem()
            if not found or isinstance(found, Pending):
                return found
            self._look()
            last = self._last
            if last is not None and last.exits >= last.limit and not last.running:
                how = f", the last time {last.ended}" if last.ended else ""
                return Pending(self.explained(f"its process exited {last.exits} times{how}"), final=True)
            return found

        return look

    def progresses(self, limit: float) -> bool:
        """Whether the service worked recently, and less than four times `limit` seconds have passed."""
        self._look()
        now = time.monotonic()
        return now - self._begun < LONGEST * limit and now - self._active < QUIET_SECONDS and self._last is not None

    def explained(self, reason: str) -> str:
        """Extend a reason with full disks and the service's last log lines."""
        full = disks.problems([StackState(self._stack).folder])
        text = self._observer.log(LOG_LINES)
        lines = [f"  {line[:_LINE_LENGTH]}" for line in text.splitlines()[-LOG_LINES:]] or ["  (no log)"]
        return "\n".join(["; ".join([reason, *full]), f"last lines of the log of {self._service}:", *lines])

    @cached_property
    def _observer(self) -> Observer:
        return self._given or _observer(self._stack, self._service)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        self._last = self._observer.sample()
        activity = self._last.activity if self._last else None
        if activity is not None and (self._activity is None or activity >= self._activity + BUSY_SECONDS):
            self._activity, self._active = activity, now


def wait_for_service(
    problem: Callable[[], str | Pending],
    *,
    stack: str,
    service: str,
    within: float,
    what: str,
    pause: float = 0.1,
    observer: Observer | None = None,
) -> None:
    """Wait until `problem` returns an empty string.

    The wait ends early when the service's process keeps exiting. It exceeds its limit while the service works.

    Args:
        problem: returns an error message, or an empty string.
        stack: name of the stack.
        service: name of the service.
        within: time limit in seconds.
        what: subject of the error message.
        pause: seconds between two calls of `problem`.
        observer: observer of the service; see `Starting`.

    Raises:
        TimeoutError: contains the last error message, full disks and the service's last log lines.
        NeverReady: the process keeps exiting, or an error is final.
    """
    starting = Starting(stack, service, observer)
    try:
        wait_until(
            starting.checked(problem),
            within=within,
            what=what,
            pause=pause,
            more_time=lambda: starting.progresses(within),
        )
    except TimeoutError as error:
        raise TimeoutError(starting.explained(str(error))) from None


def _observer(stack: str, service: str) -> Observer:
    """The observer for the target of a stack; the target follows from the files in the stack's state folder."""
    # Imported here, because the packages of the targets import this module.
    if forwards := connections.forwards(stack):
        from infra.targets.kubernetes.observer import PodObserver  # noqa: PLC0415

        return PodObserver(forwards[0].context, stack, service)
    if StackState(stack).logs.is_dir():
        from infra.targets.host.observer import ProcessObserver  # noqa: PLC0415

        return ProcessObserver(stack, service)
    from infra.targets.docker.observer import ContainerObserver  # noqa: PLC0415

    return ContainerObserver(stack, service)
