"""Forwarded ports of a cluster: a real background process, and a script in place of `kubectl`."""

import asyncio
import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.shared.polling import wait_until
from infra import forwarding
from infra.forwarding import Forward
from infra.resources import connections
from infra.resources.connections import Connections
from infra.state import StackState
from infra.targets.kubernetes import forwarder

KUBECTL = """#!{python}
import pathlib, socket, sys, threading
remote = int(sys.argv[-1].removeprefix(":"))
with pathlib.Path({started!r}).open("a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
server = socket.create_server(("127.0.0.1", 0))
print(f"Forwarding from 127.0.0.1:{{server.getsockname()[1]}} -> {{remote}}", flush=True)
while True:
    connection, _ = server.accept()
    data = connection.recv(100)
    if data == b"die":
        sys.exit(1)
    connection.sendall(b"pod: " + data)
    connection.close()
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stack whose connections have one forwarded port."""
    import sys  # noqa: PLC0415

    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    program = tmp_path / "kubectl"
    program.write_text(KUBECTL.format(python=sys.executable, started=str(tmp_path / "started")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    document = Connections(
        endpoints={},
        secrets={"some": "secret"},
        secret_files={},
        health={},
        forwards=[Forward(context="here", namespace="team", service="pulsar", remote=6650, local=port)],
    )
    path = StackState("forwarded").connections
    path.parent.mkdir(parents=True)
    path.write_text(document.model_dump_json())
    yield "forwarded"
    path.unlink(missing_ok=True)
    wait_until(lambda: "it runs" if _locked() else "", within=120, what="the end of the background process")


def _locked() -> bool:
    try:
        with forwarding.lock_file("forwarded").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _ask(port: int, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(text)
        return connection.recv(100)


def test_addresses_open_the_ports_and_a_lost_pod_is_replaced(stack: str, tmp_path: Path) -> None:
    known = connections.load(stack)
    [forward] = known.forwards
    assert _ask(forward.local, b"hello") == b"pod: hello"
    started = tmp_path / "started"
    [line] = started.read_text().splitlines()
    assert line.startswith("--context here port-forward --namespace team --address 127.0.0.1 service/pulsar")
    assert _ask(forward.local, b"die") == b"", "the pod is gone, and the client connects again"
    assert _ask(forward.local, b"again") == b"pod: again"
    assert len(started.read_text().splitlines()) == 2
    connections.load(stack)
    assert len(started.read_text().splitlines()) == 2, "a second look-up starts nothing"


def test_the_process_ends_with_the_connections(stack: str) -> None:
    connections.load(stack)
    assert _locked()
    StackState(stack).connections.unlink()
    wait_until(lambda: "it runs" if _locked() else "", within=120, what="the end of the background process")
    assert not forwarding.ports_file(stack).exists()


def test_an_unused_process_ends(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarder, "IDLE_SECONDS", 0.5)
    StackState(stack).runtime.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    thread = threading.Thread(target=asyncio.run, args=(forwarder.Forwarder(stack).run(),))
    thread.start()
    thread.join(120)
    assert not thread.is_alive()
    assert time.monotonic() - begin >= 0.5
