"""Manifests of backups, their folders, and backups that a restore rejects."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from infra.configuration import load_settings
from infra.resources.connections import Connections
from infra.services.starrocks import REPOSITORIES
from infra.targets.operations import operations
from starrocks_emulator import repositories
from tools.stack.backup import manifest
from tools.stack.backup.comparison import difference, overwritten
from tools.stack.backup.create import new_folder
from tools.stack.backup.manifest import (
    BackupError,
    DatabaseBackup,
    Manifest,
    MetadataBackup,
    TableBackup,
    TableContent,
)
from tools.stack.backup.repository import repository
from tools.stack.backup.restore import _Restore, _restore_and_compare
from tools.stack.backup.server import alone


def _manifest(folder: Path) -> Manifest:
    made = Manifest(
        stack="local",
        created=datetime(2026, 1, 31, tzinfo=UTC),
        revision="",
        edition="emulator",
        repository="",
        databases={},
        jobs={},
        metadata=MetadataBackup(version="3.1.1", file="dolphinscheduler.sql", workflows={}, tables={}),
        files=manifest.digests(folder),
    )
    made.write(folder)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A complete backup with one file."""
    made = tmp_path / "backup"
    (made / "starrocks").mkdir(parents=True)
    (made / "starrocks" / "rows").write_text("rows")
    _manifest(made)
    return made


def test_a_manifest_is_read_as_it_was_written(folder: Path) -> None:
    found = manifest.read(folder)
    assert list(found.files) == ["starrocks/rows"]
    manifest.check_files(found, folder)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("starrocks/rows", "r0ws", "starrocks/rows differs from its checksum"),
        ("starrocks/rows", None, "starrocks/rows is missing"),
        ("other", "x", "other is not part of the backup"),
    ],
)
def test_changed_files_are_refused(folder: Path, name: str, text: str | None, words: str) -> None:
    found = manifest.read(folder)
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(BackupError, match=words):
        manifest.check_files(found, folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": 2, "novelty": 1}', "has format 2, but this revision reads formats up to 1"),
        ('{"format": 1}', "is damaged"),
        ("{", "is damaged"),
    ],
)
def test_invalid_manifests_are_refused(folder: Path, text: str, words: str) -> None:
    (folder / manifest.FILE).write_text(text)
    with pytest.raises(BackupError, match=words):
        manifest.read(folder)


def test_a_manifest_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / manifest.FILE).write_bytes(b"\xff\xfe{")
    with pytest.raises(BackupError, match=r"manifest\.json is damaged: it is not text in UTF-8"):
        manifest.read(folder)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"manifest\.json cannot be read: No such file"):
        manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "found", "words"),
    [
        ({"V1": "a", "V2": "b"}, {"V1": "a"}, "newer schema, with the migrations V2"),
        ({"V1": "a"}, {"V1": "a", "V2": "b"}, "older schema, without the migrations V2"),
        ({"V1": "a"}, {"V1": "b"}, "another text of the migrations V1"),
        ({"V1": "a"}, {"V1": "a"}, ""),
    ],
)
def test_migrations_are_compared(wanted: dict[str, str], found: dict[str, str], words: str) -> None:
    problem = difference(wanted, found)
    assert words in problem
    assert bool(words) == bool(problem)


def test_a_complete_folder_is_private_and_appears_at_once(tmp_path: Path) -> None:
    target = tmp_path / "new" / "backup"
    with new_folder(target) as draft:
        (draft / "file").write_text("x")
        assert not target.exists()
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    assert stat.S_IMODE((target / "file").stat().st_mode) == 0o600
    assert os.listdir(target.parent) == ["backup"]  # noqa: PTH208 # with hidden entries


def test_an_interrupted_backup_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "backup"
    # A killed run leaves its draft.
    (tmp_path / ".backup.partial").mkdir()
    (tmp_path / ".backup.partial" / "old").write_text("x")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(target)
    assert list(tmp_path.iterdir()) == []


def _interrupted(target: Path) -> None:
    with new_folder(target) as draft:
        assert list(draft.iterdir()) == []
        raise KeyboardInterrupt


def test_an_existing_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    with pytest.raises(BackupError, match="exists: name a new folder"), new_folder(tmp_path):
        pass
    assert (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BackupError, match=r"TO=.*/file/backup: the folder cannot be created in .*/file: File exists"):
        _interrupted(tmp_path / "file" / "backup")


def test_the_emulators_folder_of_repositories_has_one_name() -> None:
    assert REPOSITORIES == repositories.FOLDER


_CLUSTER = {"kappastack:target": "docker", "kappastack:starrocks": '{"edition": "cluster"}'}


def _connections(**secrets: str) -> Connections:
    named = {name.replace("_", "-"): value for name, value in secrets.items()}
    return Connections(endpoints={}, secrets=named, secret_files={}, health={})


def test_a_cluster_needs_a_repository() -> None:
    with pytest.raises(BackupError, match=r"kappastack:backup\.location is missing"):
        repository(load_settings(_CLUSTER, {}), _connections())


def test_the_access_of_a_repository() -> None:
    configuration = {**_CLUSTER, "kappastack:backup": '{"location": "s3a://bucket/kappastack", "region": "eu-west-3"}'}
    settings = load_settings(configuration, {})
    assert repository(settings, _connections()).repository.properties == {
        "aws.s3.region": "eu-west-3",
        "aws.s3.use_instance_profile": "true",
    }
    known = _connections(backup_access_key="mine", backup_secret_key="hidden")
    made = repository(settings, known)
    assert made.repository.properties == {
        "aws.s3.region": "eu-west-3",
        "aws.s3.access_key": "mine",
        "aws.s3.secret_key": "hidden",
    }
    assert not made.is_local
    with pytest.raises(BackupError, match="belong together"):
        repository(settings, _connections(backup_access_key="mine"))


@pytest.mark.parametrize(
    ("rows", "checksum", "exact", "filled", "lost"),
    [
        (0, "0", True, False, False),
        (2, "7", True, False, False),
        (2, "8", True, False, True),
        (3, "7", True, False, True),
        # The tables changed while the snapshot was taken, so equal rows may differ from it.
        (2, "7", False, False, True),
        (2, "8", True, True, False),
    ],
)
def test_rows_that_a_restore_would_lose(
    folder: Path, rows: int, checksum: str, exact: bool, filled: bool, lost: bool
) -> None:
    table = TableBackup(rows=2, checksum="7", exact=exact)
    database = DatabaseBackup(migrations={}, snapshot="s", timestamp="t", tables={"readings": table})
    found = {("d", "readings"): TableContent(rows=rows, checksum=checksum)}
    manifest_ = manifest.read(folder).model_copy(update={"databases": {"d": database}})
    lines = overwritten(manifest_, found, filled={("d", "readings")} if filled else set())
    assert lines == ([f"d.readings ({rows} rows)"] if lost else [])


@pytest.mark.parametrize("attempts", [2, 4])
def test_a_table_that_a_workflow_writes_meanwhile_is_restored_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], attempts: int
) -> None:
    table = TableBackup(rows=2, checksum="7")
    database = DatabaseBackup(migrations={}, snapshot="s", timestamp="t", tables={"readings": table})
    settings, known = load_settings({"kappastack:target": "host"}, {}), _connections()
    work = _Restore(
        stack="some",
        folder=folder,
        manifest=manifest.read(folder).model_copy(update={"databases": {"d": database}}),
        settings=settings,
        known=known,
        place=operations(settings, "some"),
        repository=repository(settings, known),
        products=[],
    )
    restored: list[int] = []

    def found(*_: object) -> dict[tuple[str, str], TableContent]:
        return {("d", "readings"): TableContent(rows=2 if len(restored) == attempts else 3, checksum="7")}

    monkeypatch.setattr("tools.stack.backup.restore._restore_tables", lambda *_: restored.append(1))
    monkeypatch.setattr("tools.stack.backup.restore._found", found)
    root = StarRocks(Address("127.0.0.1", 1, "root", ""))
    if attempts > 3:
        with pytest.raises(BackupError, match=r"differs: d\.readings has 3 rows, the backup 2\. Repeat the command"):
            _restore_and_compare(work, root, found())
        assert len(restored) == 3
    else:
        _restore_and_compare(work, root, found())
        assert "1 tables with 2 rows have the counts and checksums of the backup" in capsys.readouterr().out


def test_two_backups_exclude_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    (tmp_path / "some").mkdir()
    with alone("some"), pytest.raises(BackupError, match="another backup or restore of stack some runs"), alone("some"):
        pass
    with alone("some"):
        pass
