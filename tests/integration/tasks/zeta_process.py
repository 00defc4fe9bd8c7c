"""A separate SeaTunnel Zeta for the tests, with the platform's configuration, on a free port."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.distributions import AssemblyError, assemble
from infra.services.model import fill
from infra.services.seatunnel import seatunnel
from infra.settings import SeaTunnelSettings
from seatunnel.client.zeta import Zeta


class ZetaProcess:
    """One node that tests can kill and restart with its checkpoints."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._service = seatunnel(SeaTunnelSettings())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.client = Zeta(self.url, timeout=120)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if shutil.which("java") is None:
            pytest.skip("java is missing; install it with: apt-get install openjdk-17-jdk-headless")
        try:
            distribution = assemble(self._service.distribution, print)
        except AssemblyError as error:
            pytest.skip(f"SeaTunnel cannot be assembled: {error}")
        values: Mapping[str, str] = {
            "dist": str(distribution),
            "files": str(self._folder / "files"),
            "tmp": str(self._folder),
            "host": "127.0.0.1",
            "interfaces": "127.0.0.1",
            "any": "false",
            "advertised": "127.0.0.1",
            "java": shutil.which("java") or "java",
            **{f"volume.{name}": str(self._folder / name) for name in self._service.volumes},
            **dict.fromkeys((f"port.{name}" for name in self._service.ports), str(self._port)),
        }
        for name, text in self._service.files.items():
            path = self._folder / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fill(text, values))
        with (self._folder / "zeta.log").open("ab") as log:
            self._process = subprocess.Popen(
                [fill(part, values) for part in self._service.command],
                env={**os.environ, **{name: fill(text, values) for name, text in self._service.environment.items()}},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.client.wait_until_up(120)
        except TimeoutError as error:
            tail = (self._folder / "zeta.log").read_text(errors="replace")[-2000:]
            pytest.fail(f"{error}\n{tail}")

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
