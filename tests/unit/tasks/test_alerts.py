import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import AwareDatetime, BaseModel, Field

from apps.tasks.alerts import Alert, Alertmanager, Webhook

ALERT = Alert(
    "warning", "quality_alerts: 1 finding", "ABJ-001: completeness 0.5", "ciapol", "quality_hourly", "quality_alerts"
)


class Posted(BaseModel):
    """An alert in the form of Alertmanager's API."""

    labels: dict[str, str]
    annotations: dict[str, str]
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


def send(tmp_path: Path, url: str | None) -> tuple[bool, list[float]]:
    pauses: list[float] = []
    file = tmp_path / "url"
    if url is not None:
        file.write_text(url + "\n")
    return Webhook("local", str(file), sleep=pauses.append).send(ALERT), pauses


def test_the_request_has_the_format_of_chat_webhooks(tmp_path: Path, receiver: Receiver) -> None:
    assert send(tmp_path, receiver.url) == (True, [])
    [body] = receiver.bodies
    assert body.pop("at").endswith("Z")
    assert body == {
        "source": "kappastack",
        "severity": "warning",
        "title": "quality_alerts: 1 finding",
        "text": "[local] quality_alerts: 1 finding\nABJ-001: completeness 0.5",
        "stack": "local",
        "product": "ciapol",
        "workflow": "quality_hourly",
        "subject": "quality_alerts",
    }


def test_alertmanager_gets_the_alert_and_its_end(receiver: Receiver) -> None:
    sender = Alertmanager("local", receiver.url, sleep=lambda _: None)
    assert sender.send(ALERT)
    assert sender.send(replace(ALERT, severity="resolved"))
    [raised], resolved = receiver.alerts
    assert raised.labels == {
        "alertname": "WorkflowFinding",
        "severity": "warning",
        "owner": "ciapol",
        "product": "ciapol",
        "workflow": "quality_hourly",
        "subject": "quality_alerts",
        "stack": "local",
    }
    assert raised.annotations["summary"] == "quality_alerts: 1 finding"
    assert raised.annotations["description"] == "ABJ-001: completeness 0.5"
    now = datetime.now(UTC)
    assert raised.ends_at > now
    # Alertmanager identifies an alert by its labels, so an end is sent for each severity that may have been raised.
    assert raised.labels in [each.labels for each in resolved]
    assert all(each.ends_at <= now for each in resolved)


def test_a_failed_request_is_retried(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500, 429]
    assert send(tmp_path, receiver.url) == (True, [1.0, 3.0])
    assert len(receiver.bodies) == 3


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/T0P-S3CRET", "file:///T0P-S3CRET", "T0P-S3CRET", None])
def test_a_failure_is_logged_without_the_url_and_raises_no_error(
    tmp_path: Path, url: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send(tmp_path, url)[0] is False
    output = capsys.readouterr().out
    assert "the alert was not sent" in output
    assert "S3CRET" not in output


def test_an_error_status_of_the_webhook_is_logged(
    tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.statuses = [403, 403, 403]
    assert send(tmp_path, receiver.url)[0] is False
    assert capsys.readouterr().out.count("the webhook returned status 403") == 3


def test_a_missing_webhook_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    assert Webhook("local", None).send(ALERT)
    assert "only in this log" in capsys.readouterr().out
