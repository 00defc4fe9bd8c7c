"""A separate Pulsar for the tests, with the platform's configuration, on free ports."""

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import jwt
import pulsar as client
import pytest

from infra.distributions import assemble
from infra.products.fields import pulsar_schema, read_fields
from infra.services import pulsar_roles
from infra.services.model import fill
from infra.services.pulsar import pulsar
from infra.settings import PulsarSettings
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[3]
SCHEMA = pulsar_schema(read_fields(ROOT / "topics/ciapol/sensor-measurements.fields.yaml"))
NAMESPACE = "ciapol/air"
_KEY = "a key of the tests that signs tokens"


class Pulsar:
    """A standalone Pulsar that tests can kill and restart."""

    def __init__(self, folder: Path, *, authenticated: bool = False) -> None:
        """`authenticated`: whether clients need a token."""
        self._folder = folder
        self._authenticated = authenticated
        self._service = pulsar(PulsarSettings(), authenticated=authenticated)
        self._ports = _free_ports(list(self._service.ports))
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"pulsar://127.0.0.1:{self._ports['broker']}"
        self.admin = f"http://127.0.0.1:{self._ports['admin']}"

    def start(self) -> None:
        values = {
            "dist": str(assemble(self._service.distribution, print)),
            "files": str(self._folder / "files"),
            "tmp": str(self._folder),
            "host": "127.0.0.1",
            "advertised": "127.0.0.1",
            "java": shutil.which("java") or "java",
            **{f"volume.{name}": str(self._folder / name) for name in self._service.volumes},
            **{f"secret.{name}": str(self._secret(name)) for name in self._service.secrets},
            **{f"port.{name}": str(port) for name, port in self._ports.items()},
            **{f"outside.{name}": f"127.0.0.1:{port}" for name, port in self._ports.items()},
        }
        for name, text in self._service.files.items():
            path = self._folder / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fill(text, values))
        with (self._folder / "pulsar.log").open("ab") as log:
            self._process = subprocess.Popen(
                [fill(part, values) for part in self._service.command],
                env={name: fill(text, values) for name, text in self._service.environment.items()},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_healthy()

    def token_file(self, role: str) -> Path:
        """A file with the token of a role."""
        return self._secret(pulsar_roles.token(role))

    def _secret(self, name: str) -> Path:
        """A file with a secret of the server or of a client."""
        path = self._folder / name
        role = pulsar_roles.role(name)
        path.write_text(_KEY if name == pulsar_roles.TOKEN_KEY else jwt.encode({"sub": role}, _KEY, algorithm="HS256"))
        return path

    def _admin_token(self) -> str:
        return self._secret(pulsar_roles.ADMIN).read_text()

    @property
    def log(self) -> str:
        """The output of all starts together."""
        return (self._folder / "pulsar.log").read_text(errors="replace")

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def call(self, method: str, path: str, body: object = None) -> int:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._admin_token()}"}
        request = urllib.request.Request(f"{self.admin}/admin/v2/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            status: int = answer.status
            return status

    def create_topic(self, name: str, schema: str = SCHEMA) -> str:
        self.call("PUT", f"persistent/{NAMESPACE}/{name}/partitions", 4)
        self.call("POST", f"schemas/{NAMESPACE}/{name}/schema", {"type": "JSON", "schema": schema, "properties": {}})
        return f"persistent://{NAMESPACE}/{name}"

    def messages(self, topic: str) -> list[client.Message]:
        """All messages of the topic, in order within each partition."""
        found = []
        connection = client.Client(
            self.url,
            authentication=client.AuthenticationToken(self._admin_token()) if self._authenticated else None,
            logger=client.FileLogger(client.LoggerLevel.Error, "/dev/null"),
        )
        with ExitStack() as stack:
            stack.callback(connection.close)
            for partition in connection.get_topic_partitions(topic):
                reader = connection.create_reader(partition, client.MessageId.earliest)
                while reader.has_message_available():
                    found.append(reader.read_next(timeout_millis=10_000))
                reader.close()
        return found

    def _wait_until_healthy(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            headers = {"Authorization": f"Bearer {self._admin_token()}"}
            health = urllib.request.Request(f"{self.admin}/admin/v2/brokers/health", headers=headers)
            try:
                with urllib.request.urlopen(health, timeout=60) as answer:
                    if answer.read() == b"ok":
                        return
            except OSError:
                time.sleep(0.2)
        tail = (self._folder / "pulsar.log").read_text(errors="replace").splitlines()[-20:]
        pytest.fail("Pulsar did not become healthy:\n" + "\n".join(tail))


def _free_ports(names: list[str]) -> dict[str, int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}
