"""StarRocks, as the tasks use it: one connection, opened again when it was lost."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from apps.tasks.errors import TaskError
from apps.tasks.log import say

Cell = str | int | float | Decimal | datetime | None
Row = dict[str, Cell]
Argument = str | int | float | datetime | None

_LOST = frozenset({2002, 2003, 2006, 2013, 2055})
"""The client's codes for a server that is not there, or went away in the middle."""

T = TypeVar("T")


class StoreError(TaskError):
    """StarRocks refused a statement; the message has its first line and what StarRocks said."""


class StoreUnreachable(StoreError):
    """StarRocks does not answer, or the connection was lost: whether the statement took effect is not known."""


class Store:
    """StarRocks as one user, in UTC."""

    def __init__(self, host: str, port: int, user: str, password: str, database: str) -> None:
        """`database` is the current one; the connection is opened by the first statement."""
        self._host, self._port, self._user, self._password = host, port, user, password
        self._database = database
        self._connection: Connection[Cursor] | None = None

    def query(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        """The rows of a statement, by column name.

        Raises:
            StoreUnreachable: no answer.
            StoreError: any other error.
        """
        names, rows, _changed = self._run(statement, arguments)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def rows(self, statement: str, arguments: Sequence[Argument] = ()) -> list[tuple[Cell, ...]]:
        """The rows of a statement, none for one that answers none; errors as those of `query`."""
        return self._run(statement, arguments)[1]

    def change(self, statement: str, arguments: Sequence[Argument] = ()) -> int:
        """Run a statement that changes something; the number of rows that it changed.

        Raises:
            StoreUnreachable: no answer.
            StoreError: any other error.
        """
        return self._run(statement, arguments)[2]

    def number(self, statement: str, arguments: Sequence[Argument] = ()) -> int:
        """The one number that a statement answers, 0 for NULL."""
        [[value]] = self.rows(statement, arguments)
        return int(value or 0) if not isinstance(value, datetime) else 0

    def close(self) -> None:
        """Close the connection, if it is open."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (pymysql.MySQLError, OSError):
                return

    def _run(self, statement: str, arguments: Sequence[Argument]) -> tuple[list[str], list[tuple[Cell, ...]], int]:
        done = False
        try:
            with self._open().cursor() as cursor:
                changed = cursor.execute(statement, tuple(arguments) or None)
                names = [str(column[0]) for column in cursor.description or ()]
                rows = [tuple(row) for row in cursor.fetchall()]
                done = True
                return names, rows, changed
        except (pymysql.MySQLError, OSError) as error:
            code, said = _said(error)
            first = next((line for line in statement.strip().splitlines() if not line.startswith("--")), "")[:120]
            if code in _LOST or isinstance(error, (pymysql.err.InterfaceError, OSError)):
                raise StoreUnreachable(f"StarRocks at {self._host}:{self._port} does not answer: {said}") from None
            done = True
            raise StoreError(f"StarRocks refused `{first}`: {said}") from None
        finally:
            # Also where a signal interrupted it: half an answer may be waiting in the connection.
            if not done:
                self.close()

    def _open(self) -> "Connection[Cursor]":
        if self._connection is None:
            self._connection = pymysql.connect(
                host=self._host,
                port=self._port,
                user=self._user,
                password=self._password,
                database=self._database,
                connect_timeout=5,
                read_timeout=1800,
                autocommit=True,
                charset="utf8mb4",
                init_command="SET time_zone = '+00:00'",
            )
        return self._connection


def _said(error: Exception) -> tuple[int, str]:
    if len(error.args) > 1 and isinstance(error.args[0], int):
        return error.args[0], str(error.args[1])
    return 0, str(error)


def patiently(work: Callable[[], T], *, within: float, what: str) -> T:
    """Repeat what may be repeated until StarRocks answers.

    Args:
        work: must do no harm when it is done twice.
        within: seconds.
        what: for the log.

    Raises:
        StoreUnreachable: it did not answer all that time.
        StoreError: it answered with an error.
    """
    deadline = time.monotonic() + within
    pause = 0.2
    while True:
        try:
            return work()
        except StoreUnreachable as error:
            if time.monotonic() + pause > deadline:
                raise
            if pause < 0.3:
                say(f"{what}: {error}; trying again for {within:.0f} s")
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
