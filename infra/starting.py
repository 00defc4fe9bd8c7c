"""Waits for the start of a service, and observes exits of its process, its log, and whether it progresses.

Samples come from the supervisor for target `host`, and from the Docker Engine for target `docker`.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from apps.shared.polling import Pending, wait_until
from infra import disks
from infra.container_states import STATES, ContainerState, log_end, made_progress
from infra.state import StackState

MOST_EXITS = 5
"""Exits of a supervised process that end a wait. The supervisor restarts it after 1, 2, 3 … seconds."""
MOST_RESTARTS = 10
"""Restarts of a container that end a wait. Some containers exit until another server of their cluster is up. The engine
restarts a container after 0.1, 0.2, 0.4 … seconds, so ten restarts take more than a minute and a half."""
LONGEST = 4
"""Factor by which a service that progresses may exceed its time limit."""
LOG_LINES = 8
_LINE_LENGTH = 300
_LOOK_SECONDS = 1.0
_QUIET_SECONDS = 180
"""Seconds without a log line and without CPU use after which a service counts as making no progress. On a machine that
starts twenty services with a third of a core, a JVM needs two minutes for a second of CPU use."""
_BUSY_SECONDS = 1.0
"""CPU seconds within `_QUIET_SECONDS` that count as progress."""
_ACTIVITY_SECONDS = 10.0
"""Seconds between two looks at the log and the CPU time of a container."""
_LOG_BYTES = 16384
_ALIVE = ("STARTING", "RUNNING")


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


class Starting:
    """Observes a service during its start."""

    def __init__(self, stack: str, service: str, sample: Callable[[], Sample | None] | None = None) -> None:
        """Begin the observation.

        Args:
            stack: name of the stack.
            service: name of the service.
            sample: returns a sample; by default it comes from the supervisor or the Docker Engine that runs the
                service.
        """
        self._stack, self._service = stack, service
        self._sample = sample or _sampler(stack, service)
        self._looked = 0.0
        self._last: Sample | None = None
        self._activity: float | None = None
        self._active = time.monotonic()
        self._begun = time.monotonic()

    def checked(self, problem: Callable[[], str | Pending]) -> Callable[[], str | Pending]:
        """Wrap a check: after too many exits of the process its error is final and contains the last log lines."""

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
        return now - self._begun < LONGEST * limit and now - self._active < _QUIET_SECONDS and self._last is not None

    def explained(self, reason: str) -> str:
        """Extend a reason with full disks and the service's last log lines."""
        full = disks.problems([StackState(self._stack).folder])
        lines = last_lines(self._stack, self._service)
        return "\n".join(["; ".join([reason, *full]), f"last lines of the log of {self._service}:", lines])

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        self._last = self._sample()
        activity = self._last.activity if self._last else None
        if activity is not None and (self._activity is None or activity >= self._activity + _BUSY_SECONDS):
            self._activity, self._active = activity, now


def wait_for_service(
    problem: Callable[[], str | Pending],
    *,
    stack: str,
    service: str,
    within: float,
    what: str,
    pause: float = 0.1,
    sample: Callable[[], Sample | None] | None = None,
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
        sample: returns a sample of the service; see `Starting`.

    Raises:
        TimeoutError: contains the last error message, full disks and the service's last log lines.
        NeverReady: the process keeps exiting, or an error is final.
    """
    starting = Starting(stack, service, sample)
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


def last_lines(stack: str, service: str) -> str:
    """The last lines of a service's log, for error messages."""
    log = StackState(stack).logs / f"{service}.log"
    text = _tail(log) if log.is_file() else _container_log(stack, service)
    lines = [f"  {line[:_LINE_LENGTH]}" for line in text.splitlines()[-LOG_LINES:]]
    return "\n".join(lines) or "  (no log)"


def _sampler(stack: str, service: str) -> Callable[[], Sample | None]:
    supervised = StackState(stack).supervisor_socket
    host = _Supervised(stack, service)
    container = _Contained(stack, service)
    return lambda: host.sample() if supervised.exists() else container.sample()


class _Supervised:
    """Reads samples of a process from the supervisor."""

    def __init__(self, stack: str, service: str) -> None:
        self._stack, self._service = stack, service
        self._starts: set[int] = set()
        self._busy = 0.0

    def sample(self) -> Sample | None:
        # Imported here, because the target's package imports this module.
        from infra.targets.host.supervisor import Supervisor, SupervisorDown  # noqa: PLC0415

        try:
            process = Supervisor(self._stack).process(self._service)
        except SupervisorDown:
            return None
        if process is None:
            return None
        self._starts.add(process.start)
        # The supervisor reports RUNNING once a process has outlived its `startsecs`.
        alive = process.state == "RUNNING"
        log = StackState(self._stack).logs / f"{self._service}.log"
        written = log.stat().st_size if log.is_file() else 0
        exits = MOST_EXITS if process.state == "FATAL" else len(self._starts) - (process.state in _ALIVE)
        return Sample(exits, MOST_EXITS, written + _cpu_seconds(process.pid), alive)


class _Contained:
    """Reads samples of a container from the Docker Engine."""

    def __init__(self, stack: str, service: str) -> None:
        # Imported here, because the target's package imports this module.
        from infra.targets.docker import names  # noqa: PLC0415

        self._name = names.container(stack, service)
        self._first: int | None = None
        self._activity = 0
        self._cpu = 0.0
        self._observed = -math.inf
        self._last: Sample | None = None

    def sample(self) -> Sample | None:
        now = time.monotonic()
        if now - self._observed >= _ACTIVITY_SECONDS:
            since = math.ceil(min(now - self._observed, _QUIET_SECONDS))
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
                ended=_OUT_OF_MEMORY if state.out_of_memory else f"with exit code {state.exit_code}",
            )
        return replace(self._last, activity=self._activity * _BUSY_SECONDS) if self._last else None


_OUT_OF_MEMORY = "because it needed more than the memory limit of its container"


def _cpu_seconds(pid: int) -> float:
    try:
        root = psutil.Process(pid) if pid else None
        family = [root, *root.children(recursive=True)] if root else []
        return sum(sum(each.cpu_times()[:2]) for each in family)
    except psutil.Error:
        return 0.0


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_BYTES))
        return file.read().decode(errors="replace")


def _container_log(stack: str, service: str) -> str:
    from infra.targets.docker import names  # noqa: PLC0415

    return log_end(names.container(stack, service), LOG_LINES)
