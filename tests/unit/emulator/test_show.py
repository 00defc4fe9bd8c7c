"""Results of SHOW, DESC and information_schema in the format of StarRocks 3.5."""

import pytest

from starrocks_emulator.testing import Client


@pytest.fixture
def table(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (k INT NOT NULL COMMENT 'key', v VARCHAR(20), n DECIMAL(10, 2) DEFAULT '1.5', l LARGEINT) "
        "PRIMARY KEY (k); CREATE TABLE a (k BIGINT, s BIGINT SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k);"
        "INSERT INTO t VALUES (1, 'abcd', 2, 3), (2, 'efgh', 2, 3)"
    )
    return client


def test_show_columns(table: Client) -> None:
    assert table.run("SHOW FULL COLUMNS FROM t") == [
        ("k", "int", "", "NO", "YES", None, "", "", "key"),
        ("v", "varchar(20)", "", "YES", "NO", None, "", "", ""),
        ("n", "decimal(10,2)", "", "YES", "NO", "1.5", "", "", ""),
        ("l", "largeint", "", "YES", "NO", None, "", "", ""),
    ]
    assert table.run("SHOW COLUMNS FROM a") == [
        ("k", "bigint", "YES", "YES", None, ""),
        ("s", "bigint", "YES", "NO", None, "SUM"),
    ]
    assert table.names("SHOW FULL FIELDS FROM t") == [
        "Field", "Type", "Collation", "Null", "Key", "Default", "Extra", "Privileges", "Comment",
    ]  # fmt: skip


def test_show_partitions(table: Client) -> None:
    assert table.names("SHOW PARTITIONS FROM t")[-7:] == [
        "DataSize", "StorageSize", "IsInMemory", "RowCount", "DataVersion", "VersionEpoch", "VersionTxnType",
    ]  # fmt: skip
    row = dict(zip(table.names("SHOW PARTITIONS FROM t"), table.run("SHOW PARTITIONS FROM t")[0], strict=True))
    assert (row["RowCount"], row["VersionTxnType"], row["DataVersion"]) == ("2", "TXN_NORMAL", row["VisibleVersion"])
    table.run(
        "CREATE TABLE l (c INT, d DATE) DUPLICATE KEY (c) PARTITION BY (d); INSERT INTO l VALUES (1, '2024-01-01')"
    )
    shown = dict(zip(table.names("SHOW PARTITIONS FROM l"), table.run("SHOW PARTITIONS FROM l")[0], strict=True))
    assert shown["List"] == '[["2024-01-01"]]'
    table.run(
        "CREATE TABLE r (d DATE) DUPLICATE KEY (d) PARTITION BY RANGE (d) "
        "(PARTITION p1 VALUES LESS THAN ('2024-01-01'))"
    )
    shown = dict(zip(table.names("SHOW PARTITIONS FROM r"), table.run("SHOW PARTITIONS FROM r")[0], strict=True))
    assert shown["Range"] == "[types: [DATE]; keys: [0000-01-01]; ..types: [DATE]; keys: [2024-01-01]; )"


def test_further_columns(table: Client) -> None:
    assert table.names("SHOW PROCESSLIST")[-2:] == ["IsPending", "Warehouse"]
    assert table.run("SHOW PROCESSLIST")[0][-2:] == ("false", "default_warehouse")
    assert table.names("SHOW LOAD")[-1] == "Warehouse"
    assert table.run("SHOW LOAD")[-1][-1] == "default_warehouse"
    table.run("DROP ROLE IF EXISTS shown; CREATE ROLE shown COMMENT 'for a test'")
    assert table.names("SHOW ROLES") == ["Name", "Builtin", "Comment"]
    rows = {row[0]: row[1:] for row in table.run("SHOW ROLES")}
    assert rows["shown"] == ("false", "for a test")
    assert rows["root"] == ("true", "built-in root role which has all privileges on all objects")
    table.run("DROP ROLE shown")


def test_sizes(table: Client) -> None:
    rows, width, size = table.run(
        "SELECT TABLE_ROWS, AVG_ROW_LENGTH, DATA_LENGTH FROM information_schema.tables "
        "WHERE TABLE_SCHEMA = 'd' AND TABLE_NAME = 't'"
    )[0]
    assert rows == 2
    assert isinstance(width, int)
    assert 4 < width < 100
    assert size == 2 * width
    table.run("TRUNCATE TABLE t; CREATE VIEW w AS SELECT k FROM t")
    sizes = "SELECT DATA_LENGTH FROM information_schema.tables WHERE TABLE_SCHEMA = 'd' AND TABLE_NAME = "
    assert (table.value(f"{sizes}'t'"), table.value(f"{sizes}'w'")) == (0, None)


def test_character_sets_are_utf8(client: Client) -> None:
    names = ("client", "connection", "database", "results", "server")
    assert client.run("SELECT " + ", ".join(f"@@character_set_{name}" for name in names)) == [("utf8",) * 5]
    assert client.run("SELECT @@collation_connection, @@collation_database, @@collation_server") == [
        ("utf8_general_ci",) * 3
    ]
    client.run("SET NAMES utf8mb4")
    assert client.value("SELECT @@character_set_client") == "utf8"


def test_a_materialized_view_is_shown_as_a_view(table: Client) -> None:
    table.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k, v FROM t")
    assert ("m", "VIEW") in table.run("SHOW FULL TABLES")
    kind = "SELECT TABLE_TYPE, ENGINE FROM information_schema.tables WHERE TABLE_SCHEMA = 'd' AND TABLE_NAME = 'm'"
    assert table.run(kind) == [("VIEW", "StarRocks")]


def test_columns_of_a_materialized_view(table: Client) -> None:
    """The sort key comes first; by default it starts at the first suitable column. Strings keep their length."""
    table.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT CAST(k AS DOUBLE) AS x, v, k, n AS n2 FROM t")
    assert [(row[0], row[1], row[3]) for row in table.run("DESC m")] == [
        ("v", "varchar(20)", "true"),
        ("x", "double", "false"),
        ("k", "int", "false"),
        ("n2", "decimal(10,2)", "false"),
    ]
    assert [row[:3] for row in table.run("SELECT * FROM m ORDER BY k")] == [("abcd", 1.0, 1), ("efgh", 2.0, 2)]
    text = str(table.run("SHOW CREATE MATERIALIZED VIEW m")[0][1])
    assert "(`x`, `v`, `k`, `n2`)" in text
    table.run(f"DROP MATERIALIZED VIEW m; {text}")
    assert table.run("SHOW CREATE MATERIALIZED VIEW m")[0][1] == text
    table.run("INSERT INTO t VALUES (3, 'ij', 0, 0); REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert table.run("SELECT v, x FROM m WHERE k = 3") == [("ij", 3.0)]


def test_the_sort_key_of_a_materialized_view(table: Client) -> None:
    table.run(
        "CREATE MATERIALIZED VIEW m (a, b, c) ORDER BY (c, b) REFRESH MANUAL AS "
        "SELECT SUM(n), v, k FROM t GROUP BY v, k"
    )
    assert [(row[0], row[3]) for row in table.run("DESC m")] == [("c", "true"), ("b", "true"), ("a", "false")]
    assert [row[:2] for row in table.run("SELECT * FROM m ORDER BY c")] == [(1, "abcd"), (2, "efgh")]


def test_a_reordered_view_is_refreshed_incrementally(client: Client) -> None:
    client.run(
        "CREATE TABLE t (d DATE NOT NULL, v DOUBLE) DUPLICATE KEY (d); INSERT INTO t VALUES ('2024-01-01', 1);"
        "CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT SUM(v) AS s, date_trunc('month', d) AS d FROM t "
        "GROUP BY date_trunc('month', d)"
    )
    stored = client.engine.catalog.table("d", "m").stored
    client.engine.storage.connection.execute(f"INSERT INTO {stored} VALUES ('2020-01-01', 99)")
    client.run("INSERT INTO t VALUES ('2024-02-01', 2), ('2024-02-02', 3); REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert [row[1] for row in client.run("SELECT * FROM m ORDER BY d")] == [99.0, 1.0, 5.0]


def test_columns_about_materialized_views(table: Client) -> None:
    table.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k, v FROM t")
    shown = dict(zip(table.names("SHOW MATERIALIZED VIEWS"), table.run("SHOW MATERIALIZED VIEWS")[0], strict=True))
    assert (shown["name"], shown["rows"], shown["last_refresh_state"], shown["partition_type"]) == (
        "m", "2", "SUCCESS", "UNPARTITIONED",
    )  # fmt: skip
    assert str(shown["text"]).startswith("CREATE MATERIALIZED VIEW `m`")
    assert list(shown)[-4:] == ["text", "extra_message", "query_rewrite_status", "creator"]
    names = table.names("SELECT * FROM information_schema.materialized_views")
    assert names[-5:] == [
        "TABLE_ROWS", "MATERIALIZED_VIEW_DEFINITION", "EXTRA_MESSAGE", "QUERY_REWRITE_STATUS", "CREATOR",
    ]  # fmt: skip


def test_indexes(table: Client) -> None:
    """The emulator refuses tables with an index, so the result is empty, and its columns are those of StarRocks."""
    for statement in ("SHOW INDEX FROM t", "SHOW INDEXES IN t FROM d", "SHOW KEYS FROM d.t", "SHOW KEY FROM t IN d"):
        assert table.run(statement) == []
        assert list(table.names(statement))[::2] == ["Table", "Key_name", "Column_name", "Cardinality", "Packed",
                                                     "Index_type"]  # fmt: skip
    assert table.error("SHOW INDEX FROM nothing").code == 5502


def test_status_of_tables(table: Client) -> None:
    table.run("CREATE VIEW w AS SELECT k FROM t; CREATE TABLE empty_1 (k INT) COMMENT 'none'")
    assert list(table.names("SHOW TABLE STATUS"))[:6] == ["Name", "Engine", "Version", "Row_format", "Rows",
                                                          "Avg_row_length"]  # fmt: skip
    rows = {str(row[0]): row for row in table.run("SHOW TABLE STATUS")}
    assert (rows["t"][1], rows["t"][4], rows["t"][14], rows["empty_1"][-1]) == (
        "StarRocks", 2, "utf8_general_ci", "none",
    )  # fmt: skip
    assert rows["t"][6] == 2 * int(str(rows["t"][5])) > 0
    assert rows["empty_1"][4:7] == (0, 0, 0)
    assert rows["w"][4:7] == (-1, -1, -1)
    assert [row[0] for row in table.run("SHOW TABLE STATUS FROM d LIKE 'e%\\_1'")] == ["empty_1"]
    assert [row[0] for row in table.run("SHOW TABLE STATUS WHERE `Rows` = 2 AND Name = 't'")] == ["t"]
    assert table.error("SHOW TABLE STATUS FROM nothing").code == 1049


def test_status_shows_no_table_without_a_privilege(table: Client) -> None:
    table.run("CREATE TABLE hidden (k INT); CREATE USER status_reader; GRANT SELECT ON TABLE d.t TO USER status_reader")
    assert [row[0] for row in table.as_user("status_reader", "d").run("SHOW TABLE STATUS")] == ["t"]
    table.run("DROP USER status_reader")


@pytest.mark.parametrize("words", ["CHARSET", "CHAR SET", "CHARACTER SET"])
def test_character_sets(client: Client, words: str) -> None:
    assert client.run(f"SHOW {words}") == [("utf8", "UTF-8 Unicode", "utf8_general_ci", "3")]


@pytest.mark.parametrize(
    ("clauses", "code", "message"),
    [
        ("FROM nope", 1049, "Unknown database 'nope'"),
        ("WHERE bad = 'x'", 5064, "The columns of TableName/CreateTime/FinishTime/State are supported"),
        ("WHERE TableName = 'x' OR State = 'FINISHED'", 5064, "Only allow compound predicate with operator AND"),
        ("WHERE TableName > 'x'", 5064, 'Where clause : TableName = "table1"'),
        ("WHERE CreateTime > 1", 5064, "Where clause : CreateTime/FinishTime"),
        ("ORDER BY bad", 5064, "Title name[bad] does not exist"),
        ("ORDER BY 1", 5064, "Should order by column"),
    ],
)
def test_show_alter_table_refuses_what_starrocks_refuses(client: Client, clauses: str, code: int, message: str) -> None:
    error = client.error(f"SHOW ALTER TABLE COLUMN {clauses}")
    assert (error.code, message in error.message) == (code, True), error.message
    accepted = "FROM d WHERE TableName = 'x' AND CreateTime > '2024-01-01' ORDER BY CreateTime DESC LIMIT 1"
    assert client.run(f"SHOW ALTER TABLE COLUMN {accepted}") == []
