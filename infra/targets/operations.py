"""The operations on a deployed stack's services from an operator's machine, on every target."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from infra.settings import Settings


class OperationsError(Exception):
    """The supervisor, engine or cluster refused a command or does not respond; the message contains its error text."""


def require_service(stack: str, service: str, known: Collection[str]) -> None:
    """Check that a stack has a service.

    Args:
        stack: name of the stack.
        service: value of `SERVICE=`; empty if it is not set.
        known: names of the stack's services.

    Raises:
        OperationsError: there is no such service; the message names the existing ones.
    """
    if service in known:
        return
    problem = f"stack {stack} has no service {service}" if service else "SERVICE is not set"
    there = f"the services are {', '.join(sorted(known))}" if known else "there are no services yet"
    raise OperationsError(f"{problem}; {there}")


@dataclass(frozen=True)
class RunningService:
    """The state of a service: a process, a container, or pods.

    Args:
        name: name of the process, container or workload.
        state: such as `RUNNING`, `exited` or `2/3 ready`.
        memory: resident memory in bytes; 0 if the service does not run, None if it runs and the memory is unknown.
        uptime: time since its last start.
    """

    name: str
    state: str
    memory: int | None
    uptime: timedelta


ABSENT = RunningService("", "stopped", 0, timedelta())
"""The state of a service that does not run."""


@dataclass(frozen=True)
class KeptData:
    """Existing data of a stack's services.

    Args:
        names: names of volumes, or paths.
        removal: command that removes them.
    """

    names: tuple[str, ...]
    removal: str


class Operations(Protocol):
    """Operations on one stack.

    Attributes:
        runs_here: whether the services are processes of this machine.
        base_image: image on which `up` builds missing images; empty if it builds none.
        address: host at which this machine reaches the ports of operators.
        uses_entrances: whether this machine connects to a port's entrance, if it has one (`infra.services.model.Port`).
        data: folder of the services' data on this machine; None if they are elsewhere.
    """

    runs_here: bool
    base_image: str
    address: str
    uses_entrances: bool
    data: Path | None

    def preview_variables(self, folder: Path) -> dict[str, str]:
        """Environment variables for a preview; empty if the supervisor, engine or cluster of the stack responds.

        Args:
            folder: an empty folder for objects that the preview renders.
        """

    def services(self) -> dict[str, RunningService]:
        """The running services by name.

        Raises:
            OperationsError: the supervisor, engine or cluster does not respond.
        """

    def log_command(self, service: str, *, lines: int, follow: bool) -> list[str]:
        """The command that prints the log of a service that has one.

        Args:
            service: name of the service.
            lines: number of existing lines to print, counted from the end of the log.
            follow: whether to continue with new lines.
        """

    def logged(self) -> list[str]:
        """Names of the services that have a log."""

    def restart(self, service: str) -> None:
        """Restart a service with the stop signal and grace period of its description.

        Raises:
            OperationsError: there is no such service; the message names the existing ones.
        """

    def stop(self) -> list[str]:
        """Stop all services and keep their data; return the names of those that ran."""

    def inside(self, service: str, command: Sequence[str]) -> list[str]:
        """The command that runs a program where a service runs, with this process's standard input and output.

        Args:
            service: name of a running service.
            command: program and arguments.

        Raises:
            OperationsError: the cluster has no such service.
        """

    def volume(self, service: str, name: str) -> str:
        """Path of a service's volume for programs that `inside` runs."""

    def folders(self) -> list[Path]:
        """Folders of this machine that the stack's services write to."""

    def kept_data(self) -> KeptData:
        """Existing data of the services."""

    def obstacles(self) -> list[str]:
        """Error messages about what exists and prevents a deployment, such as a namespace of another owner."""

    def resume(self) -> list[str]:
        """Start what `stop` stopped, unless the deployment does; return the names."""

    def wait_until_resumed(self, within: float) -> None:
        """Wait until what `resume` started accepts connections.

        Args:
            within: time limit in seconds.

        Raises:
            TimeoutError: a service is not ready in time; the message names it.
        """

    def remove_unmanaged(self, *, keep: Collection[str], data: bool) -> list[str]:
        """Remove objects that a killed deployment left behind.

        Args:
            keep: ids of the resources in the stack's state.
            data: whether to remove data too.

        Returns:
            A line for each removed object.
        """


def operations(settings: Settings, stack: str) -> Operations:
    """The operations on a stack with these settings."""
    # Imported here, so that only the modules of the selected target are loaded.
    if settings.target == "docker":
        from infra.targets.docker.operations import DockerOperations  # noqa: PLC0415

        return DockerOperations(settings, stack)
    if settings.target == "kubernetes":
        from infra.targets.kubernetes.operations import KubernetesOperations  # noqa: PLC0415

        return KubernetesOperations(settings, stack)
    from infra.targets.host.operations import HostOperations  # noqa: PLC0415

    return HostOperations(settings, stack)
