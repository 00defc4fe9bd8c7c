import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from apps.ciapol.api.settings import Settings
from apps.web.starrocks import Pool, StarRocksRefused, StarRocksUnavailable
from tests.integration.api.conftest import HOUR, NOW, PASSWORD, at, measurement
from tests.integration.api.platform import ROOT, Emulator, emulator

pytestmark = pytest.mark.integration


def test_health(client: TestClient, data: Emulator) -> None:
    response = client.get("/health")
    body = response.json()
    assert response.status_code == 200
    assert body["status"] == "ok"
    assert body["starrocks"]["reachable"] is True
    assert body["starrocks"]["emulator"] is True
    assert body["starrocks"]["version"]
    # In the first minute of an hour the newest measurement is at the start of that hour.
    assert at(body["data"]["last_measured_at"]) == max(HOUR, NOW - timedelta(minutes=1))
    assert at(body["data"]["last_received_at"]) == NOW - timedelta(seconds=30)
    assert 0 <= body["data"]["age_seconds"] < 1200
    assert body["data"]["fresh"] is True


def test_old_data_are_stale(data: Emulator, settings: Settings) -> None:
    from apps.ciapol.api.app import create_app  # noqa: PLC0415 - the fixture's application has other settings

    old = settings.model_copy(update={"fresh_within_seconds": 1})
    with TestClient(create_app(old)) as client:
        response = client.get("/health")
    assert (response.status_code, response.json()["status"], response.json()["data"]["fresh"]) == (200, "stale", False)


def test_metrics(client: TestClient, data: Emulator) -> None:
    for _ in range(3):
        client.get("/api/v1/stations/ABJ-001")
    lines = client.get("/metrics").text.splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values['api_requests_total{method="GET",route="/api/v1/stations/{station_id}",status="200"}'] == "3.0"
    assert values["api_starrocks_up"] == values["api_data_fresh"] == "1.0"
    assert float(values["api_data_age_seconds"]) >= 0
    assert float(values['api_starrocks_connections{state="open"}']) >= 1
    bucket = 'api_request_duration_seconds_count{method="GET",route="/api/v1/stations/{station_id}"}'
    assert values[bucket] == "3.0"


def test_concurrent_queries_share_few_connections(settings: Settings, data: Emulator) -> None:
    pool = Pool(settings)
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda i: pool.query("SELECT %s AS n", (i,))[0]["n"], range(100)))
    assert found == list(range(100))
    state = pool.state()
    assert (state.in_use, state.size) == (0, 3)
    assert 1 <= state.open <= 3
    pool.close()
    assert pool.state().open == 0


def test_a_rejected_query_keeps_its_connection(settings: Settings, data: Emulator) -> None:
    pool = Pool(settings)
    for _ in range(3):
        with pytest.raises(StarRocksRefused) as caught:
            pool.query("SELECT * FROM nowhere")
        assert caught.value.code
    assert pool.state().open == 1
    assert pool.query("SELECT 1 AS one") == [{"one": 1}]
    pool.close()


def test_a_wrong_password_counts_as_unavailable_and_is_not_shown(
    settings: Settings, data: Emulator, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("wrong word")
    pool = Pool(settings.model_copy(update={"starrocks_password_file": password}))
    with pytest.raises(StarRocksUnavailable) as caught:
        pool.query("SELECT 1")
    assert "wrong word" not in str(caught.value)


@contextmanager
def process(port: int, environment: dict[str, str]) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-m", "apps.ciapol.api", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as api:
        try:
            yield api
        finally:
            if api.poll() is None:
                api.kill()


def wait_for(url: str, status: int, seconds: float = 300) -> httpx.Response:
    deadline = time.monotonic() + seconds
    while True:
        try:
            response = httpx.get(url, timeout=120)
            if response.status_code == status:
                return response
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, f"{url} does not respond {status} in {seconds} s"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def methods_and_paths_work_in_the_server(url: str) -> None:
    """Check HEAD, OPTIONS and encoded slashes on a real server, because the test client sends them differently."""
    got, head = httpx.get(f"{url}/api/v1/stations/A", timeout=120), httpx.head(f"{url}/api/v1/stations/A", timeout=120)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert httpx.head(f"{url}/api/v1/stations?format=csv", timeout=120).status_code == 200
    options = httpx.options(f"{url}/api/v1/stations/A", timeout=120)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    for name in ("a%2Fb", "a%2fmeasurements"):
        found = httpx.get(f"{url}/api/v1/stations/{name}", timeout=120)
        assert (found.status_code, found.json()["errors"][0]["value"]) == (404, name.lower().replace("%2f", "/"))
        assert found.json()["instance"] == f"/api/v1/stations/{name}"


def csv_of_a_long_range_is_whole(url: str, starrocks: Emulator) -> None:
    first = at("2026-01-01T00:00:00Z")
    columns = ("station_id", "measured_at", "pm25", "message_id", "published_at")
    times = [first + timedelta(minutes=number) for number in range(31 * 24 * 60)]
    lines = [f"A,{time:%Y-%m-%d %H:%M:%S},12.5,1:1:1:1,2026-01-01 00:00:00" for time in times]
    starrocks.load("sensor_measurements_zeta", columns, "\n".join(lines))
    span = "from=2026-01-01&to=2026-02-01&pollutant=pm25"
    whole = httpx.get(f"{url}/api/v1/stations/A/measurements?{span}&format=csv", timeout=300).raise_for_status()
    found = [line.split(",")[0] for line in whole.text.splitlines()[1:]]
    assert found == [f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in times]


def test_the_api_survives_restarts_of_starrocks(tmp_path: Path) -> None:
    """The deployed process starts, survives restarts of StarRocks, and stops on SIGTERM."""
    with emulator(tmp_path / "starrocks") as starrocks:
        starrocks.add_user("api", "secret word", "ciapol_reader")
        columns = ("station_id", "name", "time_zone")
        starrocks.insert("stations", columns, [("A", "A", "UTC")])
        (tmp_path / "password").write_text("secret word")
        port = free_port()
        environment = {
            "STARROCKS_HOST": "127.0.0.1",
            "STARROCKS_PORT": str(starrocks.server.mysql_port),
            "STARROCKS_DATABASE": "ciapol_analytics",
            "STARROCKS_USER": "api",
            "STARROCKS_PASSWORD_FILE": str(tmp_path / "password"),
            "QUERIES_DIR": str(ROOT / "sql" / "ciapol" / "queries"),
        }
        url = f"http://127.0.0.1:{port}"
        with process(port, environment) as api:
            assert wait_for(f"{url}/api/v1/stations/A", 200).json()["registered"] is True
            methods_and_paths_work_in_the_server(url)
            csv_of_a_long_range_is_whole(url, starrocks)
            for end in (starrocks.stop, starrocks.kill):
                end()
                away = wait_for(f"{url}/api/v1/stations/A", 503)
                assert away.json()["type"] == "urn:ciapol:problem:starrocks-unavailable"
                assert wait_for(f"{url}/health", 503).json()["status"] == "down"
                assert httpx.get(f"{url}/health/live").status_code == 200
                starrocks.start()
                assert httpx.get(f"{url}/api/v1/stations/A", timeout=120).status_code == 200
            api.send_signal(signal.SIGTERM)
            output, errors = api.communicate(timeout=300)
            assert api.returncode in (0, -signal.SIGTERM)
        lines = [json.loads(line) for line in output.splitlines()]
        assert any(line["message"] == "request" and line["status"] == 503 for line in lines)
        assert errors == ""
        assert "secret word" not in output


def test_the_error_names_missing_settings(tmp_path: Path) -> None:
    with process(free_port(), {"STARROCKS_PORT": "x"}) as api:
        _, errors = api.communicate(timeout=300)
    assert api.returncode == 2
    assert "STARROCKS_HOST" in errors
    assert "STARROCKS_PORT='x'" in errors


def test_without_the_schema_the_status_is_503(settings: Settings, data: Emulator) -> None:
    from apps.ciapol.api.app import create_app  # noqa: PLC0415 - the fixture's application has other settings

    empty = settings.model_copy(update={"starrocks_database": "information_schema"})
    with TestClient(create_app(empty), raise_server_exceptions=False) as client:
        response = client.get("/api/v1/stations")
        assert response.status_code == 503
        assert response.json()["type"].startswith("urn:ciapol:problem:starrocks-")
        assert client.get("/health").json()["status"] == "down"
    assert PASSWORD not in response.text


def test_the_event_published_last_replaces_the_row(data: Emulator, client: TestClient) -> None:
    """The key is station and time: a repeated measurement replaces the row."""
    rows = [measurement("twice", HOUR - timedelta(minutes=1), value) for value in (1.0, 2.0)]
    columns = ("station_id", "measured_at", "pm25", "message_id", "published_at")
    for row in rows:
        data.insert("sensor_measurements_zeta", columns, [(row[0], row[1], row[3], row[-2], row[-1])])
    try:
        items = client.get("/api/v1/stations/twice/measurements").json()["items"]
        assert [item["pm25"] for item in items] == [2.0]
    finally:
        data.execute("DELETE FROM sensor_measurements_zeta WHERE station_id = 'twice'")
