"""The values that the platform's API reads from Prometheus, Alertmanager and the engine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from apps.platform_api.app import create_app
from apps.platform_api.flow import QUERIES
from apps.platform_api.metrics import ZetaMetrics
from apps.platform_api.settings import Settings

URL = "/api/v1/pipeline/monitoring"
TOPIC = "ciapol/air/measurements"


class Server:
    """A fake of Prometheus, Alertmanager and Zeta; `answers` contains the series of each expression."""

    def __init__(self) -> None:
        self.answers: dict[str, list[object]] = {}
        self.alerts: object = []
        self.jobs: object = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                body = server.answer(address.path, parse_qs(address.query))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True, kwargs={"poll_interval": 0.02}).start()

    def answer(self, path: str, query: dict[str, list[str]]) -> object:
        if path == "/api/v1/query":
            series = self.answers.get(query["query"][0], [])
            return {"status": "success", "data": {"resultType": "vector", "result": series}}
        return self.alerts if path == "/api/v2/alerts" else self.jobs

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


def client(folder: Path, **more: str) -> TestClient:
    """A client of an API whose StarRocks is unreachable."""
    (folder / "password").write_text("x")
    settings = Settings(
        starrocks_host="127.0.0.1",
        starrocks_port=9,
        starrocks_database="kappastack",
        starrocks_user="reader",
        starrocks_password_file=folder / "password",
        zeta_url="http://127.0.0.1:9",
        **more,
    )
    return TestClient(create_app(settings), raise_server_exceptions=False)


def series(value: str, **labels: str) -> dict[str, object]:
    return {"metric": labels, "value": [1769860800, value]}


def test_flow_and_alerts(server: Server, tmp_path: Path) -> None:
    server.answers = {
        QUERIES["in"]: [series("12.5", namespace="ciapol/air", topic=TOPIC)],
        QUERIES["backlog"]: [series("7", namespace="ciapol/air", topic=TOPIC)],
        QUERIES["running"]: [series("1", streaming_job="ciapol-ingest")],
        QUERIES["received"]: [series("12.5", streaming_job="ciapol-ingest")],
        QUERIES["rejected"]: [series("NaN", product="ciapol")],
        QUERIES["up"]: [series("1", service="pulsar"), series("0", service="starrocks")],
        QUERIES["memory"]: [series("1048576", service="pulsar")],
        QUERIES["machine_cpu"]: [series("0.25")],
    }
    labels = {"alertname": "ServiceDown", "severity": "critical", "owner": "platform"}
    annotations = {"summary": "starrocks does not respond", "summary_fr": "starrocks ne répond pas"}
    server.alerts = [
        {"labels": {**labels, "alertname": "Slow", "severity": "warning"}, "startsAt": "2026-01-31T12:00:00Z"},
        {"labels": labels, "annotations": annotations, "startsAt": "2026-01-31T11:00:00Z"},
    ]
    with client(tmp_path, prometheus_url=server.url, alertmanager_url=server.url) as api:
        body = api.get(URL).raise_for_status().json()
    assert (body["enabled"], body["error"]) == (True, None)
    assert [alert["name"] for alert in body["alerts"]] == ["ServiceDown", "Slow"]
    assert body["alerts"][0]["summary_fr"] == "starrocks ne répond pas"
    flow = body["flow"]
    assert flow["topics"] == [
        {"product": "ciapol", "topic": TOPIC, "in_per_second": 12.5, "backlog": 7, "lag_seconds": 0.0}
    ]
    assert flow["jobs"] == [
        {"name": "ciapol-ingest", "running": True, "received_per_second": 12.5, "written_per_second": None}
    ]
    # No message in a quarter of an hour, so the share is unknown.
    assert flow["rejected"] == [{"product": "ciapol", "share": None}]
    assert flow["machine"] == {"cpu_share": 0.25, "memory_share": None, "disk_share": None}
    assert [(each["service"], each["up"], each["memory_bytes"]) for each in flow["services"]] == [
        ("pulsar", True, 1048576),
        ("starrocks", False, None),
    ]


def test_monitoring_that_is_off_or_unreachable_is_no_error(tmp_path: Path) -> None:
    with client(tmp_path) as api:
        body = api.get(URL).raise_for_status().json()
        assert (body["enabled"], body["error"], body["flow"]) == (False, None, None)
    away = "http://127.0.0.1:9"
    with client(tmp_path, prometheus_url=away, alertmanager_url=away) as api:
        body = api.get(URL).raise_for_status().json()
        assert (body["enabled"], body["flow"]) == (True, None)
        assert body["error"].startswith("Alertmanager does not respond:")


def test_an_invalid_response_is_reported(server: Server, tmp_path: Path) -> None:
    server.alerts = {"message": "hello"}
    with client(tmp_path, prometheus_url=server.url, alertmanager_url=server.url) as api:
        assert "Alertmanager returned an invalid response" in api.get(URL).json()["error"]


def test_rows_of_the_engines_jobs(server: Server) -> None:
    server.jobs = [
        {"jobName": "a", "jobStatus": "RUNNING", "metrics": {"SourceReceivedCount": "12", "SinkWriteCount": "36"}},
        {"jobName": "b", "jobStatus": "FAILING", "metrics": {}},
    ]
    found = {metric.name: metric.samples for metric in ZetaMetrics(server.url).collect()}
    assert [sample.value for sample in found["seatunnel_zeta_up"]] == [1]
    running = {each.labels["streaming_job"]: each.value for each in found["seatunnel_zeta_job_running"]}
    assert running == {"a": 1, "b": 0}
    assert [each.value for each in found["seatunnel_zeta_job_source_received"]] == [12, 0]
    assert [each.value for each in found["seatunnel_zeta_job_sink_written"]] == [36, 0]


def test_an_engine_that_does_not_respond_is_down() -> None:
    [up] = ZetaMetrics("http://127.0.0.1:9").collect()
    assert [(sample.name, sample.value) for sample in up.samples] == [("seatunnel_zeta_up", 0)]
