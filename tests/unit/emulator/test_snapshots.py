"""Repositories, BACKUP and RESTORE: the statements and result columns of StarRocks."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.shared.polling import wait_until
from starrocks_emulator.engine import Engine
from starrocks_emulator.snapshots import Snapshots
from starrocks_emulator.testing import Client

_SECONDS = 300


@pytest.fixture
def place(client: Client) -> Iterator[str]:
    """A repository `r`, and its location."""
    location = "file:///here"
    client.run(f"CREATE REPOSITORY r WITH BROKER ON LOCATION '{location}'")
    yield location
    client.run("DROP REPOSITORY r")


def _ended(client: Client, kind: str) -> dict[str, object]:
    """Wait for the end of the last job, and return its row of SHOW."""
    found: dict[str, object] = {}

    def problem() -> str:
        found.update(zip(client.names(f"SHOW {kind}"), client.run(f"SHOW {kind}")[0], strict=True))
        return "" if found["State"] in {"FINISHED", "CANCELLED"} else str(found["State"])

    wait_until(problem, within=_SECONDS, what=kind, pause=0.01)
    return found


def _backup(client: Client, name: str, tables: str = "(t)") -> str:
    """Back up tables, and return the timestamp of the snapshot."""
    client.run(f"BACKUP SNAPSHOT d.{name} TO r ON {tables}")
    assert _ended(client, "BACKUP")["State"] == "FINISHED"
    [[timestamp]] = [row[1:2] for row in client.run(f"SHOW SNAPSHOT ON r WHERE SNAPSHOT = '{name}'")]
    return str(timestamp)


def _restore(client: Client, name: str, timestamp: str, tables: str = "(t)") -> dict[str, object]:
    client.run(f"RESTORE SNAPSHOT d.{name} FROM r ON {tables} PROPERTIES ('backup_timestamp' = '{timestamp}')")
    return _ended(client, "RESTORE")


@pytest.fixture
def table(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (k INT NOT NULL, at DATETIME NOT NULL, v VARCHAR(20), n DECIMAL(38, 9), l LARGEINT, j JSON, "
        "a ARRAY<INT>, b VARBINARY) PRIMARY KEY (k, at) PARTITION BY date_trunc('month', at);"
        "INSERT INTO t VALUES (1, '2024-01-02 03:04:05', 'é', 1.5, 170141183460469231731687303715884105, "
        "parse_json('{\"x\": 1}'), [1, 2], NULL), (2, '2024-02-01 00:00:00', NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    return client


@pytest.mark.usefixtures("place")
def test_a_restore_brings_back_every_type_and_partition(table: Client) -> None:
    rows = table.run("SELECT * FROM t ORDER BY k")
    partitions = [row[1] for row in table.run("SHOW PARTITIONS FROM t")]
    timestamp = _backup(table, "every_type")
    table.run("DROP TABLE t")
    shown = _restore(table, "every_type", timestamp)
    assert (shown["State"], shown["Status"], shown["RestoreObjs"]) == ("FINISHED", "[OK]", "[d.t]")
    assert table.run("SELECT * FROM t ORDER BY k") == rows
    assert [row[1] for row in table.run("SHOW PARTITIONS FROM t")] == partitions


@pytest.mark.usefixtures("place")
def test_a_restore_overwrites_a_table_of_the_same_definition(table: Client) -> None:
    timestamp = _backup(table, "overwritten")
    table.run("INSERT INTO t (k, at) VALUES (3, '2025-01-01 00:00:00'); DELETE FROM t WHERE k = 1")
    assert _restore(table, "overwritten", timestamp)["State"] == "FINISHED"
    assert table.run("SELECT k FROM t ORDER BY k") == [(1,), (2,)]
    table.run("INSERT INTO t (k, at) VALUES (1, '2024-01-02 03:04:05')")
    assert table.value("SELECT count(*) FROM t") == 2


@pytest.mark.usefixtures("place")
def test_a_partitioning_may_be_spelled_differently(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, at DATETIME) DUPLICATE KEY (k) PARTITION BY date_trunc('month', at)")
    timestamp = _backup(client, "spelled")
    client.run("DROP TABLE t")
    client.run("CREATE TABLE t (k INT, at DATETIME) DUPLICATE KEY (k) PARTITION BY DATE_TRUNC('MONTH', `at`)")
    assert _restore(client, "spelled", timestamp)["State"] == "FINISHED"


@pytest.mark.usefixtures("place")
def test_a_restore_refuses_another_definition(table: Client) -> None:
    timestamp = _backup(table, "refused")
    table.run("DROP TABLE t; CREATE TABLE t (k INT) DUPLICATE KEY (k); INSERT INTO t VALUES (7)")
    shown = _restore(table, "refused", timestamp)
    assert shown["State"] == "CANCELLED"
    assert "Table t already exist but with different schema" in str(shown["Status"])
    assert table.run("SELECT k FROM t") == [(7,)]
    assert _restore(table, "refused", timestamp, "(t AS other)")["State"] == "FINISHED"
    assert table.value("SELECT count(*) FROM other") == 2


@pytest.mark.usefixtures("place")
def test_a_materialized_view_reads_the_restored_rows(table: Client) -> None:
    table.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k, count(*) AS c FROM t GROUP BY k")
    timestamp = _backup(table, "for_a_view")
    table.run("TRUNCATE TABLE t; REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert table.value("SELECT count(*) FROM m") == 0
    _restore(table, "for_a_view", timestamp)
    table.run("REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert table.value("SELECT count(*) FROM m") == 2


@pytest.mark.usefixtures("place")
def test_a_snapshot_is_consistent_across_tables_during_loads(client: Client) -> None:
    """Each load changes `a`, then `b`. A consistent snapshot cannot contain a later state of `b` than of `a`."""
    client.run("CREATE TABLE a (k INT NOT NULL) PRIMARY KEY (k); CREATE TABLE b (k INT NOT NULL) PRIMARY KEY (k)")
    ended = threading.Event()
    loaded = threading.Event()

    def load() -> None:
        loader = Client(client.engine, database="d")
        number = 0
        while not ended.is_set():
            number += 1
            loader.run(f"INSERT INTO a VALUES ({number}); INSERT INTO b VALUES ({number})")
            loaded.set()
        loader.session.close()

    thread = threading.Thread(target=load)
    thread.start()
    try:
        assert loaded.wait(_SECONDS)
        timestamps = [_backup(client, f"moving_{number}", "(a, b)") for number in range(5)]
    finally:
        ended.set()
        thread.join()
    for number, timestamp in enumerate(timestamps):
        _restore(client, f"moving_{number}", timestamp, "(a, b)")
        [[in_a, in_b]] = client.run("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)")
        assert in_a in {in_b, int(str(in_b)) + 1}


def test_result_columns(table: Client, place: str) -> None:
    timestamp = _backup(table, "shown")
    assert table.names("SHOW REPOSITORIES") == [
        "RepoId", "RepoName", "CreateTime", "IsReadOnly", "Location", "Broker", "ErrMsg",
    ]  # fmt: skip
    assert [row[1:5:2] for row in table.run("SHOW REPOSITORIES")] == [("r", "false")]
    assert table.run("SHOW REPOSITORIES")[0][4] == place
    assert table.names("SHOW BACKUP FROM d") == [
        "JobId", "SnapshotName", "DbName", "State", "BackupObjs", "CreateTime", "SnapshotFinishedTime",
        "UploadFinishedTime", "FinishedTime", "UnfinishedTasks", "Progress", "TaskErrMsg", "Status", "Timeout",
    ]  # fmt: skip
    assert table.names("SHOW RESTORE") == [
        "JobId", "Label", "Timestamp", "DbName", "State", "AllowLoad", "ReplicationNum", "RestoreObjs", "CreateTime",
        "MetaPreparedTime", "SnapshotFinishedTime", "DownloadFinishedTime", "FinishedTime", "UnfinishedTasks",
        "Progress", "TaskErrMsg", "Status", "Timeout",
    ]  # fmt: skip
    where = "SHOW SNAPSHOT ON r WHERE SNAPSHOT = 'shown'"
    assert table.run(where) == [("shown", timestamp, "OK")]
    [row] = table.run(f"{where} AND TIMESTAMP = '{timestamp}'")
    assert (row[2], json.loads(str(row[3]))["backup_objects"], row[4]) == ("d", [{"name": "t"}], "OK")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("BACKUP SNAPSHOT d.x TO nowhere ON (t)", 1064, "Repository nowhere does not exist"),
        ("BACKUP SNAPSHOT d.x TO r ON (missing)", 5502, "missing"),
        ("BACKUP SNAPSHOT d.x TO r ON (t PARTITION (p202401))", 1235, "single partitions"),
        ("BACKUP SNAPSHOT d.x TO r ON (ALL TABLES)", 1235, "ALL"),
        ("BACKUP SNAPSHOT d.x TO r PROPERTIES ('speed' = '9')", 1235, "speed"),
        ("RESTORE SNAPSHOT d.x FROM r ON (t)", 1064, "Missing backup_timestamp property"),
        ("RESTORE SNAPSHOT d.x FROM r PROPERTIES ('backup_timestamp' = '2020-01-01-00-00-00')", 1064, "snapshot 'x'"),
        ("CREATE REPOSITORY o WITH BROKER ON LOCATION 's3a://bucket/x'", 1235, "s3a://bucket/x"),
        ("CREATE REPOSITORY o WITH BROKER ON LOCATION 'file:///here/../../x'", 1235, "file:///name"),
        ("CREATE REPOSITORY o WITH BROKER ON LOCATION 'file://etc'", 1235, "file:///name"),
        ("CREATE REPOSITORY r WITH BROKER ON LOCATION '{place}'", 1064, "already exist"),
        ("CANCEL BACKUP FROM d", 1064, "No backup job is currently running"),
    ],
)
def test_errors(table: Client, place: str, statement: str, code: int, words: str) -> None:
    error = table.error(statement.replace("{place}", place))
    assert (error.code, words in error.message) == (code, True), error.message


def test_a_read_only_repository_takes_no_snapshot(table: Client, place: str) -> None:
    table.run(f"CREATE READ ONLY REPOSITORY reading WITH BROKER ON LOCATION '{place}'")
    try:
        assert "read only" in table.error("BACKUP SNAPSHOT d.x TO reading ON (t)").message
    finally:
        table.run("DROP REPOSITORY reading")


@pytest.mark.usefixtures("place")
def test_privileges(table: Client) -> None:
    table.run("DROP ROLE IF EXISTS keeping; DROP USER IF EXISTS keeper; CREATE ROLE keeping; CREATE USER keeper")
    table.run("GRANT keeping TO keeper; SET DEFAULT ROLE ALL TO keeper; GRANT SELECT ON TABLE d.t TO ROLE keeping")
    keeper = table.as_user("keeper", "d")
    assert "REPOSITORY" in keeper.error("BACKUP SNAPSHOT d.kept TO r ON (t)").message
    table.run("GRANT REPOSITORY ON SYSTEM TO ROLE keeping")
    assert "EXPORT" in keeper.error("BACKUP SNAPSHOT d.kept TO r ON (t)").message
    table.run("GRANT EXPORT ON TABLE d.t TO ROLE keeping")
    timestamp = _backup(keeper, "kept")
    restore = f"RESTORE SNAPSHOT d.kept FROM r ON (t) PROPERTIES ('backup_timestamp' = '{timestamp}')"
    assert "INSERT" in keeper.error(restore).message
    keeper.session.close()


@pytest.mark.usefixtures("place")
def test_a_damaged_snapshot_is_refused(table: Client) -> None:
    timestamp = _backup(table, "damaged")
    [content] = table.engine.storage.folder.glob("repositories/here/*/__ss_damaged/*.duckdb")
    data = bytearray(content.read_bytes())
    data[len(data) // 2] ^= 1
    content.write_bytes(data)
    shown = _restore(table, "damaged", timestamp)
    assert (shown["State"], "checksum" in str(shown["Status"])) == ("CANCELLED", True)
    assert table.value("SELECT count(*) FROM t") == 2


@pytest.mark.usefixtures("place")
def test_a_job_ends_after_an_internal_error(table: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise KeyError

    with monkeypatch.context() as patched:
        patched.setattr(Snapshots, "_backup", fail)
        table.run("BACKUP SNAPSHOT d.failed TO r ON (t)")
        shown = _ended(table, "BACKUP")
    assert (shown["State"], shown["Status"]) == ("CANCELLED", "[COMMON_ERROR, msg: internal error]")
    assert shown["FinishedTime"]
    assert _backup(table, "after_an_error")


def test_an_interrupted_backup_leaves_no_snapshot(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run("CREATE REPOSITORY r WITH BROKER ON LOCATION 'file:///here'")
    draft = tmp_path / "data/repositories/here/__starrocks_repository_r/__ss_half.partial"
    draft.mkdir()
    (draft / "__info_2024-01-01-00-00-00").write_text("{")
    engine.close()
    again = Engine(tmp_path / "data")
    try:
        assert Client(again).run("SHOW SNAPSHOT ON r") == []
        assert [row[1] for row in Client(again).run("SHOW REPOSITORIES")] == ["r"]
    finally:
        again.close()
