"""Ports that a service is about to take."""

import socket
from collections.abc import Mapping

import psutil

from infra.targets.host.paths import LOOPBACK


class PortTaken(Exception):
    """Another process listens on a port of the service; the message says who, and the way out."""


def refuse_taken(ports: Mapping[str, int]) -> None:
    """Check that the ports of a service that does not run are free.

    Raises:
        PortTaken: naming the port and, where it can be seen, the process.
    """
    for name, number in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, number))
            except OSError:
                raise PortTaken(
                    f"port {number} ({name}) is taken{_by(number)}: stop that process, "
                    "or shift all ports of this stack with KAPPASTACK_PORT_OFFSET"
                ) from None


def _by(number: int) -> str:
    for each in psutil.net_connections(kind="tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == number and each.pid:
            return f" by process {each.pid} ({psutil.Process(each.pid).name()})"
    return ""
