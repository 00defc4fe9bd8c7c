"""A producer sends the token of its file at each connection, so that a rotated one is used."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

import pulsar
import pytest

from apps.shared.publishing.broker import RefusedError, _token


def tokens_sent(file: Path, *, connections: int) -> list[bytes]:
    """The first bytes of each connection to a server that closes it and changes the file."""
    found: list[bytes] = []
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for number in range(connections):
                connection, _ = server.accept()
                with connection:
                    found.append(connection.recv(4096))
                    file.write_text(f"token-{number + 1}")
            done.set()

        threading.Thread(target=serve, daemon=True).start()
        client = pulsar.Client(
            f"pulsar://127.0.0.1:{server.getsockname()[1]}", authentication=_token(file), operation_timeout_seconds=60
        )
        threading.Thread(target=_produce, args=(client,), daemon=True).start()
        assert done.wait(300)
        client.close()
    return found


def _produce(client: pulsar.Client) -> None:
    with suppress(pulsar.PulsarException):
        client.create_producer("persistent://a/b/c")


def test_a_changed_token_is_used_by_the_next_connection(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("token-0")
    first, second = tokens_sent(file, connections=2)
    assert b"token-0" in first
    assert b"token-1" in second


def test_a_token_file_may_end_with_a_line_end(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("token-0\n")
    [sent] = tokens_sent(file, connections=1)
    assert b"token-0\n" not in sent
    assert b"token-0" in sent


def test_a_missing_token_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"token file .*: No such file"):
        _token(tmp_path / "missing")
