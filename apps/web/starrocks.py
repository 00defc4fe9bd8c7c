"""A small, bounded pool of connections to StarRocks, for reading only."""

import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from apps.shared.starrocks import Cell, StarRocks
from apps.shared.starrocks_address import Address, passwords
from apps.shared.starrocks_errors import ACCESS_DENIED, StarRocksError, StarRocksUnreachable
from apps.web.settings import Settings

Parameter = str | int | datetime
Row = dict[str, object]

_NO_BACKEND: Final = re.compile(r"(?i)(backend|compute) node not found|no (alive )?(backend|compute node)\b")
"""Error messages of a frontend without a backend. Source: `FeConstants` and `ErrorCode` of StarRocks 3.5."""


class StarRocksUnavailable(Exception):
    """StarRocks cannot be reached, does not respond in time, or all connections are busy."""


class NoBackendAlive(StarRocksUnavailable):
    """A frontend responds, but no backend is alive to run the query."""


class StarRocksRefused(Exception):
    """StarRocks returned an error."""

    def __init__(self, code: int, message: str) -> None:
        """`code` is the number of the MySQL error."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class PoolState:
    """The number of open connections, and of those in use."""

    size: int
    open: int
    in_use: int


class Pool:
    """Connections that are opened on demand, kept, and replaced after a loss."""

    def __init__(self, settings: Settings, program: str = "api") -> None:
        """Create a pool without connections, so that the API can start before StarRocks.

        Args:
            settings: address, user and limits.
            program: name that StarRocks' process list shows.
        """
        self._settings = settings
        self._program = program
        self._slots = threading.BoundedSemaphore(settings.starrocks_pool_size)
        self._idle: deque[StarRocks] = deque()
        self._lock = threading.Lock()
        self._in_use = 0

    def state(self) -> PoolState:
        """The current state of the pool."""
        with self._lock:
            return PoolState(self._settings.starrocks_pool_size, len(self._idle) + self._in_use, self._in_use)

    def close(self) -> None:
        """Close the idle connections; those in use are kept until their query ends."""
        with self._lock:
            idle = list(self._idle)
            self._idle.clear()
        for connection in idle:
            connection.close()

    def query(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[Row]:
        """Run one SELECT; DATETIME values of its rows are aware, in UTC.

        If a kept connection is broken, the query is repeated on a new one. It is also repeated after a retryable error,
        because reading twice is harmless.

        Args:
            sql: SELECT statement; `%s` stands for a parameter. With parameters, a literal `%` is written `%%`.
            parameters: values in order.

        Raises:
            StarRocksUnavailable: no connection, no response in time, or no backend that is alive (`NoBackendAlive`).
            StarRocksRefused: StarRocks returned an error.
        """
        with self._slot():
            kept = self._kept()
            if kept is not None:
                started = time.monotonic()
                try:
                    return self._read(kept, sql, parameters)
                except StarRocksUnreachable as error:
                    if time.monotonic() - started >= self._settings.starrocks_query_seconds:
                        raise StarRocksUnavailable(str(error)) from error
                except StarRocksError as error:
                    raise _translated(error) from error
                self.close()
            try:
                return self._read(self._opened(), sql, parameters)
            except StarRocksError as error:
                raise _translated(error) from error

    def _opened(self) -> StarRocks:
        settings = self._settings
        # Each connection reads the file again, because the password may have been rotated.
        password, former = passwords(settings.starrocks_password_file)
        connection = StarRocks(
            Address(
                settings.starrocks_host,
                settings.starrocks_port,
                settings.starrocks_user,
                password,
                settings.starrocks_database,
                former,
            ),
            connect_seconds=settings.starrocks_connect_seconds,
            answer_seconds=settings.starrocks_query_seconds + 1,
            busy_seconds=settings.starrocks_wait_seconds,
            program=self._program,
        )
        connection.execute(f"SET query_timeout = {settings.starrocks_query_seconds}")
        return connection

    def _read(self, connection: StarRocks, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """The rows of a query; keeps the connection unless it was lost."""
        try:
            rows = connection.query(sql, parameters)
        except StarRocksUnreachable:
            connection.close()
            raise
        except StarRocksError:
            self._keep(connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return [{name: _aware(value) for name, value in row.items()} for row in rows]

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

    def _kept(self) -> StarRocks | None:
        """The most recently used idle connection."""
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _keep(self, connection: StarRocks) -> None:
        with self._lock:
            self._idle.append(connection)


def _aware(value: Cell) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _translated(error: StarRocksError) -> Exception:
    """The error for callers."""
    if isinstance(error, StarRocksUnreachable) or error.code == ACCESS_DENIED:
        return StarRocksUnavailable(str(error))
    if _NO_BACKEND.search(error.error_text):
        return NoBackendAlive("StarRocks has no living backend")
    return StarRocksRefused(error.code, error.error_text or str(error))
