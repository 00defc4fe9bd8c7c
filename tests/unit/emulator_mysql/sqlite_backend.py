"""A backend on SQLite, for protocol tests without the engine. It does not emulate StarRocks."""

import hashlib
import itertools
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from starrocks_emulator.results import Column, ColumnType, Ok, Prepared, ResultSet, SqlError, Value

VARIABLES: dict[str, str | int] = {
    "auto_increment_increment": 1,
    "character_set_client": "utf8mb4",
    "character_set_connection": "utf8mb4",
    "character_set_results": "utf8mb4",
    "character_set_server": "utf8mb4",
    "collation_server": "utf8mb4_general_ci",
    "collation_connection": "utf8mb4_general_ci",
    "init_connect": "",
    "interactive_timeout": 3600,
    "license": "Apache License 2.0",
    "lower_case_table_names": 0,
    "max_allowed_packet": 33554432,
    "net_write_timeout": 60,
    "performance_schema": 0,
    "sql_mode": "ONLY_FULL_GROUP_BY",
    "system_time_zone": "UTC",
    "time_zone": "UTC",
    "transaction_isolation": "REPEATABLE-READ",
    "wait_timeout": 28800,
    "version_comment": "SQLite behind the protocol",
}
ALL_TYPES_COLUMNS = (
    Column("t_tiny", ColumnType.TINY, 4, table="all_types", schema="fake"),
    Column("t_bool", ColumnType.TINY, 1),
    Column("t_short", ColumnType.SHORT, 6),
    Column("t_long", ColumnType.LONG, 11),
    Column("t_big", ColumnType.LONGLONG, 20),
    Column("t_large", ColumnType.STRING, 40),
    Column("t_float", ColumnType.FLOAT, 12, 31),
    Column("t_double", ColumnType.DOUBLE, 22, 31),
    Column("t_decimal", ColumnType.NEWDECIMAL, 20, 4),
    Column("t_date", ColumnType.DATE, 10),
    Column("t_datetime", ColumnType.DATETIME, 26),
    Column("t_time", ColumnType.TIME, 10),
    Column("t_text", ColumnType.VAR_STRING, 255),
    Column("t_json", ColumnType.JSON, 255),
    Column("t_bytes", ColumnType.BLOB, 255),
)
ALL_TYPES_ROWS: tuple[tuple[Value, ...], ...] = (
    (
        -128,
        True,
        -32768,
        -(2**31),
        -(2**63),
        2**127 - 1,
        0.1,
        0.1,
        Decimal("12.3400"),
        date(2026, 1, 31),
        datetime.fromisoformat("2026-01-31 12:05:06"),
        timedelta(hours=-30, minutes=-1, seconds=-2),
        "Abidjan 🌍 d'été",
        '{"k": [1, null]}',
        b"\x00\xff'\\",
    ),
    (
        127,
        False,
        32767,
        2**31 - 1,
        2**63 - 1,
        -(2**127),
        16777216.0,
        1e300,
        Decimal("0E-4"),
        date(1, 1, 1),
        datetime.fromisoformat("9999-12-31 23:59:59.999999"),
        timedelta(seconds=1, microseconds=500),
        "",
        "null",
        b"",
    ),
    (None,) * 15,
)


def native_password(password: str, salt: bytes) -> bytes:
    """The response of `mysql_native_password` to a salt."""
    if not password:
        return b""
    once = hashlib.sha1(password.encode()).digest()
    mask = hashlib.sha1(salt + hashlib.sha1(once).digest()).digest()
    return bytes(a ^ b for a, b in zip(once, mask, strict=True))


class SqliteBackend:
    """Users with passwords, and one database `fake`."""

    server_version = "5.1.0"

    def __init__(self, users: dict[str, str] | None = None) -> None:
        self.users = {"root": ""} if users is None else users
        self.sessions: dict[int, SqliteSession] = {}
        self.closed: list[int] = []
        self.kill: Callable[[int], bool] = lambda _id: False
        self._uri = f"file:fake{id(self)}?mode=memory&cache=shared"
        self._keep = sqlite3.connect(self._uri, uri=True, check_same_thread=False)

    def verify(self, user: str, host: str, scramble: bytes, salt: bytes) -> bool:
        return user in self.users and native_password(self.users[user], salt) == scramble

    def open(self, connection_id: int, user: str, host: str, database: str | None) -> "SqliteSession":
        session = SqliteSession(self, connection_id, user, self._uri)
        if database is not None:
            session.use(database)
        self.sessions[connection_id] = session
        return session


class SqliteSession:
    def __init__(self, backend: SqliteBackend, connection_id: int, user: str, uri: str) -> None:
        self.user = user
        self.database: str | None = None
        self.resets = 0
        self.produced = 0
        self._backend = backend
        self._id = connection_id
        self._cancelled = threading.Event()
        self._connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        self._running = False

    def execute(self, sql: str) -> Iterator[Ok | ResultSet]:
        for statement in _split(sql):
            yield self._run(statement, ())

    def prepare(self, sql: str) -> Prepared:
        parameters = len(_strip_literals(sql).split("?")) - 1
        columns: Sequence[Column] = ()
        if _strip_literals(sql).lstrip().upper().startswith("SELECT"):
            result = self._run(sql, (None,) * parameters)
            columns = result.columns if isinstance(result, ResultSet) else ()
        return Prepared(sql, parameters, columns)

    def execute_prepared(self, prepared: Prepared, parameters: Sequence[Value]) -> Ok | ResultSet:
        return self._run(prepared.sql, parameters)

    def use(self, database: str) -> None:
        if database != "fake":
            raise SqlError(1049, f"Unknown database '{database}'", "42000")
        self.database = database

    def reset(self) -> None:
        self.resets += 1

    def cancel(self) -> None:
        if self._running:
            self._cancelled.set()
            self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()
        self._backend.closed.append(self._id)

    def _run(self, sql: str, parameters: Sequence[Value]) -> Ok | ResultSet:
        self._cancelled.clear()
        self._running = True
        try:
            return self._answer(sql, parameters)
        finally:
            self._running = False

    def _answer(self, sql: str, parameters: Sequence[Value]) -> Ok | ResultSet:
        if re.match(r"(?i)\s*(SET|COMMIT|ROLLBACK|BEGIN)\b", sql):
            return Ok()
        if found := re.match(r"(?i)\s*KILL\s+(?:CONNECTION\s+)?(\d+)", sql):
            if not self._backend.kill(int(found[1])):
                raise SqlError(1094, f"Unknown thread id: {found[1]}")
            return Ok()
        if found := re.match(r"(?i)\s*SELECT\s+SLEEP\((\d+)\)", sql):
            if self._cancelled.wait(int(found[1])):
                raise SqlError(1317, "Query execution was interrupted", "70100")
            return _rows(["SLEEP"], [(0,)])
        if found := re.match(r"(?i)\s*SELECT\s+BIG\((\d+)\)", sql):
            return self._big(int(found[1]))
        if re.match(r"(?i)\s*SELECT\s+\*\s+FROM\s+all_types", sql):
            return ResultSet(ALL_TYPES_COLUMNS, iter((ALL_TYPES_ROWS,)))
        if re.match(r"(?i)\s*SELECT\s+@@", re.sub(r"/\*.*?\*/", "", sql)):
            names = re.findall(r"(?i)@@(?:session\.|global\.)?(\w+)(?:\s+AS\s+(\w+))?", sql)
            return _rows([alias or f"@@{name}" for name, alias in names], [tuple(VARIABLES[n] for n, _ in names)])
        if re.match(r"(?i)\s*SHOW\s+DATABASES", sql):
            return _rows(["Database"], [("fake",)])
        if re.match(r"(?i)\s*SHOW\s+TABLES", sql):
            return self._sqlite("SELECT name AS Tables_in_fake FROM sqlite_master WHERE type = 'table'", ())
        if re.match(r"(?i)\s*SELECT\s+DATABASE\(\)", sql):
            return _rows(["DATABASE()"], [(self.database,)])
        if re.match(r"(?i)\s*SELECT\s+ECHO\(", sql):
            return ResultSet([Column("echo", ColumnType.VAR_STRING)], iter(([(v,) for v in parameters],)))
        return self._sqlite(sql, parameters)

    def _sqlite(self, sql: str, parameters: Sequence[Value]) -> Ok | ResultSet:
        try:
            cursor = self._connection.execute(sql, [_for_sqlite(value) for value in parameters])
            rows = cursor.fetchall() if cursor.description else []
        except sqlite3.Error as failed:
            code = 1146 if "no such table" in str(failed) else 1317 if "interrupt" in str(failed) else 1064
            raise SqlError(code, str(failed), "42S02" if code == 1146 else "42000") from failed
        if cursor.description is None:
            return Ok(affected_rows=max(cursor.rowcount, 0))
        return _rows([str(column[0]) for column in cursor.description], rows)

    def _big(self, count: int) -> ResultSet:
        def batches() -> Iterator[Sequence[Sequence[Value]]]:
            for start in range(0, count, 1000):
                if self._cancelled.is_set():
                    raise SqlError(1317, "Query execution was interrupted", "70100")
                self._running = True
                rows = [(n, f"row {n}", n / 7) for n in range(start, min(start + 1000, count))]
                self.produced = start + len(rows)
                yield rows
            self._running = False

        columns = [
            Column("n", ColumnType.LONGLONG, 20),
            Column("s", ColumnType.VAR_STRING, 100),
            Column("d", ColumnType.DOUBLE, 22, 31),
        ]
        return ResultSet(columns, batches())


def _rows(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> ResultSet:
    types = {int: ColumnType.LONGLONG, float: ColumnType.DOUBLE, bytes: ColumnType.BLOB}
    columns = []
    for number, name in enumerate(names):
        found = next((row[number] for row in rows if row[number] is not None), "")
        columns.append(Column(name, types.get(type(found), ColumnType.VAR_STRING)))
    return ResultSet(columns, iter([rows[start : start + 500] for start in range(0, len(rows), 500)]))


def _for_sqlite(value: Value) -> str | int | float | bytes | None:
    if isinstance(value, Decimal | date | timedelta):
        return str(value)
    return value


def _strip_literals(sql: str) -> str:
    return re.sub(r"'(?:[^'\\]++|\\.|'')*+'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`", "''", sql)


def _split(sql: str) -> list[str]:
    literals: dict[str, str] = {}
    names = itertools.count()

    def hide(found: re.Match[str]) -> str:
        key = f"\x01{next(names)}\x02"
        literals[key] = found[0]
        return key

    hidden = re.sub(r"'(?:[^'\\]++|\\.|'')*+'", hide, sql)
    statements = [statement for statement in hidden.split(";") if statement.strip()]
    return [re.sub("\x01\\d+\x02", lambda found: literals[found[0]], statement) for statement in statements]
