import asyncio.sslproto
import logging
import socket
import ssl
from pathlib import Path

import pymysql
import pytest

from starrocks_emulator.mysql.constants import Capability
from tests.unit.emulator_mysql.raw_client import BASIC, RawClient
from tests.unit.emulator_mysql.serving import server_context, serving
from tests.unit.emulator_mysql.sqlite_backend import SqliteBackend, native_password

SSL_REQUEST = (BASIC | Capability.SSL).to_bytes(4, "little") + bytes(28)


def test_fifty_consecutive_connections(backend: SqliteBackend, tmp_path: Path) -> None:
    with serving(backend, context=server_context(tmp_path)) as served:
        for _ in range(50):
            connection = pymysql.connect(
                host="127.0.0.1",
                port=served.port,
                user="ana",
                password="s3cret",
                ssl_ca=str(tmp_path / "server.pem"),
                ssl_verify_cert=True,
                ssl_verify_identity=True,
                connect_timeout=120,
            )
            with connection, connection.cursor() as cursor:
                cursor.execute("select 'x'")
                assert cursor.fetchall() == (("x",),)


@pytest.mark.parametrize("cut", [0, 1, 36, 37, 100])
def test_a_client_hello_right_after_the_request_is_not_lost(backend: SqliteBackend, tmp_path: Path, cut: int) -> None:
    """The client's bytes arrive in one write, or split before, inside or after the packet that requests TLS."""
    context = ssl.create_default_context(cafile=None)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with serving(backend, context=server_context(tmp_path)) as served, RawClient(served.port) as client:
        salt = client.salt(client.read())
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing)
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        together = len(SSL_REQUEST).to_bytes(3, "little") + b"\x01" + SSL_REQUEST + outgoing.read()
        client.socket.sendall(together[:cut])
        client.socket.sendall(together[cut:])
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                incoming.write(client.socket.recv(65536))
        response = client.response("ana", native_password("s3cret", salt), BASIC | Capability.SSL)
        tls.write(len(response).to_bytes(3, "little") + b"\x02" + response)
        client.socket.sendall(outgoing.read())
        verdict = b""
        while not verdict:
            try:
                verdict = tls.read(65536)
            except ssl.SSLWantReadError:
                incoming.write(client.socket.recv(65536))
        assert verdict[3:5] == b"\x03\0"  # sequence id 3, OK


def test_bytes_other_than_tls_after_the_request_close_the_connection(backend: SqliteBackend, tmp_path: Path) -> None:
    with serving(backend, context=server_context(tmp_path)) as served:
        with RawClient(served.port) as client:
            client.read()
            client.send(SSL_REQUEST)
            client.socket.sendall(b"this is no ClientHello, not at all" * 10)
            assert client.drained()
        with pymysql.connect(host="127.0.0.1", port=served.port, user="root", ssl_disabled=True) as connection:
            connection.ping()


def test_a_wrong_password_over_tls_is_rejected(backend: SqliteBackend, tmp_path: Path) -> None:
    with (
        serving(backend, context=server_context(tmp_path)) as served,
        pytest.raises(pymysql.err.OperationalError) as refused,
    ):
        pymysql.connect(
            host="127.0.0.1",
            port=served.port,
            user="ana",
            password="x",
            ssl={"ca": str(tmp_path / "server.pem"), "check_hostname": False},
        )
    assert refused.value.args[0] == 1045


def test_large_results_and_statements_over_tls(backend: SqliteBackend, tmp_path: Path) -> None:
    with serving(backend, context=server_context(tmp_path)) as served:
        connection = pymysql.connect(
            host="127.0.0.1",
            port=served.port,
            user="root",
            ssl={"ca": str(tmp_path / "server.pem"), "check_hostname": False},
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT BIG(20000)")
            rows = cursor.fetchall()
            assert len(rows) == 20000
            assert rows[-1] == (19999, "row 19999", 19999 / 7)
            cursor.execute("select length(%s)", ("x" * 3_000_000,))
            assert cursor.fetchall() == ((3_000_000,),)


@pytest.mark.parametrize("leave", ["quit", "reset", "kill"])
def test_closing_a_tls_connection_logs_no_error(
    backend: SqliteBackend,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    leave: str,
) -> None:
    """asyncio's TLS transport drops its protocol at a second close(); abort() then fails in Python 3.11.2."""
    transport = asyncio.sslproto._SSLProtocolTransport
    abort = transport.abort

    def abort_of_3_11_2(self: asyncio.Transport) -> None:
        if self._ssl_protocol is None:  # type: ignore[attr-defined]
            raise AttributeError("'NoneType' object has no attribute '_abort'")
        abort(self)

    monkeypatch.setattr(transport, "abort", abort_of_3_11_2)
    with caplog.at_level(logging.ERROR), serving(backend, context=server_context(tmp_path)) as served:
        connection = pymysql.connect(
            host="127.0.0.1",
            port=served.port,
            user="root",
            ssl={"ca": str(tmp_path / "server.pem"), "check_hostname": False},
        )
        if leave == "quit":
            connection.close()
        elif leave == "reset":
            vars(connection)["_sock"].close()
        # "kill": a stopping server closes the connection
    assert [record.getMessage() for record in caplog.records] == []
