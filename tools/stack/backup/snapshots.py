"""StarRocks' repository, BACKUP SNAPSHOT and RESTORE SNAPSHOT; the emulator has the same statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.shared.polling import Pending, poll
from apps.shared.starrocks import Row, StarRocks, repeat_until_reached
from apps.shared.starrocks_errors import StarRocksError
from tools.stack.backup.manifest import BackupError

REPOSITORY = "kappastack_backup"
_JOB_SECONDS = 24 * 3600
"""Time limit of a job: StarRocks' own default."""
_REACHED_SECONDS = 600
"""Time in seconds for which a lost connection is reopened: the job continues meanwhile."""
_ENDED = frozenset({"FINISHED", "CANCELLED"})
_TIMESTAMP = 1
_NAME, _LOCATION = 1, 4


@dataclass(frozen=True)
class _Job:
    """Columns of SHOW BACKUP and SHOW RESTORE, by their position."""

    label: int
    state: int
    progress: int
    status: int


_JOBS = {
    "BACKUP": _Job(label=1, state=3, progress=10, status=12),
    "RESTORE": _Job(label=1, state=4, progress=14, status=16),
}


@dataclass(frozen=True)
class Repository:
    """A place for snapshots.

    Args:
        location: URL, such as `s3a://bucket/folder`.
        properties: access to it; secrets.
    """

    location: str
    properties: Mapping[str, str] = field(repr=False)

    def create(self, root: StarRocks) -> None:
        """Create the repository in StarRocks, or replace one of another location. Its snapshots stay.

        A repository with properties is always replaced: StarRocks does not show them, and the keys may have changed.

        Raises:
            StarRocksError: StarRocks does not reach the location.
        """
        found = {str(row[_NAME]): str(row[_LOCATION]) for row in root.execute("SHOW REPOSITORIES")}
        if found.get(REPOSITORY) == self.location and not self.properties:
            return
        if REPOSITORY in found:
            root.execute(f"DROP REPOSITORY {REPOSITORY}")
        pairs = ", ".join(["%s = %s"] * len(self.properties))
        # Messages show the first line of a statement, which therefore has no secret.
        statement = f"CREATE REPOSITORY {REPOSITORY}\nWITH BROKER ON LOCATION %s"
        if pairs:
            statement += f"\nPROPERTIES ({pairs})"
        values = [text for pair in self.properties.items() for text in pair]
        root.execute(statement, (self.location, *values))


def wait_for_others(root: StarRocks, database: str, report: Callable[[str], None]) -> None:
    """Wait for the jobs of other commands, also of killed ones: StarRocks runs one job of a database at a time.

    Args:
        root: session as root.
        database: name of the database.
        report: called with each new state of such a job.

    Raises:
        TimeoutError: such a job does not end.
    """
    for kind, columns in _JOBS.items():

        def look(kind: str = kind, columns: _Job = columns) -> Pending | None:
            row = _last_job(root, kind, database)
            if row is None or row[columns.state] in _ENDED:
                return None
            return Pending(f"waiting for {kind} {row[columns.label]} of another command: {row[columns.state]}")

        poll(look, within=_JOB_SECONDS, what=f"{kind} of {database}", pause=0.2, longest_pause=5, progress=report)


def _last_job(root: StarRocks, kind: str, database: str) -> Row | None:
    """The row of the database's last job of a kind; None if there was none since StarRocks' start."""
    rows = repeat_until_reached(
        lambda: root.execute(f"SHOW {kind} FROM {database}"), within=_REACHED_SECONDS, what=f"SHOW {kind}"
    )
    return rows[0] if rows else None


def back_up(root: StarRocks, database: str, label: str, tables: Sequence[str], report: Callable[[str], None]) -> str:
    """Take a snapshot of tables and wait for its end.

    Args:
        root: session as root.
        database: database of the tables.
        label: name of the snapshot.
        tables: names of the tables.
        report: called with each new state.

    Returns:
        The timestamp of the snapshot.

    Raises:
        BackupError: the job failed.
    """
    names = ", ".join(f"`{each}`" for each in tables)
    root.execute(f"BACKUP SNAPSHOT {database}.{label} TO {REPOSITORY} ON ({names}) PROPERTIES ('type' = 'full')")
    _wait(root, "BACKUP", database, label, report)
    rows = root.execute(f"SHOW SNAPSHOT ON {REPOSITORY} WHERE SNAPSHOT = '{label}'")
    if not rows:
        raise BackupError(f"snapshot {label} is not in repository {REPOSITORY}")
    return str(rows[0][_TIMESTAMP])


def restore(
    root: StarRocks,
    database: str,
    label: str,
    tables: Sequence[str],
    *,
    timestamp: str,
    replication_num: int,
    report: Callable[[str], None],
) -> None:
    """Restore tables from a snapshot and wait for the end. Existing tables of the same definition are overwritten.

    Raises:
        BackupError: the job failed.
    """
    names = ", ".join(f"`{each}`" for each in tables)
    root.execute(
        f"RESTORE SNAPSHOT {database}.{label} FROM {REPOSITORY} ON ({names}) "
        f"PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '{replication_num}')"
    )
    _wait(root, "RESTORE", database, label, report)


def _wait(root: StarRocks, kind: str, database: str, label: str, report: Callable[[str], None]) -> None:
    columns = _JOBS[kind]

    def look() -> Row | Pending:
        row = _last_job(root, kind, database)
        if row is None or row[columns.label] != label:
            raise BackupError(f"StarRocks has no {kind} job {label}: it was restarted; repeat the command")
        if row[columns.state] in _ENDED:
            return row
        return Pending(f"{kind} of {database}: {row[columns.state]} {row[columns.progress] or ''}".rstrip())

    try:
        row = poll(look, within=_JOB_SECONDS, what=f"{kind} {label}", pause=0.2, longest_pause=5, progress=report)
    except (KeyboardInterrupt, TimeoutError):
        # Another job of this database could not start before this one ends.
        _cancel(root, kind, database)
        raise
    if row[columns.state] == "CANCELLED":
        raise BackupError(f"{kind} of {database} failed: {row[columns.status]}")


def _cancel(root: StarRocks, kind: str, database: str) -> None:
    try:
        root.execute(f"CANCEL {kind} FROM {database}")
    except StarRocksError:
        return  # It has ended meanwhile.
