"""`archive`: move the months that are older than the retention from a real-time table to its archive.

A month is copied while everything runs. Then the product's streaming jobs, the only writers, are held for some seconds:
what came in meanwhile is copied too, both sides are compared, and the partition is dropped. Why nothing is lost or
doubled wherever this is killed: docs/decisions/046-archive-under-a-lease.md.
"""

import re
import time
from datetime import UTC, datetime

from apps.shared.starrocks import StarRocks
from apps.tasks.archive_sql import Month, Tables, later
from apps.tasks.context import Context
from apps.tasks.errors import TaskError
from apps.tasks.holding import Hold
from apps.tasks.log import say

_PARTITION = re.compile(r"^p(?P<year>[0-9]{4})(?P<month>[0-9]{2})$")
_PAUSE = 60.0
"""Seconds after which the jobs are given back for a moment where many months are to be dropped."""


def archive(context: Context, table: str, archive_table: str, time_column: str, version_column: str) -> str:
    """Archive every month that is old enough; what was done, in words.

    Args:
        context: the step.
        table: real-time table, partitioned by month.
        archive_table: table of the same columns and key.
        time_column: that both are partitioned by.
        version_column: that tells which of two rows of one key is the later one.

    Raises:
        TaskError: a month is not the same on both sides after it was copied, or the jobs could not be held.
    """
    store = context.store()
    try:
        return _Archive(context, store, table, archive_table, time_column, version_column).run()
    finally:
        store.close()


class _Archive:
    def __init__(  # noqa: PLR0917
        self, context: Context, store: StarRocks, table: str, archive_table: str, time_column: str, version_column: str
    ) -> None:
        self._context, self._store = context, store
        database = context.product.database
        key, columns = _columns(store, database, table)
        if (key, columns) != _columns(store, database, archive_table):
            raise TaskError(f"{archive_table} has other columns than {table}, or another key")
        for name in (time_column, version_column):
            if name not in columns:
                raise TaskError(f"{table} has no column {name!r}; there are {', '.join(columns)}")
        self._tables = Tables(table, archive_table, key, columns, time_column, version_column)

    def run(self) -> str:
        before = cutoff(datetime.now(UTC), self._context.product.retention_months)
        months = _months(self._store, self._tables.live, before)
        if not months:
            return f"nothing is older than {before:%Y-%m}"
        for month in months:
            copied = self._store.change(self._tables.copy(month))
            say(f"{month}: {copied} rows copied while everything runs")
        done: list[str] = []
        while len(done) < len(months):
            done += self._drop_some(months[len(done) :])
            self._context.record.progress(f"{len(done)} of {len(months)} months archived, up to {done[-1]}")
        return f"archived {len(done)} month{'s' if len(done) > 1 else ''}: {', '.join(done)}"

    def _drop_some(self, months: list[Month]) -> list[str]:
        step = self._context.step
        jobs = self._context.streaming_jobs(self._store)
        hold = Hold(jobs, self._context.zeta(), step.product, f"{step.workflow}/{step.run}")
        done: list[str] = []
        begin = time.monotonic()
        try:
            hold.take()
            for month in months:
                done.append(self._drop(hold, month))
                if time.monotonic() - begin > _PAUSE:
                    break
        finally:
            hold.give_back()
            say(f"the streaming jobs were held for {time.monotonic() - begin:.1f} s")
        return done

    def _drop(self, hold: Hold, month: Month) -> str:
        late = self._store.change(self._tables.copy(month))
        rows = self._compare(month)
        hold.check(extend=True)
        self._store.change(self._tables.drop(month))
        say(f"{month}: {late} late rows copied; {rows} rows are the same on both sides; partition dropped")
        return f"{month} ({rows} rows)"

    def _compare(self, month: Month) -> int:
        [live] = self._store.execute(self._tables.live_side(month))
        [archived] = self._store.execute(self._tables.archive_side(month))
        if live != archived:
            raise TaskError(
                f"{month}: {self._tables.live} has {live[0]} rows with checksum {live[1]}, "
                f"{self._tables.archive} has {archived[0]} with {archived[1]}: nothing was dropped"
            )
        return int(str(live[0]))


def cutoff(now: datetime, retention_months: int) -> datetime:
    """The start of the oldest month that stays: so many whole months before the current one."""
    return later(datetime(now.year, now.month, 1), -retention_months)  # noqa: DTZ001 # UTC without a zone, as in StarRocks


def _columns(store: StarRocks, database: str, table: str) -> tuple[list[str], list[str]]:
    """The columns of the key, and all columns."""
    rows = store.execute(
        "SELECT COLUMN_NAME, COLUMN_KEY FROM information_schema.columns "
        "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
        (database, table),
    )
    key = [str(name) for name, role in rows if role == "PRI"]
    if not key:
        raise TaskError(f"{database}.{table} is no table with a primary key")
    return key, [str(name) for name, _ in rows]


def _months(store: StarRocks, table: str, before: datetime) -> list[Month]:
    """The months of a table that lie before a time, the oldest first."""
    found = []
    for row in store.query(f"SHOW PARTITIONS FROM {table}"):
        match = _PARTITION.match(str(row["PartitionName"]))
        if match is not None:
            start = datetime(int(match["year"]), int(match["month"]), 1)  # noqa: DTZ001 # as in StarRocks
            found.append(Month(match[0], start))
    return sorted((month for month in found if month.start < before), key=lambda month: month.start)
