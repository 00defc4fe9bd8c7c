import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import AwareDatetime, BaseModel, Field

from apps.tasks.alerts import WARNING, Alertmanager, Finding, Report, Webhook


def finding(station: str) -> Finding:
    return Finding(station, "ciapol", station, f"{station}: finding", f"{station} : anomalie", "completeness 0.5")


FIRST, SECOND = finding("ABJ-001"), finding("ABJ-002")
REPORT = Report(WARNING, "quality_hourly", "alerts", "quality_alerts", timedelta(hours=4), [FIRST])
BOTH = replace(REPORT, current=[FIRST, SECOND])
KNOWN = frozenset({"ABJ-001"})


class Posted(BaseModel):
    """An alert in the form of Alertmanager's API."""

    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime = Field(alias="endsAt")


class Receiver:
    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[dict[str, str]] = []
        self.alerts: list[list[Posted]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/json"
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if isinstance(body, list):
                    receiver.alerts.append([Posted.model_validate(each) for each in body])
                else:
                    receiver.bodies.append(body)
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/T0P-S3CRET"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    thread = threading.Thread(target=running.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()


def send(tmp_path: Path, url: str | None, report: Report = REPORT) -> tuple[frozenset[str], list[float]]:
    pauses: list[float] = []
    file = tmp_path / "url"
    if url is not None:
        file.write_text(url + "\n")
    return Webhook("local", str(file), sleep=pauses.append).send(report), pauses


def test_the_request_has_the_format_of_chat_webhooks(tmp_path: Path, receiver: Receiver) -> None:
    assert send(tmp_path, receiver.url) == (KNOWN, [])
    [body] = receiver.bodies
    assert body.pop("at").endswith("Z")
    assert body == {
        "source": "kappastack",
        "severity": "warning",
        "title": "ABJ-001: finding",
        "text": "[local] ABJ-001: finding\ncompleteness 0.5",
        "stack": "local",
        "product": "ciapol",
        "workflow": "quality_hourly",
        "task": "alerts",
        "subject": "ABJ-001",
    }


def test_the_webhook_gets_all_findings_if_one_is_new(tmp_path: Path, receiver: Receiver) -> None:
    assert send(tmp_path, receiver.url, replace(BOTH, known=KNOWN))[0] == BOTH.keys
    [body] = receiver.bodies
    assert (body["title"], body["subject"]) == ("quality_alerts: 2 findings", "quality_alerts")
    assert "ABJ-001: completeness 0.5\nABJ-002: completeness 0.5" in body["text"]
    assert send(tmp_path, receiver.url, replace(BOTH, known=BOTH.keys))[0] == BOTH.keys
    assert len(receiver.bodies) == 1


def test_the_webhook_gets_the_end_of_each_finding(tmp_path: Path, receiver: Receiver) -> None:
    one = replace(REPORT, ended=[SECOND], known=BOTH.keys)
    assert send(tmp_path, receiver.url, one)[0] == KNOWN
    assert [(body["severity"], body["subject"]) for body in receiver.bodies] == [("resolved", "ABJ-002")]
    all_of_them = replace(REPORT, current=[], ended=[FIRST, SECOND], known=BOTH.keys)
    assert send(tmp_path, receiver.url, all_of_them)[0] == frozenset()
    assert receiver.bodies[1]["title"] == "quality_alerts: 2 findings resolved"


def test_only_delivered_findings_are_known(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500] * 6
    ended = replace(REPORT, current=[SECOND], ended=[FIRST], known=KNOWN)
    assert send(tmp_path, receiver.url, ended)[0] == KNOWN
    receiver.statuses = [500] * 3
    sender = Alertmanager("local", receiver.url, sleep=lambda _: None)
    assert sender.send(ended) == KNOWN
    assert sender.send(ended) == frozenset({"ABJ-002"})


def test_alertmanager_gets_each_finding_and_its_end(receiver: Receiver) -> None:
    sender = Alertmanager("local", receiver.url, sleep=lambda _: None)
    assert sender.send(replace(BOTH, known=BOTH.keys)) == BOTH.keys
    assert sender.send(replace(REPORT, ended=[SECOND], known=BOTH.keys)) == KNOWN
    raised, ended = receiver.alerts
    assert raised[0].labels == {
        "alertname": "WorkflowFinding",
        "severity": "warning",
        "owner": "ciapol",
        "product": "ciapol",
        "workflow": "quality_hourly",
        "task": "alerts",
        "subject": "ABJ-001",
        "stack": "local",
    }
    assert raised[0].annotations["summary"] == "ABJ-001: finding"
    assert raised[0].annotations["summary_fr"] == "ABJ-001 : anomalie"
    assert raised[0].annotations["description"] == "completeness 0.5"
    now = datetime.now(UTC)
    assert [each.labels for each in raised] == [each.labels for each in ended]
    assert [each.ends_at - each.starts_at for each in raised] == [REPORT.lasts] * 2
    assert [each.ends_at > now for each in ended] == [True, False]
    assert all(each.starts_at <= now for each in (*raised, *ended))


def test_a_failed_request_is_retried(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500, 429]
    assert send(tmp_path, receiver.url) == (KNOWN, [1.0, 3.0])
    assert len(receiver.bodies) == 3


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/T0P-S3CRET", "file:///T0P-S3CRET", "T0P-S3CRET", None])
def test_a_failure_is_logged_without_the_url_and_raises_no_error(
    tmp_path: Path, url: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send(tmp_path, url)[0] == frozenset()
    output = capsys.readouterr().out
    assert "the alert was not sent" in output
    assert "S3CRET" not in output


def test_an_error_status_of_the_webhook_is_logged(
    tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.statuses = [403, 403, 403]
    assert send(tmp_path, receiver.url)[0] == frozenset()
    assert capsys.readouterr().out.count("the webhook returned status 403") == 3


def test_a_missing_webhook_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    assert Webhook("local", None).send(REPORT) == KNOWN
    assert "only in this log" in capsys.readouterr().out
