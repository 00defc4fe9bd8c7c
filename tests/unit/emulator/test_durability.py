"""Contents of a data folder after a restart, and rejected folders."""

import json
from pathlib import Path

import pytest

from starrocks_emulator.engine import Engine
from starrocks_emulator.storage import DataFolderError
from starrocks_emulator.testing import Client

TABLE = (
    "CREATE DATABASE d; USE d; CREATE TABLE t (k INT NOT NULL, at DATETIME NOT NULL) PRIMARY KEY (k, at) "
    "PARTITION BY date_trunc('day', at)"
)
ROW = json.dumps({"k": 1, "at": "2024-01-01 00:00:00"})


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run(TABLE)
    client.run(
        "CREATE USER ann IDENTIFIED BY 'x'; CREATE ROLE r; GRANT INSERT ON TABLE d.t TO ROLE r; GRANT r TO USER ann;"
        "CREATE VIEW w AS SELECT k FROM t; CREATE MATERIALIZED VIEW mv REFRESH ASYNC EVERY (INTERVAL 1 DAY) AS SELECT COUNT(*) c FROM t"  # noqa: E501
    )
    assert client.load("t", ROW, format="json", label="one")["Status"] == "Success"
    shown = client.run("SHOW CREATE TABLE t")
    client.session.close()
    engine.close()

    engine = Engine(tmp_path / "data")
    client = Client(engine, database="d")
    assert client.run("SHOW CREATE TABLE t") == shown
    assert client.run("SELECT k FROM w") == [(1,)]
    assert [row[1] for row in client.run("SHOW PARTITIONS FROM t")] == ["p20240101"]
    assert client.load("t", ROW, format="json", label="one")["Status"] == "Label Already Exists"
    assert engine.loads.state("d", "one") == "VISIBLE"
    assert engine.users.verify_password("ann", "x")
    assert client.run("SELECT * FROM mv") == [(0,)]
    client.run("REFRESH MATERIALIZED VIEW mv WITH SYNC MODE")
    assert client.run("SELECT * FROM mv") == [(1,)]
    client.session.close()
    engine.close()


def test_old_labels_are_removed_and_changes_stay(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run(TABLE)
    client.run("CREATE MATERIALIZED VIEW mv REFRESH MANUAL AS SELECT COUNT(*) c FROM t")
    assert client.load("t", ROW, format="json", label="old")["Status"] == "Success"
    engine.storage.connection.execute("UPDATE meta.loads SET finished = finished - INTERVAL 13 HOUR")
    engine.loads.remove_old()
    assert engine.loads.state("d", "old") == "UNKNOWN"
    version = engine.storage.version
    client.session.close()
    engine.close()
    engine = Engine(tmp_path / "data")
    assert engine.storage.version <= version
    client = Client(engine, database="d")
    client.run("REFRESH MATERIALIZED VIEW mv WITH SYNC MODE")
    assert client.run("SELECT * FROM mv") == [(1,)]
    assert client.load("t", ROW, format="json")["Status"] == "Success"
    assert engine.changes.since(engine.catalog.table("d", "t").id, version) is not None
    client.session.close()
    engine.close()


def test_a_second_process_is_rejected(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    with pytest.raises(DataFolderError, match="in use"):
        Engine(tmp_path / "data")
    engine.close()


def test_a_foreign_folder_is_rejected_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataFolderError, match=r"starrocks_emulator\.json"):
        Engine(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("name", ["data.duckdb", "starrocks_emulator.json"])
def test_a_damaged_folder_is_rejected(tmp_path: Path, name: str) -> None:
    Engine(tmp_path / "data").close()
    (tmp_path / "data" / name).write_bytes(b"\0nonsense" * 4000)
    with pytest.raises(DataFolderError, match=r"damaged|cannot be read"):
        Engine(tmp_path / "data")


def test_an_unknown_format_is_rejected(tmp_path: Path) -> None:
    Engine(tmp_path / "data").close()
    (tmp_path / "data" / "starrocks_emulator.json").write_text('{"format": 99}')
    with pytest.raises(DataFolderError, match="format 99"):
        Engine(tmp_path / "data")


def test_columns_get_the_order_of_the_catalog(tmp_path: Path) -> None:
    """ADD COLUMN … AFTER of older revisions stored the new column at the end."""
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run("CREATE DATABASE d; USE d; CREATE TABLE t (k INT, n INT, v INT) PRIMARY KEY (k)")
    client.run("INSERT INTO t VALUES (1, 2, 3), (4, 5, 6)")
    table = engine.catalog.table("d", "t")
    client.session.close()
    with engine.storage.transaction() as change:
        change.cursor.execute(f'CREATE TABLE "tables"."old" AS SELECT k, v, n FROM {table.stored}')
        change.cursor.execute(f"DROP TABLE {table.stored}")
        change.cursor.execute(f'ALTER TABLE "tables"."old" RENAME TO "t{table.id}"')
    engine.close()

    engine = Engine(tmp_path / "data")
    client = Client(engine, database="d")
    client.run("INSERT INTO t VALUES (1, 7, 8)")
    assert client.run("SELECT * FROM t ORDER BY k") == [(1, 7, 8), (4, 5, 6)]
    client.session.close()
    engine.close()
