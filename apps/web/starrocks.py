"""A small, bounded pool of connections to StarRocks over the MySQL protocol, for reading only."""

import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions

from apps.web.settings import Settings

Parameter = str | int | datetime
Row = dict[str, object]

IDLE_SECONDS_BEFORE_PING: Final = 10.0

_NO_BACKEND: Final = re.compile(r"(?i)(backend|compute) node not found|no (alive )?(backend|compute node)\b")
"""A frontend that has no backend to run a query on: `FeConstants` and `ErrorCode` of StarRocks 3.5."""

_PLANNER_TIMEOUT: Final = re.compile(r"StarRocks planner use long time")
"""The frontend was too busy to plan within `new_planner_optimize_timeout` (`OptimizerContext` of StarRocks 3.5)."""

_PLANNER_TRIES: Final = 3


class StarRocksUnavailable(Exception):
    """StarRocks cannot be reached, does not answer in time, or all connections are busy."""


class NoBackendAlive(StarRocksUnavailable):
    """A frontend answers, but no backend is alive that could run the query."""


class StarRocksRefused(Exception):
    """StarRocks answered with an error."""

    def __init__(self, code: int, message: str) -> None:
        """`code` is the number of the MySQL error."""
        super().__init__(message)
        self.code = code


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def connect(settings: Settings, program: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    """Open a connection; DATETIME columns come as aware UTC datetimes.

    Args:
        settings: address, user and limits.
        program: name that StarRocks' process list shows.

    Raises:
        pymysql.MySQLError: it cannot be opened.
    """
    decoders = dict(conversions)
    decoders[FIELD_TYPE.DATETIME] = _utc
    return pymysql.connect(
        host=settings.starrocks_host,
        port=settings.starrocks_port,
        user=settings.starrocks_user,
        password=settings.password().get_secret_value(),
        database=settings.starrocks_database,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=settings.starrocks_connect_seconds,
        read_timeout=settings.starrocks_query_seconds + 1,
        write_timeout=settings.starrocks_query_seconds + 1,
        init_command=f"SET query_timeout = {settings.starrocks_query_seconds}",
        conv=decoders,
        program_name=program,
    )


@dataclass
class _Idle:
    connection: "pymysql.Connection[pymysql.cursors.Cursor]"
    since: float


@dataclass(frozen=True)
class PoolState:
    """How many connections are open, and how many of them are in use."""

    size: int
    open: int
    in_use: int


def _lost(error: pymysql.MySQLError) -> bool:
    """Whether there was no answer: client errors (2000 to 2999) and those of a closed connection (0)."""
    code = error.args[0] if error.args else 0
    return isinstance(code, int) and (code == 0 or 2000 <= code < 3000)


class Pool:
    """Connections that are opened when needed, kept, checked after a pause, and replaced when the server went away."""

    def __init__(self, settings: Settings, program: str = "api") -> None:
        """Opens nothing yet, so that the API starts before StarRocks does; `program` is as in `connect`."""
        self._settings = settings
        self._program = program
        self._slots = threading.BoundedSemaphore(settings.starrocks_pool_size)
        self._idle: deque[_Idle] = deque()
        self._lock = threading.Lock()
        self._in_use = 0

    def state(self) -> PoolState:
        """The pool as it is now."""
        with self._lock:
            return PoolState(self._settings.starrocks_pool_size, len(self._idle) + self._in_use, self._in_use)

    def close(self) -> None:
        """Close the idle connections; those in use are kept until their query ends."""
        with self._lock:
            idle = list(self._idle)
            self._idle.clear()
        for entry in idle:
            _close(entry.connection)

    def query(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[Row]:
        """Run one SELECT whose `%s` stand for `parameters`; where there are some, a `%` of its own is written `%%`.

        A query on a kept connection that turns out to be dead is repeated once on a new one, and one that the frontend
        had no time to plan is repeated twice: reading again is harmless.

        Raises:
            StarRocksUnavailable: no connection, no answer in time, or no backend alive (`NoBackendAlive`).
            StarRocksRefused: StarRocks answered with an error.
        """
        with self._slot():
            for _ in range(_PLANNER_TRIES - 1):
                try:
                    return self._try(sql, parameters)
                except StarRocksRefused as error:
                    if not _PLANNER_TIMEOUT.search(str(error)):
                        raise
            return self._try(sql, parameters)

    def _try(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        kept = self._kept()
        if kept is not None:
            started = time.monotonic()
            try:
                return self._run(kept, sql, parameters)
            except pymysql.MySQLError as error:
                timed_out = time.monotonic() - started >= self._settings.starrocks_query_seconds
                self._translate(error, final=timed_out)
            self.close()
        return self._run_fresh(sql, parameters)

    def _run_fresh(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        settings = self._settings
        try:
            connection = connect(settings, self._program)
        except (pymysql.MySQLError, OSError) as error:
            address = f"{settings.starrocks_host}:{settings.starrocks_port}"
            raise StarRocksUnavailable(f"StarRocks at {address} cannot be reached: {_reason(error)}") from error
        try:
            return self._run(connection, sql, parameters)
        except pymysql.MySQLError as error:
            self._translate(error, final=True)
            raise

    def _run(
        self, connection: "pymysql.Connection[pymysql.cursors.Cursor]", sql: str, parameters: Sequence[Parameter]
    ) -> list[Row]:
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, tuple(parameters) or None)
                names = [column[0] for column in cursor.description or ()]
                rows: list[Row] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except pymysql.MySQLError as error:
            if _lost(error):
                _close(connection)
            else:
                self._keep(connection)
            raise
        except BaseException:
            _close(connection)
            raise
        self._keep(connection)
        return rows

    def _translate(self, error: pymysql.MySQLError, *, final: bool) -> None:
        """Raise what the caller should see; return where the query may be repeated."""
        if not _lost(error):
            reason = _reason(error)
            if _NO_BACKEND.search(reason):
                raise NoBackendAlive("no backend of StarRocks is alive") from error
            code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            raise StarRocksRefused(code, reason) from error
        if final:
            raise StarRocksUnavailable(f"StarRocks did not answer: {_reason(error)}") from error

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._settings.starrocks_wait_seconds):
            raise StarRocksUnavailable(
                f"all {self._settings.starrocks_pool_size} connections to StarRocks are busy; "
                f"none became free in {self._settings.starrocks_wait_seconds:g} s"
            )
        with self._lock:
            self._in_use += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_use -= 1
            self._slots.release()

    def _kept(self) -> "pymysql.Connection[pymysql.cursors.Cursor] | None":
        """The connection that was used last, if it still answers."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                entry = self._idle.pop()
            if time.monotonic() - entry.since < IDLE_SECONDS_BEFORE_PING:
                return entry.connection
            try:
                entry.connection.ping(reconnect=False)
            except (pymysql.MySQLError, OSError):
                _close(entry.connection)
            else:
                return entry.connection

    def _keep(self, connection: "pymysql.Connection[pymysql.cursors.Cursor]") -> None:
        with self._lock:
            self._idle.append(_Idle(connection, time.monotonic()))


def _close(connection: "pymysql.Connection[pymysql.cursors.Cursor]") -> None:
    if not connection.open:
        return
    with suppress(pymysql.MySQLError, OSError):
        connection.close()


def _reason(error: BaseException) -> str:
    """The message of an error without its number and without the client's name for the host."""
    return str(error.args[-1]) if error.args else type(error).__name__
