"""A real Alertmanager with a stack's configuration: alerts of tasks and their ends reach the webhook."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from apps.tasks.alerts import CRITICAL, WARNING, Alertmanager, Finding, Report
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


def finding(subject: str, text: str) -> Finding:
    return Finding(subject, "ciapol", subject, f"{subject}: {text}", f"{subject} : anomalie", "completeness 0.5")


FIRST, SECOND = finding("ABJ-001", "finding"), finding("ABJ-002", "finding")
REPORT = Report(WARNING, "quality_hourly", "alerts", "q", timedelta(hours=4), [FIRST])
JOB = Report(CRITICAL, "jobs_keep_running", "keep_running", "q", timedelta(hours=1), [finding("ciapol-ingest", "down")])


def subjects(url: str, **query: str) -> dict[str, str]:
    """The start of each alert, by subject."""
    found = httpx.get(f"{url}/api/v2/alerts", params={"active": "true", **query}).raise_for_status().json()
    return {each["labels"]["subject"]: each["startsAt"] for each in found}


def test_findings_of_a_task_and_their_ends_reach_the_webhook(url: str, receiver: Receiver) -> None:
    sender = Alertmanager("test", url)
    assert sender.send(REPORT) == {"ABJ-001"}
    wait_until(lambda: receiver.bodies, "the alert at the webhook")
    [attachment] = json.loads(receiver.bodies[0])["attachments"]
    assert attachment["title"] == "[warning] test: WorkflowFinding"
    assert "ABJ-001: finding\ncompleteness 0.5" in attachment["text"]
    fields = {each["title"]: each.get("value", "") for each in attachment["fields"]}
    assert (fields["product"], fields["workflow"], fields["severity"]) == ("ciapol", "quality_hourly", "warning")
    assert fields["runbook"] == "docs/runbook.md#a-workflow-reports-findings"

    # Another finding changes the group, which is sent after `group_interval` and not after `repeat_interval`.
    assert sender.send(replace(REPORT, current=[FIRST, SECOND]))
    wait_until(lambda: any("ABJ-002" in body for body in receiver.bodies), "the second finding")

    assert not sender.send(replace(REPORT, current=[], ended=[FIRST, SECOND]))
    wait_until(lambda: any("[resolved] test: WorkflowFinding" in body for body in receiver.bodies), "the end")


def test_a_long_group_is_shortened(url: str, receiver: Receiver) -> None:
    assert Alertmanager("test", url).send(replace(REPORT, current=[finding(f"s{n:02}", "finding") for n in range(40)]))
    wait_until(lambda: receiver.bodies, "the alert at the webhook")
    text = json.loads(receiver.bodies[-1])["attachments"][0]["text"]
    assert text.count(": finding") == 30
    assert "… 40 alerts" in text


def test_an_alert_that_is_sent_again_keeps_its_start_and_ends_alone(url: str) -> None:
    sender = Alertmanager("test", url)
    assert sender.send(replace(REPORT, current=[FIRST, SECOND]))
    begun = subjects(url)
    assert begun.keys() == {"ABJ-001", "ABJ-002"}
    assert datetime.fromisoformat(begun["ABJ-001"]) <= datetime.now(UTC)
    assert sender.send(replace(REPORT, ended=[SECOND]))
    assert subjects(url) == {"ABJ-001": begun["ABJ-001"]}


def test_a_critical_alert_suppresses_only_a_warning_about_the_same_thing(url: str, receiver: Receiver) -> None:
    sender = Alertmanager("test", url)
    assert sender.send(JOB)
    assert sender.send(REPORT)
    assert sender.send(replace(JOB, severity=WARNING))
    # Alerts of rules have neither a workflow nor a subject.
    rule = {"alertname": "RuleAlert", "service": "pulsar", "product": "ciapol"}
    posted = [{"labels": {**rule, "severity": severity}} for severity in (CRITICAL, WARNING)]
    httpx.post(f"{url}/api/v2/alerts", json=posted).raise_for_status()

    def suppressed() -> set[tuple[str, str, str]]:
        found = httpx.get(f"{url}/api/v2/alerts").raise_for_status().json()
        return {
            (each["labels"]["alertname"], each["labels"]["severity"], each["labels"].get("subject", ""))
            for each in found
            if each["status"]["inhibitedBy"]
        }

    # The dispatcher inhibits when it sends, so the state appears with the first notification of the group.
    wait_until(lambda: len(suppressed()) == 2, lambda: str(suppressed()))
    assert suppressed() == {("WorkflowFinding", "warning", "ciapol-ingest"), ("RuleAlert", "warning", "")}
    wait_until(lambda: any("ABJ-001" in body for body in receiver.bodies), "the warning of another workflow")
