"""BACKUP and RESTORE jobs: they copy tables into a snapshot of a repository, and back.

A snapshot is consistent across its tables: one transaction reads all of them while loads continue. A restore replaces
all of its tables in one transaction. The jobs are lost when the emulator restarts. A job that was running has no
effect.
"""

import itertools
import logging
import os
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import duckdb

from starrocks_emulator import repositories
from starrocks_emulator.background import Background
from starrocks_emulator.catalog import Catalog, now_text
from starrocks_emulator.loads import Loads
from starrocks_emulator.repositories import Snapshot
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table, table_from_json
from starrocks_emulator.sql.literals import quote, text_literal
from starrocks_emulator.storage import Storage, Transaction
from starrocks_emulator.write import physical

_LOG = logging.getLogger(__name__)
_ENDED = frozenset({"FINISHED", "CANCELLED"})
Kind = Literal["BACKUP", "RESTORE"]


@dataclass
class Job:
    """A BACKUP or RESTORE job, with the values that SHOW BACKUP and SHOW RESTORE print."""

    id: int
    kind: Kind
    label: str
    database: str
    objects: str
    timeout: int
    timestamp: str = ""
    replication_num: int = 1
    state: str = "PENDING"
    status: str = "[OK]"
    created: str = ""
    prepared: str | None = None
    copied: str | None = None
    finished: str | None = None
    cancelled: bool = False

    @property
    def ended(self) -> bool:
        """Whether the job is finished or cancelled."""
        return self.state in _ENDED


class Snapshots:
    """The jobs of a data folder: for each database at most one at a time, and the last one of each kind."""

    def __init__(self, storage: Storage, catalog: Catalog, loads: Loads, background: Background) -> None:
        """Start without jobs. Work runs in threads of `background`."""
        self._storage, self._catalog, self._loads, self._background = storage, catalog, loads, background
        self._jobs: dict[tuple[Kind, str], Job] = {}
        self._interrupts: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count(11_000)
        self._lock = threading.Lock()

    def last(self, kind: Kind, database: str) -> Job | None:
        """The last job of a database; None if there was none since the start."""
        return self._jobs.get((kind, database))

    def backup(self, repository: Path, label: str, database: str, tables: Sequence[Table], timeout: int) -> None:
        """Start a BACKUP job into the folder of a repository.

        Raises:
            SqlError: 1064 if a job of the database runs, or the repository has a snapshot of this name.
        """
        if any(one.label == label for one in repositories.snapshots(repository)):
            raise SqlError(1064, f"Snapshot with name '{label}' already exist in repository")
        objects = ", ".join(f"[{database}.{table.name}]" for table in tables)
        job = self._begin(Job(next(self._numbers), "BACKUP", label, database, objects, timeout, created=now_text()))
        numbers = frozenset(table.id for table in tables)
        self._start(job, partial(self._backup, job, repository, numbers))

    def restore(
        self, found: Snapshot, database: str, names: dict[str, str], *, replication_num: int, timeout: int
    ) -> None:
        """Start a RESTORE job.

        Args:
            found: the snapshot.
            database: database to restore into.
            names: name of the restored table by its name in the snapshot.
            replication_num: shown in SHOW RESTORE, without effect.
            timeout: shown in SHOW RESTORE, without effect.

        Raises:
            SqlError: 1064 if a job of the database runs.
        """
        objects = ", ".join(f"[{database}.{name}]" for name in names.values())
        job = self._begin(
            Job(
                next(self._numbers), "RESTORE", found.label, database, objects, timeout, found.timestamp,
                replication_num, created=now_text(),
            )
        )  # fmt: skip
        self._start(job, partial(self._restore, job, found, names))

    def cancel(self, kind: Kind, database: str) -> None:
        """Cancel the running job of a database.

        Raises:
            SqlError: 1064 if no job is running.
        """
        job = self.last(kind, database)
        if job is None or job.ended:
            raise SqlError(1064, f"No {kind.lower()} job is currently running")
        job.cancelled = True
        interrupt = self._interrupts.get(job.id)
        if interrupt is not None:
            interrupt()

    def _begin(self, job: Job) -> Job:
        with self._lock:
            if any(one.database == job.database and not one.ended for one in self._jobs.values()):
                raise SqlError(1064, "Can only run one backup or restore job of a database at same time")
            self._jobs[job.kind, job.database] = job
        return job

    def _start(self, job: Job, work: Callable[[duckdb.DuckDBPyConnection, Path], None]) -> None:
        self._background.start(f"{job.kind.lower()}-{job.id}", partial(self._run, job, work))

    def _run(self, job: Job, work: Callable[[duckdb.DuckDBPyConnection, Path], None]) -> None:
        path = self._storage.staging / f"{uuid.uuid4().hex}.duckdb"
        try:
            with closing(self._storage.cursor()) as cursor, self._background.interruptible(cursor.interrupt):
                self._interrupts[job.id] = cursor.interrupt
                work(cursor, path)
            state, status = "FINISHED", "[OK]"
        except (SqlError, duckdb.Error, OSError) as error:
            message = "user cancelled" if job.cancelled else str(error).split("\n")[0]
            _LOG.warning("%s of snapshot %s: %s", job.kind, job.label, message)
            state, status = "CANCELLED", f"[COMMON_ERROR, msg: {message}]"
        except Exception:  # a job that never ends would block the next one of its database
            _LOG.exception("%s of snapshot %s: internal error", job.kind, job.label)
            state, status = "CANCELLED", "[COMMON_ERROR, msg: internal error]"
        self._interrupts.pop(job.id, None)
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink(missing_ok=True)
        # The state is last: clients read the other values as soon as the job has ended.
        job.finished, job.status, job.state = now_text(), status, state

    def _backup(
        self, job: Job, repository: Path, numbers: frozenset[int], cursor: duckdb.DuckDBPyConnection, path: Path
    ) -> None:
        job.state, copy = "SNAPSHOTING", f"snapshot{job.id}"
        cursor.execute(f"ATTACH {text_literal(str(path))} AS {copy}")
        try:
            cursor.execute("BEGIN")
            # Definitions and rows are read in the same transaction.
            rows = cursor.execute("SELECT document FROM meta.objects WHERE kind = 'table'").fetchall()
            tables = [one for one in map(table_from_json, (str(row[0]) for row in rows)) if one.id in numbers]
            for table in tables:
                self._check(job)
                cursor.execute(f"CREATE TABLE {copy}.t{table.id} AS SELECT * FROM {table.stored}")
            cursor.execute("COMMIT")
        finally:
            _detach(cursor, copy)
        job.copied, job.state = now_text(), "UPLOADING"
        ordered = tuple(one.to_json() for one in sorted(tables, key=lambda one: one.name))
        repositories.add(repository, job.label, job.database, ordered, path)

    def _restore(
        self, job: Job, found: Snapshot, names: dict[str, str], cursor: duckdb.DuckDBPyConnection, path: Path
    ) -> None:
        job.state, job.prepared = "DOWNLOADING", now_text()
        if repositories.digest(found.content) != found.sha256:
            raise SqlError(1064, f"the content of snapshot {found.label} is damaged: its checksum differs")
        os.link(found.content, path)
        job.copied, job.state, copy = now_text(), "COMMITTING", f"snapshot{job.id}"
        cursor.execute(f"ATTACH {text_literal(str(path))} AS {copy} (READ_ONLY)")
        load = self._loads.begin(job.database, None, "RESTORE", "root")
        try:
            with self._storage.transaction(cursor) as change:
                for one in map(table_from_json, found.tables):
                    if one.name in names:
                        self._check(job)
                        table = self._table(change, job.database, replace(one, name=names[one.name]))
                        columns = ", ".join(quote(column.name) for column in table.columns)
                        cursor.execute(f"DELETE FROM {table.stored}")
                        cursor.execute(f"INSERT INTO {table.stored} ({columns}) SELECT {columns} FROM {copy}.t{one.id}")
                        load.changed[table.id] = (None, None)
                self._loads.finish(change, load)
        except (duckdb.Error, SqlError) as error:
            self._loads.abort(load, str(error))
            raise
        finally:
            _detach(cursor, copy)

    def _table(self, change: Transaction, database: str, wanted: Table) -> Table:
        """The table to restore into: a new one, or the existing one of the same definition."""
        existing = self._catalog.find(database, wanted.name)
        if existing is None:
            made = replace(wanted, id=self._catalog.new_id(change), database=database, created=now_text())
            change.cursor.execute(physical(made))
            self._catalog.put(change, made)
            return made
        if _schema(existing) != _schema(wanted):
            raise SqlError(1064, f"Table {wanted.name} already exist but with different schema")
        partitions = {one.name: one for one in (*existing.partitions, *wanted.partitions)}
        found = replace(existing, partitions=tuple(sorted(partitions.values(), key=lambda one: one.low or "")))
        self._catalog.put(change, found)
        return found

    def _check(self, job: Job) -> None:
        if job.cancelled or self._background.closed:
            raise SqlError(1317, "the job was cancelled")


def _schema(table: Table) -> tuple[object, ...]:
    """The properties in which two tables must agree: columns without comments, keys, partitioning, distribution."""
    columns = tuple(replace(column, comment="") for column in table.columns)
    # Statements spell the same partitioning differently.
    partitioning = table.partitioning and replace(table.partitioning, written="")
    return (
        table.kind, table.model, columns, table.keys, partitioning, table.distribution, table.distributed_by,
        table.buckets, table.order_by,
    )  # fmt: skip


def _detach(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    try:
        cursor.execute(f"DETACH {name}")
    except duckdb.Error:  # A failed statement left its transaction open.
        cursor.execute("ROLLBACK")
        cursor.execute(f"DETACH {name}")
