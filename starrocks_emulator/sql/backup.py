"""Repositories, BACKUP and RESTORE, with the statements and result columns of StarRocks."""

import json
from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.repositories import Repository, Snapshot, snapshot, snapshots
from starrocks_emulator.results import Ok, ResultSet, SqlError, Value
from starrocks_emulator.schema import Table
from starrocks_emulator.snapshots import Kind
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.show_cluster import texts

_TIMEOUT = "86400"
"""StarRocks' default time limit of a job, in seconds."""


def create_repository(context: Context, words: Words, *, read_only: bool) -> Ok:
    """`name WITH BROKER [broker] ON LOCATION "file://…" [PROPERTIES (…)]`, after CREATE [READ ONLY] REPOSITORY."""
    name = words.name()
    words.expect("WITH", "BROKER")
    if not words.peek("ON"):
        words.word_or_string()
    words.expect("ON", "LOCATION")
    location = words.string()
    properties = words.properties() if words.accept("PROPERTIES") else {}
    words.finish()
    _allowed(context)
    if properties:
        raise errors.unsupported(f"the property '{next(iter(properties))}' of a repository of files")
    context.services.repositories.create(name, location, read_only=read_only)
    return Ok()


def drop_repository(context: Context, words: Words) -> Ok:
    """`name`, after DROP REPOSITORY."""
    name = words.name()
    words.finish()
    _allowed(context)
    context.services.repositories.drop(name)
    return Ok()


def backup(context: Context, words: Words) -> Ok:
    """`BACKUP SNAPSHOT [db.]name TO repository [ON (table, …)] [PROPERTIES (…)]`."""
    database, label, repository, wanted = _snapshot_clauses(context, words, "BACKUP", "TO")
    properties = _properties(words, {"type": "full", "timeout": _TIMEOUT})
    _allowed(context)
    if properties["type"].lower() != "full":
        raise errors.analysis("Currently, only support FULL backup")
    if repository.read_only:
        raise SqlError(1064, f"Repository {repository.name} is read only")
    if any(name != alias for name, alias in (wanted or {}).items()):
        raise errors.syntax("AS is a clause of RESTORE")
    tables = _tables(context, database, wanted)
    for table in tables:
        context.access.require("EXPORT", table)
    folder = context.services.repositories.folder(repository)
    context.services.snapshots.backup(folder, label, database, tables, _seconds(properties))
    return Ok()


def restore(context: Context, words: Words) -> Ok:
    """`RESTORE SNAPSHOT [db.]name FROM repository [ON (table [AS alias], …)] PROPERTIES (…)`."""
    database, label, repository, wanted = _snapshot_clauses(context, words, "RESTORE", "FROM")
    properties = _properties(words, {"backup_timestamp": "", "replication_num": "3", "timeout": _TIMEOUT})
    _allowed(context)
    if not properties["backup_timestamp"]:
        raise SqlError(1064, "Missing backup_timestamp property")
    found = snapshot(context.services.repositories.folder(repository), label, properties["backup_timestamp"])
    names = wanted if wanted is not None else {name: name for name in found.names}
    if unknown := [name for name in names if name not in found.names]:
        raise SqlError(1064, f"Table {unknown[0]} does not exist in snapshot {label}")
    for name in names.values():
        _may_restore(context, database, name)
    context.services.snapshots.restore(
        found, database, names, replication_num=_number(properties, "replication_num"), timeout=_seconds(properties)
    )
    return Ok()


def cancel(context: Context, words: Words) -> Ok:
    """`CANCEL BACKUP | RESTORE [FROM db]`."""
    words.expect("CANCEL")
    kind: Kind = "BACKUP" if words.one_of("BACKUP", "RESTORE") == "BACKUP" else "RESTORE"
    database = _from(context, words)
    words.finish()
    _allowed(context)
    context.services.snapshots.cancel(kind, database)
    return Ok()


def show_repositories(context: Context, words: Words) -> ResultSet:
    """SHOW REPOSITORIES."""
    words.finish()
    _allowed(context)
    rows: list[Sequence[Value]] = [
        [str(one.id), one.name, one.created, str(one.read_only).lower(), one.location, "N/A", "N/A"]
        for one in context.services.repositories.all()
    ]
    return texts(["RepoId", "RepoName", "CreateTime", "IsReadOnly", "Location", "Broker", "ErrMsg"], rows)


def show_backup(context: Context, words: Words) -> ResultSet:
    """`SHOW BACKUP [FROM db]`: the last job."""
    job = context.services.snapshots.last("BACKUP", _from(context, words))
    words.finish()
    _allowed(context)
    rows: list[Sequence[Value]] = []
    if job is not None:
        rows.append([
            str(job.id), job.label, job.database, job.state, job.objects, job.created, job.copied, job.finished,
            job.finished, "", "", "", job.status, str(job.timeout),
        ])  # fmt: skip
    names = ["JobId", "SnapshotName", "DbName", "State", "BackupObjs", "CreateTime", "SnapshotFinishedTime",
             "UploadFinishedTime", "FinishedTime", "UnfinishedTasks", "Progress", "TaskErrMsg", "Status",
             "Timeout"]  # fmt: skip
    return texts(names, rows)


def show_restore(context: Context, words: Words) -> ResultSet:
    """`SHOW RESTORE [FROM db]`: the last job."""
    job = context.services.snapshots.last("RESTORE", _from(context, words))
    words.finish()
    _allowed(context)
    rows: list[Sequence[Value]] = []
    if job is not None:
        rows.append([
            str(job.id), job.label, job.timestamp, job.database, job.state, "false", str(job.replication_num),
            job.objects, job.created, job.prepared, job.prepared, job.copied, job.finished, "", "", "", job.status,
            str(job.timeout),
        ])  # fmt: skip
    names = ["JobId", "Label", "Timestamp", "DbName", "State", "AllowLoad", "ReplicationNum", "RestoreObjs",
             "CreateTime", "MetaPreparedTime", "SnapshotFinishedTime", "DownloadFinishedTime", "FinishedTime",
             "UnfinishedTasks", "Progress", "TaskErrMsg", "Status", "Timeout"]  # fmt: skip
    return texts(names, rows)


def show_snapshot(context: Context, words: Words) -> ResultSet:
    """`SHOW SNAPSHOT ON repository [WHERE SNAPSHOT = "name" [AND TIMESTAMP = "…"]]`."""
    words.expect("ON")
    repository = context.services.repositories.find(words.name())
    label = timestamp = ""
    if words.accept("WHERE"):
        words.expect("SNAPSHOT", "=")
        label = words.string()
        if words.accept("AND"):
            words.expect("TIMESTAMP", "=")
            timestamp = words.string()
    words.finish()
    _allowed(context)
    folder = context.services.repositories.folder(repository)
    found = [one for one in snapshots(folder) if label in {"", one.label} and timestamp in {"", one.timestamp}]
    if not timestamp:
        return texts(["Snapshot", "Timestamp", "Status"], [[one.label, one.timestamp, "OK"] for one in found])
    rows = [[one.label, one.timestamp, one.database, _details(one), "OK"] for one in found]
    return texts(["Snapshot", "Timestamp", "Database", "Details", "Status"], rows)


def _details(one: Snapshot) -> str:
    return json.dumps({"backup_objects": [{"name": name} for name in one.names], "database": one.database})


def _allowed(context: Context) -> None:
    context.access.require_global("REPOSITORY", "SYSTEM")


def _may_restore(context: Context, database: str, name: str) -> None:
    existing = context.services.catalog.find(database, name)
    if existing is not None:
        context.access.require("INSERT", existing)
    else:
        context.access.require_database("CREATE TABLE", database)


def _snapshot_clauses(
    context: Context, words: Words, verb: str, preposition: str
) -> tuple[str, str, Repository, dict[str, str] | None]:
    """`verb SNAPSHOT [db.]name preposition repository [ON (…)]`: database, name, repository, and the objects of ON."""
    words.expect(verb)
    words.expect("SNAPSHOT")
    database, label = words.qualified()
    database = context.services.catalog.database(database or context.database)
    words.expect(preposition)
    repository = context.services.repositories.find(words.name())
    return database, label, repository, _objects(words) if words.accept("ON") else None


def _from(context: Context, words: Words) -> str:
    named = words.name() if words.accept("FROM") or words.accept("IN") else context.database
    return context.services.catalog.database(named)


def _objects(words: Words) -> dict[str, str]:
    """`([TABLE] name [AS alias], …)`: the alias of each table, which is its name by default."""
    found: dict[str, str] = {}
    words.expect("(")
    while True:
        for kind in ("ALL", "FUNCTION", "FUNCTIONS", "TABLES", "VIEW", "VIEWS", "MATERIALIZED", "EXTERNAL"):
            if words.peek(kind):
                raise errors.unsupported(f"{kind} … in BACKUP and RESTORE; name tables")
        words.accept("TABLE")
        name = words.name()
        if words.peek("PARTITION"):
            raise errors.unsupported("BACKUP and RESTORE of single partitions")
        found[name] = words.name() if words.accept("AS") else name
        if not words.accept(","):
            break
    words.expect(")")
    return found


def _tables(context: Context, database: str, wanted: dict[str, str] | None) -> list[Table]:
    catalog = context.services.catalog
    if wanted is None:
        found = catalog.tables(database)
        if any(one.kind != "table" for one in found):
            raise errors.unsupported("BACKUP of views and materialized views; name the tables with ON")
        return found
    tables = [catalog.table(database, name) for name in wanted]
    for one in tables:
        if one.kind != "table":
            raise errors.unsupported(f"BACKUP of {one.full_name}, which is not a table")
    return tables


def _properties(words: Words, known: dict[str, str]) -> dict[str, str]:
    given = words.properties() if words.accept("PROPERTIES") else {}
    words.finish()
    for name in given:
        if name not in known:
            raise errors.unsupported(f"the property '{name}' of BACKUP and RESTORE")
    return {**known, **given}


def _number(properties: dict[str, str], name: str) -> int:
    if not properties[name].isdigit() or properties[name] == "0":
        raise errors.analysis(f"property '{name}' = '{properties[name]}': expected a positive whole number")
    return int(properties[name])


def _seconds(properties: dict[str, str]) -> int:
    return _number(properties, "timeout")
