"""The dump of DolphinScheduler's metadata, while its servers run."""

from pathlib import Path

import psycopg
import pytest

from infra.resources import connections
from infra.resources.connections import Connections
from infra.resources.dolphinscheduler.client import DolphinScheduler
from infra.resources.dolphinscheduler.database import DATABASE, ROLE, TOKEN_SECRET
from infra.settings_postgres import DATABASE_PASSWORD
from tests.integration.dolphinscheduler.conftest import PROJECT, Put
from tests.integration.dolphinscheduler.servers import STACK
from tools.stack.backup import metadata
from tools.stack.backup.manifest import BackupError

_NAMES = "SELECT name, version FROM t_ds_process_definition ORDER BY name"


@pytest.fixture
def known(put: Put) -> Connections:
    """Addresses of servers with a workflow."""
    put("kept")
    return connections.load(STACK)


def _query(known: Connections, statement: str) -> list[tuple[object, ...]]:
    endpoint = known.endpoint("postgres", "sql")
    with psycopg.connect(
        host=endpoint.host, port=endpoint.port, user=ROLE, password=known.secrets[DATABASE_PASSWORD], dbname=DATABASE
    ) as database:
        return database.execute(statement).fetchall()


def test_a_load_brings_back_every_table(known: Connections, client: DolphinScheduler, tmp_path: Path) -> None:
    before = _query(known, _NAMES)
    made = metadata.dump(known, tmp_path)
    assert made.workflows[f"{PROJECT}/kept"] == 1
    assert made.tables["t_ds_process_definition"].rows == len(before)
    assert known.secrets[TOKEN_SECRET] not in (tmp_path / made.file).read_text()
    sequence = "SELECT last_value FROM t_ds_project_id_sequence"
    [last] = _query(known, sequence)

    _query(known, "UPDATE t_ds_process_definition SET name = 'renamed' RETURNING 1")
    _query(known, "SELECT nextval('t_ds_project_id_sequence')")
    metadata.check(known, made)
    metadata.load(known, tmp_path, made)
    assert _query(known, _NAMES) == before
    assert _query(known, sequence) == [last]
    # The administrator's token of this deployment works.
    assert client.project_code(PROJECT)


def test_a_damaged_dump_changes_nothing(known: Connections, tmp_path: Path) -> None:
    made = metadata.dump(known, tmp_path)
    before = _query(known, _NAMES)
    dump = tmp_path / made.file
    text = dump.read_text()
    dump.write_text(text.replace("\tkept\t", "\tchanged\t", 1))
    with pytest.raises(BackupError, match="differs from the manifest: t_ds_process_definition"):
        metadata.load(known, tmp_path, made)
    dump.write_text(text.replace("\\.\n", "DROP TABLE t_ds_user;\n\\.\nDROP TABLE t_ds_user;\n", 1))
    with pytest.raises((BackupError, psycopg.Error)):
        metadata.load(known, tmp_path, made)
    assert _query(known, _NAMES) == before


def test_a_dump_of_another_version_is_refused(known: Connections, tmp_path: Path) -> None:
    made = metadata.dump(known, tmp_path).model_copy(update={"version": "3.9.9"})
    with pytest.raises(BackupError, match=r"metadata of DolphinScheduler 3\.9\.9, but the stack runs 3\.1\.1"):
        metadata.check(known, made)
