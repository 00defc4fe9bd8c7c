"""What the names of columns mean (StarRocks: `Scope`, SelectAnalyzer, SelectUsingAliasTest)."""

from collections.abc import Iterator

import pytest

from starrocks_emulator.results import Value
from starrocks_emulator.testing import Client


@pytest.fixture
def tables(client: Client) -> Iterator[Client]:
    client.run(
        "CREATE TABLE f (n INT, s VARCHAR(10)) DUPLICATE KEY (n); INSERT INTO f VALUES (1, 'a'), (2, 'b'), (3, 'c');"
        "CREATE TABLE x (k INT, v INT) DUPLICATE KEY (k); INSERT INTO x VALUES (1, 10), (2, 20), (2, 5);"
        "CREATE TABLE p (k INT NOT NULL, v INT) PRIMARY KEY (k); INSERT INTO p VALUES (1, 1), (2, 2);"
        "CREATE DATABASE other;"
        "CREATE TABLE other.x (k INT, w INT) DUPLICATE KEY (k); INSERT INTO other.x VALUES (1, 7)"
    )
    yield client
    client.run("DROP DATABASE other")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT SUM(n) AS total, total / 2 FROM f", [(6, 3.0)]),
        ("SELECT y + 1, n AS y FROM f WHERE n = 1", [(2, 1)]),
        ("SELECT n + 1 AS n, n * 10 FROM f WHERE n = 2", [(3, 20)]),
        ("SELECT k AS z, SUM(z) AS t FROM x GROUP BY z HAVING t > 1", [(2, 4)]),
        ("SELECT k + 1 AS z, ROW_NUMBER() OVER (ORDER BY z + 0, v) FROM x ORDER BY 1, 2", [(2, 1), (3, 2), (3, 3)]),
        ("SELECT -k AS k FROM x ORDER BY k + 0", [(-2,), (-2,), (-1,)]),
        ("SELECT k, SUM(v) AS v FROM x GROUP BY k ORDER BY v + 1 DESC", [(2, 25), (1, 10)]),
        ("SELECT k, SUM(v) AS v FROM x GROUP BY k ORDER BY SUM(v)", [(1, 10), (2, 25)]),
        ("SELECT v, v FROM x ORDER BY v", [(5, 5), (10, 10), (20, 20)]),
        ("SELECT a.v AS z, a.v AS z FROM x a ORDER BY z", [(5, 5), (10, 10), (20, 20)]),
        (
            "SELECT DISTINCT k, (SELECT MAX(p.v) FROM p WHERE p.k = x.k) AS m FROM x ORDER BY m",
            [(1, 1), (2, 2)],
        ),
        ("SELECT DISTINCT EXISTS (SELECT 1 FROM p WHERE p.v = x.v) AS e FROM x", [(False,)]),
        ("SELECT DISTINCT CASE WHEN k IN (SELECT n FROM f) THEN 1 ELSE 0 END AS c FROM x", [(1,)]),
        ("SELECT COUNT(INFORMATION_SCHEMA.TABLES.TABLE_NAME) > 0 FROM INFORMATION_SCHEMA.TABLES", [(True,)]),
        ("SELECT a.k, b.k FROM x a, x b WHERE a.v = b.v ORDER BY b.k, a.k", [(1, 1), (2, 2), (2, 2)]),
        ("SELECT n, (SELECT COUNT(*) FROM x WHERE k = n) FROM f ORDER BY n", [(1, 1), (2, 2), (3, 0)]),
        ("SELECT x.k FROM x UNION SELECT n FROM f ORDER BY x.k", [(1,), (2,), (3,)]),
        ("(SELECT k, v FROM x) ORDER BY v LIMIT 1", [(2, 5)]),
        ("SELECT d.x.v, other.x.w FROM d.x JOIN other.x ON d.x.k = other.x.k", [(10, 7)]),
        ("SELECT d.t.v, other.t.* FROM d.x t JOIN other.x t USING (k)", [(10, 1, 7)]),
        ("SELECT DISTINCT k + 1 AS z FROM x ORDER BY k + 1", [(2,), (3,)]),
        ("SELECT DISTINCT k FROM x ORDER BY k + 1 DESC", [(2,), (1,)]),
        ("SELECT DISTINCT * FROM x ORDER BY v", [(2, 5), (1, 10), (2, 20)]),
        ("SELECT DISTINCT k AS z FROM x HAVING z = 1", [(1,)]),
        ("SELECT DISTINCT MAX(v) FROM x GROUP BY k ORDER BY 1", [(10,), (20,)]),
        ("SELECT MAX(v) FROM x ORDER BY SUM(1)", [(20,)]),
        ("SELECT GROUPING(k), k FROM x GROUP BY ROLLUP(k) ORDER BY k", [(1, None), (0, 1), (0, 2)]),
        ("SELECT a.K, A.V FROM x a JOIN p A ON a.k = A.k ORDER BY 1, 2", [(1, 1), (2, 2), (2, 2)]),
        ("WITH c (a, b) AS (SELECT * FROM x) SELECT b FROM c WHERE a = 1", [(10,)]),
    ],
)  # fmt: skip
def test_rows(tables: Client, query: str, rows: list[tuple[Value, ...]]) -> None:
    assert tables.run(query) == rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT k % 2 p, SUM(v) FROM x GROUP BY p ORDER BY k % 2", [(0, 25), (1, 10)]),
        ("SELECT k % 2 p, SUM(v) FROM x GROUP BY 1 ORDER BY k % 2 + 1", [(0, 25), (1, 10)]),
        ("SELECT k % 2 P, SUM(v) FROM x GROUP BY p HAVING k % 2 = 1", [(1, 10)]),
        ("SELECT k % 2 p, ROW_NUMBER() OVER (ORDER BY k % 2) r FROM x GROUP BY p ORDER BY r", [(0, 1), (1, 2)]),
        ("SELECT k % 2 p, k % 2 + 1, k % 2 * COUNT(*) FROM x GROUP BY p ORDER BY 1", [(0, 1, 0), (1, 2, 1)]),
        ("SELECT -k n FROM x GROUP BY n ORDER BY -k", [(-2,), (-1,)]),
        (
            "SELECT k % 2 p, v z, COUNT(*) FROM x GROUP BY ROLLUP(p, z) ORDER BY k % 2, v",
            [(None, None, 3), (0, None, 2), (0, 5, 1), (0, 20, 1), (1, None, 1), (1, 10, 1)],
        ),
        (
            "SELECT k % 2 p, GROUPING(p), GROUPING(k % 2) FROM x GROUP BY CUBE(p) ORDER BY p",
            [(None, 1, 1), (0, 0, 0), (1, 0, 0)],
        ),
        (
            "SELECT k % 2 p, v z FROM x GROUP BY GROUPING SETS ((p, z), (p)) ORDER BY k % 2, v",
            [(0, None), (0, 5), (0, 20), (1, None), (1, 10)],
        ),
        ("SELECT 2 c, COUNT(*) FROM x GROUP BY c", [(2, 3)]),
        ("SELECT -1 c, 'x' s, NULL n, TRUE t, COUNT(*) FROM x GROUP BY c, s, n, t", [(-1, "x", None, 1, 3)]),
        ("SELECT (SELECT MAX(v) FROM x) m, COUNT(*) FROM x GROUP BY m", [(20, 3)]),
    ],
)
def test_a_key_of_group_by_may_be_an_alias_or_a_position(
    tables: Client, query: str, rows: list[tuple[Value, ...]]
) -> None:
    assert tables.run(query) == rows


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT n + 1 AS z FROM f WHERE z > 2", "Column 'z' cannot be resolved"),
        ("SELECT k + 1 z, ROW_NUMBER() OVER (ORDER BY z) FROM x", "Column 'z' cannot be resolved"),
        ("SELECT n + 1 AS a, a FROM f WHERE a IS NULL", "Column 'a' cannot be resolved"),
        ("SELECT a + 1 AS b, b + 1 AS a FROM f", "Cyclic aliases: a"),
        ("SELECT n AS a, s AS a, UPPER(a) FROM f", "Column a is ambiguous"),
        ("SELECT rowid FROM f", "Column 'rowid' cannot be resolved"),
        ("SELECT CONCAT(f, '') FROM f", "Column 'f' cannot be resolved"),
        ("SELECT COUNT(f) FROM f", "Column 'f' cannot be resolved"),
        ("SELECT n FROM f ORDER BY f", "Column 'f' cannot be resolved"),
        ("SELECT n FROM f WHERE f IS NULL", "Column 'f' cannot be resolved"),
        ("SELECT other.t.v FROM d.x t", "Column '`other`.`t`.`v`' cannot be resolved"),
        ("SELECT other.t.* FROM d.x t", "Unknown table 'other.t'"),
        ("SELECT * FROM f, (SELECT f.n) t", "Column '`f`.`n`' cannot be resolved"),
        ("SELECT x.k FROM d.x JOIN other.x USING (k)", "Column 'k' is ambiguous"),
        ("CREATE VIEW w AS SELECT n + 1 AS z FROM f WHERE z > 2", "Column 'z' cannot be resolved"),
        ("CREATE TABLE w AS SELECT rowid AS r FROM f", "Column 'rowid' cannot be resolved"),
        ("INSERT INTO f SELECT rowid, 'a' FROM f", "Column 'rowid' cannot be resolved"),
        ("DELETE FROM p WHERE rowid = 0", "Column 'rowid' cannot be resolved"),
        ("UPDATE p SET v = rowid WHERE k = 1", "Column 'rowid' cannot be resolved"),
        ("SELECT v FROM (SELECT a.*, b.* FROM x a, x b WHERE a.k = b.k) t", "Column 'v' is ambiguous"),
        ("SELECT a.v AS z, b.k AS z FROM x a, x b ORDER BY z", "Column 'z' is ambiguous"),
        ("SELECT SUM(v) AS k, k FROM x GROUP BY k ORDER BY k", "Column 'k' is ambiguous"),
        ("SELECT k AS z, v AS z FROM x GROUP BY z", "Column 'z' is ambiguous"),
        ("SELECT k FROM x UNION ALL SELECT n FROM f ORDER BY n", "Column 'n' cannot be resolved"),
        ("(SELECT k FROM x) ORDER BY v", "Column 'v' cannot be resolved"),
        ("SELECT DISTINCT k FROM x ORDER BY v", "must be an aggregate expression or appear in GROUP BY clause"),
        ("SELECT DISTINCT k FROM x HAVING v > 1", "must be an aggregate expression or appear in GROUP BY clause"),
        ("SELECT DISTINCT k FROM x ORDER BY MAX(k)", "ORDER BY expressions must appear in select list"),
        ("SELECT DISTINCT MAX(v) FROM x", "cannot combine SELECT DISTINCT with aggregate functions without GROUP BY"),
        ("SELECT * FROM x GROUP BY k, v", "cannot combine '*' in select list with GROUP BY: *"),
        ("SELECT SUM(v) FROM x HAVING SUM(v)", "HAVING clause must evaluate to a boolean: actual type bigint"),
        ("SELECT GROUPING(k) FROM x GROUP BY k", "cannot use GROUPING functions without"),
        ("SELECT k FROM x GROUP BY ROLLUP(k) HAVING GROUPING(k) = 1", "HAVING clause cannot contain grouping"),
        ("SELECT k FROM x GROUP BY ROLLUP(k) ORDER BY GROUPING(k)", "ORDER BY clause cannot contain grouping"),
        ("SELECT k FROM x ORDER BY (SELECT 1)", "ORDER BY clause cannot contain subquery"),
        ("SELECT 1 FROM x ORDER BY SUM(1)", "ORDER BY contains aggregate function"),
        ("SELECT v FROM x ORDER BY SUM(1)", "must be an aggregate expression or appear in GROUP BY clause"),
        ("SELECT * FROM (SELECT * FROM x) t (a)", "SELECT list and column names list have different column counts"),
        ("SELECT * FROM x, unnest([k]) AS t (a, b)", "table t has 1 columns available but 2 columns specified"),
        ("SELECT a.* FROM unnest(SPLIT('1,2,3', ',')) a", "Table function must be used with lateral join"),
        ("SELECT 1, 2 UNION ALL SELECT * FROM (VALUES (1, 2), (NULL)) t", "Values have unequal number of columns"),
        ("SELECT A.k FROM x a", "Column '`A`.`k`' cannot be resolved"),
        ("SELECT A.* FROM x a", "Unknown table 'A'"),
        ("SELECT a.k FROM x a ORDER BY A.k", "Column '`A`.`k`' cannot be resolved"),
        ("SELECT k FROM x WHERE EXISTS (SELECT 1 FROM f b WHERE B.n = x.k)", "Column '`B`.`n`' cannot be resolved"),
    ],
)
def test_rejected(tables: Client, statement: str, message: str) -> None:
    error = tables.error(statement)
    assert error.code == 1064
    assert message in error.message


def test_the_name_of_a_common_table_expression_has_its_case(tables: Client) -> None:
    assert tables.run("WITH c AS (SELECT k FROM x) SELECT COUNT(*) FROM c") == [(3,)]
    assert "Unknown table" in tables.error("WITH c AS (SELECT k FROM x) SELECT * FROM C").message


def test_a_common_table_expression_names_all_of_its_columns(tables: Client) -> None:
    error = tables.error("WITH c (a) AS (SELECT * FROM x) SELECT a FROM c")
    assert (error.code, error.message) == (1353, "View's SELECT and view's field list have different column counts")


def test_a_change_by_an_unknown_name_changes_nothing(tables: Client) -> None:
    tables.error("DELETE FROM f WHERE rowid = 0")
    tables.error("DELETE FROM p WHERE rowid = 0")
    assert tables.value("SELECT COUNT(*) FROM f") == 3
    assert tables.run("SELECT * FROM p ORDER BY k") == [(1, 1), (2, 2)]


def test_a_change_reads_a_table_of_the_same_name(tables: Client) -> None:
    tables.run("CREATE TABLE other.p (k INT, w INT) DUPLICATE KEY (k); INSERT INTO other.p VALUES (2, 9)")
    tables.run("UPDATE p SET v = other.p.w FROM other.p WHERE d.p.k = other.p.k")
    assert tables.run("SELECT * FROM p ORDER BY k") == [(1, 1), (2, 9)]


def test_having_on_information_schema_tables_means_the_alias_as_connector_j_writes_it(client: Client) -> None:
    client.run("CREATE TABLE t (k INT) DUPLICATE KEY(k) DISTRIBUTED BY HASH(k)")
    query = (
        "SELECT TABLE_NAME, CASE WHEN TABLE_TYPE = 'BASE TABLE' THEN 'TABLE' ELSE TABLE_TYPE END AS TABLE_TYPE "
        "FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'd' HAVING TABLE_TYPE IN ('TABLE', NULL) "
        "ORDER BY TABLE_TYPE, TABLE_SCHEMA, TABLE_NAME"
    )
    assert client.run(query) == [("t", "TABLE")]
