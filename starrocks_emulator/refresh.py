"""Refreshes of materialized views, on request and by schedule; only the changed part is computed if possible."""

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

from starrocks_emulator import errors
from starrocks_emulator.background import Background
from starrocks_emulator.catalog import Catalog, now_text
from starrocks_emulator.changes import Changes, Range
from starrocks_emulator.dependents import BY_USER, Dependents, no_system_table
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import UNITS, Refresh, Table
from starrocks_emulator.sql.parse import MARK, parse
from starrocks_emulator.sql.partitions import following, range_condition, truncate
from starrocks_emulator.sql.select import Queries, Scope
from starrocks_emulator.sql.view_partitions import partition_bounds
from starrocks_emulator.storage import Storage
from starrocks_emulator.write import change_column

_LOG = logging.getLogger(__name__)
_RUNS_KEPT = 500
_ACTIVATE_SECONDS = 60
"""StarRocks: mv_active_checker_interval_seconds."""


@dataclass(frozen=True)
class Run:
    """One refresh, a row of information_schema.task_runs."""

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
    """The rows of a materialized view to compute again after a change of one base table.

    Args:
        base: the changed base table.
        base_column: its time column.
        column: column of the view with this time, or with this time truncated to a unit.
        low: start of the range of both columns.
        high: end of the range, exclusive.
    """

    base: Table | None = None
    base_column: str = ""
    column: str = ""
    low: str = ""
    high: str = ""


class Refresher:
    """Refreshes materialized views."""

    def __init__(
        self, storage: Storage, catalog: Catalog, changes: Changes, background: Background, dependents: Dependents
    ) -> None:
        """Create a refresher; only `run_due` and `request` start refreshes."""
        self._storage, self._catalog, self._changes, self._background = storage, catalog, changes, background
        self._dependents = dependents
        self._inactive: dict[int, float] = {}
        """Time of the last activation attempt of each inactive view, on the monotonic clock."""
        self._runs: deque[Run] = deque(maxlen=_RUNS_KEPT)
        self.failed = 0
        """Number of failed refreshes since the start."""
        self._last: dict[int, Run] = {}
        self._next: dict[int, datetime] = {}
        self._busy: set[int] = set()
        self._free = threading.Condition()

    def runs(self) -> list[Run]:
        """Recent refreshes, oldest first."""
        return list(self._runs)

    def last_run(self, number: int) -> Run | None:
        """The last refresh of a materialized view."""
        return self._last.get(number)

    def created(self, table: Table) -> None:
        """Fill a new view, unless it was created DEFERRED."""
        if table.refresh and table.refresh.immediate:
            self.request(table, force=True, synchronous=True)

    def request(self, table: Table, force: bool, synchronous: bool) -> str:
        """Refresh now; return the id of the run.

        Raises:
            SqlError: the view is inactive, or a `synchronous` refresh failed.
        """
        if not table.active:
            raise errors.analysis(
                f"Refresh materialized view failed because [{table.name}] is not active. You can try to active it with "
                f"ALTER MATERIALIZED VIEW {table.name} ACTIVE;"
            )
        query_id = str(uuid.uuid4())
        if synchronous:
            run = self._run(table.id, query_id, force)
            if run.error:
                raise SqlError(1064, f"Refresh of {table.full_name} failed: {run.error}")
        else:
            self._background.start(f"refresh-{table.id}", partial(self._run, table.id, query_id, force))
        return query_id

    def run_due(self) -> None:
        """Refresh the views that are due, and activate inactive views whose base tables fit again."""
        self._activate()
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

    def _activate(self) -> None:
        """Try inactive views once a minute, as StarRocks' MVActiveChecker does; not those that a user made inactive."""
        now = time.monotonic()
        for table in self._catalog.tables():
            if table.kind != "mv" or table.active or table.inactive_reason == BY_USER:
                self._inactive.pop(table.id, None)
                continue
            if now - self._inactive.setdefault(table.id, now) < _ACTIVATE_SECONDS:
                continue
            self._inactive[table.id] = now
            try:
                with self._storage.transaction() as change:
                    self._catalog.put(change, self._dependents.activated(table))
            except SqlError as error:
                _LOG.info("%s stays inactive: %s", table.full_name, error.message)

    def _run(self, number: int, query_id: str, force: bool) -> Run:
        with self._free:
            self._free.wait_for(lambda: number not in self._busy)
            self._busy.add(number)
        try:
            return self._refresh(number, query_id, force)
        finally:
            with self._free:
                self._busy.discard(number)
                self._free.notify_all()

    def _refresh(self, number: int, query_id: str, force: bool) -> Run:
        table = self._catalog.by_id(number)
        begin = time.monotonic()
        if table is None or table.refresh is None or not table.active:
            return Run(query_id, number, "", "", "", now_text(), now_text(), state="SUCCESS")
        run = Run(query_id, number, f"mv-{number}", table.database, table.query, now_text())
        cursor = self._storage.cursor()
        try:
            with self._background.interruptible(cursor.interrupt):
                brought = self._bring_up_to_date(cursor, table, force)
            if not brought:
                return replace(run, finished=now_text(), state="SUCCESS")  # nothing changed, so no record
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
            self._catalog, table.query_database, lambda _: None, no_system_table, substitutes=substitutes or {}
        )
        return Queries(scope)

    def _bring_up_to_date(self, cursor: duckdb.DuckDBPyConnection, table: Table, force: bool) -> bool:
        tree, _ = parse(table.query)
        assert table.refresh
        with self._storage.lock:
            # The snapshot must show exactly this version.
            probe = self._queries(table)
            whole = probe.query(tree)
            bases = {base.id: base for base in probe.tables if base.kind != "view"}
            changed = {
                number: found
                for number, base in bases.items()
                if (found := self._since(base, table.refresh.upto)) is not None
            }
            if not changed and not force and table.refresh.upto >= 0:
                return False
            upto = max([self._version(base) for base in bases.values()], default=0)
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM meta.objects").fetchone()
        try:
            part = None if force or table.refresh.upto < 0 else self._slice(table, tree, bases, changed)
            if part and part.base:
                source = (
                    f"(SELECT * FROM {part.base.stored} WHERE {range_condition(part.base_column, part.low, part.high)})"
                )
                whole = self._queries(table, {part.base.id: source}).query(tree)
            places = table.query_order(len(table.columns))
            names = ", ".join(f"c{place}" for place in range(len(table.columns)))
            ordered = ", ".join(f"c{place}" for place in places)
            stored = partition_bounds(table, tree, bases)
            cursor.execute(
                f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {ordered} FROM ({whole}) AS result ({names}) "
                f"WHERE {stored}"
            )
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        condition = range_condition(part.column, part.low, part.high) if part and part.base else "TRUE"
        with self._storage.transaction(cursor) as change:
            current = self._catalog.by_id(table.id)
            if current is None or current.refresh is None or not current.active:
                return False
            change.cursor.execute(f"DELETE FROM {table.stored} WHERE {condition}")
            change.cursor.execute(f"INSERT INTO {table.stored} SELECT * FROM fresh")
            version = change.version
            self._catalog.put(change, replace(current, refresh=replace(current.refresh, upto=upto, made=version)))
            change.put("last_version", "version", str(version))  # versions must grow across restarts
        cursor.execute("DROP TABLE fresh")
        return True

    def _since(self, base: Table, version: int) -> Range | None:
        """One range that contains all changes of a base table after `version`; None if nothing changed."""
        if base.kind == "mv":
            made = self._version(base)
            return Range(made, None, None) if made > version else None
        return self._changes.since(base.id, version)

    def _version(self, base: Table) -> int:
        """The data version of a base table's last change."""
        if base.kind == "mv":
            return base.refresh.made if base.refresh else -1
        return self._changes.version(base.id)

    def _slice(self, table: Table, tree: exp.Expr, bases: dict[int, Table], changed: dict[int, Range]) -> Slice | None:
        """The part of the view that a change of one base table affects; None for the whole view."""
        if len(changed) != 1:
            return None
        ((number, change),) = changed.items()
        base = bases[number]
        wanted = change_column(base)
        if change.low is None or change.high is None or wanted is None or not isinstance(tree, exp.Select):
            return None
        if _is_beyond_slices(tree, base):
            return None
        found = _time_output(tree, wanted, tree.args["from_"].this.alias_or_name)
        if found is None:
            return None
        position, unit = found
        position = table.query_order(len(table.columns)).index(position)
        try:
            low, high = datetime.fromisoformat(change.low), datetime.fromisoformat(change.high)
            if unit:
                low, high = truncate(low, unit), following(truncate(high, unit), unit)
            elif (column := base.column(wanted)) and column.type.name == "date":
                high = following(high, "day")  # DuckDB ignores the time of a bound that is compared with a DATE.
            else:
                high += timedelta(microseconds=1)
        except (ValueError, OverflowError):  # a year that Python does not support
            return None
        return Slice(base, wanted, table.columns[position].name, str(low), str(high))


def _first(refresh: Refresh, now: datetime) -> datetime:
    if not refresh.start:
        return now + timedelta(seconds=refresh.every or 0)
    start = datetime.fromisoformat(refresh.start).replace(tzinfo=None)
    every = timedelta(seconds=refresh.every or 1)
    return start if start >= now else start + every * (-(-(now - start) // every))


def _is_beyond_slices(tree: exp.Select, base: Table) -> bool:
    """Whether a result row may depend on base rows of different times."""
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


def _time_output(tree: exp.Select, column: str, table: str) -> tuple[int, str | None] | None:
    """The output column that is the base's time column or its date_trunc, and its finest unit.

    `table`: the name or alias of the base table in the query. If the query has groups, that column is one of the keys,
    so each group contains rows of one unit only."""
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
        if source.table and source.table.lower() != table.lower():
            continue  # another table's column of the same name
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
