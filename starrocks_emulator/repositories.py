"""Repositories of snapshots: folders below the data folder, with one folder for each snapshot."""

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from starrocks_emulator import errors
from starrocks_emulator.catalog import now_text
from starrocks_emulator.results import SqlError
from starrocks_emulator.storage import Storage

FORMAT = 1
FOLDER = "repositories"
"""Folder in the data folder to which the paths of locations are relative."""
_LOCATION = re.compile(r"file:///(?P<path>[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)")
_CONTENT = "__ss_content.duckdb"
_INFO = "__info_"
_SNAPSHOT = "__ss_"
_DRAFT = ".partial"


@dataclass(frozen=True)
class Repository:
    """A repository: its name and its location, such as `file:///nightly`."""

    id: int
    name: str
    location: str
    created: str
    read_only: bool = False


@dataclass(frozen=True)
class Snapshot:
    """A snapshot in a repository.

    Args:
        label: name of the snapshot.
        timestamp: time of the snapshot in UTC, such as `2026-01-31-12-00-00-000`.
        database: database that contained the tables.
        tables: JSON forms of the tables, in the order of their names.
        content: file with the rows, a DuckDB database with the tables `t<id>`.
        sha256: checksum of that file.
    """

    label: str
    timestamp: str
    database: str
    tables: tuple[str, ...]
    content: Path
    sha256: str

    @property
    def names(self) -> list[str]:
        """Names of the tables."""
        return [str(json.loads(text)["name"]) for text in self.tables]


class Repositories:
    """The repositories that are registered in a data folder."""

    def __init__(self, storage: Storage) -> None:
        """Read the repositories of `storage`."""
        self._storage = storage
        found = [json.loads(document) for _, document in storage.documents("repository")]
        self._repositories = {str(one["name"]): Repository(**one) for one in found}

    def all(self) -> list[Repository]:
        """Repositories by name."""
        return sorted(self._repositories.values(), key=lambda one: one.name)

    def find(self, name: str) -> Repository:
        """The repository with this name.

        Raises:
            SqlError: 1064 if there is no such repository.
        """
        if name not in self._repositories:
            raise SqlError(1064, f"Repository {name} does not exist", "HY000")
        return self._repositories[name]

    def folder(self, repository: Repository) -> Path:
        """The folder of a repository's snapshots, with the name that StarRocks gives it."""
        found = _LOCATION.fullmatch(repository.location)
        assert found is not None
        return self._storage.folder / FOLDER / found["path"] / f"__starrocks_repository_{repository.name}"

    def create(self, name: str, location: str, *, read_only: bool) -> None:
        """Register a repository and create its folder; a folder with snapshots is used as it is.

        Raises:
            SqlError: 1064 if the name is taken, 1235 for another location than `file:///…`.
        """
        if not _LOCATION.fullmatch(location):
            raise errors.unsupported(f"the location '{location}'; locations are like file:///name")
        with self._storage.transaction() as change:
            if name in self._repositories:
                raise SqlError(1064, f"Repository with name '{name}' already exist", "HY000")
            number = max((one.id for one in self._repositories.values()), default=10_000) + 1
            made = Repository(number, name, location, now_text(), read_only)
            self.folder(made).mkdir(mode=0o700, parents=True, exist_ok=True)
            change.put("repository", name, json.dumps(asdict(made)))
            change.after(lambda: self._repositories.__setitem__(name, made))

    def drop(self, name: str) -> None:
        """Remove a repository; its folder stays, as in StarRocks.

        Raises:
            SqlError: 1064 if there is no such repository.
        """
        self.find(name)
        with self._storage.transaction() as change:
            change.delete("repository", name)
            change.after(partial(_remove, self._repositories, name))


def _remove(repositories: dict[str, Repository], name: str) -> None:
    repositories.pop(name, None)


def snapshots(repository: Path) -> list[Snapshot]:
    """The complete snapshots in the folder of a repository, by name."""
    found = repository.glob(f"{_SNAPSHOT}*/{_INFO}*")
    return sorted((_read(path) for path in found if not path.parent.name.endswith(_DRAFT)), key=lambda one: one.label)


def snapshot(repository: Path, label: str, timestamp: str) -> Snapshot:
    """One snapshot.

    Raises:
        SqlError: 1064 if there is no snapshot with this name and timestamp.
    """
    for one in snapshots(repository):
        if (one.label, one.timestamp) == (label, timestamp):
            return one
    raise SqlError(1064, f"Failed to find info of snapshot '{label}' with timestamp {timestamp} in the repository")


def add(repository: Path, label: str, database: str, tables: tuple[str, ...], content: Path) -> None:
    """Move a file with rows into a repository; the snapshot appears when it is complete.

    Args:
        repository: folder of the repository.
        label: name of the snapshot.
        database: database of the tables.
        tables: JSON forms of the tables.
        content: file with their rows, on the same disk.
    """
    folder = repository / f"{_SNAPSHOT}{label}"
    draft = folder.with_name(folder.name + _DRAFT)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    timestamp = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M-%S-%f")[:-3]
    checksum = digest(content)
    content.replace(draft / _CONTENT)
    document = {
        "format": FORMAT, "label": label, "timestamp": timestamp, "database": database, "tables": tables,
        "sha256": checksum,
    }  # fmt: skip
    (draft / f"{_INFO}{timestamp}").write_text(json.dumps(document))
    for path in draft.iterdir():
        _sync(path)
    draft.rename(folder)
    _sync(folder.parent)


def _read(path: Path) -> Snapshot:
    document = json.loads(path.read_text())
    if document["format"] != FORMAT:
        raise errors.unsupported(f"snapshots of format {document['format']}; this emulator reads format {FORMAT}")
    return Snapshot(
        document["label"], document["timestamp"], document["database"], tuple(document["tables"]),
        path.parent / _CONTENT, document["sha256"],
    )  # fmt: skip


def digest(path: Path) -> str:
    """The SHA-256 checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
