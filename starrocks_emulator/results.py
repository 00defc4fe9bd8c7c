"""Results of statements, and the interface between the MySQL protocol and the engine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Protocol

Value = None | bool | int | float | Decimal | str | bytes | date | datetime | timedelta
"""A cell of a result, or a parameter of a prepared statement."""


class ColumnType(IntEnum):
    """Column types of the MySQL protocol that StarRocks sends (`enum_field_types` of MySQL)."""

    TINY = 1
    SHORT = 2
    LONG = 3
    FLOAT = 4
    DOUBLE = 5
    NULL = 6
    LONGLONG = 8
    DATE = 10
    TIME = 11
    DATETIME = 12
    JSON = 245
    NEWDECIMAL = 246
    BLOB = 252
    VAR_STRING = 253
    STRING = 254


@dataclass(frozen=True)
class Column:
    """A result column: label, type, display length in bytes, decimals, table and database."""

    name: str
    type: ColumnType
    length: int = 1024
    decimals: int = 0
    nullable: bool = True
    unsigned: bool = False
    table: str = ""
    schema: str = ""


@dataclass(frozen=True)
class Ok:
    """The result of a statement without rows."""

    affected_rows: int = 0
    warnings: int = 0
    info: str = ""


@dataclass(frozen=True)
class ResultSet:
    """The result of a statement with rows; `batches` yields them lazily, so large results need constant memory."""

    columns: Sequence[Column]
    batches: Iterator[Sequence[Sequence[Value]]] = field(default_factory=lambda: iter(()))
    encoded: Iterator[Iterable[bytes]] | None = None
    """The same rows as payloads of the text protocol in UTF-8, if the engine encodes them; read one of the two."""


class SqlError(Exception):
    """A failed statement: MySQL error number, message, SQLSTATE."""

    def __init__(self, code: int, message: str, sqlstate: str = "HY000") -> None:
        """`code` is an error number of MySQL or StarRocks (`ErrorCode.java` of StarRocks)."""
        super().__init__(message)
        self.code = code
        self.sqlstate = sqlstate
        self.message = message


@dataclass(frozen=True)
class Prepared:
    """A prepared statement: its number of parameters and its result columns (empty if none)."""

    sql: str
    parameters: int
    columns: Sequence[Column]


class Session(Protocol):
    """One client's connection after a successful login. Its methods block and are called in a worker thread,
    one at a time; only `cancel` is called from elsewhere."""

    @property
    def user(self) -> str:
        """Name of the user who logged in."""

    @property
    def database(self) -> str | None:
        """The current database."""

    def execute(self, sql: str) -> Iterator[Ok | ResultSet]:
        """Run one or more statements separated by `;`; yields each result before the next statement runs.

        Raises:
            SqlError: a statement failed; those after it do not run.
        """

    def prepare(self, sql: str) -> Prepared:
        """Check a statement with `?` parameters."""

    def execute_prepared(self, prepared: Prepared, parameters: Sequence[Value]) -> Ok | ResultSet:
        """Run a prepared statement with its parameters."""

    def use(self, database: str) -> None:
        """Change the current database (COM_INIT_DB)."""

    def reset(self) -> None:
        """Reset session variables and temporary state, keep user and database (COM_RESET_CONNECTION)."""

    def cancel(self) -> None:
        """Interrupt the running statement (KILL QUERY), which then fails with error 1317."""

    def close(self) -> None:
        """Release the resources of the session."""


class Backend(Protocol):
    """The interface of the engine for the protocol server."""

    server_version: str
    """The version in the handshake, e.g. `5.1.0`: StarRocks reports a MySQL version there."""

    def verify(self, user: str, host: str, scramble: bytes, salt: bytes) -> bool:
        """Whether `scramble` is the user's password hashed by `mysql_native_password` with the 20-byte `salt`.

        An empty scramble matches an empty password only. For an unknown user, the result is False after the same
        time."""

    def open(self, connection_id: int, user: str, host: str, database: str | None) -> Session:
        """Start the session of a user who has logged in.

        Raises:
            SqlError: 1049 for an unknown database, 1044 if the user may not use it.
        """
