import time

import pymysql
import pytest

from starrocks_emulator.mysql import Limits
from starrocks_emulator.mysql.constants import Capability
from starrocks_emulator.mysql.handshake import new_salt
from tests.unit.emulator_mysql.raw_client import BASIC, RawClient, error_of
from tests.unit.emulator_mysql.serving import Served, serving
from tests.unit.emulator_mysql.sqlite_backend import SqliteBackend, native_password

QUERY = b"\x03select 1"


@pytest.mark.parametrize(
    ("user", "scramble"),
    [
        ("root", native_password("wrong", bytes(20))),
        ("ana", b""),
        ("ana", bytes(20)),
        ("nosuchuser", b""),
        ("nosuchuser", bytes(20)),
        ("", b""),
        ("root", b"\0"),
        ("ana", b"x" * 300),
    ],
)
def test_a_rejected_login_gets_error_1045_and_never_a_result(
    served: Served, backend: SqliteBackend, user: str, scramble: bytes
) -> None:
    with RawClient(served.port) as client:
        client.read()
        client.send(client.response(user, scramble, BASIC & ~Capability.PLUGIN_AUTH, plugin=""))
        if len(scramble) in (0, 20):
            code, message = error_of(client.read())
            assert (code, user in message) == (1045, True)
        else:
            assert error_of(client.read())[0] in (1043, 1251)
        client.send(QUERY, 0)
        assert client.closed()
    assert backend.sessions == {}


@pytest.mark.parametrize("user", ["ana", "nosuchuser"])
def test_a_query_sent_along_with_a_wrong_password_is_not_run(served: Served, backend: SqliteBackend, user: str) -> None:
    with RawClient(served.port) as client:
        client.read()
        response = client.response(user, bytes(20))
        first = len(response).to_bytes(3, "little") + b"\x01" + response
        client.socket.sendall(first + len(QUERY).to_bytes(3, "little") + b"\0" + QUERY)
        assert error_of(client.read())[0] == 1045
        assert client.closed()
    assert backend.sessions == {}


def test_a_query_instead_of_a_login_is_rejected(served: Served, backend: SqliteBackend) -> None:
    with RawClient(served.port) as client:
        client.read()
        client.send(QUERY)
        assert error_of(client.read())[0] in (1043, 1251)
        assert client.closed()
    assert backend.sessions == {}


def test_unknown_user_and_wrong_password_get_the_same_error(served: Served) -> None:
    messages = []
    for user in ("ana", "nobody"):
        with pytest.raises(pymysql.err.OperationalError) as refused:
            pymysql.connect(host="127.0.0.1", port=served.port, user=user, password="wrong")
        messages.append(str(refused.value).replace(user, "…"))
    assert messages[0] == messages[1]
    assert "using password: YES" in messages[0]


def test_a_right_password_logs_in_and_out(served: Served, backend: SqliteBackend) -> None:
    with (
        pymysql.connect(host="127.0.0.1", port=served.port, user="ana", password="s3cret") as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select 40 + 2")
        assert cursor.fetchall() == ((42,),)
        assert [info.user for info in served.server.connections] == ["ana"]
    deadline = time.monotonic() + 300
    while not backend.closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert backend.closed == [1]


@pytest.mark.parametrize("plugin", ["caching_sha2_password", "mysql_clear_password", "", "no_such_plugin"])
def test_another_plugin_is_switched_to_native(served: Served, plugin: str) -> None:
    with RawClient(served.port) as client:
        client.read()
        client.send(client.response("ana", b"s" * 32, plugin=plugin))
        request = client.read()
        assert request.startswith(b"\xfemysql_native_password\0")
        salt = request[len(b"\xfemysql_native_password\0") : -1]
        client.send(native_password("s3cret", salt))
        assert client.read()[0] == 0
        assert client.command(b"\x0e")[0] == 0


@pytest.mark.parametrize("answer", [b"", bytes(20), b"s3cret".ljust(20, b"\0"), b"x" * 1000])
def test_a_wrong_answer_to_the_switch_is_rejected(served: Served, answer: bytes) -> None:
    with RawClient(served.port) as client:
        client.read()
        client.send(client.response("ana", b"s" * 32, plugin="caching_sha2_password"))
        client.read()
        client.send(answer)
        assert error_of(client.read())[0] == 1045
        client.send(QUERY, 0)
        assert client.closed()


def test_an_unknown_database_is_rejected(served: Served) -> None:
    with pytest.raises(pymysql.err.OperationalError) as refused:
        pymysql.connect(host="127.0.0.1", port=served.port, user="root", database="nowhere")
    assert refused.value.args[0] == 1049


def test_a_character_set_that_clients_cannot_use_is_rejected(served: Served) -> None:
    with RawClient(served.port) as client:
        assert error_of(client.login(collation=54))[0] == 1115  # utf16
        assert client.closed()


@pytest.mark.parametrize(
    ("capabilities", "code"),
    [(BASIC & ~Capability.PROTOCOL_41, 1043), (BASIC & ~Capability.SECURE_CONNECTION, 1251)],
)
def test_a_too_old_client_gets_an_error(served: Served, capabilities: int, code: int) -> None:
    with RawClient(served.port) as client:
        assert error_of(client.login(capabilities=capabilities))[0] == code
        assert client.closed()


def test_a_request_for_tls_without_a_certificate_is_rejected(served: Served) -> None:
    with RawClient(served.port) as client:
        client.read()
        client.send((BASIC | Capability.SSL).to_bytes(4, "little") + bytes(28))
        assert error_of(client.read())[0] == 1043
        assert client.closed()


def test_connection_attributes_are_read_and_limited(served: Served) -> None:
    attributes = b"\x03key\x05value"
    with RawClient(served.port) as client:
        salt = client.salt(client.read())
        response = client.response("ana", native_password("s3cret", salt), BASIC | Capability.CONNECT_ATTRS)
        client.send(response + bytes([len(attributes)]) + attributes)
        assert client.read()[0] == 0
    with RawClient(served.port) as client:
        client.read()
        response = client.response("ana", bytes(20), BASIC | Capability.CONNECT_ATTRS)
        client.send(response + b"\xfd\xff\xff\xff" + attributes)
        assert error_of(client.read())[0] == 1043


def test_a_silent_client_is_disconnected(backend: SqliteBackend) -> None:
    with serving(backend, limits=Limits(login_seconds=0.3)) as served, RawClient(served.port) as client:
        client.read()
        assert client.closed()
        deadline = time.monotonic() + 300
        while served.server.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert served.server.connections == []


def test_a_salt_contains_no_terminator_or_separator() -> None:
    salts = [new_salt() for _ in range(500)]
    assert all(len(salt) == 20 for salt in salts)
    assert not set(b"".join(salts)) & {0, ord("$"), *range(128, 256)}
    assert len(set(salts)) == 500


def test_change_user_needs_the_other_users_password(served: Served, backend: SqliteBackend) -> None:
    def change(client: RawClient, user: str, password: str) -> bytes:
        # The response to the first salt is ignored: the server requests authentication again with a new salt.
        client.send(b"\x11" + user.encode() + b"\0" + b"\0" + b"fake\0" + b"\x2d\0mysql_native_password\0", 0)
        request = client.read()
        assert request.startswith(b"\xfe")
        client.send(native_password(password, request[len(b"\xfemysql_native_password\0") : -1]))
        return client.read()

    with RawClient(served.port) as client:
        assert client.login()[0] == 0
        assert change(client, "ana", "s3cret")[0] == 0
        assert [(info.user, info.database) for info in served.server.connections] == [("ana", "fake")]
        assert backend.closed == [1]
        assert client.command(b"\x0e")[0] == 0
        assert error_of(change(client, "root", "wrong"))[0] == 1045
        client.send(QUERY, 0)
        assert client.closed()
