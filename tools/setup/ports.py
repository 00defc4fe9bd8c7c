"""The state of the platform's ports on this machine: free, used by this checkout's stack, taken by another process."""

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.checkout.paths import PYTHON, state_folder
from infra.checkout.process import output_of
from infra.services import ports

CLUSTERS_ONLY = frozenset(
    {
        "BOOKKEEPER_HTTP",
        "DOLPHINSCHEDULER_SEPARATE_ALERT",
        "DOLPHINSCHEDULER_SEPARATE_MASTER",
        "DOLPHINSCHEDULER_SEPARATE_WORKER",
        "STARROCKS_BE_THRIFT",
        "STARROCKS_BRPC",
        "STARROCKS_EDIT_LOG",
        "STARROCKS_FE_RPC",
        "STARROCKS_HEARTBEAT",
        "STARROCKS_STARLET",
        "ZOOKEEPER",
        "GRAFANA",
        "ZOOKEEPER_ELECTION",
        "ZOOKEEPER_METRICS",
        "ZOOKEEPER_PEERS",
    }
)
"""Ports that only stacks with a cluster use."""
_PRODUCTS = (
    "import json; from infra.products.registry import declared; "
    "print(json.dumps({name: product.api.port for name, product in declared().items() if product.api}))"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that listens on a port.

    Args:
        pid: process id; 0 if this user may not see it.
        program: the beginning of its command line.
        own: whether it belongs to a stack of this checkout.
    """

    pid: int
    program: str
    own: bool


def platform_ports() -> dict[str, int]:
    """The ports of the platform by name, and those of products if the environment is set up."""
    found = {name: number for name, number in vars(ports).items() if name.isupper() and isinstance(number, int)}
    products: Mapping[str, int] = json.loads(output_of([PYTHON, "-c", _PRODUCTS]) or "{}")
    return found | {f"API of {name}": number for name, number in products.items()}


def is_free(port: int) -> bool:
    """Whether no process listens on this port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def holder(port: int) -> Holder:
    """The process that listens on a port, from /proc; unknown on systems without /proc."""
    inodes = set(_listening(port))
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = {str(link.readlink()) for link in (process / "fd").iterdir()}
            if links & inodes:
                return _described(process)
        except OSError:
            continue
    return Holder(0, "a process that is not visible", own=False)


def _listening(port: int) -> Iterator[str]:
    """Names of the sockets that listen on a port, as the links in `/proc/<pid>/fd` have them: `socket:[12345]`."""
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            # Local address and port in hexadecimal, remote address and port, state: 0A is LISTEN.
            fields = line.split()
            if int(fields[1].rsplit(":", 1)[1], 16) == port and fields[3] == "0A":
                yield f"socket:[{fields[9]}]"


def _described(process: Path) -> Holder:
    words = (process / "cmdline").read_bytes().split(b"\0")
    state = str(state_folder()).encode()
    # Every process of a stack has a path below the state folder in its arguments, environment or working directory.
    own = any(
        state in text for text in (*words, (process / "environ").read_bytes(), bytes((process / "cwd").readlink()))
    )
    return Holder(int(process.name), b" ".join(words).decode(errors="replace").strip()[:60], own)
