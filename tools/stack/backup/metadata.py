"""Dumps and restores DolphinScheduler's metadata, in the format of `pg_dump --data-only`.

The published binaries of PostgreSQL have no `pg_dump`, and that of another major version does not fit the server
(docs/decisions/102-dump-by-copy.md). The dump is read in one transaction, and restored in one.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import BinaryIO

import psycopg
from psycopg import Connection, IsolationLevel, sql

from infra.resources.connections import Connections
from infra.resources.dolphinscheduler.database import schema_version, set_accounts
from infra.settings_postgres import DATABASE_PASSWORD
from tools.stack.backup.manifest import BackupError, MetadataBackup, TableContent

FILE = "dolphinscheduler.sql"
_ATTEMPTS = 5
_ACCESS = frozenset({"t_ds_access_token", "t_ds_session"})
"""Tables with secrets of the running deployment, which a dump must not have."""
_END = b"\\.\n"
_COPY = re.compile(rb"COPY public\.(\w+) \([^;]*\) FROM stdin;\n")
_SETVAL = re.compile(rb"SELECT pg_catalog\.setval\('public\.\w+', \d+, (true|false)\);\n")
_HEADER = (
    b"-- DolphinScheduler's metadata: rows only, of the tables of its published schema.\n"
    b"-- psql reads this file too: psql --single-transaction --file dolphinscheduler.sql\n\n"
)
_DEPENDENCIES = """
SELECT child.relname, parent.relname FROM pg_constraint
JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
WHERE contype = 'f' AND child.relnamespace = 'public'::regnamespace AND child.oid <> parent.oid
"""
_WORKFLOWS = """
SELECT p.name, w.name, w.version FROM t_ds_process_definition w JOIN t_ds_project p ON p.code = w.project_code
"""
_TENANT = "SELECT tenant_code FROM t_ds_tenant WHERE id = (SELECT tenant_id FROM t_ds_user WHERE id = 1)"


class _Content:
    """Count and checksum of rows in COPY's text format: the sum of their SHA-256 checksums, modulo 2^64."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        self._rows += 1
        self._sum += int.from_bytes(hashlib.sha256(line).digest()[:8], "big")

    def done(self) -> TableContent:
        return TableContent(rows=self._rows, checksum=f"{self._sum % 2**64:016x}")


@contextmanager
def _connected(known: Connections) -> Iterator[Connection]:
    endpoint = known.endpoint("postgres", "sql")
    with psycopg.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=known.metadata.user,
        password=known.secrets[DATABASE_PASSWORD],
        dbname=known.metadata.name,
        sslmode=known.metadata.ssl_mode,
        connect_timeout=10,
        application_name="kappastack backup",
        autocommit=True,
    ) as connection:
        yield connection


def dump(known: Connections, folder: Path) -> MetadataBackup:
    """Write the dump into a folder.

    Raises:
        BackupError: the database has no schema of DolphinScheduler.
        psycopg.Error: PostgreSQL does not respond.
    """
    with _connected(known) as database, (folder / FILE).open("xb") as file:
        database.isolation_level = IsolationLevel.REPEATABLE_READ
        with database.transaction():
            version = _version(database)
            file.write(_HEADER)
            names = [each for each in _tables(database) if each not in _ACCESS]
            tables = {table: _dump_table(database, table, file) for table in names}
            for statement in _sequences(database):
                file.write(statement)
            workflows = {f"{project}/{name}": int(number) for project, name, number in database.execute(_WORKFLOWS)}
    return MetadataBackup(version=version, file=FILE, workflows=workflows, tables=tables)


def check(known: Connections, wanted: MetadataBackup) -> None:
    """Check that a dump fits the stack's schema.

    Raises:
        BackupError: the schemas are of different versions of DolphinScheduler.
    """
    with _connected(known) as database:
        found = _version(database)
    if found != wanted.version:
        raise BackupError(
            f"the backup has metadata of DolphinScheduler {wanted.version}, but the stack runs {found}: "
            "deploy the revision that made the backup, then restore"
        )


def load(known: Connections, folder: Path, wanted: MetadataBackup) -> None:
    """Replace the metadata by those of a dump, except the accounts of this deployment, in one transaction.

    Raises:
        BackupError: the dump is damaged.
        psycopg.Error: PostgreSQL does not respond.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _replace(known, folder, wanted)
        except psycopg.errors.DeadlockDetected:
            # DolphinScheduler's servers also lock several tables.
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def _replace(known: Connections, folder: Path, wanted: MetadataBackup) -> None:
    with _connected(known) as database, database.transaction():
        [tenant] = database.execute(_TENANT).fetchone() or [""]
        names = sql.SQL(", ").join(sql.Identifier(each) for each in _tables(database))
        database.execute(sql.SQL("TRUNCATE {}").format(names))
        with (folder / wanted.file).open("rb") as file:
            found = _load(database, file)
        if found != wanted.tables:
            different = sorted(
                name for name in found.keys() | wanted.tables if found.get(name) != wanted.tables.get(name)
            )
            raise BackupError(f"{folder / wanted.file} differs from the manifest: {', '.join(different)}")
        # Password, token and tenant of this deployment, not those of the backup.
        set_accounts(database, str(tenant), known.secrets)


def _version(database: Connection) -> str:
    found = schema_version(database)
    if found is None:
        raise BackupError("the database of the metadata has no schema of DolphinScheduler: deploy the stack first")
    return found


def _tables(database: Connection) -> list[str]:
    """All tables, each after those that it refers to."""
    rows = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename").fetchall()
    order: TopologicalSorter[str] = TopologicalSorter({str(row[0]): [] for row in rows})
    for child, parent in database.execute(_DEPENDENCIES):
        order.add(str(child), str(parent))
    return list(order.static_order())


def _columns(database: Connection, table: str) -> str:
    rows = database.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
        (table,),
    )
    return ", ".join(str(row[0]) for row in rows)


def _dump_table(database: Connection, table: str, file: BinaryIO) -> TableContent:
    target = f"public.{table} ({_columns(database, table)})"
    content = _Content()
    file.write(f"COPY {target} FROM stdin;\n".encode())
    with database.cursor().copy(f"COPY {target} TO STDOUT".encode()) as copy:
        for line in _lines(copy):
            content.add(line)
            file.write(line)
    file.write(_END + b"\n")
    return content.done()


def _lines(copy: psycopg.Copy) -> Iterator[bytes]:
    """Rows of COPY's text format, which escapes line breaks within values."""
    rest = b""
    for block in copy:
        *lines, rest = (rest + bytes(block)).split(b"\n")
        yield from (line + b"\n" for line in lines)


def _sequences(database: Connection) -> Iterator[bytes]:
    rows = database.execute(
        "SELECT sequencename, COALESCE(last_value, start_value), last_value IS NOT NULL FROM pg_sequences "
        "WHERE schemaname = 'public' ORDER BY sequencename"
    )
    for name, value, called in rows:
        yield f"SELECT pg_catalog.setval('public.{name}', {value}, {str(called).lower()});\n".encode()


def _load(database: Connection, file: BinaryIO) -> dict[str, TableContent]:
    """Run the statements of a dump; return the content that PostgreSQL got."""
    found: dict[str, TableContent] = {}
    for line in file:
        if not line.strip() or line.startswith(b"--"):
            continue
        if match := _COPY.fullmatch(line):
            found[match[1].decode()] = _load_table(database, line, file)
        elif _SETVAL.fullmatch(line):
            database.execute(line)
        else:
            raise BackupError(f"{file.name}: unexpected line {line[:60]!r}")
    return found


def _load_table(database: Connection, statement: bytes, file: BinaryIO) -> TableContent:
    content = _Content()
    with database.cursor().copy(statement.rstrip(b";\n")) as copy:
        for line in file:
            if line == _END:
                return content.done()
            content.add(line)
            copy.write(line)
        raise BackupError(f"{file.name} ends within the rows of a table")
