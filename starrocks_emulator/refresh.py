"""Materialized views: refreshed on request and on their schedule, from what has changed since the last time."""

import logging
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import duckdb
from sqlglot import exp

from starrocks_emulator.background import Background
from starrocks_emulator.catalog import Catalog, now_text
from starrocks_emulator.changes import Changes, Range
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import UNITS, Refresh, Table
from starrocks_emulator.sql.parse import MARK, parse
from starrocks_emulator.sql.partitions import following, range_condition, truncate
from starrocks_emulator.sql.select import Queries, Scope
from starrocks_emulator.storage import Storage
from starrocks_emulator.write import change_column

_LOG = logging.getLogger(__name__)
_RUNS_KEPT = 500


@dataclass(frozen=True)
class Run:
    """One refresh, as information_schema.task_runs shows it."""

    query_id: str
    table_id: int
    name: str
    database: str
    definition: str
    started: str
    finished: str | None = None
    seconds: float = 0.0
    state: str = "RUNNING"
    error_code: int = 0
    error: str | None = None


@dataclass(frozen=True)
class Slice:
    """The part of a materialized view that is made anew: where its `column` is in a range; all of it for None."""

    base: Table | None = None
    base_column: str = ""
    column: str = ""
    low: str = ""
    high: str = ""


class Refresher:
    """Refreshes materialized views."""

    def __init__(self, storage: Storage, catalog: Catalog, changes: Changes, background: Background) -> None:
        """Nothing runs before `run_due` or `request` is called."""
        self._storage, self._catalog, self._changes, self._background = storage, catalog, changes, background
        self._runs: deque[Run] = deque(maxlen=_RUNS_KEPT)
        self.failed = 0
        """Refreshes that failed since the start."""
        self._last: dict[int, Run] = {}
        self._next: dict[int, datetime] = {}
        self._busy: set[int] = set()
        self._lock = threading.Lock()

    def runs(self) -> list[Run]:
        """Recent refreshes, oldest first."""
        return list(self._runs)

    def last_run(self, number: int) -> Run | None:
        """The last refresh of a materialized view."""
        return self._last.get(number)

    def created(self, table: Table) -> None:
        """A new view is filled at once, unless it was created DEFERRED."""
        if table.refresh and table.refresh.immediate:
            self.request(table, force=True, synchronous=True)

    def request(self, table: Table, force: bool, synchronous: bool) -> str:
        """Refresh now; returns the id of the run.

        Raises:
            SqlError: the refresh failed (where `synchronous`).
        """
        query_id = str(uuid.uuid4())
        if synchronous:
            run = self._run(table.id, query_id, force)
            if run.error:
                raise SqlError(1064, f"Refresh of {table.full_name} failed: {run.error}")
        else:
            self._background.start(f"refresh-{table.id}", partial(self._run, table.id, query_id, force))
        return query_id

    def run_due(self) -> None:
        """Refresh the views whose time has come."""
        now = datetime.now(UTC).replace(tzinfo=None)
        for table in self._catalog.tables():
            refresh = table.refresh
            if table.kind != "mv" or not refresh or refresh.mode != "ASYNC" or not table.active:
                continue
            if refresh.every is None:
                due = True  # without a schedule a view follows every change of its base tables
            else:
                due = now >= self._next.setdefault(table.id, _first(refresh, now))
                if due:
                    step = timedelta(seconds=refresh.every)
                    missed = (now - self._next[table.id]) // step
                    self._next[table.id] += step * (missed + 1)
            if due:
                self._run(table.id, str(uuid.uuid4()), force=False)

    def _run(self, number: int, query_id: str, force: bool) -> Run:
        with self._lock:
            while number in self._busy:
                self._lock.release()
                time.sleep(0.02)
                self._lock.acquire()
            self._busy.add(number)
        try:
            return self._refresh(number, query_id, force)
        finally:
            with self._lock:
                self._busy.discard(number)

    def _refresh(self, number: int, query_id: str, force: bool) -> Run:
        table = self._catalog.by_id(number)
        begin = time.monotonic()
        if table is None or table.refresh is None:
            return Run(query_id, number, "", "", "", now_text(), now_text(), state="SUCCESS")
        run = Run(query_id, number, f"mv-{number}", table.database, table.query, now_text())
        cursor = self._storage.cursor()
        try:
            with self._background.interruptible(cursor.interrupt):
                brought = self._bring_up_to_date(cursor, table, force)
            if not brought:
                return replace(run, finished=now_text(), state="SUCCESS")  # nothing changed: not worth a record
            run = replace(run, state="SUCCESS")
        except (duckdb.Error, SqlError) as error:
            self.failed += 1
            _LOG.warning("refresh of %s failed: %s", table.full_name, error)
            run = replace(run, state="FAILED", error_code=1064, error=str(error).split("\n")[0])
        finally:
            cursor.close()
        run = replace(run, finished=now_text(), seconds=time.monotonic() - begin)
        self._runs.append(run)
        self._last[number] = run
        return run

    def _queries(self, table: Table, substitutes: dict[int, str] | None = None) -> Queries:
        scope = Scope(
            self._catalog, table.query_database, lambda _: None, _no_system_table, substitutes=substitutes or {}
        )
        return Queries(scope)

    def _bring_up_to_date(self, cursor: duckdb.DuckDBPyConnection, table: Table, force: bool) -> bool:
        tree, _ = parse(table.query)
        assert table.refresh
        with self._storage.lock:
            # the snapshot and the version that it shows belong together
            probe = self._queries(table)
            whole = probe.query(tree)
            bases = {base.id: base for base in probe.tables if base.kind != "view"}
            changed = {
                number: found
                for number in bases
                if (found := self._changes.since(number, table.refresh.upto)) is not None
            }
            if not changed and not force and table.refresh.upto >= 0:
                return False
            upto = max([self._changes.version(number) for number in bases], default=0)
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM meta.objects").fetchone()
        try:
            part = None if force or table.refresh.upto < 0 else self._slice(table, tree, bases, changed)
            if part and part.base:
                source = (
                    f"(SELECT * FROM {part.base.stored} WHERE {range_condition(part.base_column, part.low, part.high)})"
                )
                whole = self._queries(table, {part.base.id: source}).query(tree)
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {whole}")
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        condition = range_condition(part.column, part.low, part.high) if part and part.base else "TRUE"
        with self._storage.transaction(cursor) as change:
            current = self._catalog.by_id(table.id)
            if current is None or current.refresh is None:
                return False
            change.cursor.execute(f"DELETE FROM {table.stored} WHERE {condition}")
            change.cursor.execute(f"INSERT INTO {table.stored} SELECT * FROM fresh")
            self._catalog.put(change, current.with_(refresh=replace(current.refresh, upto=upto)))
            number, version, low, high = (
                table.id,
                change.version,
                part.low if part else None,
                part.high if part else None,
            )
            change.after(lambda: self._changes.record(number, version, low, high))
        cursor.execute("DROP TABLE fresh")
        return True

    def _slice(self, table: Table, tree: exp.Expr, bases: dict[int, Table], changed: dict[int, Range]) -> Slice | None:
        """The part of the view that a change of one base touches, where the query tells it."""
        if len(changed) != 1:
            return None
        ((number, change),) = changed.items()
        base = bases[number]
        wanted = change_column(base)
        if change.low is None or change.high is None or wanted is None or not isinstance(tree, exp.Select):
            return None
        if _is_beyond_slices(tree, base):
            return None
        found = _time_output(tree, wanted)
        if found is None:
            return None
        position, unit = found
        low, high = datetime.fromisoformat(change.low), datetime.fromisoformat(change.high)
        if unit:
            low, high = truncate(low, unit), following(truncate(high, unit), unit)
        else:
            high += timedelta(microseconds=1)
        return Slice(base, wanted, table.columns[position].name, str(low), str(high))


def _no_system_table(name: str) -> str:
    raise SqlError(1064, f"A materialized view cannot read information_schema.{name}")


def _first(refresh: Refresh, now: datetime) -> datetime:
    if not refresh.start:
        return now + timedelta(seconds=refresh.every or 0)
    start = datetime.fromisoformat(refresh.start).replace(tzinfo=None)
    every = timedelta(seconds=refresh.every or 1)
    return start if start >= now else start + every * (-(-(now - start) // every))


def _is_beyond_slices(tree: exp.Select, base: Table) -> bool:
    """Whether rows of one time may depend on rows of another."""
    for key in ("with_", "limit", "offset", "qualify", "distinct"):
        if tree.args.get(key):
            return True
    if next(tree.find_all(exp.Window, exp.Subquery, exp.Union), None) is not None:
        return True
    tables = [node for node in tree.find_all(exp.Table) if node.name == base.name]
    from_ = tree.args.get("from_")
    return len(tables) != 1 or from_ is None or from_.this is not tables[0] or any(
        (join.args.get("side") or "").upper() in {"RIGHT", "FULL"} for join in tree.args.get("joins") or []
    )  # fmt: skip


def _time_output(tree: exp.Select, column: str) -> tuple[int, str | None] | None:
    """The output column that is the base's time column or its date_trunc, and by which unit (the finest of them).

    Where the query has groups, that column is one of the keys: then a group holds rows of one unit only."""
    found: tuple[int, str | None] | None = None
    group = tree.args.get("group")
    keys = group.expressions if group else None
    for position, node in enumerate(tree.expressions):
        alias = node.alias if isinstance(node, exp.Alias) else ""
        inner = node.this if isinstance(node, exp.Alias) else node
        unit = None
        if (
            isinstance(inner, exp.Anonymous)
            and str(inner.this).lower() == f"{MARK}date_trunc"
            and len(inner.expressions) == 2
        ):
            unit = inner.expressions[0].name.lower()
            if unit not in UNITS:
                continue
            source = inner.expressions[1]
        else:
            source = inner
        if not isinstance(source, exp.Column) or source.name.lower() != column.lower():
            continue
        if keys is None:
            if not _has_aggregate(tree):
                found = _finer(found, (position, unit))
            continue
        names = {key.name.lower() for key in keys if isinstance(key, exp.Column)}
        numbers = {key.name for key in keys if isinstance(key, exp.Literal)}
        if alias.lower() in names or str(position + 1) in numbers or inner in keys:
            found = _finer(found, (position, unit))
    return found


def _finer(first: tuple[int, str | None] | None, second: tuple[int, str | None]) -> tuple[int, str | None]:
    if first is None:
        return second
    order = (None, *UNITS)
    return first if order.index(first[1]) <= order.index(second[1]) else second


def _has_aggregate(tree: exp.Select) -> bool:
    return any(
        (found := FUNCTIONS.get(str(node.this).removeprefix(MARK).upper())) is not None and found.kind == "aggregate"
        for node in tree.find_all(exp.Anonymous)
    )
