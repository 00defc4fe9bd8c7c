"""`make backup` and `make restore` on an emulator; the other services are absent."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from infra import platform as own
from infra.products.model import Product
from infra.resources.starrocks.migration_journal import MigrationJournal
from infra.resources.starrocks.migrations import Migration
from infra.resources.starrocks.schema import SchemaInputs, SchemaProvider
from infra.settings import ROOT
from infra.state import StackState
from starrocks_emulator.pytest_plugin import EmulatorServer
from tools.stack.backup import create, metadata, restore, snapshots
from tools.stack.backup.manifest import MetadataBackup
from tools.stack.commands import main

_DATABASE = "trial_readings"
_PRODUCT = Product(name="trial", title="Trial", databases=(_DATABASE,))
_ROWS = f"SELECT k, v FROM {_DATABASE}.readings ORDER BY k"
_PASSWORD = "for-tests"


@pytest.fixture
def stack(starrocks_emulator_server: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name of a stack whose only service is an emulator."""
    server, name = starrocks_emulator_server, f"test-{secrets.token_hex(4)}"
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(StackState, "volume", lambda _self, _service, _volume: server.data)
    for module in (create, restore):
        monkeypatch.setattr(module, "chosen", lambda _names: [_PRODUCT])
    made = MetadataBackup(version="1", file="absent", workflows={}, tables={})
    monkeypatch.setattr(metadata, "dump", lambda _known, _folder: made)
    monkeypatch.setattr(metadata, "check", lambda _known, _wanted: None)
    monkeypatch.setattr(metadata, "load", lambda _known, _folder, _wanted: None)
    endpoints = {
        "starrocks": {"query": {"scheme": "mysql", "host": server.host, "port": server.mysql_port}},
        "seatunnel": {"rest": {"scheme": "http", "host": "127.0.0.1", "port": 1}},
    }
    document = {"endpoints": endpoints, "secrets": {"starrocks-root": _PASSWORD}, "secret_files": {}, "health": {}}
    file = ROOT / f"Pulumi.{name}.yaml"
    file.write_text("config:\n  kappastack:target: host\n")
    StackState(name).connections.parent.mkdir(parents=True)
    StackState(name).connections.write_text(json.dumps(document))
    # The commands set environment variables.
    with patch.dict(os.environ):
        yield name
    file.unlink()


@pytest.fixture
def root(starrocks_emulator_server: EmulatorServer, stack: str) -> Iterator[StarRocks]:
    """A session on the emulator with the platform's schema, and with a product's table of two rows."""
    server = starrocks_emulator_server
    inputs = SchemaInputs(
        stack=stack, service="starrocks", database=own.DATABASE, folder="sql/platform", migrations={},
        replication_num=1, keep_data=False,
    )  # fmt: skip
    SchemaProvider().apply(inputs, None)
    with StarRocks(Address(server.host, server.mysql_port, "root", _PASSWORD)) as opened:
        opened.execute(f"CREATE DATABASE {_DATABASE}")
        opened.execute(f"USE {_DATABASE}")
        MigrationJournal(opened, 1).record(Migration("V001__readings", Path("V001__readings.sql"), "one"), 1, 1)
        opened.execute("CREATE TABLE readings (k INT NOT NULL, v VARCHAR(9)) PRIMARY KEY (k)")
        opened.execute("INSERT INTO readings VALUES (1, 'a'), (2, 'b')")
        yield opened
        opened.execute(f"DROP DATABASE {_DATABASE} FORCE")
        SchemaProvider().remove(inputs)
        opened.execute("SET PASSWORD = PASSWORD('')")


@pytest.fixture
def folder(root: StarRocks, stack: str, tmp_path: Path) -> Path:
    """A backup of the stack."""
    made = tmp_path / "backup"
    assert main(["--stack", stack, "backup", "--to", str(made)]) == 0
    return made


def test_an_interrupted_restore_is_repeated(
    root: StarRocks, stack: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = root.execute(_ROWS)
    command = ["--stack", stack, "restore", "--from", str(folder)]
    root.execute("DELETE FROM readings WHERE k > 0")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(snapshots, "restore", _interrupted)
        assert main(command) == 130
    # The state after an interrupted RESTORE of StarRocks.
    root.execute("INSERT INTO readings VALUES (1, 'half')")
    assert main(command) == 0
    assert root.execute(_ROWS) == before
    # After a complete restore, other rows are data that only --overwrite replaces.
    root.execute("INSERT INTO readings VALUES (3, 'new')")
    assert main(command) == 1
    assert len(root.execute(_ROWS)) == 3
    assert main([*command, "--overwrite"]) == 0
    assert root.execute(_ROWS) == before


def _interrupted(*_arguments: object, **_options: object) -> None:
    raise KeyboardInterrupt


def test_a_backup_of_another_schema_is_refused(
    root: StarRocks, stack: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root.execute("DELETE FROM readings WHERE k > 0")
    MigrationJournal(root, 1).record(Migration("V002__more", Path("V002__more.sql"), "two"), 1, 1)
    assert main(["--stack", stack, "restore", "--from", str(folder)]) == 1
    assert "database trial_readings: the backup has an older schema, without the migrations V002__more" in (
        capsys.readouterr().err
    )
    assert root.execute(_ROWS) == []


def test_an_interrupted_backup_leaves_no_folder(
    root: StarRocks, stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "dump", _interrupted)
    assert main(["--stack", stack, "backup", "--to", str(tmp_path / "backups" / "half")]) == 130
    assert list((tmp_path / "backups").iterdir()) == []
