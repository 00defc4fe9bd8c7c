"""Ports that this test process claims, so that test processes that run at the same time use others.

A stack of a test listens only later, and not while it is restarted, so a check that a port is free is not enough.
"""

import fcntl
import os
import socket
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

_FILE = Path(tempfile.gettempdir()) / f"kappastack-{os.getuid()}-test-ports"
"""A claim of port N is a lock on byte N of this file. The kernel releases it when the process ends."""


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Claims:
    """The claims of this process."""

    def __init__(self, file: Path = _FILE, free: Callable[[int], bool] = is_free) -> None:
        """Open the file. It stays open, because closing it would release all claims.

        Args:
            file: file that all test processes share.
            free: whether nothing listens on a port.
        """
        self._file = file.open("ab")
        self._free = free
        self._ports: set[int] = set()

    def claim(self, ports: Collection[int]) -> bool:
        """Claim ports until the end of the process. None is claimed if one is in use or claimed already."""
        taken: list[int] = []
        for port in ports:
            if port in self._ports or not self._lock(port):
                break
            taken.append(port)
            if not self._free(port):
                break
        else:
            self._ports.update(ports)
            return True
        for port in taken:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, port)
        return False

    def _lock(self, port: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except (BlockingIOError, PermissionError):
            return False
        return True


CLAIMS = Claims()
