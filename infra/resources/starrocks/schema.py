"""The schema of a StarRocks database: applies versioned migrations once and in order, and repairs drift."""

import re
from pathlib import Path

from pulumi import ResourceOptions

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksError
from infra.resources.connections import ConnectionsMissing
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session, wait_for
from infra.resources.starrocks.migration_grants import (
    Grant,
    added_grants,
    desired_grants,
    grant_missing,
    missing_grants,
)
from infra.resources.starrocks.migration_journal import MigrationJournal
from infra.resources.starrocks.migration_lock import migration_lock
from infra.resources.starrocks.migrations import Migration, MigrationError, Statement, read_migrations
from infra.resources.starrocks.repeated import in_effect, unrepeatable
from infra.resources.starrocks.schema_change import wait_for_schema_change
from infra.settings import ROOT

_BUSY_SECONDS = 300
"""Time limit for a column change of a large table; StarRocks refuses further statements meanwhile."""
_CREATE_VIEW = re.compile(r"^\s*CREATE\s+VIEW", re.IGNORECASE)
_OBJECT = re.compile(
    r"^\s*(?P<verb>CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?P<kind>TABLE|VIEW|MATERIALIZED\s+VIEW)\s+"
    r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?`?(?P<name>\w+)`?(?!\s*\.)",
    re.IGNORECASE,
)
_ALTERED = re.compile(
    r"^\s*(?:ALTER\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW)|(?:CREATE|DROP)\s+INDEX\b.*?\sON)\s+"
    r"(?:`?\w+`?\s*\.\s*)?`?(?P<name>\w+)`?",
    re.IGNORECASE | re.DOTALL,
)
_ROLE = re.compile(
    r"^\s*(?P<verb>CREATE|DROP)\s+ROLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?['\"`]?(?P<role>\w+)", re.IGNORECASE
)
_RENAMED = re.compile(
    r"^\s*ALTER\s+TABLE\s+`?(?P<name>\w+)`?\s+RENAME\s+(?!COLUMN\b|PARTITION\b|ROLLUP\b)`?(?P<new>\w+)`?", re.IGNORECASE
)


class SchemaInputs(Inputs):
    """A database and the checksums of its migrations, by name."""

    stack: str
    service: str
    database: str
    folder: str
    migrations: dict[str, str]
    replication_num: int
    keep_data: bool

    @property
    def values(self) -> dict[str, str]:
        """Values of the placeholders in migrations."""
        return {"replication_num": str(self.replication_num)}


class SchemaProvider(Provider[SchemaInputs]):
    """Applies migrations, and repairs manual changes that it can repair without a loss of data."""

    model = SchemaInputs
    replace_on = ("stack", "database")

    def identity(self, inputs: SchemaInputs) -> str:
        """The name of the database."""
        return f"{inputs.stack}/{inputs.database}"

    def apply(self, inputs: SchemaInputs, previous: SchemaInputs | None) -> None:
        """Apply new migrations, recreate missing objects and changed views, activate views, and restore privileges.

        A table or materialized view that was changed manually keeps its form, because its repair could lose data.

        Raises:
            MigrationError: an applied file was edited, or a statement failed; the message contains file, line and
                StarRocks' error.
            SchemaLocked: another run migrates the database.
        """
        migrations = read_migrations(ROOT / inputs.folder)
        wait_for(inputs.stack, inputs.service)
        with session(inputs.stack, inputs.service, "root", busy_seconds=_BUSY_SECONDS) as root:
            root.execute(f"CREATE DATABASE IF NOT EXISTS {inputs.database}")
            root.execute(f"USE {inputs.database}")
            with migration_lock(
                root, stack=inputs.stack, database=inputs.database, replication_num=inputs.replication_num
            ):
                migrate(root, migrations, inputs)

    def find_drift(self, inputs: SchemaInputs) -> list[str]:
        """Report missing and changed objects and privileges, and migrations that are not applied or were edited."""
        try:
            with session(inputs.stack, inputs.service, "root") as root:
                databases = {str(row[0]) for row in root.execute("SHOW DATABASES")}
                if inputs.database not in databases:
                    return [f"database {inputs.database} is missing: its tables will be recreated EMPTY"]
                root.execute(f"USE {inputs.database}")
                return drift(root, inputs)
        except (StarRocksError, ConnectionsMissing) as error:
            return [str(error)]

    def remove(self, inputs: SchemaInputs) -> None:
        """Drop the database and the roles that its migrations created, unless its data are kept."""
        if inputs.keep_data:
            return
        try:
            roles = created_roles(read_migrations(ROOT / inputs.folder), inputs.values)
        except MigrationError:
            # The product's files have been removed with the product.
            roles = []
        with session(inputs.stack, inputs.service, "root") as root:
            root.execute(f"DROP DATABASE IF EXISTS {inputs.database} FORCE")
            for role in roles:
                root.execute(f"DROP ROLE IF EXISTS {role}")


def created_roles(migrations: list[Migration], values: dict[str, str]) -> list[str]:
    """Roles that exist after all migrations, in the order of creation."""
    roles: list[str] = []
    for statement in (each.text for migration in migrations for each in migration.statements(values)):
        match = _ROLE.match(statement)
        if match and match["verb"].upper() == "CREATE":
            roles.append(match["role"])
        elif match and match["role"] in roles:
            roles.remove(match["role"])
    return roles


def migrate(root: StarRocks, migrations: list[Migration], inputs: SchemaInputs) -> None:
    """Apply the migrations to the session's database.

    Raises:
        MigrationError: see `SchemaProvider.apply`.
    """
    journal = MigrationJournal(root, inputs.replication_num)
    _refuse_edited(migrations, journal.checksums())
    for migration in migrations:
        _apply_one(root, journal, migration, inputs.values)
    for missing in journal.missing_objects():
        root.execute(missing.ddl)
        # StarRocks may format the statement differently than an earlier version did.
        journal.record_object(missing.kind, missing.name)
        journal.note_recreated(missing.name)
    for changed, differences in journal.changed_objects():
        if changed.kind == "VIEW":
            root.execute(_CREATE_VIEW.sub("CREATE OR REPLACE VIEW", changed.ddl, count=1))
            journal.record_object(changed.kind, changed.name)
        else:
            text = f"{changed.kind.lower()} {changed.name} was changed by hand and is not repaired, to lose no data"
            print(f"{text}: {'; '.join(differences)}")  # noqa: T201 # progress for users
    for name in journal.inactive_views():
        try:
            root.execute(f"ALTER MATERIALIZED VIEW {name} ACTIVE")
        except StarRocksError as error:
            print(f"materialized view {name} stays inactive: {error}")  # noqa: T201 # progress for users
    desired = _grants(migrations, inputs)
    if refused := grant_missing(root, desired):
        raise MigrationError("\n".join(refused))
    for grant in added_grants(root, desired, created_roles(migrations, inputs.values), inputs.database):
        root.execute(grant.revocation)


def drift(root: StarRocks, inputs: SchemaInputs) -> list[str]:
    """Differences between the session's database and its migrations, one line each."""
    journal = MigrationJournal(root, inputs.replication_num, create=False)
    applied = journal.checksums()
    lines = [
        f"migration {version} is not applied"
        for version, checksum in inputs.migrations.items()
        if applied.get(version) != checksum
    ]
    lines += [
        f"{each.kind.lower()} {each.name} is missing: it will be recreated{' EMPTY' if each.kind == 'TABLE' else ''}"
        for each in journal.missing_objects()
    ]
    changed = [
        f"{each.kind.lower()} {each.name}: {difference}"
        for each, differences in journal.changed_objects()
        for difference in differences
    ] + [
        f"materialized view {name} is inactive and is not refreshed: {reason}"
        for name, reason in journal.inactive_views().items()
    ]
    if applied != inputs.migrations:
        return lines + changed
    try:
        migrations = [each for each in read_migrations(ROOT / inputs.folder) if each.version in applied]
    except MigrationError:
        # The product was removed from the repository, and its schema will be removed in the same deployment.
        return lines + changed
    desired = _grants(migrations, inputs)
    # The privileges on a missing object are missing too. They will be granted again with it.
    missing = [] if lines else missing_grants(root, desired)
    added = added_grants(root, desired, created_roles(migrations, inputs.values), inputs.database)
    return [
        *lines,
        *changed,
        *(f"role {each.role} lacks {each}" for each in missing),
        *(f"role {each.role} also has {each}" for each in added),
    ]


def _grants(migrations: list[Migration], inputs: SchemaInputs) -> set[Grant]:
    texts = [statement.text for each in migrations for statement in each.statements(inputs.values)]
    return desired_grants(texts, inputs.database)


def _refuse_edited(migrations: list[Migration], applied: dict[str, str]) -> None:
    for migration in migrations:
        checksum = applied.get(migration.version)
        if checksum is not None and checksum != migration.checksum:
            raise MigrationError(
                f"{migration.path.name} was edited after it was applied (checksum {checksum[:12]} became "
                f"{migration.checksum[:12]}): restore it and write the change as a new migration"
            )
    gone = applied.keys() - {migration.version for migration in migrations}
    if gone:
        raise MigrationError(f"the database has migrations that are not in the folder: {', '.join(sorted(gone))}")


def _apply_one(root: StarRocks, journal: MigrationJournal, migration: Migration, values: dict[str, str]) -> None:
    progress = journal.progress(migration.version)
    if progress is None:
        return
    statements = migration.statements(values)
    if not progress.started:
        journal.record(migration, 0, len(statements))
    for number, statement in enumerate(statements, 1):
        if number <= progress.applied:
            continue
        repeated = progress.started and number == progress.applied + 1
        if reason := unrepeatable(root, statement.text):
            raise MigrationError(f"{migration.path.name}:{statement.line}: {reason}")
        try:
            root.execute(statement.text)
        except StarRocksError as error:
            if not (repeated and in_effect(root, statement.text)):
                raise MigrationError(f"{migration.path.name}:{statement.line}: {error}") from None
        _record_object(root, journal, statement)
        journal.record(migration, number, len(statements))


def _record_object(root: StarRocks, journal: MigrationJournal, statement: Statement) -> None:
    if renamed := _RENAMED.match(statement.text):
        journal.delete_object(renamed["name"])
        journal.record_object("TABLE", renamed["new"])
    elif altered := _ALTERED.match(statement.text):
        wait_for_schema_change(root, altered["name"])
        journal.record_altered(altered["name"])
    elif match := _OBJECT.match(statement.text):
        if match["verb"].upper() == "DROP":
            journal.delete_object(match["name"])
        else:
            journal.record_object(" ".join(match["kind"].upper().split()), match["name"])


class StarRocksSchema(DynamicResource, module="kappastack", name="StarRocksSchema"):
    """A StarRocks database with its tables and views."""

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
        """`migrations` is a folder of the repository."""
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
