"""`restore`: copies the data of a backup into a stack."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from apps.shared.files import write_private
from apps.shared.polling import wait_until
from apps.shared.starrocks import StarRocks
from infra import platform as own
from infra.configuration import load_settings
from infra.products.model import Product
from infra.products.registry import chosen
from infra.resources import connections
from infra.resources.connections import Connections
from infra.resources.health import Check
from infra.resources.starrocks.migration_journal import MigrationJournal
from infra.services.dolphinscheduler import NAME as DOLPHINSCHEDULER
from infra.settings import Settings
from infra.state import StackState
from infra.targets.operations import Operations, operations
from tools.stack.backup import content, ingestion, metadata, snapshots
from tools.stack.backup.comparison import Contents, difference, equal, overwritten
from tools.stack.backup.manifest import BackupError, Manifest, TableContent, check_files, read
from tools.stack.backup.repository import StackRepository, repository
from tools.stack.backup.server import alone, connected
from tools.stack.backup.transfer import EmulatorFiles
from tools.stack.configuration import stack_configuration, suffix

_HEALTHY_SECONDS = 900
_ATTEMPTS = 3
console = Console(soft_wrap=True, highlight=False)


@dataclass(frozen=True)
class _Restore:
    """One restore.

    Args:
        stack: name of the stack.
        folder: folder of the backup.
        manifest: its manifest.
        settings: settings of the stack.
        known: addresses and secrets of the stack.
        place: operations on the stack.
        repository: repository of the snapshots.
        products: products of the stack.
    """

    stack: str
    folder: Path
    manifest: Manifest
    settings: Settings
    known: Connections
    place: Operations
    repository: StackRepository
    products: list[Product]

    @property
    def marker(self) -> Path:
        """File that names the backup of an unfinished restore."""
        return StackState(self.stack).folder / "restoring"

    @property
    def identity(self) -> str:
        """Identity of the backup."""
        return f"{self.manifest.stack} {self.manifest.created.isoformat()}"

    @property
    def filled(self) -> set[tuple[str, str]]:
        """Tables that a deployment or its services fill by themselves."""
        rows = {(product.database, each.table) for product in self.products for each in product.reference}
        return rows | {(own.DATABASE, name) for name in self.manifest.databases[own.DATABASE].tables}


def restore(stack: str, *, source: str, overwrite: bool) -> int:
    """Restore a backup, and compare counts and checksums.

    Args:
        stack: name of the stack.
        source: folder of the backup.
        overwrite: whether to overwrite the stack's data.

    Raises:
        BackupError: the backup is damaged or does not fit the stack, the stack has data, or the restored content
            differs.
    """
    folder = Path(source).absolute()
    if not source:
        raise BackupError("FROM=… is missing: name the folder of a backup")
    manifest = read(folder)
    settings = load_settings(stack_configuration(stack))
    known = connections.load(stack, wait=0)
    work = _Restore(
        stack=stack,
        folder=folder,
        manifest=manifest,
        settings=settings,
        known=known,
        place=operations(settings, stack),
        repository=repository(settings, known),
        products=chosen(settings.products),
    )
    console.rule(f"restore of stack {stack}")
    console.print(f"checking {len(manifest.files)} files")
    check_files(manifest, folder)
    with alone(stack):
        _restore_databases(work, overwrite=overwrite)
        console.print("restoring DolphinScheduler's metadata")
        metadata.load(known, folder, manifest.metadata)
        _restart_scheduler(work)
        work.marker.unlink()
    console.print(
        f"Stack {stack} has the data of {folder}. `make up{suffix(stack)}` brings workflows and reference rows to the "
        "revision of this checkout if they differ."
    )
    return 0


def _restore_databases(work: _Restore, *, overwrite: bool) -> None:
    """Restore the tables of StarRocks while the streaming jobs are stopped, and compute the materialized views."""
    with connected(work.known) as root:
        _check_fits(work, root)
        for database in work.manifest.databases:
            snapshots.wait_for_others(root, database, _progress)
        _check_empty(work, _found(work, root), overwrite=overwrite)
        with ingestion.stopped(work.known, [each.name for each in work.products if each.jobs], "restore"):
            found = _found(work, root)
            write_private(work.marker, work.identity)
            _restore_and_compare(work, root, found)
            if views := content.refresh_views(root, list(work.manifest.databases)):
                console.print(f"computed {', '.join(views)}")


def _progress(line: str) -> None:
    console.print(f"  {line}")


def _check_fits(work: _Restore, root: StarRocks) -> None:
    """Check that the backup is of the stack's schema.

    Raises:
        BackupError: the schema differs. The message contains the version to deploy.
    """
    manifest, edition = work.manifest, work.settings.starrocks.edition
    if manifest.edition != edition:
        raise BackupError(
            f"the backup is of StarRocks edition {manifest.edition}, whose snapshots edition {edition} of stack "
            f"{work.stack} cannot read"
        )
    if manifest.repository and manifest.repository != work.repository.location:
        raise BackupError(
            f"the snapshots are in {manifest.repository}, but kappastack:backup.location is "
            f"{work.repository.location}: set it to that of the backup"
        )
    databases = {str(row[0]) for row in root.execute("SHOW DATABASES")}
    revision = f" (commit {manifest.revision})" if manifest.revision else ""
    for name, database in manifest.databases.items():
        if name not in databases:
            raise BackupError(f"stack {work.stack} has no database {name}: deploy the product that it belongs to")
        root.execute(f"USE {name}")
        found = MigrationJournal(root, 1, create=False).checksums()
        if problem := difference(database.migrations, found):
            raise BackupError(
                f"database {name}: {problem}. Deploy the revision that made the backup{revision} into an empty stack, "
                "restore, then deploy the newer revision"
            )
    metadata.check(work.known, manifest.metadata)


def _found(work: _Restore, root: StarRocks) -> Contents:
    """The current contents of the backup's tables in the stack."""
    found: dict[tuple[str, str], TableContent] = {}
    for database, backup in work.manifest.databases.items():
        console.print(f"{database}: counting {len(backup.tables)} tables")
        for name, each in content.contents(root, database, backup.tables):
            found[database, name] = each
    return found


def _check_empty(work: _Restore, found: Contents, *, overwrite: bool) -> None:
    """Refuse to overwrite data.

    Raises:
        BackupError: a table has rows that are not those of the backup.
    """
    # The tables of an interrupted restore of this backup may be incomplete.
    if overwrite or (work.marker.is_file() and work.marker.read_text() == work.identity):
        return
    if lost := overwritten(work.manifest, found, filled=work.filled):
        raise BackupError(
            f"stack {work.stack} has data that the restore would overwrite: {', '.join(lost)}. Restore into an empty "
            "stack, or add OVERWRITE=1 to lose these data"
        )


def _restore_tables(work: _Restore, root: StarRocks, found: Contents) -> None:
    """Restore the tables that differ from the backup."""
    pending = {
        database: [name for name in backup.tables if not equal(work.manifest, database, name, found[database, name])]
        for database, backup in work.manifest.databases.items()
    }
    pending = {database: names for database, names in pending.items() if names}
    if not pending:
        console.print("all tables are those of the backup already")
        return
    labels = [work.manifest.databases[database].snapshot for database in pending]
    work.repository.create(root)
    files = EmulatorFiles(work.place) if work.repository.is_local else None
    try:
        if files is not None:
            console.print("copying the snapshots")
            files.send(labels, work.folder / "starrocks")
        for database, names in pending.items():
            console.print(f"{database}: restoring {', '.join(names)}")
            for name in names:
                # A restore replaces the partitions of the snapshot; others would stay.
                if found[database, name].rows:
                    root.execute(f"TRUNCATE TABLE {database}.{name}")
            backup = work.manifest.databases[database]
            snapshots.restore(
                root,
                database,
                backup.snapshot,
                names,
                timestamp=backup.timestamp,
                replication_num=work.settings.starrocks.replication_num,
                report=_progress,
            )
    finally:
        if files is not None:
            files.clear()


def _restore_and_compare(work: _Restore, root: StarRocks, found: Contents) -> None:
    """Restore the tables, and compare them with the manifest.

    Programs of workflows continue to write, so a table that one of them changed meanwhile is restored again.

    Raises:
        BackupError: a table differs after several attempts.
    """
    for _ in range(_ATTEMPTS):
        _restore_tables(work, root, found)
        found = _found(work, root)
        tables = rows = 0
        different: list[str] = []
        for (database, name), each in found.items():
            wanted = work.manifest.databases[database].tables[name]
            # Services write the platform's own tables at any time.
            if database == own.DATABASE or not wanted.exact:
                continue
            tables, rows = tables + 1, rows + each.rows
            if not equal(work.manifest, database, name, each):
                different.append(f"{database}.{name} has {each.rows:,} rows, the backup {wanted.rows:,}")
        if not different:
            console.print(f"{tables} tables with {rows:,} rows have the counts and checksums of the backup")
            return
        console.print(f"different: {'; '.join(different)}")
    raise BackupError(f"the restored content differs: {'; '.join(different)}. Repeat the command")


def _restart_scheduler(work: _Restore) -> None:
    """Restart DolphinScheduler's servers, which keep workflows and schedules in memory, and wait for them."""
    names = [name for name in work.place.services() if name.startswith(DOLPHINSCHEDULER) and "registry" not in name]
    console.print(f"restarting {', '.join(sorted(names))}")
    for name in names:
        work.place.restart(name)
    for name in names:
        health = work.known.health[name]
        check = Check(
            url=health.url, contains=health.contains, send=health.send, start_within=_HEALTHY_SECONDS, description=""
        )
        wait_until(check.problem, within=_HEALTHY_SECONDS, what=name, pause=0.5)
