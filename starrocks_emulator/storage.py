"""The data folder: one DuckDB file in which catalog, users, labels and rows change together."""

import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from starrocks_emulator.functions import MACROS, native

FORMAT = 1
DISABLED_OPTIMIZERS = "statistics_propagation"
"""Disabled optimizers of DuckDB: they return wrong results.

`statistics_propagation` loses LIMIT and overflows SUM if a side of an outer join is proven empty (DuckDB 2.0.0 and
2.0.1; 1.5.6 overflows SUM and cannot read folders of 2.0). `tests/unit/emulator/test_optimizers.py` finds it and no
other one."""
_MARKER = "starrocks_emulator.json"
_TABLES = """
CREATE SCHEMA IF NOT EXISTS tables;
CREATE SCHEMA IF NOT EXISTS meta;
CREATE TABLE IF NOT EXISTS meta.objects (kind VARCHAR NOT NULL, id VARCHAR NOT NULL, document VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS meta.loads (
    txn_id BIGINT NOT NULL, version BIGINT NOT NULL, label VARCHAR NOT NULL, database VARCHAR NOT NULL,
    tables VARCHAR NOT NULL, kind VARCHAR NOT NULL, state VARCHAR NOT NULL, created TIMESTAMP NOT NULL,
    finished TIMESTAMP NOT NULL, total_rows BIGINT, loaded_rows BIGINT, filtered_rows BIGINT,
    unselected_rows BIGINT, bytes BIGINT, message VARCHAR, url VARCHAR, username VARCHAR, changed VARCHAR NOT NULL);
"""


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class DataFolderError(Exception):
    """The data folder cannot be used; the message contains the reason and the remedy."""


class Transaction:
    """One atomic change of the data folder."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, version: int) -> None:
        """`version`: the data version after the commit."""
        self.cursor = cursor
        self.version = version
        self.committed: list[Callable[[], None]] = []

    def put(self, kind: str, key: str, document: str) -> None:
        """Write a document of the catalog."""
        self.delete(kind, key)
        self.cursor.execute("INSERT INTO meta.objects VALUES (?, ?, ?)", [kind, key, document])

    def delete(self, kind: str, key: str) -> None:
        """Remove a document of the catalog."""
        self.cursor.execute("DELETE FROM meta.objects WHERE kind = ? AND id = ?", [kind, key])

    def after(self, action: Callable[[], None]) -> None:
        """Run `action` after the commit, to update the state in memory."""
        self.committed.append(action)


class Storage:
    """The open data folder. One writer at a time holds `lock`; readers see the last committed state."""

    def __init__(self, folder: Path, memory_limit: str = "320MB", threads: int = 2) -> None:
        """Open or create `folder`.

        Raises:
            DataFolderError: the folder has other content, is in use, or is damaged.
        """
        self.folder = folder
        self.lock = threading.RLock()
        self.staging = folder / "staging"
        self.error_logs = folder / "error_logs"
        self._claim()
        shutil.rmtree(self.staging, ignore_errors=True)
        for directory in (self.staging, self.error_logs, folder / "spill"):
            directory.mkdir(exist_ok=True)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": str(threads),
            "default_null_order": "nulls_first_on_asc_last_on_desc",
            # In StarRocks, a constant in ORDER BY has no effect.
            "order_by_non_integer_literal": "true",
            "ieee_floating_point_ops": "false",
            "error_on_division_by_zero": "false",
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false",
            "wal_autocheckpoint": "1TB",
            "fsync_mode": "STANDARD",
            # The order of row ids must be the order of insertion, because the last row of a key is kept.
            "preserve_insertion_order": "true",
        }
        try:
            self.connection = duckdb.connect(str(folder / "data.duckdb"), config=config)
            self.connection.execute("SET GLOBAL TimeZone = 'UTC'")
            self.connection.execute(f"SET GLOBAL disabled_optimizers = '{DISABLED_OPTIMIZERS}'")
            # As additional protection, DuckDB may only open files of this folder.
            self.connection.execute(f"SET GLOBAL allowed_directories = [{_text(str(self.staging) + '/')}]")
            self.connection.execute(_TABLES)
            self.connection.execute("ATTACH ':memory:' AS fn")
            self.connection.execute("SET GLOBAL enable_external_access = false")
            native.register(self.connection)
            for macro in MACROS:
                self.connection.execute(macro)
            found = self.connection.execute(
                "SELECT greatest((SELECT coalesce(max(version), 0) FROM meta.loads), (SELECT "
                "coalesce(max(CAST(document AS BIGINT)), 0) FROM meta.objects WHERE kind = 'last_version'))"
            ).fetchall()
        except duckdb.Error as error:
            self._release()
            raise DataFolderError(
                f"{folder}/data.duckdb cannot be read: {error}. Restore the folder from a copy, or move it away "
                "to start with an empty one"
            ) from error
        self.version: int = found[0][0] if found else 0
        self._wal = folder / "data.duckdb.wal"

    def _claim(self) -> None:
        marker = self.folder / _MARKER
        if self.folder.exists() and not marker.exists() and any(self.folder.iterdir()):
            raise DataFolderError(
                f"{self.folder} contains files but no {_MARKER}: it is not a data folder of this emulator; "
                "choose an empty or a new folder"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self._guard = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._guard)
            raise DataFolderError(f"{self.folder} is in use by another emulator process") from error
        if not marker.exists():
            fresh = marker.with_suffix(".new")
            fresh.write_text(json.dumps({"format": FORMAT, "program": "starrocks_emulator"}))
            fresh.replace(marker)
        try:
            written = json.loads(marker.read_text())["format"]
        except (ValueError, KeyError, TypeError) as error:
            self._release()
            raise DataFolderError(f"{marker} is damaged: {error}") from error
        if written != FORMAT:
            self._release()
            raise DataFolderError(f"{self.folder} has format {written!r}; this emulator reads format {FORMAT}")

    def _release(self) -> None:
        os.close(self._guard)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A new connection to the same data."""
        return self.connection.cursor()

    @contextmanager
    def transaction(self, cursor: duckdb.DuckDBPyConnection | None = None) -> Iterator[Transaction]:
        """Hold the write lock, and commit at the end or roll back after an exception."""
        with self.lock:
            own = cursor or self.cursor()
            change = Transaction(own, self.version + 1)
            try:
                own.execute("BEGIN")
                try:
                    yield change
                    own.execute("COMMIT")
                except BaseException:
                    try:
                        own.execute("ROLLBACK")
                    except duckdb.Error:  # the error may have ended the transaction
                        own.execute("SELECT 1")
                    raise
                self.version = change.version
                for action in change.committed:
                    action()
            finally:
                if cursor is None:
                    own.close()

    def documents(self, kind: str) -> list[tuple[str, str]]:
        """Keys and documents of one kind."""
        cursor = self.cursor()
        try:
            return cursor.execute("SELECT id, document FROM meta.objects WHERE kind = ?", [kind]).fetchall()
        finally:
            cursor.close()

    def alive(self) -> None:
        """Run a trivial query.

        Raises:
            duckdb.FatalException: the data file can no longer be used.
        """
        cursor = self.cursor()
        try:
            cursor.execute("SELECT count(*) FROM meta.objects WHERE kind = 'counter'")
        finally:
            cursor.close()

    @property
    def wal_bytes(self) -> int:
        """Size of the write-ahead log that a restart would replay, in bytes."""
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def bytes(self) -> int:
        """Size of the data file and its log, in bytes."""
        try:
            return self.wal_bytes + (self.folder / "data.duckdb").stat().st_size
        except FileNotFoundError:
            return self.wal_bytes

    def disk(self) -> shutil._ntuple_diskusage:
        """Size and free bytes of the disk that the data folder is on."""
        return shutil.disk_usage(self.folder)

    def checkpoint(self) -> float:
        """Write the log into the data file; return how long writers waited, in seconds."""
        begin = time.monotonic()
        with self.lock:
            cursor = self.cursor()
            try:
                cursor.execute("CHECKPOINT")
            except duckdb.TransactionException:
                return 0.0  # a reader still needs the old state; the next attempt succeeds
            finally:
                cursor.close()
        return time.monotonic() - begin

    def close(self) -> None:
        """Checkpoint and release the folder."""
        with self.lock:
            native.unregister(self.connection)
            self.connection.close()
            self._release()
