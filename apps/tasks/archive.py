"""`archive`: move the months that are older than the retention from a real-time table to its archive.

A month is copied while the streaming jobs run. Then the product's streaming jobs, the only writers, are stopped for
some seconds: late rows are copied, both tables are compared, and the partition is dropped.
docs/decisions/046-archive-under-a-lease.md explains why nothing is lost or duplicated if the process is killed at any
point.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.shared.polling import Pending, poll
from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksError, StarRocksUnreachable, is_retryable
from apps.shared.streaming_jobs import StreamingJobs
from apps.tasks.archive_sql import Month, Tables, later
from apps.tasks.context import Context
from apps.tasks.errors import InvalidInput, TaskError
from apps.tasks.lease import Lease
from apps.tasks.log import print_line

RETENTION = "retention_months"
"""Parameter of the product: number of whole months that stay in the table in addition to the current one."""

_PARTITION = re.compile(r"^p(?P<year>[0-9]{4})(?P<month>[0-9]{2})$")
_STOPPED_SECONDS = 20.0
"""Seconds after which the drop of further months is interrupted, so that the jobs run for a short time in between."""
_DROP_SECONDS = 60.0


@dataclass(frozen=True)
class Names:
    """Tables and columns that the workflow names.

    Args:
        table: real-time table, partitioned by month.
        archive: table with the same columns and key.
        time: column that both are partitioned by.
        version: column that decides between two rows with the same key: the later one is kept.
    """

    table: str
    archive: str
    time: str
    version: str


def archive(context: Context, names: Names) -> str:
    """Archive every month that is old enough; return a description of the work done.

    Raises:
        InvalidInput: the tables differ, or a column or the parameter `retention_months` is missing.
        TaskError: a month differs between the tables after the copy, or the jobs could not be stopped.
    """
    with context.store() as store, context.platform_store() as platform:
        return _Archive(context, store, platform, names).run()


class _Archive:
    def __init__(self, context: Context, store: StarRocks, platform: StarRocks, names: Names) -> None:
        self._context, self._store, self._platform = context, store, platform
        database = context.product.database
        key, columns = _columns(store, database, names.table)
        if (key, columns) != _columns(store, database, names.archive):
            raise InvalidInput(f"{names.archive} differs from {names.table} in its columns or its key")
        for name in (names.time, names.version):
            if name not in columns:
                raise InvalidInput(f"{names.table} has no column {name!r}; it has {', '.join(columns)}")
        self._tables = Tables(names.table, names.archive, key, columns, names.time, names.version)

    def run(self) -> str:
        before = cutoff(datetime.now(UTC), self._context.product.whole_number(RETENTION, least=1))
        months = _months(self._store, self._tables.live, before)
        if not months:
            return f"nothing is older than {before:%Y-%m}"
        for month in months:
            copied = self._store.change(self._tables.copy(month))
            print_line(f"{month}: {copied} rows copied while the streaming jobs run")
        done: list[str] = []
        while len(done) < len(months):
            done += self._drop_some(months[len(done) :])
            self._context.record.details(f"{len(done)} of {len(months)} months archived, up to {done[-1]}")
        return f"archived {len(done)} month{'s' if len(done) > 1 else ''}: {', '.join(done)}"

    def _drop_some(self, months: list[Month]) -> list[str]:
        step = self._context.step
        lease = Lease(
            self._context.streaming_jobs(self._platform),
            self._context.zeta(),
            product=step.product,
            purpose=f"{step.workflow}/{step.run}",
            renewing=self._renewing,
        )
        done: list[str] = []
        begin = time.monotonic()
        try:
            with lease:
                for month in months:
                    done.append(self._drop(lease, month))
                    if time.monotonic() - begin > _STOPPED_SECONDS:
                        break
        finally:
            print_line(f"the streaming jobs were stopped for {time.monotonic() - begin:.1f} s")
        return done

    def _renewing(self) -> tuple[StarRocks, StreamingJobs]:
        store = self._context.platform_store()
        return store, self._context.streaming_jobs(store)

    def _drop(self, lease: Lease, month: Month) -> str:
        late = self._store.change(self._tables.copy(month))
        rows = self._compare(month)
        leases = f"{self._context.settings.platform.database}.job_leases"

        def look() -> bool | Pending:
            lease.check()
            answered = False
            try:
                self._store.change_guarded(lease.guard(leases), self._tables.drop(month))
                answered = True
            except StarRocksUnreachable:
                raise
            except StarRocksError as error:
                answered = True
                # StarRocks refuses the drop while transactions are not yet visible.
                if is_retryable(error):
                    return Pending(str(error))
                # If the guard query failed, `check` raises an error with the reason.
                lease.check()
                raise
            finally:
                if not answered:
                    lease.abandon()
            return True

        poll(look, within=_DROP_SECONDS, what=f"DROP PARTITION of {month}", pause=1, progress=print_line)
        print_line(f"{month}: {late} late rows copied; {rows} rows are equal in both tables; partition dropped")
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
    """The start of the oldest month that stays, `months` whole months before the current one."""
    return later(datetime(now.year, now.month, 1), -retention_months)  # noqa: DTZ001 # UTC without a zone, as in StarRocks


def _columns(store: StarRocks, database: str, table: str) -> tuple[list[str], list[str]]:
    """The key columns and all columns of a table."""
    rows = store.execute(
        "SELECT COLUMN_NAME, COLUMN_KEY FROM information_schema.columns "
        "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
        (database, table),
    )
    key = [str(name) for name, role in rows if role == "PRI"]
    if not key:
        raise InvalidInput(f"{database}.{table} is not a table with a primary key")
    return key, [str(name) for name, _ in rows]


def _months(store: StarRocks, table: str, before: datetime) -> list[Month]:
    """The months of a table before a time, the oldest first."""
    found = []
    for row in store.query(f"SHOW PARTITIONS FROM {table}"):
        match = _PARTITION.match(str(row["PartitionName"]))
        if match is not None:
            start = datetime(int(match["year"]), int(match["month"]), 1)  # noqa: DTZ001 # as in StarRocks
            found.append(Month(match[0], start))
    return sorted((month for month in found if month.start < before), key=lambda month: month.start)
