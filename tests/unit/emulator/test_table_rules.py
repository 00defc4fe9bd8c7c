"""CREATE TABLE and ALTER TABLE accept and reject the same as StarRocks' CreateTableAnalyzer and SchemaChangeHandler."""

import pytest

from starrocks_emulator.testing import Client


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("(k INT, v INT SUM) AGGREGATE KEY (k)", "not support default distribution in AGG_KEYS"),
        ("(k INT, v INT SUM)", "not support default distribution in AGG_KEYS"),
        ("(k INT, v INT) UNIQUE KEY (k)", "not support default distribution in UNIQUE_KEYS"),
        ("(k INT, v INT) PRIMARY KEY (k) DISTRIBUTED BY RANDOM", "PRIMARY KEY must use hash distribution"),
        ("(k INT, v INT) UNIQUE KEY (k) DISTRIBUTED BY RANDOM", "UNIQUE KEY must use hash distribution"),
        ("(k INT, v INT REPLACE) AGGREGATE KEY (k) DISTRIBUTED BY RANDOM", "AGGREGATE KEY must use hash distribution"),
        ("(k INT NULL, v INT) PRIMARY KEY (k)", "cannot be nullable"),
        ("(k CHAR(4), v INT) PRIMARY KEY (k)", "type not supported: CHAR(4)"),
        ("(k DECIMAL(9, 2), v INT) PRIMARY KEY (k)", "type not supported"),
        ("(k INT, v DOUBLE) PRIMARY KEY (k) ORDER BY (v)", "sort key column[v] type not supported: DOUBLE"),
        ("(k DOUBLE, v INT) DUPLICATE KEY (k)", "Invalid data type of key column 'k': 'DOUBLE'"),
        ("(k JSON, v INT) DUPLICATE KEY (k)", "Invalid data type of key column 'k': 'JSON'"),
        ("(k DOUBLE, v INT)", "Data type of first column cannot be DOUBLE"),
        ("(k INT, v DOUBLE) DUPLICATE KEY (k) DISTRIBUTED BY HASH (v)", "Invalid data type of distribution column 'v'"),
        ("(k INT SUM, v INT SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k)", "should not specify aggregate type"),
        ("(k INT, v VARCHAR(9) SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k)", "function 'SUM' for 'v'"),
        ("(k INT, v DATE SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k)", "Invalid aggregate function 'SUM' for 'v'"),
        ("(k INT, v INT SUM) DUPLICATE KEY (k)", "only an AGGREGATE KEY table takes it"),
        ("(k INT, v INT SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k) ORDER BY (v)", "must be same with key columns"),
        ("(k INT, v INT NOT NULL DEFAULT NULL)", "Can not set null default value to non nullable column: v"),
        ("(k INT, K INT)", "Duplicate column name 'k'"),
        ("(k INT, v TINYINT DEFAULT '300')", "Invalid default value for 'v': 300"),
        ("(k INT, v DATE DEFAULT 'x')", "Invalid default value for 'v': x"),
        ("(k INT, v VARCHAR(2) DEFAULT 'abc')", "Default value is too long: abc"),
        ("(d DATE) PARTITION BY RANGE (d) (PARTITION p VALUES LESS THAN ('x'))", "Invalid date literal x"),
        ("(k INT) PARTITION BY RANGE (k) (PARTITION p VALUES LESS THAN ('x'))", "Invalid int literal x"),
        ("(k INT) PARTITION BY RANGE (k) (PARTITION p VALUES LESS THAN ('9'), PARTITION q VALUES LESS THAN ('8'))",
         "intersects"),
        ("(k INT) PARTITION BY RANGE (k) (PARTITION p VALUES LESS THAN ('9'), PARTITION q VALUES [('5'), ('12')))",
         "intersected"),
        ("(v CHAR(9)) PARTITION BY RANGE (v) (PARTITION p VALUES LESS THAN ('9'))", "cannot be a range partition key"),
        ("(k INT) PROPERTIES ('dynamic_partition.enable' = 'true')", "Dynamic partition only support"),
        ("(k INT) PROPERTIES ('dynamic_partition.enable' = 'false')", "Dynamic partition only support"),
        ("(k INT NOT NULL) PRIMARY KEY (k) PROPERTIES ('persistent_index_type' = 'LOCAL')",
         "Unknown properties: {persistent_index_type=LOCAL}"),
    ],
)  # fmt: skip
def test_create_table_rejects(client: Client, statement: str, part: str) -> None:
    error = client.error(f"CREATE TABLE t {statement}")
    assert (error.code, part in error.message) == (1064, True), error.message


@pytest.mark.parametrize(
    "statement",
    [
        "(k INT, v INT) PRIMARY KEY (k)",
        "(k INT, v INT) PRIMARY KEY (k) DISTRIBUTED BY HASH (k)",
        "(k VARCHAR(9), at DATETIME, v INT) PRIMARY KEY (k, at) PARTITION BY date_trunc('day', at)",
        "(k INT, v INT SUM) DISTRIBUTED BY HASH (k)",
        "(k INT, v INT) UNIQUE KEY (k) DISTRIBUTED BY HASH (k)",
        "(k CHAR(4), v DOUBLE) DISTRIBUTED BY RANDOM",
        "(d DATE, k INT) DUPLICATE KEY (d) PARTITION BY RANGE (d) (PARTITION p1 VALUES LESS THAN ('2024-01-01')) "
        "PROPERTIES ('dynamic_partition.enable' = 'false')",
    ],
)
def test_create_table_accepts(client: Client, statement: str) -> None:
    client.run(f"CREATE TABLE t {statement}")
    text = str(client.run("SHOW CREATE TABLE t")[0][1])
    client.run("DROP TABLE t")
    client.run(text)
    assert client.run("SHOW CREATE TABLE t")[0][1] == text


def test_primary_key_columns_are_not_null(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, at DATETIME, v INT) PRIMARY KEY (k, at)")
    assert [(row[0], row[2], row[3]) for row in client.run("DESC t")] == [
        ("k", "NO", "true"), ("at", "NO", "true"), ("v", "YES", "false")
    ]  # fmt: skip
    assert "NULL" in client.error("INSERT INTO t VALUES (NULL, '2024-01-01', 1)").message


@pytest.mark.parametrize(
    ("columns", "keys"),
    [
        ("a INT, b INT, c INT, d INT", "`a`, `b`, `c`"),
        ("a INT, b VARCHAR(9), c INT", "`a`, `b`"),
        ("a VARCHAR(9), b INT", "`a`"),
        ("a DATE, b DOUBLE, c INT", "`a`"),
        ("a LARGEINT, b LARGEINT, c LARGEINT", "`a`, `b`"),
        ("a CHAR(40), b INT", "`a`"),
        ("a CHAR(30), b INT, c INT", "`a`, `b`"),
        ("a DECIMAL(9, 2), b JSON", "`a`"),
    ],
)
def test_a_table_without_keys_has_duplicate_keys(client: Client, columns: str, keys: str) -> None:
    client.run(f"CREATE TABLE t ({columns})")
    assert f"DUPLICATE KEY({keys})" in str(client.run("SHOW CREATE TABLE t")[0][1])
    named = {f"`{row[0]!s}`" for row in client.run("DESC t") if row[3] == "true"}
    assert named == set(keys.split(", "))
    assert client.run(
        "SELECT COUNT(*) FROM information_schema.columns WHERE TABLE_NAME = 't' AND COLUMN_KEY = 'DUP'"
    ) == [(len(named),)]


def test_the_first_column_of_a_table_from_a_query_may_have_any_type(client: Client) -> None:
    client.run("CREATE TABLE t AS SELECT CAST(1.5 AS DOUBLE) AS d, 'x' AS v")
    assert client.run("SELECT * FROM t") == [(1.5, "x")]


@pytest.fixture
def table(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (k INT, v INT NOT NULL DEFAULT '5', w VARCHAR(9), x DOUBLE, d DECIMAL(9, 2)) DUPLICATE KEY (k);"
        "CREATE TABLE p (k INT, v INT) PRIMARY KEY (k); INSERT INTO t VALUES (1, 2, '3', 4, 5.5)"
    )
    return client


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("t MODIFY COLUMN v BIGINT NOT NULL", "Can not change default value"),
        ("t MODIFY COLUMN v BIGINT NOT NULL DEFAULT '6'", "Can not change default value"),
        ("t MODIFY COLUMN w VARCHAR(9) DEFAULT 'x'", "Can not change default value"),
        ("t MODIFY COLUMN w VARCHAR(9) NOT NULL", "Can not change from nullable to non-nullable"),
        ("t MODIFY COLUMN w VARCHAR(5)", "Cannot shorten string length"),
        ("t MODIFY COLUMN x INT", "Can not change DOUBLE to INT"),
        ("t MODIFY COLUMN v SMALLINT NOT NULL DEFAULT '5'", "Can not change INT to SMALLINT"),
        ("t MODIFY COLUMN d DECIMAL(9, 1)", "Can not change DECIMAL"),
        ("t MODIFY COLUMN w VARCHAR(9) REPLACE", "Can not assign aggregation method on column in Duplicate"),
        ("p MODIFY COLUMN k BIGINT", "Can not modify key column: k for primary key table"),
        ("t ADD COLUMN z INT SUM", "Can not assign aggregation method on column in Duplicate data model table: z"),
        ("p ADD COLUMN z INT REPLACE", "Can not assign aggregation method on column in Primary data model table: z"),
        ("t ADD COLUMN V INT", "Can not add column which already exists in base table: V"),
        ("nope ADD COLUMN v INT", "Can not find table nope"),
        ("nope RENAME x", "Can not find table nope"),
        ("t SWAP WITH nope", "Can not find table nope"),
        ("t DROP COLUMN k", "Can not drop key"),
    ],
)
def test_alter_table_rejects(table: Client, statement: str, part: str) -> None:
    error = table.error(f"ALTER TABLE {statement}")
    assert (error.code, part in error.message) == (1064, True), error.message
    assert table.run("SELECT * FROM t WHERE k = 1") == table.run("SELECT * FROM t")


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("v BIGINT NOT NULL DEFAULT '5'", "bigint"),
        ("v BIGINT NULL DEFAULT '5'", "bigint"),
        ("v VARCHAR(20) NOT NULL DEFAULT '5'", "varchar(20)"),
        ("w VARCHAR(20)", "varchar(20)"),
        ("w INT", "int"),
        ("d DECIMAL(12, 3)", "decimal(12,3)"),
    ],
)
def test_modify_column(table: Client, statement: str, kind: str) -> None:
    table.run(f"ALTER TABLE t MODIFY COLUMN {statement}")
    assert {row[1] for row in table.run("DESC t") if row[0] == statement.split(maxsplit=1)[0]} == {kind}
    assert [str(value) for value in table.run("SELECT v, w, d FROM t")[0]][:2] == ["2", "3"]


def test_a_key_column_of_a_duplicate_table_can_be_dropped(client: Client) -> None:
    client.run("CREATE TABLE t (a INT, b INT, c INT) DISTRIBUTED BY HASH (a); ALTER TABLE t DROP COLUMN b")
    assert "DUPLICATE KEY(`a`, `c`)" in str(client.run("SHOW CREATE TABLE t")[0][1])


@pytest.mark.parametrize(
    ("statement", "code", "part"),
    [
        ("DROP TABLE m", 1064, "use 'drop materialized view m' to drop it"),
        ("DROP TABLE w", 1347, "is not 'TABLE'"),
        ("DROP VIEW t", 1347, "is not 'VIEW'"),
        ("DROP MATERIALIZED VIEW t", 1064, "Materialized view t is not found"),
        ("ALTER TABLE m RENAME x", 1064, "ALTER MATERIALIZED VIEW"),
        ("ALTER MATERIALIZED VIEW t INACTIVE", 1064, "Can not find materialized view t"),
        ("CREATE OR REPLACE VIEW t AS SELECT 1 AS one", 1064, "is not a view"),
        ("CREATE VIEW v2 AS SELECT 1 AS a, 2 AS A", 1064, "Duplicate column name 'a'"),
        ("CREATE TABLE t2 AS SELECT 1 AS a, 2 AS A", 1064, "Duplicate column name 'a'"),
        ("GRANT SELECT ON TABLE nope TO USER u", 1064, "cannot find table nope in db d"),
        ("REVOKE SELECT ON TABLE nope FROM USER u", 1064, "cannot find table nope in db d"),
        ("GRANT SELECT ON VIEW t TO USER u", 1064, "cannot find view t in db d"),
        ("CREATE USER u", 1064, "user already exists"),
        ("DROP USER nobody_there", 1064, "user not exists"),
        ("SET time_zone = 'Mars/Olympus'", 1298, "Unknown or incorrect time zone: 'Mars/Olympus'"),
        ("SET time_zone = '+25:00'", 1298, "Unknown or incorrect time zone: '+25:00'"),
        ("CREATE MATERIALIZED VIEW x REFRESH ASYNC EVERY (INTERVAL 59 SECOND) AS SELECT k FROM t", 1064,
         "Refresh schedule interval 59 is too small"),
        ("CREATE MATERIALIZED VIEW x REFRESH MANUAL AS SELECT x FROM t", 1064, "cannot be used for keys"),
        ("CREATE MATERIALIZED VIEW x ORDER BY (x) REFRESH MANUAL AS SELECT k, x FROM t", 1064, "cannot be sort key"),
        ("TRUNCATE TABLE w", 1064, "Only support truncate OLAP table"),
        ("TRUNCATE TABLE m", 1064, "Only support truncate OLAP table"),
        ("TRUNCATE TABLE t PARTITION (p9)", 1064, "Unknown partition 'p9' in table 't'"),
        ("SELECT * FROM t PARTITION (p9)", 1064, "Unknown partition 'p9' in table 't'"),
        ("DELETE FROM t PARTITION p9 WHERE k = 1", 1064, "Unknown partition 'p9' in table 't'"),
    ],
)  # fmt: skip
def test_error_codes(table: Client, statement: str, code: int, part: str) -> None:
    table.run("DROP USER IF EXISTS u; CREATE USER u; CREATE VIEW w AS SELECT k FROM t")
    table.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k FROM t")
    error = table.error(statement)
    assert (error.code, part in error.message) == (code, True), (error.code, error.message)


def test_a_minute_is_the_shortest_refresh_interval(table: Client) -> None:
    for place, interval in enumerate(("60 SECOND", "1 MINUTE", "1 HOUR")):
        table.run(f"CREATE MATERIALIZED VIEW m{place} REFRESH ASYNC EVERY (INTERVAL {interval}) AS SELECT k FROM t")


def test_a_sort_column_of_a_primary_key_table_keeps_its_type(client: Client) -> None:
    client.run("CREATE TABLE t (k INT NOT NULL, v INT, w INT) PRIMARY KEY (k) ORDER BY (v)")
    assert "Can not modify sort column" in client.error("ALTER TABLE t MODIFY COLUMN v BIGINT").message
    client.run("ALTER TABLE t MODIFY COLUMN w BIGINT")
