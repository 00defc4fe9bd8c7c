"""LionTrack's API as a separate process, with the tables of a `Lake`."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from infra.settings import ROOT
from tests.integration.liontrack.lake import Lake
from tests.waiting import wait_until


@contextmanager
def serving(lake: Lake, password_file: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a running API, such as `http://127.0.0.1:4001`, and its process.

    Args:
        lake: tables that the API reads.
        password_file: password of the users of `lake`.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "STARROCKS_HOST": "127.0.0.1",
        "STARROCKS_PORT": str(lake.server.mysql_port),
        "STARROCKS_DATABASE": "liontrack_bronze",
        "STARROCKS_USER": "liontrack_api",
        "STARROCKS_PASSWORD_FILE": str(password_file),
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "apps.liontrack.api", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as running:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: _answers(address), "LionTrack's API to answer")
            yield address, psutil.Process(running.pid)
        finally:
            running.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=30).is_success
    except httpx.TransportError:
        return False
