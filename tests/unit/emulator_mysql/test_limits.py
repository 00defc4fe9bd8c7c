import gc
import socket
import time
from collections.abc import Callable

import psutil
import pymysql
import pymysql.cursors
import pytest

from starrocks_emulator.mysql import Limits
from tests.unit.emulator_mysql.raw_client import RawClient, error_of
from tests.unit.emulator_mysql.serving import Served, serving
from tests.unit.emulator_mysql.sqlite_backend import SqliteBackend, SqliteSession


def wait_until(condition: Callable[[], bool], seconds: float = 300) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


@pytest.mark.parametrize("length", [16_777_000, 0xFFFFFF - 19, 0xFFFFFF - 18, 17_000_000, 40_000_000])
def test_statements_and_results_beyond_one_packet(served: Served, length: int) -> None:
    """From 16 MB on, a payload continues in a second packet, which may be empty."""
    text = "x" * length
    with (
        pymysql.connect(host="127.0.0.1", port=served.port, user="root", max_allowed_packet=1 << 30) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT '{text}' AS a, 1")
        ((value, one),) = cursor.fetchall()
        assert (value == text, one) == (True, 1)


def test_a_packet_over_the_limit_gets_a_readable_error(backend: SqliteBackend) -> None:
    with (
        serving(backend, limits=Limits(packet_bytes=1_000_000)) as served,
        RawClient(served.port) as client,
    ):
        client.login()
        with_header = (1_000_001).to_bytes(3, "little") + b"\0"
        client.socket.sendall(with_header + b"\x03" + b"x" * 1_000_000)
        code, message = error_of(client.read())
        assert (code, "1000000" in message) == (1153, True)
        assert client.closed()


def test_a_payload_over_the_limit_in_several_packets(backend: SqliteBackend) -> None:
    with (
        serving(backend, limits=Limits(packet_bytes=20_000_000)) as served,
        RawClient(served.port) as client,
    ):
        client.login()
        client.socket.sendall(b"\xff\xff\xff\0\x03" + b"x" * 0xFFFFFE)
        client.socket.sendall(b"\xff\xff\xff\x01")
        assert error_of(client.read())[0] == 1153


def test_before_the_login_packets_must_be_small(served: Served) -> None:
    with RawClient(served.port) as client:
        client.read()
        client.socket.sendall(b"\xff\xff\xff\x01")
        assert error_of(client.read())[0] == 1153
        assert client.closed()


@pytest.mark.parametrize("sequence", [1, 5, 255])
def test_a_wrong_sequence_id_ends_the_connection(served: Served, sequence: int) -> None:
    with RawClient(served.port) as client:
        client.login()
        client.send(b"\x0e", sequence)
        assert error_of(client.read())[0] == 1156
        assert client.closed()


def test_a_command_without_a_command_byte_ends_the_connection(served: Served) -> None:
    with RawClient(served.port) as client:
        client.login()
        assert error_of(client.command(b""))[0] == 1835
        assert client.closed()


def test_an_idle_client_is_disconnected_and_its_session_closed(backend: SqliteBackend) -> None:
    with serving(backend, limits=Limits(idle_seconds=0.2)) as served, RawClient(served.port) as client:
        client.login()
        assert client.closed()
        assert wait_until(lambda: backend.closed == [1])


def test_a_client_that_stops_inside_a_packet_is_disconnected(backend: SqliteBackend) -> None:
    with serving(backend, limits=Limits(read_seconds=0.2)) as served, RawClient(served.port) as client:
        client.login()
        client.socket.sendall(b"\x10\0\0\0\x03sel")
        assert client.closed()
        assert wait_until(lambda: served.server.connections == [])


def test_too_many_connections(backend: SqliteBackend) -> None:
    with serving(backend, limits=Limits(connections=2)) as served:
        with RawClient(served.port) as first, RawClient(served.port) as second:
            first.login()
            second.login()
            with pytest.raises(pymysql.err.OperationalError) as refused:
                pymysql.connect(host="127.0.0.1", port=served.port, user="root")
            assert refused.value.args == (1040, "Too many connections")
            assert served.server.refused == 1
        assert wait_until(lambda: served.server.connections == [])
        with RawClient(served.port) as third:
            assert third.login()[0] == 0


def test_kill_query_interrupts_only_the_statement(served: Served) -> None:
    with RawClient(served.port) as client:
        client.login()
        client.send(b"\x03SELECT SLEEP(30)", 0)
        assert wait_until(lambda: served.server.connections[0].info == "SELECT SLEEP(30)")
        info = served.server.connections[0]
        assert (info.command, info.user, info.host) == ("Query", "root", "127.0.0.1")
        assert served.server.kill(info.id, query_only=True)
        assert error_of(client.read())[0] == 1317
        assert client.command(b"\x0e")[0] == 0
        assert wait_until(lambda: served.server.connections[0].command == "Sleep")
        assert served.server.kill(info.id, query_only=True)  # no statement is running, so this has no effect
        assert client.rows(client.command(b"\x03select 1")) == [b"\x011"]
    assert not served.server.kill(99, query_only=True)


def test_a_disconnecting_client_stops_its_statement(served: Served, backend: SqliteBackend) -> None:
    client = RawClient(served.port)
    client.login()
    client.send(b"\x03SELECT SLEEP(600)", 0)
    assert wait_until(lambda: served.server.connections[0].info is not None)
    began = time.monotonic()
    client.socket.close()
    assert wait_until(lambda: backend.closed == [1])
    assert time.monotonic() - began < 300


def test_a_client_that_disconnects_during_a_result_stops_it(served: Served, backend: SqliteBackend) -> None:
    client = RawClient(served.port)
    client.login()
    client.send(b"\x03SELECT BIG(100000000)", 0)
    client.read()
    client.socket.close()
    assert wait_until(lambda: backend.closed == [1])
    assert backend.sessions[1].produced < 5_000_000


def test_a_slow_client_slows_the_statement_down_and_costs_no_memory(served: Served, backend: SqliteBackend) -> None:
    with RawClient(served.port) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.login()
        client.send(b"\x03SELECT BIG(2000000)", 0)
        client.read()
        session = backend.sessions[1]

        def stalled() -> bool:
            before = session.produced
            time.sleep(0.3)
            return session.produced == before > 0

        assert wait_until(stalled)
        assert session.produced < 400_000


def test_a_client_that_never_reads_is_disconnected(backend: SqliteBackend) -> None:
    with serving(backend, limits=Limits(write_seconds=0.3)) as served, RawClient(served.port) as client:
        client.login()
        client.send(b"\x03SELECT BIG(100000000)", 0)
        assert wait_until(lambda: backend.closed == [1])
        assert wait_until(lambda: served.server.connections == [])


def test_a_large_result_takes_constant_memory(served: Served) -> None:
    process = psutil.Process()
    gc.collect()
    with pymysql.connect(
        host="127.0.0.1", port=served.port, user="root", cursorclass=pymysql.cursors.SSCursor
    ) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT BIG(20000)")
            assert sum(1 for _ in cursor) == 20_000
        before = process.memory_info().rss
        with connection.cursor() as cursor:
            cursor.execute("SELECT BIG(300000)")
            count, most = 0, 0
            for row in cursor:
                assert row[0] == count
                count += 1
                if count % 20_000 == 0:
                    most = max(most, process.memory_info().rss)
    assert count == 300_000
    assert most - before < 20_000_000


def test_closing_the_server_ends_running_statements(backend: SqliteBackend) -> None:
    with serving(backend) as served:
        client = RawClient(served.port)
        client.login()
        client.send(b"\x03SELECT SLEEP(600)", 0)
        assert wait_until(lambda: served.server.connections[0].info is not None)
        began = time.monotonic()
    assert time.monotonic() - began < 300
    assert backend.closed == [1]
    assert client.closed()
    client.socket.close()


def test_many_concurrent_clients(served: Served) -> None:
    clients = [RawClient(served.port) for _ in range(100)]
    try:
        assert all(client.login()[0] == 0 for client in clients)
        for number, client in enumerate(clients):
            client.send(f"\x03select {number}".encode(), 0)
        for number, client in enumerate(clients):
            assert client.rows(client.read())[0][1:] == str(number).encode()
        assert len(served.server.connections) == 100
        assert served.server.questions == 100
    finally:
        for client in clients:
            client.socket.close()
    assert wait_until(lambda: served.server.connections == [])


def test_a_kill_before_the_start_of_the_statement_is_not_lost(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first interrupt may arrive between two steps of the engine, which then ignores it."""
    cancel, calls = SqliteSession.cancel, []

    def deaf_at_first(self: SqliteSession) -> None:
        calls.append(self.user)
        if len(calls) > 3:
            cancel(self)

    monkeypatch.setattr(SqliteSession, "cancel", deaf_at_first)
    with RawClient(served.port) as client:
        client.login()
        client.send(b"\x03SELECT SLEEP(30)", 0)
        assert wait_until(lambda: served.server.connections[0].info is not None)
        assert served.server.kill(served.server.connections[0].id, query_only=True)
        assert error_of(client.read())[0] == 1317
        assert client.rows(client.command(b"\x03select 1")) == [b"\x011"]
        calls.clear()
        assert not wait_until(lambda: bool(calls), 0.3)
