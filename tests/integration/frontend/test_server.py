"""The server of the page as a process, with a fake API."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.frontend.fake_api import FakeApi, Server
from tests.integration.frontend.sample_pipeline import SamplePipeline
from tests.waiting import PATIENCE, is_busy

ROOT = Path(__file__).parents[3]
GOOD = ("--platform-api", "http://127.0.0.1:8000")
pytestmark = pytest.mark.integration


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Frontend:
    """A running `python -m apps.frontend`."""

    def __init__(self, platform_url: str, api_url: str, static: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        port = self.url.rsplit(":", 1)[1]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "apps.frontend", "--port", port, "--static", str(static)),
                *("--platform-api", platform_url, "--product", f"ciapol={api_url}"),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_live(self) -> None:
        deadline = time.monotonic() + 300
        while True:
            try:
                if httpx.get(f"{self.url}/health/live", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.communicate()[0]
                assert time.monotonic() < deadline, "the server did not respond within 300 s"


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    (folder / "index.html").write_text("<!doctype html><title>page</title>", "utf-8")
    return folder


@pytest.fixture(scope="module")
def running_fake() -> FakeApi:
    return FakeApi()


@pytest.fixture(scope="module")
def api(running_fake: FakeApi) -> Iterator[Server]:
    server = Server(running_fake.app).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def platform_api(running_fake: FakeApi) -> Iterator[Server]:
    server = Server(running_fake.platform).start()
    yield server
    server.stop()


@pytest.fixture
def fake(running_fake: FakeApi) -> FakeApi:
    running_fake.mode = "fresh"
    running_fake.pipeline = SamplePipeline()
    running_fake.seen.clear()
    return running_fake


@pytest.fixture(scope="module")
def frontend(platform_api: Server, api: Server, static: Path) -> Iterator[Frontend]:
    frontend = Frontend(platform_api.url, api.url, static)
    try:
        frontend.wait_until_live()
        yield frontend
    finally:
        frontend.process.kill()
        frontend.process.wait()


@pytest.fixture
def client(frontend: Frontend) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=frontend.url, trust_env=False, timeout=120) as client:
        yield client


def test_status_reflects_the_state_of_the_apis(client: httpx.Client, fake: FakeApi) -> None:
    status = client.get("/api/status").json()
    assert status["status"] == "ok"
    assert status["platform_api"]["reachable"]
    assert status["starrocks"] == {"reachable": True, "version": "3.5.0", "emulator": True}
    assert status["products"]["ciapol"]["data"]["fresh"]
    fake.mode = "stale"
    status = client.get("/api/status").json()
    assert (status["status"], status["products"]["ciapol"]["status"]) == ("stale", "stale")
    fake.mode = "starrocks_down"
    status = client.get("/api/status").json()
    reachable = (status["products"]["ciapol"]["reachable"], status["starrocks"]["reachable"])
    assert (status["status"], *reachable) == ("down", True, False)


def test_status_includes_the_pipeline(client: httpx.Client, fake: FakeApi) -> None:
    status = client.get("/api/status").json()["pipeline"]
    assert (status["status"], len(status["steps"]), status["jobs"][0]["state"]) == ("ok", 3, "running")
    fake.pipeline = SamplePipeline(late=True)
    status = client.get("/api/status").json()
    assert (status["status"], status["pipeline"]["status"]) == ("ok", "late")
    assert [step["workflow"] for step in status["pipeline"]["steps"] if step["late"]] == ["predict_hourly"]
    fake.pipeline = None
    status = client.get("/api/status").json()
    assert (status["status"], status["pipeline"]["status"]) == ("ok", "unknown")


def test_status_responds_within_two_seconds_while_the_api_hangs(client: httpx.Client, fake: FakeApi) -> None:
    fake.mode = "silent"
    started = time.monotonic()
    status = client.get("/api/status").json()
    assert time.monotonic() - started < 2 or is_busy()
    assert status["status"] == "down"
    silent = {"reachable": False, "latency_ms": None, "error": "no response within 1.5 s"}
    assert status["platform_api"] == silent
    assert status["products"]["ciapol"] == {"status": "down", **silent, "data": None}


def test_apis_are_read_through_the_server(client: httpx.Client, fake: FakeApi) -> None:
    answer = client.get("/api/ciapol/v1/aqi/current", headers={"cookie": "a=b", "authorization": "Bearer x"})
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == len(fake.stations)
    seen = fake.seen[-1].headers
    assert "cookie" not in seen
    assert "authorization" not in seen
    pipeline = client.get("/api/platform/v1/pipeline")
    assert pipeline.json()["jobs"][0]["name"] == "ingest"


def test_each_api_describes_itself(client: httpx.Client, api: Server, platform_api: Server) -> None:
    for name, server in (("ciapol", api), ("platform", platform_api)):
        body = client.get(f"/api/{name}/openapi.json").json()
        assert (body["path"], body["host"]) == ("/openapi.json", server.port)


def test_the_link_to_the_next_page_leads_through_the_server(client: httpx.Client) -> None:
    window = "from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z"
    answer = client.get(f"/api/ciapol/v1/stations/ABJ-001/aqi?{window}")
    assert answer.headers["link"] == '</api/ciapol/v1/stations/ABJ-001/aqi?cursor=x>; rel="next"'


def test_query_encoding_and_errors_pass_unchanged(client: httpx.Client, fake: FakeApi) -> None:
    answer = client.get("/api/ciapol/v1/stations/no%20such?x=%2F&y=1")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "No such station."
    assert fake.seen[-1].scope["raw_path"] == b"/api/v1/stations/no%20such"
    assert fake.seen[-1].url.query == "x=%2F&y=1"


def test_head_requests_are_forwarded(client: httpx.Client) -> None:
    answer = client.head("/api/ciapol/v1/rejected?since=2026-01-01T00:00:00Z")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writing_methods_are_rejected(client: httpx.Client, fake: FakeApi, method: str) -> None:
    answer = client.request(method, "/api/ciapol/v1/stations")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "application/problem+json"
    assert fake.seen == []


def test_the_proxy_rejects_paths_outside_the_api(frontend: Frontend, fake: FakeApi) -> None:
    host, port = frontend.url.removeprefix("http://").split(":")
    for path in ("/api/ciapol/../../health", "/api/ciapol/%2e%2e/%2e%2e/health", "/api/platform/..%2f..%2fhealth"):
        # A raw socket, because HTTP clients normalise such a path before they send it.
        with socket.create_connection((host, int(port)), timeout=120) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            with connection.makefile("rb") as answer:
                assert b" 404 " in answer.readline()
    assert fake.seen == []


def test_responses_are_streamed(client: httpx.Client) -> None:
    with client.stream("GET", "/api/ciapol/v1/stream", headers={"accept-encoding": "identity"}) as answer:
        assert next(answer.iter_raw()) == b"first\n"


def test_an_interrupted_response_is_not_completed(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/ciapol/v1/broken", headers={"accept-encoding": "identity"})


def test_without_the_api_the_page_is_served_and_the_proxy_returns_502(static: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    frontend = Frontend(gone, gone, static)
    try:
        frontend.wait_until_live()
        with httpx.Client(base_url=frontend.url, trust_env=False) as client:
            assert client.get("/").status_code == 200
            answer = client.get("/api/ciapol/v1/stations")
            assert answer.status_code == 502
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"] == "The API cannot be reached."
            assert client.get("/api/status").json()["platform_api"]["error"].startswith("ConnectError")
    finally:
        frontend.process.kill()
        frontend.process.wait()


def test_sigterm_stops_it_in_time_even_while_a_client_reads(api: Server, static: Path) -> None:
    frontend = Frontend(api.url, api.url, static)
    try:
        frontend.wait_until_live()
        with (
            httpx.Client(base_url=frontend.url, trust_env=False) as client,
            client.stream("GET", "/api/ciapol/v1/stream", headers={"accept-encoding": "identity"}) as answer,
        ):
            assert next(answer.iter_raw()) == b"first\n"
            started = time.monotonic()
            frontend.process.send_signal(signal.SIGTERM)
            frontend.process.wait(PATIENCE)
            assert time.monotonic() - started < 10 or is_busy()
    finally:
        frontend.process.kill()
        frontend.process.wait()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--platform-api", "127.0.0.1:8000"], "give one like http://127.0.0.1:8000"),
        ([*GOOD, "--port", "70000"], "a number from 1 to 65535"),
        ([*GOOD, "--product", "http://127.0.0.1:8000"], "give NAME=URL"),
        ([*GOOD, "--product", "status=http://127.0.0.1:8000"], "product name 'status'"),
        ([*GOOD, "--product", "weather=nowhere"], "'nowhere' is not an address"),
        ([*GOOD, *(2 * ["--product", "weather=http://127.0.0.1:8000"])], "weather is given more than once"),
        ([*GOOD, "--static", "/nowhere"], "npm run build"),
    ],
)
def test_errors_name_invalid_arguments(arguments: list[str], words: str) -> None:
    ready = arguments if "--static" in arguments else [*arguments, "--static", "."]
    run = subprocess.run(
        [sys.executable, "-m", "apps.frontend", *ready],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 2
    assert words in run.stderr


def test_status_is_json_that_is_not_cached(client: httpx.Client) -> None:
    answer = client.get("/api/status")
    assert answer.headers["cache-control"] == "no-store"
    assert set(json.loads(answer.content)) == {
        *("status", "frontend", "platform_api", "starrocks", "pipeline", "products")
    }
