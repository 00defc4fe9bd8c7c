import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from apps.tasks.alerts import Alert, Webhook

ALERT = Alert("warning", "quality_alerts: 1 finding", "ABJ-001: completeness 0.5", "ciapol", "quality_hourly")


class Receiver:
    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[dict[str, str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/json"
                receiver.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
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
    }


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
    assert capsys.readouterr().out.count("the webhook answered 403") == 3


def test_a_missing_webhook_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    assert Webhook("local", None).send(ALERT)
    assert "only in this log" in capsys.readouterr().out
