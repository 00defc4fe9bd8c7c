"""Observes a supervised process of this machine during its start."""

import psutil

from infra.observing import Sample
from infra.state import StackState
from infra.targets.host.supervisor import Supervisor, SupervisorDown

MOST_EXITS = 5
"""Exits of a supervised process that end a wait. The supervisor restarts it after 1, 2, 3 … seconds."""
_LOG_BYTES = 16384
_ALIVE = ("STARTING", "RUNNING")


class ProcessObserver:
    """See `infra.observing.Observer`."""

    def __init__(self, stack: str, service: str) -> None:
        """`stack` and `service` are names."""
        self._supervisor = Supervisor(stack)
        self._service = service
        self._log = StackState(stack).logs / f"{service}.log"
        self._starts: set[int] = set()

    def sample(self) -> Sample | None:
        """The state of the process; None without a supervisor."""
        try:
            process = self._supervisor.process(self._service)
        except SupervisorDown:
            return None
        if process is None:
            return None
        self._starts.add(process.start)
        # The supervisor reports RUNNING once a process has outlived its `startsecs`.
        alive = process.state == "RUNNING"
        written = self._log.stat().st_size if self._log.is_file() else 0
        exits = MOST_EXITS if process.state == "FATAL" else len(self._starts) - (process.state in _ALIVE)
        return Sample(exits, MOST_EXITS, written + _cpu_seconds(process.pid), alive)

    def log(self, lines: int) -> str:
        """The end of the log file."""
        if not self._log.is_file():
            return ""
        with self._log.open("rb") as file:
            file.seek(max(0, self._log.stat().st_size - _LOG_BYTES))
            text = file.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def _cpu_seconds(pid: int) -> float:
    try:
        root = psutil.Process(pid) if pid else None
        family = [root, *root.children(recursive=True)] if root else []
        return sum(sum(each.cpu_times()[:2]) for each in family)
    except psutil.Error:
        return 0.0
