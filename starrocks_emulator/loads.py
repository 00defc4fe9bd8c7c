"""Loads: their labels, states and records."""

import json
import threading
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starrocks_emulator.changes import Changes
from starrocks_emulator.storage import Storage, Transaction

KEEP_RECORDS = 200_000
"""Number of newest transactions whose labels are kept; older labels are removed."""
KEEP_SECONDS = 12 * 3600
"""Seconds for which the label of a finished load is kept (StarRocks: streaming_label_keep_max_second)."""


class LabelInUseError(Exception):
    """An earlier load has this label; `state` is the state of that load."""

    def __init__(self, label: str, state: str) -> None:
        """`state`: VISIBLE, PREPARE or PREPARED."""
        super().__init__(f"Label [{label}] has already been used.")
        self.state = state


def utc_now() -> datetime:
    """The current time in UTC, without a zone, for DuckDB's TIMESTAMP."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class Load:
    """One change of rows: a Stream Load, a transaction, an INSERT, UPDATE or DELETE."""

    txn_id: int
    label: str
    database: str
    kind: str
    user: str
    created: datetime
    tables: list[str] = field(default_factory=list)
    state: str = "PREPARE"
    total: int = 0
    loaded: int = 0
    filtered: int = 0
    unselected: int = 0
    bytes: int = 0
    message: str = ""
    url: str = ""
    changed: dict[int, tuple[str | None, str | None]] = field(default_factory=dict)


class Loads:
    """The loads of the last hours, by label."""

    def __init__(self, storage: Storage, changes: Changes) -> None:
        """Read labels and the last transaction id."""
        self._storage = storage
        self._changes = changes
        self._lock = threading.Lock()
        self.begun = 0
        self.finished: Counter[str] = Counter()
        """Number of loads by final state since the start."""
        cursor = storage.cursor()
        rows = cursor.execute("SELECT database, label, state, txn_id FROM meta.loads ORDER BY txn_id").fetchall()
        cursor.close()
        self._labels: dict[tuple[str, str], tuple[str, int]] = {(row[0], row[1]): (row[2], row[3]) for row in rows}
        counter = storage.documents("last_txn")
        self._last = max([row[3] for row in rows] + [int(text) for _, text in counter], default=1000)

    def begin(self, database: str, label: str | None, kind: str, user: str) -> Load:
        """Reserve a label for a load.

        Raises:
            LabelInUseError: another load has this label and was not aborted.
        """
        with self._lock:
            self._last += 1
            self.begun += 1
            name = label or f"{kind.lower()}_{uuid.uuid4()}"
            state, _ = self._labels.get((database, name), ("ABORTED", 0))
            if state != "ABORTED":
                raise LabelInUseError(name, state)
            self._labels[database, name] = ("PREPARE", self._last)
            return Load(self._last, name, database, kind, user, utc_now())

    def state(self, database: str, label: str) -> str:
        """VISIBLE, PREPARE, PREPARED, ABORTED or UNKNOWN."""
        return self._labels.get((database, label), ("UNKNOWN", 0))[0]

    def txn_id(self, database: str, label: str) -> int:
        """The transaction of a label; 0 if the label is unknown."""
        return self._labels.get((database, label), ("UNKNOWN", 0))[1]

    def restore(self, load: Load) -> None:
        """Reserve the label of a prepared transaction that was found after a restart."""
        with self._lock:
            self._labels[load.database, load.label] = (load.state, load.txn_id)
            self._last = max(self._last, load.txn_id)

    def set_state(self, load: Load, state: str) -> None:
        """Change the state in memory."""
        load.state = state
        with self._lock:
            self._labels[load.database, load.label] = (state, load.txn_id)

    def finish(self, change: Transaction, load: Load, state: str = "VISIBLE") -> None:
        """Write the record of a load in the transaction that makes its rows visible."""
        changed = json.dumps({str(number): bounds for number, bounds in load.changed.items()})
        change.cursor.execute(
            "INSERT INTO meta.loads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                load.txn_id, change.version, load.label, load.database, ",".join(load.tables), load.kind, state,
                load.created, utc_now(), load.total, load.loaded, load.filtered, load.unselected, load.bytes,
                load.message, load.url, load.user, changed,
            ],
        )  # fmt: skip

        def committed() -> None:
            self.set_state(load, state)
            self.finished[state] += 1
            for number, (low, high) in load.changed.items():
                self._changes.record(number, change.version, low, high)

        change.after(committed)

    def abort(self, load: Load, message: str) -> None:
        """Record that a load failed; its label may be used again."""
        load.message = message[:2000]
        load.changed = {}
        with self._storage.transaction() as change:
            self.finish(change, load, "ABORTED")

    def remove_database(self, change: Transaction, database: str) -> None:
        """Remove the records of a database that is dropped: a new database of the same name starts without labels."""
        self._changes.save(change)
        change.put("last_txn", "txn", str(self._last))
        change.put("last_version", "version", str(change.version))
        change.cursor.execute("DELETE FROM meta.loads WHERE database = ?", [database])

        def committed() -> None:
            with self._lock:
                for key in [key for key in self._labels if key[0] == database]:
                    del self._labels[key]

        change.after(committed)

    def remove_old(self) -> None:
        """Remove expired records; the changed ranges that materialized views need are saved first."""
        with self._storage.transaction() as change:
            bounds = (
                f"finished < now()::TIMESTAMP - to_seconds({KEEP_SECONDS}) OR txn_id <= "
                f"(SELECT max(txn_id) - {KEEP_RECORDS} FROM meta.loads)"
            )
            old = change.cursor.execute(f"SELECT database, label, txn_id FROM meta.loads WHERE {bounds}").fetchall()
            if not old:
                return
            self._changes.save(change)
            change.put("last_txn", "txn", str(self._last))
            change.put("last_version", "version", str(change.version))
            change.cursor.execute(f"DELETE FROM meta.loads WHERE {bounds}")

            def committed() -> None:
                with self._lock:
                    for database, label, number in old:
                        if self._labels.get((database, label), ("", 0))[1] == number:
                            del self._labels[database, label]

            change.after(committed)

    def counts(self) -> Mapping[str, int]:
        """The number of loads in each state."""
        found: dict[str, int] = {}
        with self._lock:
            for state, _ in self._labels.values():
                found[state] = found.get(state, 0) + 1
        return found
