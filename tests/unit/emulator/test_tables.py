"""Table models, partitions, row changes and schema changes."""

import datetime

import pytest

from starrocks_emulator.engine import Engine
from starrocks_emulator.information_schema import InformationSchema
from starrocks_emulator.information_schema.tables import TABLES
from starrocks_emulator.session import Session
from starrocks_emulator.testing import Client
from starrocks_emulator.types import from_stored

PRIMARY = """CREATE TABLE m (
  id VARCHAR(8) NOT NULL COMMENT "it's \\"quoted\\"", at DATETIME NOT NULL, v DOUBLE NULL DEFAULT "1.5", n INT NULL
) PRIMARY KEY (id, at) COMMENT "measurements" PARTITION BY date_trunc('month', at)
DISTRIBUTED BY HASH (id) BUCKETS 4 ORDER BY (id, at) PROPERTIES ("replication_num" = "1", "compression" = "ZSTD")"""


@pytest.fixture
def measurements(client: Client) -> Client:
    client.run(PRIMARY)
    client.run("INSERT INTO m VALUES ('a', '2024-01-05 00:00:00', 1, 1), ('b', '2024-02-05 00:00:00', 2, 2)")
    return client


def test_the_last_row_of_a_primary_key_wins(measurements: Client) -> None:
    values = "('a', '2024-01-05', 7, 7), ('a', '2024-01-05', DEFAULT, NULL)"
    assert measurements.affected(f"INSERT INTO m VALUES {values}") == 2
    assert measurements.run("SELECT id, v, n FROM m ORDER BY id") == [("a", 1.5, None), ("b", 2.0, 2)]


def test_duplicate_keeps_every_row(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k INT, v INT) DUPLICATE KEY (k) DISTRIBUTED BY RANDOM; INSERT INTO t VALUES (1, 1), (1, 1)"
    )
    assert client.value("SELECT COUNT(*) FROM t") == 2


def test_aggregate_merges(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k INT, s INT SUM, lo INT MIN, hi INT MAX, r INT REPLACE, x INT REPLACE_IF_NOT_NULL) "
        "AGGREGATE KEY (k) DISTRIBUTED BY HASH (k);"
        "INSERT INTO t VALUES (1, 1, 5, 5, 1, 7), (1, 2, 3, 9, 2, NULL); INSERT INTO t VALUES (1, 4, 4, 4, NULL, NULL), (2, 1, 1, 1, 1, 1)"  # noqa: E501
    )
    assert client.run("SELECT * FROM t ORDER BY k") == [(1, 7, 3, 9, None, 7), (2, 1, 1, 1, 1, 1)]


def test_update_delete_truncate(measurements: Client) -> None:
    assert measurements.affected("UPDATE m SET v = v + 1, n = NULL WHERE id = 'a'") == 1
    assert measurements.run("SELECT v, n FROM m WHERE id = 'a'") == [(2.0, None)]
    assert "primary key" in measurements.error("UPDATE m SET id = 'x' WHERE id = 'a'").message
    assert "where" in measurements.error("UPDATE m SET v = 1, n = 2").message.lower()
    assert "Where" in measurements.error("DELETE FROM m").message
    assert measurements.affected("DELETE FROM m WHERE at < '2024-02-01'") == 1
    measurements.run("TRUNCATE TABLE m")
    assert measurements.value("SELECT COUNT(*) FROM m") == 0


def test_partitions_are_created_by_rows_and_can_be_read_and_dropped(measurements: Client) -> None:
    names = [row[1] for row in measurements.run("SHOW PARTITIONS FROM m")]
    assert names == ["p202401", "p202402"]
    assert measurements.run("SELECT id FROM m PARTITION (p202402)") == [("b",)]
    measurements.run("ALTER TABLE m DROP PARTITION p202401")
    assert measurements.run("SELECT id FROM m") == [("b",)]
    assert measurements.error("ALTER TABLE m DROP PARTITION p202401").code == 1507


def test_rows_outside_all_range_partitions_are_rejected(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k DATE NOT NULL, v INT) DUPLICATE KEY (k) PARTITION BY RANGE (k) "
        '(PARTITION p1 VALUES LESS THAN ("2024-01-01"), PARTITION p2 VALUES [("2024-01-01"), ("2024-02-01"))) '
        "DISTRIBUTED BY HASH (k); INSERT INTO t VALUES ('2023-05-05', 1), ('2024-01-31', 2)"
    )
    assert client.run("SELECT v FROM t PARTITION (p2)") == [(2,)]
    assert "no partition" in client.error("INSERT INTO t VALUES ('2024-02-01', 3)").message
    client.run('ALTER TABLE t ADD PARTITION p3 VALUES LESS THAN ("2024-03-01")')
    assert client.affected("INSERT INTO t VALUES ('2024-02-01', 3)") == 1
    assert client.affected("INSERT OVERWRITE t PARTITION (p3) SELECT '2024-02-02', 9") == 1
    assert client.run("SELECT v FROM t ORDER BY k") == [(1,), (2,), (9,)]


@pytest.mark.parametrize(
    "statement",
    [
        PRIMARY,
        "CREATE TABLE m (k INT, s BIGINT SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k) BUCKETS 2",
        "CREATE TABLE m (k INT, c VARCHAR(5), d DECIMAL(10, 2), l LARGEINT, b BOOLEAN, a ARRAY<INT>, j JSON)",
        'CREATE TABLE m (k DATE, v INT) PARTITION BY RANGE (k) (START ("2024-01-01") END ("2024-04-01") EVERY (INTERVAL 1 MONTH))',  # noqa: E501
        "CREATE TABLE m (k INT, at DATETIME DEFAULT CURRENT_TIMESTAMP) PARTITION BY (k)",
    ],
)
def test_show_create_table_recreates_the_same_table(client: Client, statement: str) -> None:
    client.run(statement)
    first = str(client.run("SHOW CREATE TABLE m")[0][1])
    client.run("DROP TABLE m")
    client.run(first)
    assert client.run("SHOW CREATE TABLE m")[0][1] == first


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("CREATE TABLE t (k INT, v INT) PRIMARY KEY (v)", "first few columns"),
        ("CREATE TABLE t (k INT NULL, v INT) PRIMARY KEY (k)", "nullable"),
        ("CREATE TABLE t (k INT NOT NULL, at DATE NOT NULL) PRIMARY KEY (k) PARTITION BY date_trunc('day', at)", "partition column (at)"),  # noqa: E501
        ("CREATE TABLE t (k INT NOT NULL, v INT) PRIMARY KEY (k) DISTRIBUTED BY HASH (v)", "distribution column (v)"),
        ("CREATE TABLE t (k INT) PROPERTIES ('nonsense' = '1')", "nonsense"),
        ("CREATE TABLE t (k INT) PROPERTIES ('replication_num' = 'x')", "replication_num"),
        ("CREATE TABLE t (k INT) PROPERTIES ('compression' = 'RAR')", "RAR"),
        ("CREATE TABLE t (k BITMAP)", "BITMAP"),
        ("CREATE TABLE t (k INT AUTO_INCREMENT)", "AUTO_INCREMENT"),
        ("CREATE TABLE t (k INT, INDEX i (k) USING BITMAP)", "INDEX"),
        ("CREATE TABLE t (k INT) ENGINE = mysql", "mysql"),
        ("CREATE TABLE t (k INT) WITH BROKER b", "WITH"),
        ("CREATE TABLE t (k INT, k INT)", "k"),
        ("CREATE TABLE t (k DECIMAL(50, 2))", "DECIMAL"),
        ("CREATE EXTERNAL TABLE t (k INT)", "EXTERNAL"),
    ],
)  # fmt: skip
def test_create_table_rejects(client: Client, statement: str, part: str) -> None:
    assert part in client.error(statement).message


def test_alter_table(measurements: Client) -> None:
    measurements.run("ALTER TABLE m ADD COLUMN z INT NOT NULL DEFAULT '3' AFTER v")
    assert [row[0] for row in measurements.run("DESC m")] == ["id", "at", "v", "z", "n"]
    assert measurements.run("SELECT z FROM m WHERE id = 'a'") == [(3,)]
    measurements.run("ALTER TABLE m RENAME COLUMN z TO y; ALTER TABLE m MODIFY COLUMN y BIGINT NOT NULL DEFAULT '3'")
    measurements.run(
        "ALTER TABLE m DROP COLUMN y; ALTER TABLE m SET ('replication_num' = '3'); ALTER TABLE m COMMENT = 'x'"
    )
    assert '"replication_num" = "3"' in str(measurements.run("SHOW CREATE TABLE m")[0][1])
    assert "key" in measurements.error("ALTER TABLE m DROP COLUMN id").message
    measurements.run("CREATE TABLE other LIKE m; ALTER TABLE m SWAP WITH other")
    assert measurements.value("SELECT COUNT(*) FROM m") == 0
    assert measurements.value("SELECT COUNT(*) FROM other") == 2
    measurements.run("ALTER TABLE other RENAME third")
    assert [row[0] for row in measurements.run("SHOW TABLES")] == ["m", "third"]


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ("('toolong-name', '2024-01-01', 1, 1)", "id"),
        ("(NULL, '2024-01-01', 1, 1)", "id"),
        ("('a', 'yesterday', 1, 1)", "at"),
        ("('a', '2024-01-01', 'x', 1)", "v"),
        ("('a', '2024-01-01', 1)", "unequal number of columns"),
        ("('a', '2024-01-01', 1, DEFAULT)", "no default value, column=n"),
    ],
)
def test_a_bad_insert_changes_nothing(measurements: Client, values: str, part: str) -> None:
    assert part in measurements.error(f"INSERT INTO m VALUES ('c', '2024-01-01', 1, 1), {values}").message
    assert measurements.value("SELECT COUNT(*) FROM m") == 2


def test_views_and_create_as(measurements: Client) -> None:
    measurements.run(
        "CREATE VIEW w (station COMMENT 'x', twice) COMMENT 'y' AS SELECT id, v * 2 FROM m; CREATE TABLE c AS SELECT * FROM w"  # noqa: E501
    )
    assert measurements.run("SELECT station, twice FROM w ORDER BY 1") == [("a", 2.0), ("b", 4.0)]
    assert measurements.value("SELECT SUM(twice) FROM c") == 6.0
    text = measurements.run("SHOW CREATE VIEW w")[0][1]
    measurements.run("DROP VIEW w")
    measurements.run(str(text))
    assert measurements.value("SELECT COUNT(*) FROM w") == 2
    assert measurements.error("INSERT INTO w VALUES (1, 2)").code == 1064
    assert measurements.error("DELETE FROM w WHERE twice = 1").code == 1064
    measurements.run("CREATE OR REPLACE VIEW w AS SELECT 1 AS one")
    assert measurements.value("SELECT one FROM w") == 1


def test_labels_of_inserts_are_used_once(measurements: Client) -> None:
    measurements.run("INSERT INTO m WITH LABEL once VALUES ('c', '2024-01-01', 1, 1)")
    assert "once" in measurements.error("INSERT INTO m WITH LABEL once VALUES ('d', '2024-01-01', 1, 1)").message


def test_a_materialized_view_is_refreshed_incrementally(measurements: Client, engine: Engine) -> None:
    measurements.run(
        "CREATE MATERIALIZED VIEW hourly PARTITION BY date_trunc('month', h) DISTRIBUTED BY HASH (id) "
        "REFRESH DEFERRED MANUAL AS SELECT id, date_trunc('hour', at) h, COUNT(*) c FROM m GROUP BY id, date_trunc('hour', at)"  # noqa: E501
    )
    assert measurements.run("SELECT * FROM hourly") == []
    measurements.run("REFRESH MATERIALIZED VIEW hourly WITH SYNC MODE")
    assert measurements.run("SELECT id, c FROM hourly ORDER BY id") == [("a", 1), ("b", 1)]
    table = engine.catalog.table("d", "hourly")
    # Only a full refresh would remove this row, so it proves that the next refresh is incremental.
    engine.storage.connection.execute(f"INSERT INTO {table.stored} VALUES ('ghost', '2020-01-01', 1)")
    measurements.run("INSERT INTO m VALUES ('a', '2024-01-05 00:30:00', 1, 1)")
    measurements.run("REFRESH MATERIALIZED VIEW hourly WITH SYNC MODE")
    assert measurements.run("SELECT id, c FROM hourly ORDER BY id") == [("a", 2), ("b", 1), ("ghost", 1)]
    measurements.run("DELETE FROM m WHERE id = 'b'")
    measurements.run("REFRESH MATERIALIZED VIEW hourly WITH SYNC MODE")
    assert measurements.run("SELECT id FROM hourly ORDER BY id") == [("a",), ("ghost",)]
    measurements.run("REFRESH MATERIALIZED VIEW hourly FORCE WITH SYNC MODE")
    assert measurements.run("SELECT id FROM hourly") == [("a",)]
    state = measurements.value(
        "SELECT LAST_REFRESH_STATE FROM information_schema.materialized_views WHERE TABLE_NAME = 'hourly'"
    )
    assert state == "SUCCESS"


def test_information_schema_has_starrocks_format(measurements: Client) -> None:
    assert measurements.run(
        "SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_SCHEMA = 'd' AND TABLE_NAME = 'm' "
        "AND COLUMN_KEY = 'PRI' ORDER BY ORDINAL_POSITION"
    ) == [("id",), ("at",)]
    assert measurements.run(
        "SELECT TABLE_MODEL, DISTRIBUTE_KEY FROM information_schema.tables_config WHERE TABLE_NAME = 'm'"
    ) == [("PRIMARY_KEYS", "`id`")]
    assert measurements.run("SELECT PARTITION_NAME, ROW_COUNT FROM INFORMATION_SCHEMA.partitions_meta ORDER BY 1") == [
        ("$shadow_automatic_partition", 0),
        ("p202401", 1), ("p202402", 1),
    ]  # fmt: skip
    created = measurements.value("SELECT CREATE_TIME FROM information_schema.tables WHERE TABLE_NAME = 'm'")
    assert isinstance(created, datetime.datetime)


def test_a_renamed_column_keeps_its_first_name_as_its_id(client: Client) -> None:
    client.run("CREATE TABLE r (k INT, v INT, w INT) DUPLICATE KEY (k); INSERT INTO r VALUES (1, 2, 3)")
    client.run("ALTER TABLE r RENAME COLUMN v TO x; ALTER TABLE r RENAME COLUMN x TO y")
    client.run("ALTER TABLE r MODIFY COLUMN y BIGINT")
    error = client.error("ALTER TABLE r ADD COLUMN V INT")
    assert "Can not add column which already exists in column id: V, you can remove `y`" in error.message
    client.run("ALTER TABLE r ADD COLUMN x INT; ALTER TABLE r RENAME COLUMN w TO v")
    assert client.names("SELECT * FROM r") == ["k", "y", "v", "x"]
    assert client.error("ALTER TABLE r RENAME COLUMN nope TO z").code == 5509
    assert client.error("ALTER TABLE r RENAME COLUMN y TO X").code == 1060
    client.run("ALTER TABLE r DROP COLUMN y; ALTER TABLE r DROP COLUMN v; ALTER TABLE r ADD COLUMN v INT")
    assert client.run("SELECT * FROM r") == [(1, None, None)]


def test_the_columns_of_information_schema_are_those_of_its_rows(client: Client) -> None:
    assert isinstance(client.session, Session)
    schema = InformationSchema(client.engine, client.session.context.access)
    for name in TABLES:
        rows = client.engine.storage.cursor().execute(f"DESCRIBE {schema.query(name)}").fetchall()
        assert [(row[0], from_stored(row[1])) for row in rows] == schema.columns(name), name
