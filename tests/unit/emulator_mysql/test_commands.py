from collections.abc import Iterator

import pymysql
import pytest
from pymysql.constants import CLIENT

from starrocks_emulator.mysql.constants import Capability
from starrocks_emulator.mysql.responses import like_pattern
from starrocks_emulator.mysql.sqltext import charset_change, is_multiple
from starrocks_emulator.results import Column, ColumnType, Ok, ResultSet, SqlError
from tests.unit.emulator_mysql.raw_client import BASIC, RawClient, error_of
from tests.unit.emulator_mysql.serving import Served
from tests.unit.emulator_mysql.sqlite_backend import ALL_TYPES_ROWS, SqliteBackend, SqliteSession


@pytest.fixture
def connection(served: Served) -> Iterator["pymysql.Connection[pymysql.cursors.Cursor]"]:
    with pymysql.connect(
        host="127.0.0.1",
        port=served.port,
        user="root",
        database="fake",
        autocommit=True,
        client_flag=CLIENT.MULTI_STATEMENTS,
    ) as connection:
        yield connection


@pytest.fixture(params=[0, Capability.DEPRECATE_EOF], ids=["eof", "no-eof"])
def raw(served: Served, request: pytest.FixtureRequest) -> Iterator[RawClient]:
    with RawClient(served.port) as client:
        assert client.login(capabilities=BASIC | request.param)[0] == 0
        yield client


def test_values_of_every_type_survive_a_round_trip(
    connection: "pymysql.Connection[pymysql.cursors.Cursor]",
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM all_types")
        rows = cursor.fetchall()
    large = 5
    expected = [
        tuple(str(v) if i == large and v is not None else v for i, v in enumerate(row)) for row in ALL_TYPES_ROWS
    ]
    assert list(rows) == expected


def test_affected_rows_and_executemany(connection: "pymysql.Connection[pymysql.cursors.Cursor]") -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        cursor.executemany("INSERT INTO t VALUES (%s, %s)", [(n, f"value {n}") for n in range(1000)])
        assert cursor.rowcount == 1000
        assert cursor.execute("UPDATE t SET b = 'x' WHERE a < 300") == 300
        assert cursor.execute("DELETE FROM t WHERE a >= 0") == 1000
        assert cursor.execute("SELECT * FROM t") == 0
        assert cursor.fetchall() == ()


def test_several_results_are_returned_in_order(connection: "pymysql.Connection[pymysql.cursors.Cursor]") -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE m (a INTEGER); INSERT INTO m VALUES (1), (2); SELECT a FROM m; SELECT 'a;b';")
        answers: list[object] = [cursor.rowcount]
        while cursor.nextset():
            answers.append(cursor.fetchall() or cursor.rowcount)
    assert answers == [0, 2, ((1,), (2,)), (("a;b",),)]


def test_statements_after_a_failed_one_do_not_run(
    connection: "pymysql.Connection[pymysql.cursors.Cursor]",
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1; SELECT * FROM nowhere; CREATE TABLE never (a INTEGER)")
        assert cursor.fetchall() == ((1,),)
        with pytest.raises(pymysql.err.ProgrammingError) as failed:
            cursor.nextset()
        assert failed.value.args[0] == 1146
    with connection.cursor() as cursor, pytest.raises(pymysql.err.ProgrammingError):
        cursor.execute("SELECT * FROM never")


def test_several_statements_require_the_clients_capability_flag(raw: RawClient) -> None:
    assert error_of(raw.command(b"\x03select 1; select 2"))[0] == 1064
    assert raw.command(b"\x03set a = 'a;b'; -- done")[0] == 0


def test_set_option_enables_and_disables_several_statements(raw: RawClient) -> None:
    assert raw.command(b"\x1b\0\0")[0] == 0xFE
    assert raw.command(b"\x03set a = 1; set b = 2")[:5] == b"\0\0\0\x0a\0"  # more results, autocommit
    assert raw.read()[:5] == b"\0\0\0\x02\0"
    assert raw.command(b"\x1b\x01\0")[0] == 0xFE
    assert error_of(raw.command(b"\x03set a = 1; set b = 2"))[0] == 1064
    assert error_of(raw.command(b"\x1b\x02\0"))[0] == 1047


def test_ping_statistics_init_db_and_reset(raw: RawClient, served: Served, backend: SqliteBackend) -> None:
    assert raw.command(b"\x0e")[0] == 0
    assert raw.command(b"\x09").startswith(b"Uptime: ")
    assert error_of(raw.command(b"\x02nowhere"))[0] == 1049
    assert raw.command(b"\x02fake")[0] == 0
    assert served.server.connections[0].database == "fake"
    assert raw.command(b"\x1f")[0] == 0
    assert [session.resets for session in backend.sessions.values()] == [1]


@pytest.mark.parametrize("command", [0x00, 0x05, 0x06, 0x07, 0x08, 0x0D, 0x12, 0x1D, 0x20, 0xFE, 0xFF])
def test_an_unknown_command_is_an_error_and_the_connection_stays_open(raw: RawClient, command: int) -> None:
    assert error_of(raw.command(bytes([command]) + b"x"))[0] == 1047
    assert raw.command(b"\x0e")[0] == 0


def test_field_list(raw: RawClient) -> None:
    assert raw.command(b'\x03create table f (alpha integer, beta text, "b%" text)')[0] == 0

    def names(wildcard: bytes) -> list[bytes]:
        payload = raw.command(b"\x04f\0" + wildcard)
        found = []
        while payload[0] != 0xFE:
            assert payload.endswith(b"\xfb")
            found.append(payload[8 : 8 + payload[7]])
            payload = raw.read()
        return found

    assert names(b"") == [b"alpha", b"beta", b"b%"]
    assert names(b"B_ta") == [b"beta"]
    assert names(b"b\\%") == [b"b%"]
    assert error_of(raw.command(b"\x04nowhere\0"))[0] == 1146
    assert error_of(raw.command(b"\x04f` --\0"))[0] == 1146


def test_kill_closes_the_other_connection(raw: RawClient, served: Served) -> None:
    with RawClient(served.port) as other:
        other.login()
        victim = max(info.id for info in served.server.connections)
        assert raw.command(b"\x0c" + victim.to_bytes(4, "little"))[0] == 0
        assert other.closed()
    assert error_of(raw.command(b"\x0c\xff\xff\xff\x7f"))[0] == 1094


def test_text_that_is_invalid_in_the_clients_character_set_is_rejected(raw: RawClient) -> None:
    assert error_of(raw.command(b"\x03select '\xff\xfe'"))[0] == 1300


def test_an_empty_query(raw: RawClient) -> None:
    assert error_of(raw.command(b"\x03"))[0] == 1065
    assert error_of(raw.command(b"\x03 ;  "))[0] == 1065


def test_a_fault_of_the_engine_is_an_error_and_the_connection_stays_open(
    raw: RawClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: SqliteSession, sql: str) -> Iterator[Ok | ResultSet]:
        def batches() -> Iterator[list[tuple[int]]]:
            yield [(1,), (2,)]
            raise ZeroDivisionError("in the middle")

        yield ResultSet([Column("a", ColumnType.LONG)], batches())

    with monkeypatch.context() as patch:
        patch.setattr(SqliteSession, "execute", broken)
        raw.send(b"\x03select 1", 0)
        payload = raw.read()
        while payload[0] != 0xFF:
            payload = raw.read()
        assert error_of(payload) == (1105, "Unknown error: ZeroDivisionError: in the middle")
    assert raw.command(b"\x0e")[0] == 0


def test_a_row_with_too_few_values_is_an_error(raw: RawClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def ragged(self: SqliteSession, sql: str) -> Iterator[Ok | ResultSet]:
        columns = [Column("a", ColumnType.LONG), Column("b", ColumnType.LONG)]
        yield ResultSet(columns, iter([[(1,)]]))

    monkeypatch.setattr(SqliteSession, "execute", ragged)
    raw.send(b"\x03select 1", 0)
    payload = raw.read()
    while payload[0] != 0xFF:
        payload = raw.read()
    assert "a row has 1 values but 2 columns were announced" in error_of(payload)[1]


def test_an_invalid_sqlstate_still_gives_a_complete_packet(raw: RawClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(self: SqliteSession, sql: str) -> Iterator[Ok | ResultSet]:
        raise SqlError(1064, "é" * 10_000, "4")

    monkeypatch.setattr(SqliteSession, "execute", failing)
    payload = raw.command(b"\x03select 1")
    assert payload[3:9] == b"#40000"
    assert len(payload) < 10_000


@pytest.mark.parametrize(("collation", "codec"), [(8, "cp1252"), (28, "gbk"), (51, "cp1251"), (33, "utf-8")])
def test_other_character_sets_are_transcoded_in_both_directions(served: Served, collation: int, codec: str) -> None:
    text = {"cp1252": "été", "gbk": "北京", "cp1251": "Жук", "utf-8": "北é"}[codec]
    with RawClient(served.port) as client:
        assert client.login(collation=collation)[0] == 0
        rows = client.rows(client.command(b"\x03" + f"select '{text}', length('{text}')".encode(codec)))
    encoded = text.encode(codec)
    assert rows == [bytes([len(encoded)]) + encoded + b"\x01" + str(len(text)).encode()]


def test_set_names_changes_the_character_set(served: Served) -> None:
    with RawClient(served.port) as client:
        client.login()
        assert client.command(b"\x03SET NAMES latin1 COLLATE latin1_swedish_ci")[0] == 0
        assert client.rows(client.command(b"\x03select '\xe9'")) == [b"\x01\xe9"]
        assert client.command(b"\x03SET character_set_results = NULL")[0] == 0
        assert client.rows(client.command(b"\x03select '\xe9'")) == [b"\x02\xc3\xa9"]
        assert error_of(client.command(b"\x03SET NAMES 'utf16'"))[0] == 1115
        assert client.rows(client.command(b"\x03select '\xe9'")) == [b"\x02\xc3\xa9"]


@pytest.mark.parametrize(
    ("sql", "change"),
    [
        ("SET NAMES utf8mb4", (True, True, "utf8mb4")),
        ("set names 'latin1';", (True, True, "latin1")),
        ("SET character_set_results = NULL", (False, True, "utf8mb4")),
        ("SET SESSION character_set_client=gbk", (True, False, "gbk")),
        ("SET @@session.character_set_results = 'gbk'", (False, True, "gbk")),
        ("SET CHARACTER SET utf8", (True, True, "utf8")),
        ("SET autocommit = 1", None),
        ("SET NAMES utf8; SELECT 1", None),
        ("SELECT 'SET NAMES latin1'", None),
    ],
)
def test_statements_that_change_the_character_set(sql: str, change: tuple[bool, bool, str] | None) -> None:
    assert charset_change(sql) == change


@pytest.mark.parametrize(
    ("sql", "multiple"),
    [
        ("select 1", False),
        ("select 1;", False),
        ("select 1; ; ;\n", False),
        ("select 1; -- and 2;", False),
        ("select 1; # and; 2", False),
        ("select 1; /* ; */", False),
        ("select ';', \";\", `;` -- ;\n", False),
        ("select 'it''s;', 'it\\'s;'", False),
        ("select 1; select 2", True),
        ("select 1;;'x'", True),
        ("select '\\\\'; drop table t", True),
        ("select ''';'; drop table t; --'", True),
        ("select 1 --;\n; drop table t", True),
        ("select 1-- ;\n", False),
        ("/* a */ ; ; select 1; x", True),
    ],
)
def test_several_statements_are_detected(sql: str, multiple: bool) -> None:
    assert is_multiple(sql) is multiple


@pytest.mark.parametrize(
    ("wildcard", "name", "matches"),
    [("", "x", True), ("a%", "ABC", True), ("a_c", "abd", False), ("a.c", "abc", False), ("%", "", True)],
)
def test_wildcards(wildcard: str, name: str, matches: bool) -> None:
    assert bool(like_pattern(wildcard).match(name)) is matches
