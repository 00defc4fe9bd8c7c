from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pymysql
import pytest

from apps.shared import starrocks, starrocks_address
from apps.shared.starrocks import StarRocks, repeat_until_reached
from apps.shared.starrocks_address import Address, passwords
from apps.shared.starrocks_errors import ACCESS_DENIED, StarRocksError, StarRocksUnreachable

ADDRESS = Address("127.0.0.1", 9030, "smoke", "the-password")
PLANNER = pymysql.err.ProgrammingError(
    1064, "StarRocks planner use long time 3000 ms in logical phase, This probably because 1. FE Full GC"
)
COMMITTED = pymysql.err.ProgrammingError(
    1064, "There are still some transactions in the COMMITTED state waiting to be completed."
)
LOST = pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query")


@dataclass
class Server:
    """Returns prepared results of statements. Each error among them is raised once."""

    answers: list[Exception | list[tuple[object, ...]]] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    connections: int = 0
    refused_connections: list[Exception] = field(default_factory=list)
    password: str = "the-password"
    encrypted: list[bool] = field(default_factory=list)

    def connect(self, **options: object) -> "Connection":
        if self.refused_connections:
            raise self.refused_connections.pop(0)
        if options["password"] != self.password:
            raise pymysql.err.OperationalError(ACCESS_DENIED, "Access denied for user 'smoke'")
        assert options["init_command"] == "SET time_zone = '+00:00', new_planner_optimize_timeout = 60000"
        self.connections += 1
        self.encrypted.append(not options["ssl_disabled"])
        return Connection(self)


class Connection:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.open = True

    def close(self) -> None:
        self.open = False

    @contextmanager
    def cursor(self, _kind: object = None) -> "Iterator[Cursor]":
        assert self.open
        yield Cursor(self.server)


class Cursor:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.description = (("n",),)
        self.rows: list[tuple[object, ...]] = []

    def execute(self, statement: str, arguments: object) -> int:
        self.server.statements.append(statement)
        answer = self.server.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        self.rows = answer
        return len(answer)

    def fetchall(self) -> list[tuple[object, ...]]:
        return self.rows


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(pymysql, "connect", made.connect)
    monkeypatch.setattr(starrocks, "_PAUSE", 0.001)
    return made


@pytest.mark.parametrize("refusal", [PLANNER, COMMITTED])
def test_a_statement_is_retried_after_retryable_errors_of_the_frontend(server: Server, refusal: Exception) -> None:
    server.answers = [refusal, refusal, [(1,)]]
    lines: list[str] = []
    assert StarRocks(ADDRESS, report=lines.append).number("SELECT n") == 1
    assert server.statements == ["SELECT n"] * 3
    assert len(lines) == 1
    assert server.connections == 1


@pytest.mark.parametrize(
    ("host", "encrypted"), [("127.0.0.1", False), ("localhost", False), ("starrocks", True), ("10.0.0.7", True)]
)
def test_only_connections_to_this_machine_do_without_tls(server: Server, host: str, encrypted: bool) -> None:
    server.answers = [[(1,)]]
    assert StarRocks(replace(ADDRESS, host=host)).number("SELECT n") == 1
    assert server.encrypted == [encrypted]


def test_a_refused_password_is_followed_by_the_former_one(server: Server) -> None:
    server.answers = [[(1,)], [(2,)]]
    server.password = "former"
    with pytest.raises(StarRocksError, match="Access denied") as caught:
        StarRocks(ADDRESS).number("SELECT n")
    assert caught.value.code == ACCESS_DENIED
    rotated = replace(ADDRESS, former="former")
    assert StarRocks(rotated).number("SELECT n") == 1
    server.password = "the-password"
    assert StarRocks(rotated).number("SELECT n") == 2
    server.password = "another"
    with pytest.raises(StarRocksError, match="Access denied"):
        StarRocks(rotated).number("SELECT n")


def test_a_password_may_change_between_the_attempts_to_log_in(server: Server) -> None:
    server.answers = [[(1,)]]
    denied = pymysql.err.OperationalError(ACCESS_DENIED, "Access denied")
    server.refused_connections = [denied, denied]
    assert StarRocks(replace(ADDRESS, former="former")).number("SELECT n") == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [("new\nold", ("new", "old")), ("new", ("new", "")), ("new\r\n", ("new", "")), ("", ("", ""))],
)
def test_a_password_file_has_the_former_password_on_its_second_line(
    tmp_path: Path, text: str, found: tuple[str, str]
) -> None:
    (tmp_path / "password").write_text(text)
    assert passwords(tmp_path / "password") == found


@pytest.mark.parametrize("before", [None, ""])
def test_a_password_file_that_is_just_replaced_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    path = tmp_path / "password"
    if before is not None:
        path.write_text(before)
    monkeypatch.setattr("apps.shared.polling.time.sleep", lambda _: path.write_text("new"))
    assert passwords(path) == ("new", "")


def test_a_missing_password_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starrocks_address, "_REPLACED_SECONDS", 0)
    with pytest.raises(FileNotFoundError):
        passwords(tmp_path / "password")


def test_retries_are_limited(server: Server) -> None:
    server.answers = [PLANNER]
    with pytest.raises(StarRocksError, match="refused `SELECT n`: StarRocks planner use long time"):
        StarRocks(ADDRESS, busy_seconds=0).number("SELECT n")


def test_a_caller_can_disable_retries(server: Server) -> None:
    server.answers = [COMMITTED]
    with pytest.raises(StarRocksError, match="COMMITTED"):
        StarRocks(ADDRESS).change("ALTER TABLE t DROP PARTITION p", repeat=False)
    assert len(server.statements) == 1


def test_other_errors_are_not_retried(server: Server) -> None:
    server.answers = [pymysql.err.ProgrammingError(1064, "Getting syntax error"), [(2,)]]
    client = StarRocks(ADDRESS)
    with pytest.raises(StarRocksError, match="syntax error") as caught:
        client.execute("-- a comment\nSELEC n")
    assert (caught.value.code, caught.value.error_text) == (1064, "Getting syntax error")
    assert "`SELEC n`" in str(caught.value)
    assert client.number("SELECT n") == 2
    assert server.connections == 1


def test_the_next_statement_reopens_a_lost_connection(server: Server) -> None:
    server.answers = [LOST, [(3,)]]
    client = StarRocks(ADDRESS)
    with pytest.raises(StarRocksUnreachable, match="does not respond: Lost connection"):
        client.execute("INSERT INTO t VALUES (1)")
    assert client.number("SELECT n") == 3
    assert server.connections == 2


def test_repeatable_statements_are_retried_until_a_response(server: Server) -> None:
    server.refused_connections = [pymysql.err.OperationalError(2003, "Connection refused")]
    server.answers = [LOST, [(4,)]]
    client = StarRocks(ADDRESS)
    assert repeat_until_reached(lambda: client.number("SELECT n"), within=60, what="counting") == 4
    assert server.connections == 2


def test_the_last_error_is_raised_if_nothing_responds(server: Server) -> None:
    server.answers = [LOST]
    with pytest.raises(StarRocksUnreachable):
        repeat_until_reached(lambda: StarRocks(ADDRESS).number("SELECT n"), within=0, what="counting")


def test_an_interrupted_statement_leaves_no_half_read_connection(server: Server) -> None:
    server.answers = [KeyboardInterrupt(), [(5,)]]  # type: ignore[list-item]  # what a signal raises
    client = StarRocks(ADDRESS)
    with pytest.raises(KeyboardInterrupt):
        client.number("SELECT n")
    assert client.number("SELECT n") == 5
    assert server.connections == 2


def test_number_accepts_exactly_one_number(server: Server) -> None:
    server.answers = [[(None,)], [("text",)], []]
    client = StarRocks(ADDRESS)
    assert client.number("SELECT n") == 0
    for _ in range(2):
        with pytest.raises(StarRocksError, match="expected one number"):
            client.number("SELECT n")


def test_messages_contain_no_password(server: Server) -> None:
    server.refused_connections = [pymysql.err.OperationalError(1045, "Access denied for user 'smoke'")]
    with pytest.raises(StarRocksError, match="user smoke: Access denied") as caught:
        StarRocks(ADDRESS).connect()
    assert "the-password" not in str(caught.value) + repr(ADDRESS)
