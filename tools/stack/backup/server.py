"""Sessions on a stack's StarRocks for statements that take hours, and the lock of backups and restores."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from infra.platform import secret
from infra.resources.connections import Connections
from infra.state import StackState
from tools.stack.backup.manifest import BackupError

_ANSWER_SECONDS = 24 * 3600


def connected(known: Connections) -> StarRocks:
    """A client as root, which connects at the first statement."""
    endpoint, name = known.endpoint("starrocks", "query"), secret("root")
    # After an interrupted rotation, StarRocks may still have the previous password.
    former = known.previous.get(name, "")
    address = Address(endpoint.host, endpoint.port, "root", known.secrets[name], former=former)
    return StarRocks(address, answer_seconds=_ANSWER_SECONDS, program="kappastack backup")


@contextmanager
def alone(stack: str) -> Iterator[None]:
    """Exclude other backups and restores of a stack on this machine. The lock of a killed command is free.

    Raises:
        BackupError: another one runs.
    """
    path = StackState(stack).folder / "backup.lock"
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError(f"another backup or restore of stack {stack} runs: wait until it ends") from None
        yield
