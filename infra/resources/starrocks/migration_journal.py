"""The journal of the migrations of a database, kept in the database itself."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from infra.resources.starrocks.migrations import Migration
from infra.resources.starrocks.object_changes import changes

_VIEWS = ("VIEW", "MATERIALIZED VIEW")


class Statements(Protocol):
    """A session in the database."""

    def execute(self, statement: str, arguments: Sequence[str | int | float | None] = ()) -> Sequence[Sequence[object]]:
        """Run a statement and return its rows."""


@dataclass(frozen=True)
class SchemaObject:
    """A table or view that migrations created.

    Args:
        kind: TABLE, VIEW or MATERIALIZED VIEW.
        name: name without the database.
        ddl: statement that creates its last recorded form.
    """

    kind: str
    name: str
    ddl: str

    def reads(self, name: str) -> bool:
        """Whether this is a view that reads another object of the database."""
        if self.kind not in _VIEWS or name == self.name:
            return False
        place = rf"(?:\bFROM\b|\bJOIN\b|,)[\s(]*(?:`?\w+`?\s*\.\s*)?`?{re.escape(name)}`?(?!\w)"
        return re.search(place, self.ddl, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Progress:
    """The progress of a migration.

    Args:
        applied: number of statements that were applied and recorded.
        started: whether an earlier run may have sent the next statement and ended before recording it.
    """

    applied: int = 0
    started: bool = False


class MigrationJournal:
    """Records the applied migrations of a database, and the statements that recreate its tables and views."""

    def __init__(self, root: Statements, replication_num: int, *, create: bool = True) -> None:
        """Open the journal of the session's current database.

        Args:
            root: session as root.
            replication_num: number of replicas of the journal's tables.
            create: whether to create missing tables. If not, a database without a journal is treated like one with an
                empty journal.
        """
        self._root = root
        properties = f'PROPERTIES ("replication_num" = "{replication_num}")'
        tables = {
            "schema_migrations": "version VARCHAR(128) NOT NULL, checksum VARCHAR(64) NOT NULL, "
            "statements INT NOT NULL, applied INT NOT NULL, applied_at DATETIME NOT NULL",
            "schema_objects": "name VARCHAR(128) NOT NULL, kind VARCHAR(32) NOT NULL, position INT NOT NULL, "
            "ddl VARCHAR(1048576) NOT NULL, noted VARCHAR(256)",
        }
        present = self._present()
        for table, columns in tables.items():
            if create and table not in present:
                key = columns.split(" ", 1)[0]
                root.execute(
                    f"CREATE TABLE IF NOT EXISTS {table} ({columns}) PRIMARY KEY ({key}) "
                    f"DISTRIBUTED BY HASH({key}) BUCKETS 1 {properties}"
                )
        self._exists = create or present.issuperset(tables)

    def _present(self) -> set[str]:
        return {str(row[0]) for row in self._root.execute("SHOW TABLES")}

    def checksums(self) -> dict[str, str]:
        """Checksums of the completely applied migrations, by version."""
        if not self._exists:
            return {}
        rows = self._root.execute("SELECT version, checksum FROM schema_migrations WHERE applied = statements")
        return {str(version): str(checksum) for version, checksum in rows}

    def progress(self, version: str) -> Progress | None:
        """The progress of a migration; None if it was applied completely."""
        rows = self._root.execute("SELECT applied, statements FROM schema_migrations WHERE version = %s", (version,))
        if not rows:
            return Progress()
        [[applied, statements]] = rows
        return None if applied == statements else Progress(int(str(applied)), started=True)

    def record(self, migration: Migration, applied: int, statements: int) -> None:
        """Record that this many statements of a migration were applied, and that the next one is about to be sent."""
        self._root.execute(
            "INSERT INTO schema_migrations (version, checksum, statements, applied, applied_at) "
            "VALUES (%s, %s, %s, %s, now())",
            (migration.version, migration.checksum, statements, applied),
        )

    def record_object(self, kind: str, name: str) -> None:
        """Record the statement that recreates a table or view."""
        ddl = self._present_ddl(kind, name)
        known = self._root.execute("SELECT position, ddl FROM schema_objects WHERE name = %s", (name,))
        if known and known[0][1] == ddl:
            return
        position = known[0][0] if known else len(self._root.execute("SELECT name FROM schema_objects")) + 1
        self._root.execute(
            "INSERT INTO schema_objects (name, kind, position, ddl, noted) VALUES (%s, %s, %s, %s, NULL)",
            (name, kind, int(str(position)), ddl),
        )

    def delete_object(self, name: str) -> None:
        """Delete the record of a table or view that a migration dropped or renamed."""
        self._root.execute("DELETE FROM schema_objects WHERE name = %s", (name,))

    def record_altered(self, name: str) -> None:
        """Record the statement that recreates a table or view as a migration has altered it."""
        for each in self.objects():
            if each.name == name:
                self.record_object(each.kind, name)

    def _present_ddl(self, kind: str, name: str) -> str:
        return str(self._root.execute(f"SHOW CREATE {kind} {name}")[0][1])

    def objects(self) -> list[SchemaObject]:
        """All recorded objects in the order of their creation."""
        if not self._exists:
            return []
        rows = self._root.execute("SELECT kind, name, ddl FROM schema_objects ORDER BY position, name")
        return [SchemaObject(*map(str, row)) for row in rows]

    def missing_objects(self) -> list[SchemaObject]:
        """Recorded objects that do not exist, each after those that it reads."""
        present = self._present()
        return in_reading_order([each for each in self.objects() if each.name not in present])

    def changed_objects(self) -> list[tuple[SchemaObject, list[str]]]:
        """Recorded objects whose present form differs, with the differences."""
        present = self._present()
        found = [
            (each, changes(each.kind, each.ddl, self._present_ddl(each.kind, each.name)))
            for each in self.objects()
            if each.name in present
        ]
        return [(each, differences) for each, differences in found if differences]

    def inactive_views(self) -> dict[str, str]:
        """The recorded materialized views that StarRocks does not refresh, with its reason."""
        recorded = {each.name for each in self.objects() if each.kind == "MATERIALIZED VIEW"}
        if not recorded:
            return {}
        rows = self._root.execute(
            "SELECT TABLE_NAME, INACTIVE_REASON FROM information_schema.materialized_views "
            "WHERE TABLE_SCHEMA = DATABASE() AND IS_ACTIVE = 'false' ORDER BY TABLE_NAME"
        )
        return {str(name): str(reason or "no reason given") for name, reason in rows if name in recorded}

    def note_recreated(self, name: str) -> None:
        """Record that an object was recreated, because a recreated table is empty."""
        noted = f"recreated {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}"
        self._root.execute("UPDATE schema_objects SET noted = %s WHERE name = %s", (noted, name))


def in_reading_order(objects: Sequence[SchemaObject]) -> list[SchemaObject]:
    """Sort objects so that each comes after those that it reads; other objects keep their order."""
    left, ordered = list(objects), list[SchemaObject]()
    while left:
        # Views cannot form a cycle, but a text that only looks like a reference can appear to form one.
        ready = [each for each in left if not any(each.reads(other.name) for other in left)] or left[:1]
        ordered += ready
        left = [each for each in left if each not in ready]
    return ordered
