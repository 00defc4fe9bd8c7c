"""Operations on the containers of a Docker Engine."""

import shlex
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from infra.settings import ROOT, Settings
from infra.state import StackState
from infra.targets.container import VOLUMES
from infra.targets.docker import containers, names
from infra.targets.operations import KeptData, RunningService, require_service


class DockerOperations:
    """Operations on a stack of target `docker`; see `infra.targets.operations.Operations`."""

    runs_here = False
    uses_entrances = True
    data: Path | None = None

    def __init__(self, settings: Settings, stack: str) -> None:
        """`settings` are those of the stack, `stack` is its name."""
        self._stack = stack
        self.base_image = "" if settings.docker.registry else settings.docker.base_image
        self.address = settings.docker.operator_address

    def preview_variables(self, folder: Path) -> dict[str, str]:
        """Return no variables: a preview needs an engine."""
        return {}

    def services(self) -> dict[str, RunningService]:
        """The containers by service."""
        return containers.containers(self._stack)

    def logged(self) -> list[str]:
        """Services with a container."""
        return sorted(containers.containers(self._stack))

    def log_command(self, service: str, *, lines: int, follow: bool) -> list[str]:
        """`docker logs` of the container."""
        name = names.container(self._stack, service)
        return ["docker", "logs", "--tail", str(lines), *(["--follow"] if follow else []), name]

    def restart(self, service: str) -> None:
        """Restart the container."""
        known = containers.containers(self._stack)
        require_service(self._stack, service, known)
        containers.restart(known[service].name)

    def stop(self) -> list[str]:
        """Stop all containers."""
        return containers.stop(self._stack)

    def inside(self, service: str, command: Sequence[str]) -> list[str]:
        """`docker exec` in the container."""
        return ["docker", "exec", "--interactive", names.container(self._stack, service), *command]

    def volume(self, service: str, name: str) -> str:
        """Mount path of the volume."""
        return f"{VOLUMES}/{name}"

    def folders(self) -> list[Path]:
        """Folders of this machine, and the engine's folder if the engine runs here."""
        engine = containers.engine_folder()
        found = [StackState(self._stack).folder, ROOT, Path(tempfile.gettempdir())]
        return [*found, engine] if engine else found

    def kept_data(self) -> KeptData:
        """Volumes with data."""
        found = containers.kept_volumes(self._stack)
        return KeptData(tuple(found), f"docker volume rm {shlex.join(found)}")

    def obstacles(self) -> list[str]:
        """Empty: the deployment adopts what exists."""
        return []

    def resume(self) -> list[str]:
        """Do nothing: the deployment starts the containers."""
        return []

    def wait_until_resumed(self, within: float) -> None:
        """Do nothing: `resume` started nothing."""

    def remove_unmanaged(self, *, keep: Collection[str], data: bool) -> list[str]:
        """Remove containers, networks and volumes with the stack's label that are not in its state."""
        return containers.remove(self._stack, keep=keep, volumes=data)
