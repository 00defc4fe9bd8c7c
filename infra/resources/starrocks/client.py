"""Connections to StarRocks for the resources inside it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from infra.resources import connections

Cell = str | int | float | datetime | None
Row = tuple[Cell, ...]

_ACCESS_DENIED = 1045


class StarRocksError(Exception):
    """StarRocks refused a statement, or does not answer; the message has what it said."""


class StarRocks:
    """A connection as one user, in UTC."""

    def __init__(self, connection: "Connection[Cursor]") -> None:
        """Wraps an open connection."""
        self._connection = connection

    def number(self, statement: str) -> int:
        """The one number that a statement answers, 0 for NULL."""
        [[value]] = self.execute(statement)
        assert value is None or isinstance(value, int)
        return value or 0

    def table(self, statement: str) -> list[dict[str, Cell]]:
        """Run one statement and hand on its rows by the names of their columns.

        Raises:
            StarRocksError: with the statement's first line and what StarRocks said.
        """
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except pymysql.MySQLError as error:
            raise StarRocksError(f"StarRocks refused `{statement[:120]}`: {_said(error)}") from None

    def execute(self, statement: str, arguments: Sequence[str | int | float | None] = ()) -> list[Row]:
        """Run one statement and hand on its rows.

        Raises:
            StarRocksError: with the statement's first line and what StarRocks said.
        """
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, arguments or None)
                return [tuple(row) for row in cursor.fetchall()]
        except pymysql.MySQLError as error:
            first = statement.strip().splitlines()[0][:120]
            raise StarRocksError(f"StarRocks refused `{first}`: {_said(error)}") from None


def _said(error: pymysql.MySQLError) -> str:
    return str(error.args[1]) if len(error.args) > 1 else str(error)


def _connect(host: str, port: int, user: str, password: str, timeout: float) -> "Connection[Cursor]":
    return pymysql.connect(
        host=host,
        port=port,
        user=user,
        password=password,
        connect_timeout=int(max(1, timeout)),
        read_timeout=300,
        autocommit=True,
        charset="utf8mb4",
    )


@contextmanager
def session(stack: str, service: str, user: str, *, timeout: float = 5) -> Iterator[StarRocks]:
    """A session of one of the stack's users.

    A new StarRocks has a root without a password. Whoever comes first as root gives it the generated one.

    Args:
        stack: the stack.
        service: name of the service.
        user: `root`, or one of the users of `starrocks_users`; its password is the secret `starrocks-<user>`.
        timeout: seconds to connect in.

    Raises:
        StarRocksError: no answer, or access denied.
        ConnectionsMissing: the stack is not known on this machine.
    """
    known = connections.load(stack)
    endpoint = known.endpoint(service, "query")
    password = known.secrets[f"starrocks-{user}"]
    try:
        connection = _connect(endpoint.host, endpoint.port, user, password, timeout)
    except pymysql.MySQLError as error:
        if user != "root" or not error.args or error.args[0] != _ACCESS_DENIED:
            raise StarRocksError(f"StarRocks at {endpoint.address}: {_said(error)}") from None
        connection = _take_over_root(endpoint.host, endpoint.port, password, timeout)
    try:
        opened = StarRocks(connection)
        opened.execute("SET time_zone = '+00:00'")
        yield opened
    finally:
        connection.close()


def _take_over_root(host: str, port: int, password: str, timeout: float) -> "Connection[Cursor]":
    try:
        connection = _connect(host, port, "root", "", timeout)
    except pymysql.MySQLError:
        raise StarRocksError(
            f"StarRocks at {host}:{port} refuses root with the stack's password and without one: "
            "somebody changed it, or the data are of another stack"
        ) from None
    StarRocks(connection).execute("SET PASSWORD = PASSWORD(%s)", (password,))
    connection.close()
    return _connect(host, port, "root", password, timeout)


def wait_for(stack: str, service: str, *, within: float = 180) -> None:
    """Wait until root can log in.

    Args:
        stack: the stack.
        service: name of the service.
        within: seconds.

    Raises:
        TimeoutError: with what was wrong last.
    """

    def complaint() -> str:
        try:
            with session(stack, service, "root") as root:
                root.execute("SELECT 1")
        except StarRocksError as error:
            return str(error)
        return ""

    connections.wait_until(complaint, within=within, what="StarRocks")
