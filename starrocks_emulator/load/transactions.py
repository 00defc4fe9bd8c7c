"""The Stream Load transaction interface: begin, load (several times), prepare, commit or rollback.

Loaded rows stay in separate tables until the commit. A prepared transaction survives a restart. An unprepared one is
lost, as in a StarRocks backend. A commit makes the rows of all tables visible at once."""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from starrocks_emulator import write
from starrocks_emulator.engine import Engine
from starrocks_emulator.load import settings as load_settings
from starrocks_emulator.load.stream import FilteredError, StreamLoader, Timer, answer, reason_of
from starrocks_emulator.loads import LabelInUseError, Load, utc_now
from starrocks_emulator.results import SqlError
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.write import OutsidePartitionsError, Stage

_PREPARED_SECONDS = 86400
"""StarRocks: prepared_transaction_default_timeout_second."""


@dataclass
class Part:
    """Loaded rows of one table, kept in the DuckDB table `name` until the commit."""

    name: str
    table: str
    columns: tuple[str, ...]
    has_operation: bool
    partial: bool
    merge_condition: str | None


@dataclass
class Open:
    """A transaction that has begun."""

    load: Load
    deadline: float
    parts: list[Part] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    prepared: bool = False
    idle: int | None = None
    """Seconds without a request after which an unprepared transaction is rolled back."""
    touched: float = field(default_factory=time.time)

    def is_over(self, now: float) -> bool:
        """Whether the transaction has timed out."""
        return now > self.deadline or (self.idle is not None and not self.prepared and now > self.touched + self.idle)

    def to_json(self) -> str:
        """The JSON form of the state that must survive a restart."""
        load = self.load
        return json.dumps({
            "txn_id": load.txn_id, "label": load.label, "database": load.database, "user": load.user,
            "tables": load.tables, "total": load.total, "loaded": load.loaded, "filtered": load.filtered,
            "unselected": load.unselected, "bytes": load.bytes, "parts": [part.__dict__ for part in self.parts],
        })  # fmt: skip


class Transactions:
    """All open transactions."""

    def __init__(self, engine: Engine, loader: StreamLoader) -> None:
        """Restore the transactions that were prepared before a restart and drop the rows of others."""
        self._engine, self._loader = engine, loader
        self._open: dict[tuple[str, str], Open] = {}
        self._lock = threading.Lock()
        kept: set[str] = set()
        for _, document in engine.storage.documents("transaction"):
            found = json.loads(document)
            load = Load(found["txn_id"], found["label"], found["database"], "TXN_STREAM_LOAD", found["user"], utc_now(),
                        found["tables"], "PREPARED", found["total"], found["loaded"], found["filtered"],
                        found["unselected"], found["bytes"])  # fmt: skip
            parts = [Part(**{**part, "columns": tuple(part["columns"])}) for part in found["parts"]]
            self._open[load.database, load.label] = Open(load, time.time() + _PREPARED_SECONDS, parts, prepared=True)
            engine.loads.restore(load)
            kept |= {part.name for part in parts}
        with engine.storage.transaction() as change:
            rows = change.cursor.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'tables' AND table_name LIKE 'part_%'"
            ).fetchall()
            for (name,) in rows:
                if name not in kept:
                    change.cursor.execute(f'DROP TABLE "tables".{quote(name)}')
        engine.chores.append(self.expire)

    def run(  # noqa: PLR0911, PLR0917
        self, operation: str, database: str, label: str, tables: Sequence[str], user: str, headers: Mapping[str, str],
        body: Path | None,
    ) -> Mapping[str, object]:  # fmt: skip
        """Run one operation and return StarRocks' response."""
        try:
            if operation == "begin":
                return self._begin(database, label, tables, user, load_settings.read(headers))
            found = self._open.get((database, label))
            if found is None:
                return self._absent(operation, database, label)
            if found.load.user != user:
                return _answer("FAILED", f"transaction {label} belongs to another user", label)
            with found.lock:
                found.touched = time.time()
                if operation == "load":
                    assert body is not None
                    return self._load(found, tables[0], load_settings.read(headers), body)
                if operation == "prepare":
                    return self._prepare(found)
                if operation == "commit":
                    return self._commit(found)
                return self._rollback(found, "rolled back by the client")
        except (
            SqlError,
            load_settings.SettingsError,
            FilteredError,
            OutsidePartitionsError,
            duckdb.Error,
            OSError,
        ) as error:
            return _answer("FAILED", reason_of(error), label)

    def _absent(self, operation: str, database: str, label: str) -> Mapping[str, object]:
        state = self._engine.loads.state(database, label)
        if operation == "commit" and state == "VISIBLE":
            return {**_answer("OK", f"Transaction {label} is already VISIBLE", label),
                    "TxnId": self._engine.loads.txn_id(database, label)}  # fmt: skip
        return _answer("TXN_NOT_EXISTS", f"transaction with label {label} does not exist, its state is {state}", label)

    def _begin(
        self, database: str, label: str, tables: Sequence[str], user: str, settings: load_settings.Settings
    ) -> Mapping[str, object]:
        try:
            load = self._engine.loads.begin(database, label, "TXN_STREAM_LOAD", user)
        except LabelInUseError as error:
            return {**_answer("LABEL_ALREADY_EXISTS", str(error), label), "ExistingJobStatus": error.state,
                    "TxnId": self._engine.loads.txn_id(database, label)}  # fmt: skip
        load.tables = list(tables)
        with self._lock:
            self._open[database, label] = Open(load, time.time() + settings.timeout, idle=settings.idle_timeout)
        return {**_answer("OK", "", label), "TxnId": load.txn_id, "BeginTxnTimeMs": 0}

    def _load(self, found: Open, name: str, settings: load_settings.Settings, body: Path) -> Mapping[str, object]:
        load, timer = found.load, Timer()
        if found.prepared:
            return _answer("FAILED", f"transaction {load.label} is prepared and takes no more rows", load.label)
        if name not in load.tables:
            return _answer("FAILED", f"table {name} was not named when {load.label} began", load.label)
        table = self._engine.catalog.table(load.database, name)
        cursor = self._loader.borrow()
        one = Load(load.txn_id, load.label, load.database, load.kind, load.user, load.created, [name])
        try:
            stage = self._loader.stage(cursor, table, body, settings, one, timer)
            part = f"part_{load.txn_id}_{len(found.parts)}"
            with self._engine.storage.transaction(cursor) as change:
                change.cursor.execute(f'CREATE TABLE "tables".{quote(part)} AS SELECT * FROM {stage.name}')
        finally:
            self._loader.release(cursor)
        found.parts.append(Part(part, name, stage.columns, stage.has_operation, stage.partial, stage.merge_condition))
        load.total, load.loaded = load.total + one.total, load.loaded + one.loaded
        load.filtered, load.unselected = load.filtered + one.filtered, load.unselected + one.unselected
        load.bytes += one.bytes
        return answer(one, "OK", "", timer)

    def _prepare(self, found: Open) -> Mapping[str, object]:
        if not found.prepared:
            with self._engine.storage.transaction() as change:
                change.put("transaction", str(found.load.txn_id), found.to_json())
            found.prepared, found.deadline = True, time.time() + _PREPARED_SECONDS
            self._engine.loads.set_state(found.load, "PREPARED")
        return answer(found.load, "OK", "", Timer())

    def _commit(self, found: Open) -> Mapping[str, object]:
        load, engine, timer = found.load, self._engine, Timer()
        cursor = self._loader.borrow()
        try:
            with engine.storage.transaction(cursor) as change:
                for part in found.parts:
                    table = engine.catalog.table(load.database, part.table)
                    stage = Stage(f'"tables".{quote(part.name)}', part.columns, part.has_operation, part.partial,
                                  part.merge_condition)  # fmt: skip
                    write.prepare(cursor, table, stage)
                    write.apply(change, engine.catalog, table, stage, load)
                self._drop(change.cursor, found)
                change.delete("transaction", str(load.txn_id))
                engine.loads.finish(change, load)
        finally:
            self._loader.release(cursor)
        self._close(found)
        return answer(load, "OK", "", timer)

    def _rollback(self, found: Open, why: str) -> Mapping[str, object]:
        load = found.load
        load.message, load.changed = why, {}
        with self._engine.storage.transaction() as change:
            self._drop(change.cursor, found)
            change.delete("transaction", str(load.txn_id))
            self._engine.loads.finish(change, load, "ABORTED")
        self._close(found)
        return answer(load, "OK", "", Timer())

    @staticmethod
    def _drop(cursor: duckdb.DuckDBPyConnection, found: Open) -> None:
        for part in found.parts:
            cursor.execute(f'DROP TABLE "tables".{quote(part.name)}')

    def _close(self, found: Open) -> None:
        with self._lock:
            self._open.pop((found.load.database, found.load.label), None)

    def expire(self) -> None:
        """Roll back transactions that have timed out."""
        for found in list(self._open.values()):
            if found.is_over(time.time()):
                with found.lock:
                    if found.is_over(time.time()) and (found.load.database, found.load.label) in self._open:
                        self._rollback(found, "timed out")


def _answer(status: str, message: str, label: str) -> dict[str, object]:
    return {"Status": status, "Message": message, "Label": label}
