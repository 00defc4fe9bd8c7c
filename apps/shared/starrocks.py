"""The StarRocks client of this project: one connection of one user, opened on demand and reopened after a loss."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Self, TypedDict, TypeVar

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor, SSCursor

from apps.shared.hosts import is_loopback
from apps.shared.polling import Pending, poll
from apps.shared.starrocks_address import Address
from apps.shared.starrocks_errors import (
    ACCESS_DENIED,
    StarRocksError,
    StarRocksUnreachable,
    error_code,
    error_text,
    is_lost,
    is_retryable,
)

Cell = str | int | float | Decimal | datetime | date | None
"""A value of a result. DATETIME values are in UTC, without a time zone."""
Row = tuple[Cell, ...]
Argument = str | int | float | Decimal | datetime | date | None

_FIRST_LINE = 120
_SESSION = "SET time_zone = '+00:00', new_planner_optimize_timeout = 60000"
"""Time limit of the planner: a minute. The default of 3,000 ms is too short on a busy machine."""
_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_BUSY_SECONDS = 60.0

T = TypeVar("T")


class _Options(TypedDict):
    host: str
    port: int
    user: str
    password: str
    database: str | None
    connect_timeout: int
    read_timeout: float
    write_timeout: float
    autocommit: bool
    charset: str
    init_command: str
    program_name: str
    ssl_disabled: bool


class StarRocks:
    """A connection in UTC that commits each statement. It must be used by one thread at a time."""

    def __init__(
        self,
        address: Address,
        *,
        connect_seconds: float = 5,
        answer_seconds: float = 1800,
        busy_seconds: float = _BUSY_SECONDS,
        report: Callable[[str], None] | None = None,
        program: str = "kappastack",
    ) -> None:
        """Create a client; it connects at the first statement.

        Args:
            address: server and user.
            connect_seconds: time limit of a connection attempt, in seconds.
            answer_seconds: time limit of a response, in seconds.
            busy_seconds: time for which a statement is retried after retryable errors, in seconds.
            report: called with a line for users before each retry.
            program: program name in the process list.
        """
        self.address = address
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._busy_seconds = busy_seconds
        self._report = report
        self._program = program
        self._connection: Connection[Cursor] | None = None

    def __enter__(self) -> Self:
        """Return the client, which is not connected yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def query(self, statement: str, arguments: Sequence[Argument] = ()) -> list[dict[str, Cell]]:
        """Run a statement and return its rows by column name.

        Args:
            statement: SQL text; `%s` stands for an argument. With arguments, a literal `%` is written `%%`.
            arguments: values in order.

        Raises:
            StarRocksUnreachable: StarRocks does not respond.
            StarRocksError: any other error.
        """
        names, rows, _changed = self._run(statement, arguments)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        """Run a statement and return its rows, an empty list for a statement without rows.

        Raises the errors of `query`.
        """
        return self._run(statement, arguments)[1]

    def change(self, statement: str, arguments: Sequence[Argument] = (), *, repeat: bool = True) -> int:
        """Run a statement that changes rows and return their number. Raises the errors of `query`.

        Args:
            statement: see `query`.
            arguments: see `query`.
            repeat: whether to retry the statement after retryable errors.
        """
        return self._run(statement, arguments, busy_seconds=self._busy_seconds if repeat else 0)[2]

    def change_guarded(self, guard: str, statement: str) -> None:
        """Send a guard and a statement in one request; the statement runs only if the guard succeeds.

        StarRocks runs the statements of a request in order and stops at the first error. No other client can therefore
        act between the two. Nothing is retried.

        Args:
            guard: a query that fails if the statement must not run.
            statement: SQL text without arguments.

        Raises:
            StarRocksUnreachable: StarRocks does not respond; whether the statement took effect is unknown.
            StarRocksError: the guard or the statement failed.
        """
        with self._translated(statement):
            connection = self._login(CLIENT.MULTI_STATEMENTS)
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"{guard};\n{statement}")
                    while cursor.nextset():
                        pass
            finally:
                with suppress(pymysql.MySQLError, OSError):
                    connection.close()

    def number(self, statement: str, arguments: Sequence[Argument] = ()) -> int:
        """Run a statement that returns one number, and return it; 0 for NULL. Raises the errors of `query`.

        Raises:
            StarRocksError: the result is not one number.
        """
        rows = self.execute(statement, arguments)
        value = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else ""
        if value is None:
            return 0
        if not isinstance(value, int | float | Decimal):
            raise StarRocksError(f"`{_first_line(statement)}` returned {rows[:2]!r}, expected one number")
        return int(value)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Argument]]) -> int:
        """Insert rows with as few statements as the server's limit allows, and return their number.

        In a PRIMARY KEY table, columns that are not listed keep the existing values of a row (a partial update since
        StarRocks 3.3.1). List all columns whose values must be replaced.

        Raises:
            StarRocksUnreachable: StarRocks does not respond.
            StarRocksError: any other error.
        """
        if not rows:
            return 0
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        values = [tuple(row) for row in rows]
        changed = self._answered(statement, lambda cursor: cursor.executemany(statement, values), self._busy_seconds)
        return changed or 0

    def stream(self, statement: str, arguments: Sequence[Argument] = ()) -> Iterator[Row]:
        """Run a statement and iterate over its rows in constant memory. Raises the errors of `query`.

        No other statement can run until the last row has been read or the iterator is closed.
        """
        done = False
        try:
            with self._translated(statement), self._open().cursor(SSCursor) as cursor:
                cursor.execute(statement, tuple(arguments) or None)
                for row in cursor:
                    yield tuple(row)
                done = True
        finally:
            if not done:
                self.close()

    def connect(self) -> None:
        """Open the connection if it is not open.

        Raises:
            StarRocksUnreachable: StarRocks does not respond.
            StarRocksError: access denied, or any other error.
        """
        with self._translated("connect"):
            self._open()

    def close(self) -> None:
        """Close the connection if it is open."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.open:
            with suppress(pymysql.MySQLError, OSError):
                connection.close()

    def _run(
        self, statement: str, arguments: Sequence[Argument], *, busy_seconds: float | None = None
    ) -> tuple[list[str], list[Row], int]:
        def work(cursor: Cursor) -> tuple[list[str], list[Row], int]:
            changed = cursor.execute(statement, tuple(arguments) or None)
            names = [str(column[0]) for column in cursor.description or ()]
            return names, [tuple(row) for row in cursor.fetchall()], changed

        return self._answered(statement, work, self._busy_seconds if busy_seconds is None else busy_seconds)

    def _answered(self, statement: str, work: Callable[[Cursor], T], busy_seconds: float) -> T:
        """Run a statement, and retry it after retryable errors."""

        def look() -> tuple[T] | Pending:
            try:
                return (self._once(statement, work),)
            except StarRocksError as error:
                if not is_retryable(error) or time.monotonic() >= deadline:
                    raise
                return Pending(str(error))

        # The limit is checked in `look`, which raises the error itself.
        deadline = time.monotonic() + busy_seconds
        [answer] = poll(
            look,
            within=busy_seconds + _LONGEST_PAUSE,
            what=str(self.address),
            pause=_PAUSE,
            longest_pause=_LONGEST_PAUSE,
            progress=self._repeated,
        )
        return answer

    def _repeated(self, reason: str) -> None:
        if self._report is not None:
            self._report(f"{reason}; retrying for {self._busy_seconds:.0f} s")

    def _once(self, statement: str, work: Callable[[Cursor], T]) -> T:
        answered = False
        try:
            with self._translated(statement), self._open().cursor() as cursor:
                answer = work(cursor)
                answered = True
                return answer
        except StarRocksUnreachable:
            raise
        except StarRocksError:
            answered = True
            raise
        finally:
            # This also runs after a signal, because the connection may still contain a part of the response.
            if not answered:
                self.close()

    @contextmanager
    def _translated(self, statement: str) -> Iterator[None]:
        try:
            yield
        except (pymysql.MySQLError, OSError) as error:
            code, text = error_code(error), error_text(error)
            server = f"StarRocks at {self.address.host}:{self.address.port}"
            if is_lost(error):
                raise StarRocksUnreachable(f"{server} does not respond: {text}", code=code, error_text=text) from None
            if code == ACCESS_DENIED:
                raise StarRocksError(f"{self.address}: {text}", code=code, error_text=text) from None
            message = f"StarRocks refused `{_first_line(statement)}`: {text}"
            raise StarRocksError(message, code=code, error_text=text) from None

    def _open(self) -> "Connection[Cursor]":
        if self._connection is None:
            self._connection = self._login()
        return self._connection

    def _login(self, flags: int = 0) -> "Connection[Cursor]":
        address = self.address
        for password in (address.password, address.former) if address.former else ():
            try:
                return pymysql.connect(**self._options(password), client_flag=flags)
            except pymysql.OperationalError as error:
                if error_code(error) != ACCESS_DENIED:
                    raise
        # Also after a refusal of both passwords: a rotation may have changed the password between the two attempts.
        return pymysql.connect(**self._options(address.password), client_flag=flags)

    def _options(self, password: str) -> "_Options":
        address = self.address
        return {
            "host": address.host,
            "port": address.port,
            "user": address.user,
            "password": password,
            "database": address.database or None,
            "connect_timeout": max(1, int(self._connect_seconds)),
            "read_timeout": self._answer_seconds,
            "write_timeout": self._answer_seconds,
            "autocommit": True,
            "charset": "utf8mb4",
            "init_command": _SESSION,
            "program_name": self._program,
            # PyMySQL reads the machine's certificates for each connection, which takes longer than most statements.
            "ssl_disabled": is_loopback(address.host),
        }


def repeat_until_reached(
    work: Callable[[], T], *, within: float, what: str, report: Callable[[str], None] | None = None
) -> T:
    """Repeat work until StarRocks responds.

    Args:
        work: function that can run twice without harm, because whether a lost statement took effect is unknown.
        within: time limit in seconds.
        what: name of the work in the report.
        report: called with a line for users before each retry.

    Raises:
        StarRocksUnreachable: StarRocks did not respond in time.
        StarRocksError: StarRocks returned an error.
    """
    last: list[StarRocksUnreachable] = []

    def look() -> tuple[T] | Pending:
        try:
            return (work(),)
        except StarRocksUnreachable as error:
            last[:] = [error]
            return Pending(str(error))

    def progress(reason: str) -> None:
        if report is not None:
            report(f"{what}: {reason}; retrying for {within:.0f} s")

    try:
        [answer] = poll(look, within=within, what=what, pause=_PAUSE, longest_pause=_LONGEST_PAUSE, progress=progress)
    except TimeoutError:
        raise last[0] from None
    return answer


def _first_line(statement: str) -> str:
    lines = (line.strip() for line in statement.splitlines())
    return next((line for line in lines if line and not line.startswith("--")), "")[:_FIRST_LINE]
