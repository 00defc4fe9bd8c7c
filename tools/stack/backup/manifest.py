"""The manifest of a backup: its contents, their versions, counts and checksums."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.shared.files import write_private

FILE = "manifest.json"
FORMAT: Final = 1
_BLOCK = 1 << 20


class BackupError(Exception):
    """A backup or a restore was refused or failed; the message has the reason and the remedy."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableContent(_Model):
    """A table's content.

    Args:
        rows: number of rows.
        checksum: checksum of all rows, independent of their order.
    """

    rows: int
    checksum: str


class TableBackup(TableContent):
    """A table of a database.

    Args:
        exact: whether count and checksum are those of the snapshot. They are not if the table changed while the
            snapshot was taken.
    """

    exact: bool = True


class DatabaseBackup(_Model):
    """A database of StarRocks.

    Args:
        migrations: checksum of each applied migration, by its version.
        snapshot: name of the snapshot in the repository.
        timestamp: StarRocks' timestamp of the snapshot.
        tables: the tables by name.
    """

    migrations: dict[str, str]
    snapshot: str
    timestamp: str
    tables: dict[str, TableBackup]


class MetadataBackup(_Model):
    """DolphinScheduler's metadata.

    Args:
        version: version of DolphinScheduler's schema.
        file: path of the dump in the backup's folder.
        workflows: version of each workflow's definition, by `project/name`.
        tables: the tables by name.
    """

    version: str
    file: str
    workflows: dict[str, int]
    tables: dict[str, TableContent]


class FileBackup(_Model):
    """A file of the backup's folder."""

    size: int
    sha256: str


class Manifest(_Model):
    """A backup.

    Args:
        format: version of this document.
        stack: name of the stack.
        created: time of the backup.
        revision: commit of the checkout that made it; empty if unknown.
        edition: edition of StarRocks, which determines how snapshots are read.
        repository: location of the snapshots; empty if they are files of this folder.
        databases: StarRocks' databases by name.
        jobs: SHA-256 of the definition of each streaming job, by name.
        metadata: DolphinScheduler's metadata.
        files: all other files of the folder, by path.
    """

    format: Literal[1] = FORMAT
    stack: str
    created: datetime
    revision: str
    edition: str
    repository: str
    databases: dict[str, DatabaseBackup]
    jobs: dict[str, str]
    metadata: MetadataBackup
    files: dict[str, FileBackup] = Field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder of the backup."""
        write_private(folder / FILE, self.model_dump_json(indent=2) + "\n")


class _Version(BaseModel):
    model_config = ConfigDict(extra="ignore")

    format: int


def read(folder: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises:
        BackupError: the folder is not a complete backup, or a newer revision made it.
    """
    path = folder / FILE
    try:
        text = path.read_text()
    except OSError as error:
        raise BackupError(
            f"FROM={folder}: {path} cannot be read: {error.strerror}. Name a folder that `make backup` has completed"
        ) from None
    except UnicodeDecodeError:
        raise BackupError(f"{path} is damaged: it is not text in UTF-8") from None
    try:
        if (found := _Version.model_validate_json(text).format) > FORMAT:
            raise BackupError(
                f"{path} has format {found}, but this revision reads formats up to {FORMAT}: use the revision that "
                "made the backup, or a newer one"
            )
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise BackupError(f"{path} is damaged: {error}") from None


def digest(path: Path) -> FileBackup:
    """Size and checksum of a file."""
    with path.open("rb") as file:
        return FileBackup(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def digests(folder: Path) -> dict[str, FileBackup]:
    """Size and checksum of every file of a folder except the manifest, by path."""
    return {str(path.relative_to(folder)): digest(path) for path in _files(folder)}


def check_files(manifest: Manifest, folder: Path) -> None:
    """Compare the files of a backup with its manifest.

    Raises:
        BackupError: a file is missing, differs, or does not belong to the backup.
    """
    found = {str(path.relative_to(folder)): path for path in _files(folder)}
    problems = [f"{name} is missing" for name in manifest.files if name not in found]
    problems += [f"{name} is not part of the backup" for name in found if name not in manifest.files]
    problems += [
        f"{name} differs from its checksum"
        for name, file in manifest.files.items()
        if name in found and digest(found[name]) != file
    ]
    if problems:
        raise BackupError(f"backup {folder} is damaged: {'; '.join(problems)}")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / FILE)
