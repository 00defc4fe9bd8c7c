"""Health checks by HTTP."""

import socket
import threading
from collections.abc import Iterator

import pytest

from infra.resources.health import Check


@pytest.fixture
def answering() -> Iterator[tuple[str, list[bytes]]]:
    """The URL of a server that sends the first of some prepared responses to each client."""
    responses: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1000)
                    connection.sendall(responses[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", responses
        server.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def test_a_proxy_in_the_environment_is_not_used(
    answering: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, responses = answering
    responses.append(b"HTTP/1.0 200 OK\r\n\r\nOK")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert Check(url=url, contains="OK", start_within=1, description="").problem(60) == ""


def test_a_response_that_is_not_http_is_reported(answering: tuple[str, list[bytes]]) -> None:
    url, responses = answering
    responses.append(b"SSH-2.0-OpenSSH\r\n")
    assert "SSH-2.0-OpenSSH" in Check(url=url, contains="OK", start_within=1, description="").problem(60)
