"""The schema of a database in StarRocks: versioned migrations, applied once, in order, and looked after."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

from pulumi import ResourceOptions

from apps.shared.starrocks import StarRocks, StarRocksError
from infra.resources.connections import ConnectionsMissing
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session, wait_for
from infra.resources.starrocks.migration_lock import migration_lock
from infra.resources.starrocks.migrations import Migration, MigrationError, read_migrations
from infra.settings import ROOT

_TABLE_EXISTS = "already exists"
_CREATED = re.compile(
    r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?P<kind>TABLE|VIEW|MATERIALIZED\s+VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r"`?(?P<name>\w+)`?(?!\s*\.)",
    re.IGNORECASE,
)
_DROPPED_ROLE = re.compile(r"^\s*DROP\s+ROLE\s+(?:IF\s+EXISTS\s+)?`?(?P<role>\w+)`?\s*$", re.IGNORECASE)


class SchemaInputs(Inputs):
    """The migrations by name with the checksum of each."""

    stack: str
    service: str
    database: str
    folder: str
    migrations: dict[str, str]
    replication_num: int
    keep_data: bool


class SchemaProvider(Provider[SchemaInputs]):
    """Applies migrations and puts back what was dropped by hand."""

    model = SchemaInputs
    replace_on = ("stack", "database")

    def identity(self, inputs: SchemaInputs) -> str:
        """The database."""
        return f"{inputs.stack}/{inputs.database}"

    def apply(self, inputs: SchemaInputs, previous: SchemaInputs | None) -> None:
        """Apply what has not been applied, then recreate what is missing.

        Raises:
            MigrationError: an applied file was edited, or a statement failed (file, line, StarRocks' answer).
            SchemaLocked: another run is at it.
        """
        migrations = read_migrations(ROOT / inputs.folder)
        wait_for(inputs.stack, inputs.service)
        with session(inputs.stack, inputs.service, "root") as root:
            root.execute(f"CREATE DATABASE IF NOT EXISTS {inputs.database}")
            root.execute(f"USE {inputs.database}")
            with migration_lock(
                root, stack=inputs.stack, database=inputs.database, replication_num=inputs.replication_num
            ):
                book = Book(root, inputs.replication_num)
                _refuse_edited(migrations, book.checksums())
                values = {"replication_num": str(inputs.replication_num)}
                for migration in migrations:
                    _apply_one(root, book, migration, values)
                missing = book.missing_objects()
                for _kind, name, ddl in missing:
                    root.execute(ddl)
                    book.note_recreated(name)
                if missing:
                    _grant_again(root, migrations, values)

    def find_drift(self, inputs: SchemaInputs) -> list[str]:
        """Objects that are gone, migrations that the database does not know or knows differently."""
        try:
            with session(inputs.stack, inputs.service, "root") as root:
                databases = {str(row[0]) for row in root.execute("SHOW DATABASES")}
                if inputs.database not in databases:
                    return [f"database {inputs.database} is missing: its tables will be recreated EMPTY"]
                root.execute(f"USE {inputs.database}")
                book = Book(root, inputs.replication_num, create=False)
                applied = book.checksums()
                drift = [
                    f"migration {version} is not applied"
                    for version, checksum in inputs.migrations.items()
                    if applied.get(version) != checksum
                ]
                return drift + [
                    f"{kind.lower()} {name} is missing: it will be recreated{' EMPTY' if kind == 'TABLE' else ''}"
                    for kind, name, _ddl in book.missing_objects()
                ]
        except (StarRocksError, ConnectionsMissing) as error:
            return [str(error)]

    def remove(self, inputs: SchemaInputs) -> None:
        """Drop the database, unless the data shall be kept."""
        if inputs.keep_data:
            return
        with session(inputs.stack, inputs.service, "root") as root:
            root.execute(f"DROP DATABASE IF EXISTS {inputs.database} FORCE")


def _refuse_edited(migrations: list[Migration], applied: dict[str, str]) -> None:
    for migration in migrations:
        checksum = applied.get(migration.version)
        if checksum is not None and checksum != migration.checksum:
            raise MigrationError(
                f"{migration.path.name} was edited after it was applied (checksum {checksum[:12]} became "
                f"{migration.checksum[:12]}): restore it and put the change into a migration of its own"
            )
    gone = applied.keys() - {migration.version for migration in migrations}
    if gone:
        raise MigrationError(f"the database knows migrations that are not in the folder: {', '.join(sorted(gone))}")


def _apply_one(root: StarRocks, book: "Book", migration: Migration, values: dict[str, str]) -> None:
    statements = migration.statements(values)
    done = book.progress(migration.version, migration.checksum)
    if done is None:
        return
    for index, statement in enumerate(statements):
        if index < done:
            continue
        try:
            root.execute(statement.text)
        except StarRocksError as error:
            # The run before may have died between the statement and its record.
            if not (index == done and _TABLE_EXISTS in str(error).lower() and _CREATED.match(statement.text)):
                raise MigrationError(f"{migration.path.name}:{statement.line}: {error}") from None
        match = _CREATED.match(statement.text)
        if match is not None:
            book.record_object(" ".join(match["kind"].upper().split()), match["name"])
        book.record_progress(migration, index + 1, len(statements))


def _grant_again(root: StarRocks, migrations: list[Migration], values: dict[str, str]) -> None:
    for statement in standing_grants([s.text for migration in migrations for s in migration.statements(values)]):
        root.execute(statement)


def standing_grants(statements: Sequence[str]) -> list[str]:
    """The GRANT statements to roles that no later statement drops.

    A dropped table loses its privileges. Granting them again is harmless; granting to a dropped role fails.
    """
    standing: list[str] = []
    for text in statements:
        if dropped := _DROPPED_ROLE.match(text):
            standing = [grant for grant in standing if not grant.endswith(f" TO ROLE {dropped['role']}")]
        elif text.upper().startswith("GRANT "):
            standing.append(text)
    return standing


class Book:
    """What was applied to a database, kept in the database itself."""

    def __init__(self, root: StarRocks, replication_num: int, *, create: bool = True) -> None:
        """`root` is in the database already; without `create` a database without a book reads as an empty one."""
        self._root = root
        properties = f'PROPERTIES ("replication_num" = "{replication_num}")'
        tables = {
            "schema_migrations": "version VARCHAR(128) NOT NULL, checksum VARCHAR(64) NOT NULL, "
            "statements INT NOT NULL, applied INT NOT NULL, applied_at DATETIME NOT NULL",
            "schema_objects": "name VARCHAR(128) NOT NULL, kind VARCHAR(32) NOT NULL, position INT NOT NULL, "
            "ddl VARCHAR(1048576) NOT NULL, noted VARCHAR(256)",
        }
        present = self._tables()
        for table, columns in tables.items():
            if create and table not in present:
                key = columns.split(" ", 1)[0]
                root.execute(
                    f"CREATE TABLE {table} ({columns}) PRIMARY KEY ({key}) "
                    f"DISTRIBUTED BY HASH({key}) BUCKETS 1 {properties}"
                )
        self._exists = create or present.issuperset(tables)

    def _tables(self) -> set[str]:
        return {str(row[0]) for row in self._root.execute("SHOW TABLES")}

    def checksums(self) -> dict[str, str]:
        """Of the migrations that were applied to the end, by version."""
        if not self._exists:
            return {}
        rows = self._root.execute("SELECT version, checksum FROM schema_migrations WHERE applied = statements")
        return {str(version): str(checksum) for version, checksum in rows}

    def progress(self, version: str, checksum: str) -> int | None:
        """How many statements of a migration were applied; None if all. A half-applied file may be mended."""
        rows = self._root.execute(
            "SELECT applied, statements, checksum FROM schema_migrations WHERE version = %s", (version,)
        )
        if not rows:
            return 0
        applied, statements, _recorded = rows[0]
        assert isinstance(applied, int)
        return None if applied == statements else applied

    def record_progress(self, migration: Migration, applied: int, statements: int) -> None:
        """Note that so many statements of a migration were applied."""
        self._root.execute(
            "INSERT INTO schema_migrations VALUES (%s, %s, %s, %s, now())",
            (migration.version, migration.checksum, statements, applied),
        )

    def record_object(self, kind: str, name: str) -> None:
        """Keep how to create a table or view again."""
        ddl = str(self._root.execute(f"SHOW CREATE {kind} {name}")[0][1])
        position = len(self._root.execute("SELECT name FROM schema_objects")) + 1
        self._root.execute("INSERT INTO schema_objects VALUES (%s, %s, %s, %s, NULL)", (name, kind, position, ddl))

    def missing_objects(self) -> list[tuple[str, str, str]]:
        """Kind, name and DDL of what was created and is gone, in the order of creation."""
        if not self._exists:
            return []
        present = self._tables()
        rows = self._root.execute("SELECT kind, name, ddl FROM schema_objects ORDER BY position")
        return [(str(kind), str(name), str(ddl)) for kind, name, ddl in rows if name not in present]

    def note_recreated(self, name: str) -> None:
        """Leave a trace of a table that came back empty."""
        noted = f"recreated {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}"
        self._root.execute("UPDATE schema_objects SET noted = %s WHERE name = %s", (noted, name))


class StarRocksSchema(DynamicResource, module="kappastack", name="StarRocksSchema"):
    """A database with its tables and views."""

    provider = SchemaProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        database: str,
        migrations: Path,
        replication_num: int,
        keep_data: bool,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`migrations` is a folder below the repository."""
        super().__init__(
            name,
            {
                "stack": stack,
                "service": service,
                "database": database,
                "folder": str(migrations.relative_to(ROOT)),
                "migrations": {each.version: each.checksum for each in read_migrations(migrations)},
                "replication_num": replication_num,
                "keep_data": keep_data,
            },
            opts,
        )
