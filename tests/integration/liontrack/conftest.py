"""An emulator with LionTrack's tables, and the pipeline with its own StarRocks user."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.integration.liontrack.demonstrated import Demonstrated, demonstrate
from tests.integration.liontrack.lake import Lake, start_lake
from tests.integration.liontrack.runs import Pipeline


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with start_lake(tmp_path_factory.mktemp("liontrack")) as lake:
        yield lake


@pytest.fixture
def lake(_server: Lake) -> Lake:
    """The databases with empty tables."""
    _server.clear()
    return _server


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstrated]:
    """The demonstration data with the pipeline's results, which tests only read."""
    with demonstrate(tmp_path_factory.mktemp("demonstrated")) as found:
        yield found


@pytest.fixture
def pulsar_admin() -> Iterator[str]:
    """The address of a fake admin interface of Pulsar that requires a token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # name of http.server
            self.send_response(401 if self.path == "/admin/v2/brokers/ready" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def password_file(tmp_path: Path, _server: Lake) -> Path:
    """A file with the password of all users in the tests."""
    path = tmp_path / "password"
    path.write_text(_server.password + "\n")
    return path


@pytest.fixture
def pipeline(lake: Lake, pulsar_admin: str, password_file: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Runs of the pipeline on these tables."""
    return Pipeline(lake, pulsar_admin, password_file, monkeypatch)
