"""Fixtures for tests that need a StarRocks: `-p starrocks_emulator.pytest_plugin`, or `pytest_plugins` in a conftest.

`starrocks_emulator_server`: one emulator per test run, in a separate process, on free ports, with temporary data.
`starrocks_database`: a fresh database in it per test."""

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_START_SECONDS = 120.0
_STOP_SECONDS = 60.0


@dataclass
class EmulatorServer:
    """A running emulator with its addresses, which can be stopped, killed and restarted on the same data."""

    data: Path
    process: "subprocess.Popen[bytes]"
    mysql_port: int
    fe_http_port: int
    be_http_port: int
    host: str = "127.0.0.1"
    user: str = "root"
    password: str = ""

    def kill(self) -> None:
        """Kill the process with SIGKILL, and wait until it has ended."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Shut the process down cleanly."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def start_again(self) -> None:
        """Start on the same data and ports, after `stop` or `kill`."""
        self.process = _spawn(self.data, self.mysql_port, self.fe_http_port, self.be_http_port)
        _ports(self.process, self.data)


def _spawn(data: Path, mysql: int = 0, frontend: int = 0, backend: int = 0) -> "subprocess.Popen[bytes]":
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    log = (data.parent / f"{data.name}.log").open("ab")
    command = [sys.executable, "-m", "starrocks_emulator", "--data", str(data), "--mysql-port", str(mysql),
               "--fe-http-port", str(frontend), "--be-http-port", str(backend)]  # fmt: skip
    with log:
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, "PYTHONPATH": path}, start_new_session=True
        )


def _ports(process: "subprocess.Popen[bytes]", data: Path) -> dict[str, int]:
    """Parse the ports that the emulator prints when it listens."""
    assert process.stdout
    deadline = time.monotonic() + _START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(max(0.0, deadline - time.monotonic()))
    line = process.stdout.readline() if ready else b""
    if not line:
        process.kill()
        log = (data.parent / f"{data.name}.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"the StarRocks emulator did not start within {_START_SECONDS:.0f} s: {log}")
    found: dict[str, int] = json.loads(line)
    return found


def start_emulator(data: Path) -> EmulatorServer:
    """Start an emulator on free ports.

    Raises:
        RuntimeError: the emulator did not start; the message contains the end of its log.
    """
    process = _spawn(data)
    ports = _ports(process, data)
    return EmulatorServer(data, process, ports["mysql"], ports["fe_http"], ports["be_http"])


@pytest.fixture(scope="session")
def starrocks_emulator_server() -> Iterator[EmulatorServer]:
    """One emulator for all tests of a run."""
    with tempfile.TemporaryDirectory(prefix="starrocks_emulator_", ignore_cleanup_errors=True) as folder:
        server = start_emulator(Path(folder) / "data")
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def starrocks_database(starrocks_emulator_server: EmulatorServer) -> Iterator[str]:
    """A fresh database, dropped afterwards."""
    import pymysql  # noqa: PLC0415  only tests need a client; the emulator itself does not

    name = f"test_{uuid.uuid4().hex[:12]}"
    server = starrocks_emulator_server

    def run(statement: str) -> None:
        with pymysql.connect(
            host=server.host, port=server.mysql_port, user=server.user, password=server.password, autocommit=True
        ) as connection, connection.cursor() as cursor:  # fmt: skip
            cursor.execute(statement)

    run(f"CREATE DATABASE `{name}`")
    yield name
    run(f"DROP DATABASE IF EXISTS `{name}` FORCE")
