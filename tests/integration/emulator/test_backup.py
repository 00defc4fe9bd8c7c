"""The statements of `make backup` and `make restore`, on the emulator over the network."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from infra.targets.host.operations import HostOperations
from starrocks_emulator.pytest_plugin import EmulatorServer
from tools.stack.backup import content, snapshots
from tools.stack.backup.manifest import BackupError
from tools.stack.backup.snapshots import REPOSITORY, Repository
from tools.stack.backup.transfer import LOCATION, EmulatorFiles


class _Place(HostOperations):
    """The operations on an emulator that is not a service of a stack."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def volume(self, service: str, name: str) -> str:
        return str(self._data)


@pytest.fixture
def root(starrocks_emulator_server: EmulatorServer) -> Iterator[StarRocks]:
    server = starrocks_emulator_server
    with StarRocks(Address(server.host, server.mysql_port, server.user, server.password)) as opened:
        Repository(LOCATION, {}).create(opened)
        yield opened


@pytest.fixture
def files(starrocks_emulator_server: EmulatorServer) -> EmulatorFiles:
    return EmulatorFiles(_Place(starrocks_emulator_server.data))


@pytest.fixture
def tables(root: StarRocks, starrocks_database: str) -> list[str]:
    root.execute(f"USE {starrocks_database}")
    root.execute(
        "CREATE TABLE readings (k INT NOT NULL, at DATETIME NOT NULL, v DOUBLE, s VARCHAR(20), ok BOOLEAN, "
        "n DECIMAL(10, 2), d DATE, j JSON) PRIMARY KEY (k, at) PARTITION BY date_trunc('day', at)"
    )
    root.execute(
        "INSERT INTO readings VALUES (1, '2024-01-01 10:00:00', 0.1, 'é', true, 1.25, '2024-01-01', "
        "parse_json('{\"a\": 1}')), (2, '2024-01-02 10:00:00', NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    root.execute("CREATE TABLE empty (k INT NOT NULL) PRIMARY KEY (k)")
    root.execute("CREATE VIEW shown AS SELECT k FROM readings")
    root.execute("CREATE MATERIALIZED VIEW counted REFRESH MANUAL AS SELECT k, count(*) AS c FROM readings GROUP BY k")
    return content.tables(root, starrocks_database)


def _back_up(root: StarRocks, database: str, tables: Sequence[str]) -> str:
    return snapshots.back_up(root, database, f"{database}_s", tables, report=lambda _line: None)


def _restore(root: StarRocks, database: str, tables: Sequence[str], timestamp: str) -> None:
    snapshots.restore(
        root, database, f"{database}_s", tables, timestamp=timestamp, replication_num=1, report=lambda _line: None
    )


def test_a_backup_moves_through_a_folder_into_another_emulator(
    root: StarRocks, starrocks_database: str, tables: list[str], files: EmulatorFiles, tmp_path: Path
) -> None:
    assert tables == ["empty", "readings"]
    before = dict(content.contents(root, starrocks_database, tables))
    timestamp = _back_up(root, starrocks_database, tables)
    files.fetch([f"{starrocks_database}_s"], tmp_path)
    files.clear()
    assert root.execute(f"SHOW SNAPSHOT ON {REPOSITORY} WHERE SNAPSHOT = '{starrocks_database}_s'") == []
    root.execute("DROP TABLE readings")
    root.execute("INSERT INTO empty VALUES (1)")

    files.send([f"{starrocks_database}_s"], tmp_path)
    _restore(root, starrocks_database, tables, timestamp)
    assert dict(content.contents(root, starrocks_database, tables)) == before
    assert content.refresh_views(root, [starrocks_database]) == [f"{starrocks_database}.counted"]
    assert root.execute("SELECT k, c FROM counted ORDER BY k") == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE readings SET v = 0.2 WHERE k = 1",
        "UPDATE readings SET s = '~' WHERE k = 2",
        "DELETE FROM readings WHERE k = 2",
        "UPDATE readings SET ok = false WHERE k = 1",
    ],
)
def test_the_checksum_finds_a_change(root: StarRocks, starrocks_database: str, tables: list[str], change: str) -> None:
    before = content.content(root, starrocks_database, "readings")
    root.execute(change)
    assert content.content(root, starrocks_database, "readings") != before


def test_the_checksum_does_not_depend_on_the_order(root: StarRocks, starrocks_database: str, tables: list[str]) -> None:
    before = content.content(root, starrocks_database, "readings")
    assert before.rows == 2
    root.execute("CREATE TABLE turned (k INT, at DATETIME, v DOUBLE, s VARCHAR(20), ok BOOLEAN, n DECIMAL(10, 2), "
                 "d DATE, j JSON) DUPLICATE KEY (k)")  # fmt: skip
    root.execute("INSERT INTO turned SELECT * FROM readings ORDER BY k DESC")
    assert content.content(root, starrocks_database, "turned") == before


def test_a_failed_job_is_an_error(root: StarRocks, starrocks_database: str, tables: list[str]) -> None:
    timestamp = _back_up(root, starrocks_database, tables)
    root.execute("DROP TABLE empty")
    root.execute("CREATE TABLE empty (k BIGINT) DUPLICATE KEY (k)")
    with pytest.raises(BackupError, match=r"RESTORE of .* failed: .*different schema"):
        _restore(root, starrocks_database, tables, timestamp)


def test_a_repository_of_another_location_is_replaced(root: StarRocks) -> None:
    Repository("file:///elsewhere", {}).create(root)
    assert [row[4] for row in root.execute("SHOW REPOSITORIES")] == ["file:///elsewhere"]
    Repository(LOCATION, {}).create(root)
    assert [row[4] for row in root.execute("SHOW REPOSITORIES")] == [LOCATION]


def test_missing_files_are_an_error(files: EmulatorFiles, root: StarRocks, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="ended with status"):
        files.fetch(["absent"], tmp_path)
    assert list(tmp_path.iterdir()) == []
