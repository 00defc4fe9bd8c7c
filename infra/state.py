"""The folders and files of a stack on this machine, below one state folder of the checkout."""

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
        """Everything that belongs to the stack."""
        return state_folder() / self.stack

    @property
    def logs(self) -> Path:
        """Each service's log, `<service>.log`."""
        return self.folder / "logs"

    @property
    def supervisor(self) -> Path:
        """The supervisor's configuration, pid and log."""
        return self.folder / "supervisor"

    @property
    def runtime(self) -> Path:
        """A short path for sockets, since their length is limited; it is deleted with the stack."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"kappastack-{os.getuid()}-{digest}"

    @property
    def supervisor_socket(self) -> Path:
        """The socket of the supervisor."""
        return self.runtime / "supervisor.sock"

    @property
    def connections(self) -> Path:
        """Addresses and secrets of the running services, for resources inside them."""
        return self.folder / "connections.json"

    def token(self, role: str) -> Path:
        """The token of one of Pulsar's roles, for programs of this machine."""
        return self.folder / "tokens" / role

    @property
    def health(self) -> Path:
        """How long each service took to start at the last deployment."""
        return self.folder / "health.json"

    def service(self, name: str) -> Path:
        """A service's configuration, secrets and temporary files."""
        return self.folder / "services" / name

    def volume(self, service: str, volume: str) -> Path:
        """A service's data."""
        return self.folder / "data" / service / volume
