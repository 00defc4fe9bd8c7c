"""`backup`: copies the data of a stack into a folder."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from apps.shared.starrocks import StarRocks
from apps.shared.streaming_jobs import StreamingJobs
from infra import platform as own
from infra.configuration import load_settings
from infra.products.registry import chosen
from infra.resources import connections
from infra.resources.starrocks.migration_journal import MigrationJournal
from infra.settings import ROOT, Settings
from infra.targets.operations import operations
from tools.stack.backup import content, ingestion, metadata, snapshots
from tools.stack.backup.manifest import BackupError, DatabaseBackup, Manifest, TableBackup, TableContent, digests
from tools.stack.backup.repository import repository
from tools.stack.backup.server import alone, connected
from tools.stack.backup.transfer import EmulatorFiles
from tools.stack.configuration import stack_configuration, suffix
from tools.stack.table import table

FOLDER = ROOT / "backups"
"""Folder of the backups, unless the command names another one."""
_PRIVATE = 0o700
_DRAFT = ".partial"
console = Console(soft_wrap=True, highlight=False)


def backup(stack: str, *, to: str) -> int:
    """Copy the data of a stack into a new folder, which appears when it is complete.

    Args:
        stack: name of the stack.
        to: path of the folder; empty for one below `backups/` with the stack's name and the time.

    Raises:
        BackupError: the folder exists, or the settings name no repository.
    """
    settings = load_settings(stack_configuration(stack))
    known = connections.load(stack, wait=0)
    created = datetime.now(UTC).replace(microsecond=0)
    folder = Path(to).absolute() if to else FOLDER / f"{stack}-{created:%Y%m%dT%H%M%SZ}"
    place = repository(settings, known)
    products = chosen(settings.products)
    databases = [*(database for product in products for database in product.databases), own.DATABASE]
    files = EmulatorFiles(operations(settings, stack)) if place.is_local else None
    with alone(stack), new_folder(folder) as draft, connected(known) as root:
        console.rule(f"backup of stack {stack}")
        if files is not None:
            files.clear()
        place.create(root)
        with ingestion.stopped(known, [each.name for each in products if each.jobs], "backup"):
            made = {
                database: _database(root, database, f"{database}_{created:%Y%m%d_%H%M%S}") for database in databases
            }
        if files is not None:
            console.print("copying the snapshots")
            (draft / "starrocks").mkdir(mode=_PRIVATE)
            files.fetch([each.snapshot for each in made.values()], draft / "starrocks")
            files.clear()
        console.print("dumping DolphinScheduler's metadata")
        manifest = Manifest(
            stack=stack,
            created=created,
            revision=_revision(),
            edition=settings.starrocks.edition,
            repository="" if place.is_local else place.location,
            databases=made,
            jobs=_jobs(root),
            metadata=metadata.dump(known, draft),
        )
        manifest = manifest.model_copy(update={"files": digests(draft)})
        manifest.write(draft)
    _print(manifest, settings)
    console.print(f"\nBackup of stack {stack}: {folder}\nRestore it with `make restore{suffix(stack)} FROM={folder}`.")
    return 0


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A private folder that gets the name `folder` at the end, and is removed after an error.

    Raises:
        BackupError: the folder exists, or it cannot be created.
    """
    if folder.exists():
        raise BackupError(f"TO={folder} exists: name a new folder")
    draft = folder.with_name(f".{folder.name}{_DRAFT}")
    # A killed run may have left it.
    shutil.rmtree(draft, ignore_errors=True)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir(mode=_PRIVATE)
    except OSError as error:
        raise BackupError(f"TO={folder}: the folder cannot be created in {folder.parent}: {error.strerror}") from None
    before = os.umask(0o077)
    try:
        yield draft
        for path in [*draft.rglob("*"), draft]:
            _sync(path)
        draft.rename(folder)
        _sync(folder.parent)
    finally:
        os.umask(before)
        shutil.rmtree(draft, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _database(root: StarRocks, database: str, label: str) -> DatabaseBackup:
    """Take the snapshot of a database, and compute the contents of its tables."""
    snapshots.wait_for_others(root, database, _progress)
    root.execute(f"USE {database}")
    migrations = MigrationJournal(root, 1, create=False).checksums()
    names = content.tables(root, database)
    before = _contents(root, database, names)
    timestamp = snapshots.back_up(root, database, label, names, _progress)
    after = _contents(root, database, names)
    tables = {
        name: TableBackup(rows=each.rows, checksum=each.checksum, exact=each == before[name])
        for name, each in after.items()
    }
    if moved := [name for name, each in tables.items() if not each.exact]:
        console.print(f"  {', '.join(moved)} changed meanwhile: a restore cannot compare them")
    return DatabaseBackup(migrations=migrations, snapshot=label, timestamp=timestamp, tables=tables)


def _contents(root: StarRocks, database: str, names: Sequence[str]) -> dict[str, TableContent]:
    console.print(f"{database}: counting {len(names)} tables")
    return dict(content.contents(root, database, names))


def _progress(line: str) -> None:
    console.print(f"  {line}")


def _jobs(root: StarRocks) -> dict[str, str]:
    jobs = StreamingJobs(root, f"{own.DATABASE}.streaming_jobs").find()
    return {job.name: hashlib.sha256(json.dumps(job.definition, sort_keys=True).encode()).hexdigest() for job in jobs}


def _revision() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _print(manifest: Manifest, settings: Settings) -> None:
    rows = [("database", "table", "rows")]
    rows += [
        (database, name, f"{each.rows:,}")
        for database, made in manifest.databases.items()
        for name, each in made.tables.items()
        if each.rows
    ]
    rows.append(("postgres", "dolphinscheduler", f"{sum(each.rows for each in manifest.metadata.tables.values()):,}"))
    console.print("\n".join(table(rows)))
    size = sum(each.size for each in manifest.files.values())
    console.print(f"{size / 2**20:,.1f} MiB; StarRocks {settings.starrocks.edition}")
