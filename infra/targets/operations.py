"""What an operator's machine does with the services of a deployed stack, on every target."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from infra.settings import Settings


class OperationsError(Exception):
    """The place where a stack runs refused a command or does not answer; the message has its words."""


@dataclass(frozen=True)
class RunningService:
    """What runs of a service: a process, a container, or pods.

    Args:
        name: name of the process, container or workload.
        state: such as `RUNNING`, `exited` or `2/3 ready`.
        memory: bytes that it takes; 0 where it does not run.
        uptime: time since its last start.
    """

    name: str
    state: str
    memory: int
    uptime: timedelta


ABSENT = RunningService("", "stopped", 0, timedelta())
"""A service of which nothing runs."""


@dataclass(frozen=True)
class KeptData:
    """Data of a stack's services that exist.

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
        base_image: image on which `up` builds the images that the engine lacks; empty where it builds none.
        address: host at which this machine reaches the ports of operators.
        uses_entrances: whether this machine connects to a port's entrance, if it has one (`infra.services.model.Port`).
        data: folder of the services' data on this machine; None where they are elsewhere.
    """

    runs_here: bool
    base_image: str
    address: str
    uses_entrances: bool
    data: Path | None

    def services(self) -> dict[str, RunningService]:
        """What runs, by service.

        Raises:
            OperationsError: the place does not answer.
        """

    def logs(self, service: str, *, follow: bool) -> int:
        """Print the log of a service; the exit status is 0 where it exists."""

    def logged(self) -> list[str]:
        """Names of the services that have a log."""

    def restart(self, service: str) -> None:
        """Stop a service and start it again, as its description says.

        Raises:
            OperationsError: there is no such service; the message names those that exist.
        """

    def stop(self) -> list[str]:
        """Stop all services and keep their data; the names of those that ran."""

    def folders(self) -> list[Path]:
        """Folders of this machine that the stack's services write to."""

    def kept_data(self) -> KeptData:
        """Data that exist."""

    def remove_unmanaged(self, *, keep: Collection[str], data: bool) -> list[str]:
        """Remove what a killed deployment left behind.

        Args:
            keep: ids of the resources in the stack's state.
            data: whether to remove data too.

        Returns:
            A line for each removed thing.
        """


def operations(settings: Settings, stack: str) -> Operations:
    """The operations on a stack with these settings."""
    # Each target imports what its own place needs.
    if settings.target == "docker":
        from infra.targets.docker.operations import DockerOperations  # noqa: PLC0415

        return DockerOperations(settings, stack)
    if settings.target == "kubernetes":
        from infra.targets.kubernetes.operations import KubernetesOperations  # noqa: PLC0415

        return KubernetesOperations(settings, stack)
    from infra.targets.host.operations import HostOperations  # noqa: PLC0415

    return HostOperations(settings, stack)
