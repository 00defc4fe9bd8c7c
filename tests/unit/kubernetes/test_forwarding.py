"""Forwarded ports of a cluster: a real background process, with a script in place of `kubectl`."""

import asyncio
import fcntl
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from apps.shared.polling import NeverReady, wait_until
from infra import forwarding
from infra.forwarding import Forward
from infra.resources import connections
from infra.resources.connections import Connections
from infra.state import StackState
from infra.targets.kubernetes import forwarder
from tests.claimed_ports import CLAIMS
from tests.unit.kubernetes.scripted_kubectl import ScriptedCluster, endpoint


@pytest.fixture
def stack(tmp_path: Path, cluster: ScriptedCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stack whose connections have one forwarded port."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    # The folder of the locks, also for the background process.
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    # Below the ports that the kernel gives to other programs, and not used by other tests.
    port = next(port for port in range(32_000, 32_700) if CLAIMS.claim({port}))
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


def _port(stack: str) -> int:
    [forward] = connections.load(stack).forwards
    return forward.local


def _kill(stack: str) -> None:
    """Kill the background process."""
    found = psutil.process_iter(["ppid", "cmdline"])
    own = [each for each in found if each.info["ppid"] == os.getpid()]
    # The command line of a process that has ended is None.
    [process] = [each for each in own if stack in (each.info["cmdline"] or [])]
    process.kill()
    process.wait(120)


def test_addresses_open_the_ports(stack: str, cluster: ScriptedCluster) -> None:
    cluster.lists(endpoint("pulsar-0", ready=True), kind="ADDED")
    port = _port(stack)
    assert _ask(port, b"hello") == b"pulsar-0: hello"
    assert cluster.started("port-forward") == [
        "--context here port-forward --namespace team --address 127.0.0.1 pod/pulsar-0 :6650"
    ]
    connections.load(stack)
    assert _ask(port, b"again") == b"pulsar-0: again"
    assert len(cluster.started("port-forward")) == len(cluster.started("--watch")) == 1, (
        "a second look-up starts nothing"
    )


def test_the_process_ends_with_the_connections(stack: str) -> None:
    connections.load(stack)
    assert _locked()
    StackState(stack).connections.unlink()
    wait_until(lambda: "it runs" if _locked() else "", within=120, what="the end of the background process")
    assert not forwarding.ports_file(stack).exists()


def test_a_taken_port_ends_the_look_up_with_the_process_that_uses_it(stack: str) -> None:
    [forward] = Connections.model_validate_json(StackState(stack).connections.read_bytes()).forwards
    reason = rf"port {forward.local} \(pulsar:6650\) is in use by process {os.getpid()} .*KAPPASTACK_PORT_OFFSET"
    with socket.create_server(("127.0.0.1", forward.local)), pytest.raises(NeverReady, match=reason):
        connections.load(stack)
    assert _port(stack) == forward.local


def test_a_killed_process_is_replaced(stack: str, cluster: ScriptedCluster) -> None:
    cluster.lists(endpoint("pulsar-0", ready=True), kind="ADDED")
    connections.load(stack)
    _kill(stack)
    assert forwarding.ports_file(stack).exists(), "the killed process leaves its file"
    assert _ask(_port(stack), b"hello") == b"pulsar-0: hello"


def test_concurrent_look_ups_after_a_kill_get_a_listening_process(stack: str, cluster: ScriptedCluster) -> None:
    cluster.lists(endpoint("pulsar-0", ready=True), kind="ADDED")
    port = _port(stack)
    _kill(stack)

    def answer(_number: int) -> bytes:
        return _ask(_port(stack), b"hello")

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert set(pool.map(answer, range(8))) == {b"pulsar-0: hello"}
    assert _port(stack) == port


def test_an_unused_process_ends(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarder, "IDLE_SECONDS", 0.5)
    StackState(stack).runtime.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    thread = threading.Thread(target=asyncio.run, args=(forwarder.Forwarder(stack).run(),))
    thread.start()
    thread.join(120)
    assert not thread.is_alive()
    assert time.monotonic() - begin >= 0.5
