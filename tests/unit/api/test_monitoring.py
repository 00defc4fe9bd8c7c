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
TOPIC, EMPTY, SLOW, UNREAD = (f"ciapol/air/{name}" for name in ("measurements", "none", "slow", "unread"))


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
        QUERIES["in"]: [
            series("12.5", namespace="ciapol/air", topic=TOPIC),
            series("1", namespace="ciapol/air", topic=UNREAD),
        ],
        QUERIES["backlog"]: [
            series("7", namespace="ciapol/air", topic=TOPIC),
            series("0", namespace="ciapol/air", topic=EMPTY),
            series("3", namespace="ciapol/air", topic=SLOW),
        ],
        QUERIES["lag"]: [series("90", namespace="ciapol/air", topic=SLOW)],
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
        # Messages wait, and none was acknowledged within a day.
        {"product": "ciapol", "topic": TOPIC, "in_per_second": 12.5, "backlog": 7, "lag_seconds": None},
        {"product": "ciapol", "topic": EMPTY, "in_per_second": None, "backlog": 0, "lag_seconds": 0.0},
        {"product": "ciapol", "topic": SLOW, "in_per_second": None, "backlog": 3, "lag_seconds": 90.0},
        {"product": "ciapol", "topic": UNREAD, "in_per_second": 1.0, "backlog": None, "lag_seconds": None},
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


def counted(metrics: ZetaMetrics) -> dict[str, dict[str, float]]:
    """The values of each metric by job."""
    return {
        metric.name: {each.labels.get("streaming_job", ""): each.value for each in metric.samples}
        for metric in metrics.collect()
    }


def job(name: str, read: int | None, written: int | None = None) -> dict[str, object]:
    """A running job in the engine's response. It has no metrics before its first report."""
    known = {"SourceReceivedCount": read, "SinkWriteCount": written}
    return {
        "jobName": name,
        "jobStatus": "RUNNING",
        "metrics": {key: str(value) for key, value in known.items() if value is not None},
    }


def test_rows_of_the_engines_jobs(server: Server) -> None:
    metrics = ZetaMetrics(server.url)
    server.jobs = [job("a", 1000, 3000), {"jobName": "b", "jobStatus": "FAILING", "metrics": {}}]
    found = counted(metrics)
    assert found["seatunnel_zeta_up"] == {"": 1}
    assert found["seatunnel_zeta_job_running"] == {"a": 1, "b": 0}
    # What jobs read before this API started belongs to no interval between two collections.
    assert found["seatunnel_zeta_job_source_received"] == {"a": 0, "b": 0}
    server.jobs = [job("a", 1012, 3036), job("b", 5)]
    found = counted(metrics)
    assert found["seatunnel_zeta_job_source_received"] == {"a": 12, "b": 0}
    assert found["seatunnel_zeta_job_sink_written"] == {"a": 36, "b": 0}


@pytest.mark.parametrize("after", [999_000, 0, None], ids=["an older number", "0", "no number"])
def test_the_rows_of_a_job_do_not_fall_when_it_restarts(server: Server, after: int | None) -> None:
    metrics = ZetaMetrics(server.url)
    values = []
    for read in (999_900, 1_000_000, after, 1_000_100 if after is None else after + 100):
        server.jobs = [job("a", read)]
        values.append(counted(metrics)["seatunnel_zeta_job_source_received"]["a"])
    assert values == [0, 100, 100, 200]


def test_a_job_that_comes_back_is_a_new_one(server: Server) -> None:
    metrics = ZetaMetrics(server.url)
    values = []
    for jobs in ([job("a", 10)], [], [job("a", 70)], [job("a", 75)]):
        server.jobs = jobs
        values.append(counted(metrics)["seatunnel_zeta_job_source_received"])
    assert values == [{"a": 0}, {}, {"a": 0}, {"a": 5}]


def test_an_engine_that_does_not_respond_is_down() -> None:
    [up] = ZetaMetrics("http://127.0.0.1:9").collect()
    assert [(sample.name, sample.value) for sample in up.samples] == [("seatunnel_zeta_up", 0)]
