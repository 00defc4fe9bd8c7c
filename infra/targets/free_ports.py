"""Checks that no other process listens on ports of this machine."""

import socket
from collections.abc import Mapping

import psutil

_LOOPBACK = "127.0.0.1"


class PortTaken(Exception):
    """Another process listens on a port; the message names the process and the remedy."""


def refuse_taken(ports: Mapping[str, int]) -> None:
    """Check that no process listens on ports of this machine.

    Args:
        ports: port numbers by name.

    Raises:
        PortTaken: a port is in use; the message names the port and, where visible, the process.
    """
    for name, number in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_LOOPBACK, number))
            except OSError:
                raise PortTaken(
                    f"port {number} ({name}) is in use{_by(number)}: stop that process, "
                    "or shift all ports of this stack with KAPPASTACK_PORT_OFFSET"
                ) from None


def _by(number: int) -> str:
    for each in psutil.net_connections(kind="tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == number and each.pid:
            return f" by process {each.pid} ({psutil.Process(each.pid).name()})"
    return ""
