"""UNIQUE KEY tables, keys that may be NULL, and synchronous materialized views."""

import pytest

from starrocks_emulator.testing import Client


def test_a_unique_key_table_keeps_the_last_row_of_a_key(client: Client) -> None:
    client.run("CREATE TABLE u (k INT, at DATETIME, v VARCHAR(9)) UNIQUE KEY (k, at) DISTRIBUTED BY HASH (k)")
    client.run("INSERT INTO u VALUES (1, NULL, 'a'), (1, NULL, 'b'), (NULL, '2024-01-01', 'c')")
    client.run("INSERT INTO u VALUES (1, NULL, 'd'), (NULL, '2024-01-01', 'e'), (2, '2024-01-01', 'f')")
    assert client.run("SELECT v FROM u ORDER BY v") == [("d",), ("e",), ("f",)]
    assert "UNIQUE KEY(`k`, `at`)" in str(client.run("SHOW CREATE TABLE u")[0][1])
    assert client.value("SELECT TABLE_MODEL FROM information_schema.tables_config WHERE TABLE_NAME = 'u'") == "UNQ_KEYS"
    client.run("DELETE FROM u WHERE k = 2")
    assert client.value("SELECT COUNT(*) FROM u") == 2
    assert "key columns" in client.error("DELETE FROM u WHERE v = 'd'").message
    assert "primary key table" in client.error("UPDATE u SET v = 'x' WHERE k = 1").message
    assert client.load("u", '{"k": 1, "at": null, "v": "g"}', format="json")["Status"] == "Success"
    assert client.value("SELECT v FROM u WHERE k = 1") == "g"


def test_an_aggregate_table_merges_rows_whose_key_is_null(client: Client) -> None:
    client.run("CREATE TABLE a (day DATE, s BIGINT SUM) AGGREGATE KEY (day) DISTRIBUTED BY HASH (day)")
    client.run("INSERT INTO a VALUES (NULL, 1), ('2024-01-01', 2); INSERT INTO a VALUES (NULL, 10), ('2024-01-01', 20)")
    assert client.run("SELECT s FROM a ORDER BY day") == [(11,), (22,)]


@pytest.mark.parametrize("model", ["UNIQUE", "AGGREGATE", "PRIMARY"])
def test_partition_columns_are_keys(client: Client, model: str) -> None:
    value = "d DATE REPLACE" if model == "AGGREGATE" else "d DATE"
    statement = f"CREATE TABLE x (k INT NOT NULL, {value}) {model} KEY (k) PARTITION BY date_trunc('day', d)"
    assert "must be a key column" in client.error(statement).message


def test_a_synchronous_materialized_view_follows_its_table(client: Client) -> None:
    client.run("CREATE TABLE s (k INT, v INT) DUPLICATE KEY (k); INSERT INTO s VALUES (1, 1), (1, 2)")
    client.run("CREATE MATERIALIZED VIEW sums AS SELECT k, SUM(v) AS total FROM s GROUP BY k")
    assert client.run("SELECT * FROM sums [_SYNC_MV_]") == [(1, 3)]
    client.run("INSERT INTO s VALUES (1, 4)")
    assert client.run("SELECT x.total FROM sums AS x [_SYNC_MV_] WHERE k = 1") == [(7,)]
    assert client.run("SELECT x.total FROM s, sums x [_SYNC_MV_] WHERE x.k = s.k AND s.v = 1") == [(7,)]
    assert client.error("SELECT * FROM sums").code == 5502
    assert client.error("SELECT * FROM s [_SYNC_MV_]").code == 5502
    shown = client.run("SHOW MATERIALIZED VIEWS")
    assert [(row[2], row[3]) for row in shown] == [("sums", "ROLLUP")]
    assert "non materialized" in client.error("REFRESH MATERIALIZED VIEW sums").message
    client.run(f"DROP MATERIALIZED VIEW sums; {shown[0][21]!s}")
    assert client.run("SELECT total FROM sums [_SYNC_MV_]") == [(7,)]
    client.run("DROP TABLE s")
    assert client.run("SHOW MATERIALIZED VIEWS") == []


@pytest.mark.parametrize(
    "query", ["SELECT a.k FROM s a JOIN s b ON a.k = b.k", "SELECT k FROM s ORDER BY k", "SELECT DISTINCT k FROM s"]
)
def test_a_synchronous_materialized_view_reads_one_table(client: Client, query: str) -> None:
    client.run("CREATE TABLE s (k INT, v INT) DUPLICATE KEY (k)")
    assert "reads one table" in client.error(f"CREATE MATERIALIZED VIEW m AS {query}").message
