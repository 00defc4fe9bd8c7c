"""A real Alertmanager with a stack's configuration: alerts of tasks and their ends reach the webhook."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from apps.tasks.alerts import Alert, Alertmanager
from infra.distributions import alertmanager as distribution
from infra.distributions import assemble
from infra.services.model import fill
from infra.services.prometheus import alertmanager
from infra.settings import MonitoringSettings
from tests.waiting import wait_until


@dataclass
class Receiver:
    """A webhook that accepts Slack's format."""

    url: str = ""
    bodies: list[str] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
    yield found
    server.shutdown()
    server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def url(receiver: Receiver, tmp_path: Path) -> Iterator[str]:
    """The URL of an Alertmanager that runs as defined in its service's description."""
    service = alertmanager(MonitoringSettings(alert_pace=0.02), webhook=True)
    folder, port = assemble(distribution(), lambda _line: None), free_port()
    (tmp_path / "alert-webhook").write_text(receiver.url)
    values = {
        "dist": str(folder),
        "files": str(tmp_path),
        "volume.data": str(tmp_path / "data"),
        "host": "127.0.0.1",
        "port.http": str(port),
        "secret.alert-webhook": str(tmp_path / "alert-webhook"),
    }
    for name, text in service.files.items():
        (tmp_path / name).write_text(fill(text, values))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [fill(part, values) for part in service.command],
            cwd=fill(service.directory, values),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            return httpx.get(f"{address}/-/ready").is_success
        except httpx.TransportError:
            return False

    try:
        wait_until(ready, lambda: (tmp_path / "log").read_text()[-2000:])
        yield address
    finally:
        process.terminate()
        process.wait()


def test_an_alert_of_a_task_reaches_the_webhook_and_so_does_its_end(url: str, receiver: Receiver) -> None:
    sender = Alertmanager("test", url)
    alert = Alert("warning", "quality_alerts: 1 finding", "ABJ-001: completeness 0.5", "ciapol", "quality_hourly", "q")
    assert sender.send(alert)
    wait_until(lambda: receiver.bodies, "the alert at the webhook")
    [attachment] = json.loads(receiver.bodies[0])["attachments"]
    assert attachment["title"] == "[warning] test: WorkflowFinding"
    assert "quality_alerts: 1 finding\nABJ-001: completeness 0.5" in attachment["text"]
    fields = {each["title"]: each.get("value", "") for each in attachment["fields"]}
    assert (fields["product"], fields["workflow"], fields["severity"]) == ("ciapol", "quality_hourly", "warning")
    assert fields["runbook"] == "docs/runbook.md#a-workflow-reports-findings"

    end = Alert("resolved", "quality_alerts: resolved", "fine again", "ciapol", "quality_hourly", "q")
    assert sender.send(end)
    wait_until(lambda: any("[resolved] test: WorkflowFinding" in body for body in receiver.bodies), "the end")
