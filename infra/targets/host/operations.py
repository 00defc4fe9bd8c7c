"""Operations on the processes of this machine, by their supervisor."""

import shlex
import tempfile
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path

import psutil

from apps.shared.polling import wait_until
from infra.settings import ROOT, Settings
from infra.state import StackState
from infra.targets.host.paths import LOOPBACK
from infra.targets.host.supervisor import Process, Supervisor, SupervisorDown
from infra.targets.operations import KeptData, RunningService, require_service

_STOP_SECONDS = 600


class HostOperations:
    """Operations on a stack of target `host`; see `infra.targets.operations.Operations`."""

    runs_here = True
    base_image = ""
    address = LOOPBACK
    uses_entrances = False

    def __init__(self, _settings: Settings, stack: str) -> None:
        """`stack` is the name of the stack."""
        self._state = StackState(stack)
        self._supervisor = Supervisor(stack)
        self.data: Path | None = self._state.folder / "data"

    def preview_variables(self, folder: Path) -> dict[str, str]:
        """Return no variables: the services run on this machine."""
        return {}

    def services(self) -> dict[str, RunningService]:
        """The supervised processes by service."""
        try:
            found = self._supervisor.processes()
        except SupervisorDown:
            return {}
        return {
            name: RunningService(
                name,
                each.state,
                _memory(each) if each.pid else 0,
                timedelta(seconds=each.now - each.start) if each.pid else timedelta(),
            )
            for name, each in found.items()
        }

    def logged(self) -> list[str]:
        """Services with a log file."""
        return sorted(path.stem for path in self._state.logs.glob("*.log"))

    def log_command(self, service: str, *, lines: int, follow: bool) -> list[str]:
        """`tail` of the log file."""
        log = str(self._state.logs / f"{service}.log")
        return ["tail", "-n", str(lines), *(["-F"] if follow else []), log]

    def restart(self, service: str) -> None:
        """Restart the process."""
        require_service(self._state.stack, service, self.services())
        self._supervisor.stop(service)
        self._supervisor.start(service)

    def stop(self) -> list[str]:
        """Stop the supervisor and its processes."""
        try:
            names = list(self._supervisor.processes())
            self._supervisor.shutdown()
        except SupervisorDown:
            return []
        print(f"stopping {', '.join(names)} …")  # noqa: T201
        wait_until(lambda: "still stopping" if self._supervisor.alive() else "", within=_STOP_SECONDS, what="the stop")
        return names

    def inside(self, service: str, command: Sequence[str]) -> list[str]:
        """The command itself: the service is a process of this machine."""
        return list(command)

    def volume(self, service: str, name: str) -> str:
        """Folder of the volume."""
        return str(self._state.volume(service, name))

    def folders(self) -> list[Path]:
        """State folder, checkout and folder of temporary files."""
        return [self._state.folder, ROOT, Path(tempfile.gettempdir())]

    def kept_data(self) -> KeptData:
        """Folders of the services' volumes."""
        data = self._state.folder / "data"
        return KeptData(tuple(str(each) for each in sorted(data.glob("*/*"))), f"rm -r {shlex.quote(str(data))}")

    def obstacles(self) -> list[str]:
        """Empty: the deployment adopts what exists."""
        return []

    def resume(self) -> list[str]:
        """Do nothing: the deployment starts the supervisor."""
        return []

    def wait_until_resumed(self, within: float) -> None:
        """Do nothing: `resume` started nothing."""

    def remove_unmanaged(self, *, keep: Collection[str], data: bool) -> list[str]:
        """Do nothing: the next deployment adopts running processes."""
        return []


def _memory(process: Process) -> int:
    """Resident bytes of a process and its children; 0 if it has just ended."""
    try:
        root = psutil.Process(process.pid)
        return sum(each.memory_info().rss for each in [root, *root.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0
