"""Runs one Stream Load: from a body in a file to rows of a table and the response."""

import gzip
import json
import logging
import shutil
import threading
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from starrocks_emulator import write
from starrocks_emulator.engine import Engine
from starrocks_emulator.errors import translated
from starrocks_emulator.functions.loaded_json import failure as failure_of_json
from starrocks_emulator.load import source
from starrocks_emulator.load.reading import number, read_csv, read_json
from starrocks_emulator.load.settings import Settings, SettingsError
from starrocks_emulator.loads import LabelInUseError, Load
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.parse import parse_expression
from starrocks_emulator.write import OutsidePartitionsError, Stage

_LOG = logging.getLogger(__name__)
_POOL = 8
_ERROR_LINES = 50
_ERROR_LOGS = 200


class FilteredError(Exception):
    """A load has more filtered rows than max_filter_ratio allows."""


@dataclass
class Timer:
    """Durations of the phases of a load in milliseconds, for the response."""

    begin: float = field(default_factory=time.monotonic)
    parts: dict[str, int] = field(default_factory=dict)
    _last: float = 0.0

    def __post_init__(self) -> None:
        """Start the clock."""
        self._last = self.begin

    def lap(self, name: str) -> None:
        """End the phase `name`."""
        now = time.monotonic()
        self.parts[name] = round((now - self._last) * 1000)
        self._last = now

    @property
    def total(self) -> int:
        """Milliseconds since the start."""
        return round((time.monotonic() - self.begin) * 1000)


class StreamLoader:
    """Runs loads, from any thread."""

    def __init__(self, engine: Engine) -> None:
        """Load into the tables of `engine`."""
        self.engine = engine
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self._lock = threading.Lock()

    def borrow(self) -> duckdb.DuckDBPyConnection:
        """A connection with its own temporary tables."""
        with self._lock:
            if self._cursors:
                return self._cursors.pop()
        return self.engine.storage.cursor()

    def release(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Return a connection to the pool, without the rows of this load."""
        with suppress(duckdb.Error):
            cursor.execute(
                "DROP TABLE IF EXISTS temp.stage; DROP TABLE IF EXISTS temp.merged; DROP TABLE IF EXISTS temp.filled"
            )
        with self._lock:
            if len(self._cursors) < _POOL:
                self._cursors.append(cursor)
                return
        cursor.close()

    def load(  # noqa: PLR0917
        self, database: str, name: str, body: Path, settings: Settings, user: str, error_url: str
    ) -> Mapping[str, object]:
        """Load a body and return StarRocks' response; `error_url`: the address of the error log without its name."""
        engine, timer = self.engine, Timer()
        table = engine.catalog.find(database, name)
        if table is None or table.kind != "table":
            return failure(settings.label or "", f"unknown table, database={database}, table={name}")
        try:
            load = engine.loads.begin(database, settings.label, "STREAM_LOAD", user)
        except LabelInUseError as error:
            running = "FINISHED" if error.state == "VISIBLE" else "RUNNING"
            return {
                **failure(settings.label or "", str(error)), "Status": "Label Already Exists",
                "ExistingJobStatus": running, "TxnId": engine.loads.txn_id(database, settings.label or ""),
            }  # fmt: skip
        load.tables = [name]
        cursor = self.borrow()
        engine.counters["stream_load_total"] += 1
        try:
            stage = self.stage(cursor, table, body, settings, load, timer)
            write.prepare(cursor, table, stage)
            timer.lap("WriteDataTimeMs")
            with engine.storage.transaction(cursor) as change:
                write.apply(change, engine.catalog, table, stage, load)
                engine.loads.finish(change, load)
            timer.lap("CommitAndPublishTimeMs")
            engine.counters["stream_load_rows"] += load.loaded
            engine.counters["stream_load_bytes"] += load.bytes
            return answer(load, "Success", "OK", timer)
        except (
            duckdb.Error,
            SqlError,
            SettingsError,
            FilteredError,
            OutsidePartitionsError,
            OSError,
            EOFError,
            zlib.error,
        ) as error:
            return self._failed(load, error, timer, error_url)
        finally:
            self.release(cursor)

    def _failed(self, load: Load, error: Exception, timer: Timer, error_url: str) -> Mapping[str, object]:
        message = reason_of(error)
        if isinstance(error, FilteredError):
            load.url = f"{error_url}error_log_{load.txn_id}"
        load.loaded = 0
        self.engine.counters["stream_load_failed"] += 1
        with suppress(duckdb.Error):
            self.engine.loads.abort(load, message)
        self.engine.loads.set_state(load, "ABORTED")
        found = answer(load, "Fail", message, timer)
        return {**found, "ErrorURL": load.url} if load.url else found

    def stage(  # noqa: PLR0917
        self, cursor: duckdb.DuckDBPyConnection, table: Table, body: Path, settings: Settings, load: Load, timer: Timer
    ) -> Stage:
        """Read and convert the rows of a body into the temporary table `stage`, without the filtered ones."""
        load.bytes = body.stat().st_size
        if settings.gzip:
            body = _unzipped(body)
        if settings.format == "csv" and settings.row_delimiter != "\n":
            _with_line_feeds(body, settings.row_delimiter)
        present = _check_shape(body, settings)
        mapped = source.mapping(table, settings, present)
        if settings.jsonpaths and len(settings.jsonpaths) != len(mapped.fields) - (
            OP_IMPLIED in mapped.fields and not settings.columns
        ):
            raise SettingsError(f"jsonpaths: {len(settings.jsonpaths)} paths for {len(mapped.fields)} columns")
        self._check(table, settings, mapped)
        converted = source.conversion(table, mapped, settings)
        where = _where(table, settings)
        timer.lap("StreamLoadPlanTimeMs")
        if settings.format == "csv":
            rows, lost = read_csv(cursor, body, settings, mapped, (converted, where))
        else:
            rows, lost = read_json(cursor, table, body, settings, mapped, (converted, where)), 0
        staged, bad = _pair(cursor, "SELECT count(*), count(*) FILTER (__bad) FROM stage")
        total = number(cursor, f"SELECT count(*) FROM {rows}") if where else staged
        load.total, load.unselected = total + lost, total - staged
        load.filtered, load.loaded = bad + lost, staged - bad
        timer.lap("ReadDataTimeMs")
        if load.filtered:
            self._filter(cursor, load, settings, rows, where, converted)
        return Stage("stage", converted.columns, mapped.operation is not None, settings.partial_update,
                     self._condition(table, settings))  # fmt: skip

    @staticmethod
    def _condition(table: Table, settings: Settings) -> str | None:
        found = table.column(settings.merge_condition) if settings.merge_condition else None
        return found.name if found else None

    @staticmethod
    def _check(table: Table, settings: Settings, mapped: source.Mapped) -> None:
        given = {name.lower() for name in mapped.columns}
        for key in table.keys:
            if settings.partial_update and key.lower() not in given:
                raise SettingsError(f"columns: a partial update needs the key column '{key}'")
        for what in ("partial_update", "merge_condition"):
            if getattr(settings, what) and table.model != "PRIMARY":
                raise SettingsError(f"{what}: {table.name} is not a PRIMARY KEY table")
        if mapped.operation and table.model != "PRIMARY" and (OP_IMPLIED in settings.columns):
            raise SettingsError(f"__op: {table.name} is not a PRIMARY KEY table")
        if settings.merge_condition:
            column = table.column(settings.merge_condition)
            if column is None or column.name in table.keys:
                raise SettingsError(
                    f"merge_condition: '{settings.merge_condition}' is not a value column of {table.name}"
                )
            if column.name.lower() not in given:
                raise SettingsError(f"merge_condition: '{column.name}' is not among the loaded columns")
            if settings.partial_update:
                raise SettingsError("merge_condition: this emulator does not support it with partial_update")

    def _filter(  # noqa: PLR0917
        self, cursor: duckdb.DuckDBPyConnection, load: Load, settings: Settings, rows: str, where: str,
        converted: source.Conversion,
    ) -> None:  # fmt: skip
        condition = f"({converted.reasons}) IS NOT NULL" + (f" AND coalesce({where}, FALSE)" if where else "")
        found = cursor.execute(
            f"SELECT {converted.reasons}, to_json(r)::VARCHAR FROM {rows} AS r WHERE {condition} LIMIT {_ERROR_LINES}"
        ).fetchall()
        lines = [f"Error: {why}. Row: {row[:4000]}" for why, row in found]
        if load.filtered > len(found) and len(found) < _ERROR_LINES:
            lines.append("Error: Value count does not match column count.")
        folder = self.engine.storage.error_logs
        (folder / f"error_log_{load.txn_id}").write_text("\n".join(lines) + "\n")
        for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-_ERROR_LOGS]:
            old.unlink(missing_ok=True)
        selected = load.total - load.unselected
        if load.filtered > settings.max_filter_ratio * selected:
            raise FilteredError("too many filtered rows" if not lines else f"too many filtered rows: {lines[0][:600]}")
        cursor.execute("DELETE FROM stage WHERE __bad")


OP_IMPLIED = source.OPERATION


def _unzipped(body: Path) -> Path:
    plain = body.with_suffix(".plain")
    with gzip.open(body, "rb") as packed, plain.open("wb") as out:
        shutil.copyfileobj(packed, out, 1 << 20)
    plain.replace(body)
    return body


def _with_line_feeds(body: Path, delimiter: str) -> None:
    """Replace the row delimiter by line feeds.

    Raises:
        SettingsError: a value contains a line feed.
    """
    data = body.read_bytes()
    rows = data.split(delimiter.encode())
    if any(b"\n" in row for row in rows):
        raise SettingsError("row_delimiter: this emulator accepts another one than \\n only if no value contains \\n")
    body.write_bytes(b"\n".join(rows))


def _check_shape(body: Path, settings: Settings) -> list[str] | None:
    """Refuse a JSON body whose form, an array or objects, contradicts the header strip_outer_array."""
    if settings.format != "json":
        return None
    with body.open("rb") as file:
        head = file.read(1 << 16).lstrip(b" \t\r\n\xef\xbb\xbf")
    if not head:
        raise SettingsError("body: is empty")
    array = head[:1] == b"["
    if not settings.json_root and array != settings.strip_outer_array:
        if array:
            raise SettingsError(
                "The value is array type in json document stream, you can set strip_outer_array=true to parse each "
                "element of the array as individual rows"
            )
        raise SettingsError("The value should be array type in json document stream when strip_outer_array=true")
    if not settings.partial_update or settings.columns or settings.jsonpaths or settings.json_root:
        return None
    try:
        text = body.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"body: is no UTF-8 at byte {error.start}") from error
    text = text.lstrip("\ufeff \t\r\n").removeprefix("[").lstrip()
    try:
        first, _ = json.JSONDecoder().raw_decode(text)
    except ValueError as error:
        raise SettingsError(failure_of_json(settings.strip_outer_array)) from error
    return list(first) if isinstance(first, dict) else []


def _where(table: Table, settings: Settings) -> str:
    if not settings.where:
        return ""
    try:
        return source.LoadExpressions(table)(parse_expression(settings.where))
    except SqlError as error:
        raise SettingsError(f"where: {error.message}") from error


def _pair(cursor: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    row = cursor.execute(query).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def answer(load: Load, status: str, message: str, timer: Timer) -> dict[str, object]:
    """The body of a response."""
    found: dict[str, object] = {
        "TxnId": load.txn_id, "Label": load.label, "Db": load.database, "Table": ",".join(load.tables),
        "Status": status, "Message": message, "NumberTotalRows": load.total, "NumberLoadedRows": load.loaded,
        "NumberFilteredRows": load.filtered, "NumberUnselectedRows": load.unselected, "LoadBytes": load.bytes,
        "LoadTimeMs": timer.total, "BeginTxnTimeMs": 0,
    }  # fmt: skip
    for part in ("StreamLoadPlanTimeMs", "ReadDataTimeMs", "WriteDataTimeMs", "CommitAndPublishTimeMs"):
        found[part] = timer.parts.get(part, 0)
    return found


def reason_of(error: Exception) -> str:
    """The message of a response for a failed load; texts of DuckDB and of the system stay in the log."""
    if isinstance(error, zlib.error | gzip.BadGzipFile | EOFError):
        return "body: is no gzip file"
    if isinstance(error, duckdb.Error | OSError):
        return translated(error, "a load").message
    return str(error)


def failure(label: str, message: str) -> dict[str, object]:
    """The response to a load that did not start."""
    return {
        "TxnId": -1, "Label": label, "Status": "Fail", "Message": message, "NumberTotalRows": 0, "NumberLoadedRows": 0,
        "NumberFilteredRows": 0, "NumberUnselectedRows": 0, "LoadBytes": 0, "LoadTimeMs": 0, "BeginTxnTimeMs": 0,
    }  # fmt: skip
