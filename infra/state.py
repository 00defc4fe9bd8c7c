"""The folders and files of a stack on this machine, below the checkout's state folder."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infra.checkout.paths import state_folder

__all__ = ["StackState", "state_folder"]


@dataclass(frozen=True)
class StackState:
    """The folders and files of one stack."""

    stack: str

    @property
    def folder(self) -> Path:
        """Folder of everything that belongs to the stack."""
        return state_folder() / self.stack

    @property
    def logs(self) -> Path:
        """Folder of the services' logs, `<service>.log`."""
        return self.folder / "logs"

    @property
    def supervisor(self) -> Path:
        """Folder of the supervisor's configuration, pid file and log."""
        return self.folder / "supervisor"

    @property
    def runtime(self) -> Path:
        """Folder of sockets. Its path is short, because the length of a socket's path is limited."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"kappastack-{os.getuid()}-{digest}"

    @property
    def supervisor_socket(self) -> Path:
        """The socket of the supervisor."""
        return self.runtime / "supervisor.sock"

    @property
    def connections(self) -> Path:
        """File with the addresses of the running services, for resources that connect to them."""
        return self.folder / "connections.json"

    @property
    def secrets(self) -> Path:
        """File with the generated secrets, for resources that connect to services."""
        return self.folder / "secrets.json"

    @property
    def rotation(self) -> Path:
        """File that records a rotation of secrets while it is under way."""
        return self.folder / "rotation.json"

    def token(self, role: str) -> Path:
        """File with the token of a Pulsar role, for programs on this machine."""
        return self.folder / "tokens" / role

    @property
    def health(self) -> Path:
        """File with the time that each service took to start at the last deployment."""
        return self.folder / "health.json"

    @property
    def planned_starts(self) -> Path:
        """Folder of metrics with the times of planned starts, a file for each service."""
        return self.folder / "planned-starts"

    def service(self, name: str) -> Path:
        """Folder of a service's configuration, secrets and temporary files."""
        return self.folder / "services" / name

    def volume(self, service: str, volume: str) -> Path:
        """Folder of a service's volume."""
        return self.folder / "data" / service / volume
