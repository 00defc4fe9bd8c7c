"""INSERT of some columns of a PRIMARY KEY table, which StarRocks treats as a partial update since 3.3.1."""

import pytest

from starrocks_emulator.testing import Client


@pytest.fixture
def rows(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (k INT NOT NULL, a INT, b INT, c VARCHAR(9) NOT NULL, d INT DEFAULT '7', "
        "at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP) PRIMARY KEY (k);"
        "INSERT INTO t VALUES (1, 10, 20, 'x', 30, '2024-01-01'), (2, 11, 21, 'y', 31, '2024-01-02')"
    )
    return client


def test_omitted_columns_keep_their_values(rows: Client) -> None:
    assert rows.affected("INSERT INTO t (k, a) VALUES (1, 11), (2, NULL)") == 2
    assert [row[:5] for row in rows.run("SELECT * FROM t ORDER BY k")] == [(1, 11, 20, "x", 30), (2, None, 21, "y", 31)]
    assert rows.value("SELECT COUNT(*) FROM t WHERE at = '2024-01-01 00:00:00'") == 1
    rows.run("INSERT INTO t (B, K) SELECT b * 2, k FROM t")
    assert rows.run("SELECT a, b, d FROM t ORDER BY k") == [(11, 40, 30), (None, 42, 31)]


def test_a_new_row_gets_defaults(rows: Client) -> None:
    """A NOT NULL column without a default becomes empty or zero, as StarRocks' test_insert_partial_update shows."""
    rows.run("INSERT INTO t (k, a) VALUES (3, 1), (1, 2)")
    assert rows.run("SELECT a, b, c, d FROM t WHERE k IN (1, 3) ORDER BY k") == [(2, 20, "x", 30), (1, None, "", 7)]
    assert rows.value("SELECT COUNT(*) FROM t WHERE at > '2025-01-01'") == 1


def test_the_last_row_of_a_key_wins(rows: Client) -> None:
    rows.run("INSERT INTO t (k, a) VALUES (1, 5), (1, 6)")
    assert rows.run("SELECT a, b FROM t WHERE k = 1") == [(6, 20)]


def test_only_key_columns_insert_a_new_row(rows: Client) -> None:
    rows.run("INSERT INTO t (k) VALUES (1), (9)")
    assert rows.run("SELECT k, a, d FROM t ORDER BY k") == [(1, 10, 30), (2, 11, 31), (9, None, 7)]


def test_overwrite_keeps_no_old_values(rows: Client) -> None:
    rows.run("INSERT OVERWRITE t (k, a) VALUES (1, 5)")
    assert rows.run("SELECT k, a, b, d FROM t") == [(1, 5, None, 7)]


def test_prepared_and_with_label(rows: Client) -> None:
    rows.run("INSERT INTO t WITH LABEL partial_1 (k, a) VALUES (1, 99)")
    assert rows.run("SELECT a, b FROM t WHERE k = 1") == [(99, 20)]
    rows.session.execute_prepared(rows.session.prepare("INSERT INTO t (k, a) VALUES (?, ?)"), (1, 98))
    assert rows.run("SELECT a, b FROM t WHERE k = 1") == [(98, 20)]


def test_a_materialized_view_includes_a_partial_update(rows: Client) -> None:
    rows.run("CREATE MATERIALIZED VIEW s REFRESH MANUAL AS SELECT SUM(a) AS a, SUM(b) AS b FROM t")
    rows.run("INSERT INTO t (k, a) VALUES (1, 0); REFRESH MATERIALIZED VIEW s WITH SYNC MODE")
    assert rows.run("SELECT * FROM s") == [(11, 41)]


def test_key_columns(client: Client) -> None:
    client.run("CREATE TABLE t (k INT NOT NULL, j INT NOT NULL DEFAULT '4', a INT, b INT) PRIMARY KEY (k, j)")
    error = client.error("INSERT INTO t (j, a) VALUES (1, 1)")
    assert (error.code, "missing key columns:k for primary key table" in error.message) == (6014, True)
    client.run("INSERT INTO t VALUES (1, 4, 5, 6); INSERT INTO t (k, a) VALUES (1, 50)")
    assert client.run("SELECT * FROM t") == [(1, 4, 50, 6)]


def test_the_sort_key_must_be_given(client: Client) -> None:
    client.run("CREATE TABLE t (k INT NOT NULL, s INT NOT NULL, a INT) PRIMARY KEY (k) ORDER BY (s)")
    assert "sort key" in client.error("INSERT INTO t (k, a) VALUES (1, 1)").message
    client.run("INSERT INTO t (k, s) VALUES (1, 1)")
    assert client.run("SELECT * FROM t") == [(1, 1, None)]


@pytest.mark.parametrize("model", ["DUPLICATE KEY (k)", "UNIQUE KEY (k) DISTRIBUTED BY HASH (k)"])
def test_other_models_use_defaults(client: Client, model: str) -> None:
    client.run(f"CREATE TABLE t (k INT, a INT, b INT DEFAULT '3') {model}")
    client.run("INSERT INTO t VALUES (1, 1, 1); INSERT INTO t (k, a) VALUES (1, 2)")
    assert (1, 2, 3) in client.run("SELECT * FROM t")


@pytest.mark.parametrize(
    ("statement", "code", "part"),
    [
        ("INSERT INTO q (a) VALUES (1)", 1064, "'k' must be explicitly mentioned in column permutation: a"),
        ("INSERT INTO q (k, z) VALUES (1, 1)", 1064, "Unknown column 'z' in 'q'"),
        ("INSERT INTO q (k, k) VALUES (1, 1)", 1064, "Column 'k' specified twice"),
        ("INSERT INTO q (k, a) VALUES (1)", 5604, "Inserted target column count: 2 doesn't match select/value column count: 1"),  # noqa: E501
        ("INSERT INTO q (k, a) SELECT 1", 5604, "count: 2 doesn't match select/value column count: 1"),
        ("INSERT INTO q VALUES (1, 2, 3)", 5604, "count: 2 doesn't match select/value column count: 3"),
        ("INSERT INTO q SELECT 1, 2, 3", 5604, "count: 2 doesn't match select/value column count: 3"),
        ("INSERT INTO q VALUES (1, 2), (1)", 1064, "unequal number of columns"),
        ("INSERT INTO q PARTITION (p9) VALUES (1, 2)", 1064, "Unknown partition 'p9' in table 'q'"),
    ],
)  # fmt: skip
def test_rejected_column_lists(client: Client, statement: str, code: int, part: str) -> None:
    client.run("CREATE TABLE q (k INT NOT NULL, a INT) DUPLICATE KEY (k)")
    error = client.error(statement)
    assert (error.code, part in error.message) == (code, True), error.message


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_rows_of_views_cannot_be_changed(rows: Client, kind: str) -> None:
    refresh = "REFRESH MANUAL " if kind == "MATERIALIZED VIEW" else ""
    rows.run(f"CREATE {kind} w {refresh}AS SELECT k, a FROM t")
    for statement in ("INSERT INTO w VALUES (5, 5)", "DELETE FROM w WHERE k = 1", "UPDATE w SET a = 1 WHERE k = 1"):
        error = rows.error(statement)
        assert (error.code, "'w'" in error.message) == (1064, True), error.message


def test_values_of_different_literals(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, v DOUBLE DEFAULT '2.5', at DATETIME) DUPLICATE KEY (k)")
    client.run("INSERT INTO t VALUES (1, 7, '2024-01-01'), ('2', '1.5', NOW()), (3, DEFAULT, '2024-01-01 00:00:01')")
    assert client.run("SELECT k, v FROM t ORDER BY k") == [(1, 7.0), (2, 1.5), (3, 2.5)]
