"""Queries with different results in StarRocks and DuckDB, and rejected statements."""

import datetime
from decimal import Decimal

import pytest

from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.testing import Client


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("5 / 2", 2.5),
        ("5 DIV 2", 2),
        ("1 / 0", None),
        ("1 % 0", None),
        ("CAST(1 AS DOUBLE) / 0", None),
        ("CAST(2.7 AS INT)", 2),
        ("CAST(CAST(-2.7 AS DOUBLE) AS INT)", -2),
        ("CAST('x' AS INT)", None),
        ("CAST('12' AS INT)", 12),
        ("CAST(300 AS TINYINT)", None),
        ("CAST(CAST(1 AS DOUBLE) AS VARCHAR)", "1"),
        ("CAST(1 = 1 AS VARCHAR)", "1"),
        ("CAST('2024-01-02 03:04:05.5' AS DATETIME)", datetime.datetime(2024, 1, 2, 3, 4, 5, 500000)),  # noqa: DTZ001
        ("CAST('nonsense' AS DATETIME)", None),
        ("CAST('2024-01-02' AS DATE)", datetime.date(2024, 1, 2)),
        ("CAST(1.005 AS DECIMAL(10, 2))", Decimal("1.01")),
        ("1.0 / 3", Decimal("0.3333333")),
        ("2 / 3.000", Decimal("0.666667")),
        ("-1.00 / 8", Decimal("-0.12500000")),
        ("CAST(0.1 AS FLOAT) + CAST(0.2 AS FLOAT)", 0.30000000447034836),
        ("CAST(0.1 AS FLOAT) = 0.1", False),
        ("2147483647 + 1", 2147483648),
        ("TRUE + 1", 2),
        ("'10' + 1.5", 11.5),
        ("'x' + 1", None),
        ("'1.0' = 1", False),
        ("1 IN ('1', '2')", True),
        ("TRUE = 2", False),
        ("CAST('2024-01-01' AS DATE) < '2024-01-01 00:00:01'", True),
        ("CAST('2024-01-01' AS DATE) = '20240101'", True),
        ("CAST('2024-01-01 10:00' AS DATETIME)", datetime.datetime(2024, 1, 1, 10)),  # noqa: DTZ001
        ("CAST(CAST('2024-01-02' AS DATE) AS INT)", 20240102),
        ("CAST('yes' AS BOOLEAN)", None),
        ("CAST(1.50 AS VARCHAR)", "1.50"),
        ("CONCAT(2.50, TRUE)", "2.501"),
        ("IF(TRUE, 1.5, 'a')", "1.5"),
        ("ROUND(2.345, 2)", Decimal("2.35")),
        ("TRUNCATE(-2.349, 2)", Decimal("-2.34")),
        ("[1, 2][0]", None),
        ("[1, 2][-1]", None),
        ("NULLIF('1.0', 1)", "1.0"),
        ("DATE_ADD('9999-12-31', INTERVAL 1 DAY)", None),
        ("GREATEST(CAST('2024-01-01' AS DATE), CAST('2024-01-02' AS DATE))", datetime.datetime(2024, 1, 2)),  # noqa: DTZ001
        ("'a' < 'B'", False),
        ("'a' = 'a '", False),
        ("'a' LIKE 'A'", False),
        ("'abc' NOT LIKE 'a%'", False),
        ("'50%' LIKE '50\\\\%'", True),
        ("'abc' REGEXP 'b'", True),
        ("'abc' NOT REGEXP 'b'", False),
        ("2 NOT BETWEEN 1 AND 3", False),
        ("NULL <=> NULL", True),
        ("NOT (1 IN (1, 2))", False),
        ("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"),
        ("'2024-01-01' + INTERVAL 90 MINUTE", datetime.datetime(2024, 1, 1, 1, 30)),  # noqa: DTZ001
        ("[10, 20][1]", 10),
        ("'it''s \\\\ \"fine\"'", 'it\'s \\ "fine"'),
        ("@@version_comment LIKE '%EMULATOR%'", True),
        ("CURRENT_VERSION()", "3.5.0-emulated"),
        ("DATABASE()", "d"),
    ],
)  # fmt: skip
def test_value(client: Client, expression: str, wanted: object) -> None:
    assert client.value(f"SELECT {expression}") == wanted


def test_nulls_come_first_ascending_and_last_descending(client: Client) -> None:
    rows = "(SELECT 2 AS n UNION ALL SELECT NULL UNION ALL SELECT 1) AS t"
    assert client.run(f"SELECT n FROM {rows} ORDER BY n") == [(None,), (1,), (2,)]
    assert client.run(f"SELECT n FROM {rows} ORDER BY n DESC") == [(2,), (1,), (None,)]
    assert client.run(f"SELECT n FROM {rows} ORDER BY n NULLS LAST") == [(1,), (2,), (None,)]


@pytest.fixture
def tables(client: Client) -> Client:
    client.run(
        "CREATE TABLE a (k INT, v VARCHAR(10)) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k);"
        "CREATE TABLE b (k INT, w INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k);"
        "INSERT INTO a VALUES (1, 'one'), (2, 'two'), (3, NULL); INSERT INTO b VALUES (1, 10), (1, 11), (4, 40)"
    )
    return client


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("SELECT a.k, w FROM a JOIN b ON a.k = b.k ORDER BY w", [(1, 10), (1, 11)]),
        ("SELECT a.k, w FROM a LEFT JOIN b ON a.k = b.k WHERE a.k > 1 ORDER BY a.k", [(2, None), (3, None)]),
        ("SELECT k FROM a LEFT SEMI JOIN b ON a.k = b.k", [(1,)]),
        ("SELECT k FROM a LEFT ANTI JOIN b ON a.k = b.k ORDER BY k", [(2,), (3,)]),
        ("SELECT a.k FROM a, b WHERE a.k = b.k AND w = 11", [(1,)]),
        ("SELECT k, COUNT(*) c FROM b GROUP BY k HAVING c > 1", [(1, 2)]),
        ("SELECT k FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k)", [(1,)]),
        ("SELECT k FROM a WHERE k NOT IN (SELECT k FROM b) ORDER BY 1", [(2,), (3,)]),
        ("WITH x AS (SELECT k FROM a), y (z) AS (SELECT k + 1 FROM x) SELECT MAX(z) FROM y", [(4,)]),
        ("SELECT k FROM a UNION ALL SELECT k FROM b ORDER BY k DESC LIMIT 2 OFFSET 1", [(3,), (2,)]),
        ("SELECT k FROM a ORDER BY k LIMIT 1, 1", [(2,)]),
        ("SELECT k, w FROM b QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY w DESC) = 1 ORDER BY k", [(1, 11), (4, 40)]),  # noqa: E501
        ("SELECT d.a.k FROM d.a WHERE d.a.k = 2", [(2,)]),
        ("SELECT DISTINCT k FROM b ORDER BY k", [(1,), (4,)]),
        ("SELECT k AS x, UPPER(w) u FROM b HAVING x > 1 ORDER BY x LIMIT 1", [(4, "40")]),
        ("SELECT SUM(w) s FROM b HAVING s > 100", []),
        ("SELECT (SELECT MAX(w) FROM b) + k FROM a WHERE k = 1", [(41,)]),
        ("SELECT n FROM TABLE(generate_series(1, 5, 2)) AS g(n)", [(1,), (3,), (5,)]),
        ("SELECT k, SUM(w) FROM b GROUP BY ROLLUP(k) ORDER BY k", [(None, 61), (1, 21), (4, 40)]),
        ("SELECT k, e FROM a, LATERAL unnest([k, 7]) AS u(e) WHERE k = 1", [(1, 1), (1, 7)]),
        ("SELECT k, u.unnest FROM a CROSS JOIN lateral unnest([k]) u WHERE k = 1", [(1, 1)]),
        ("SELECT k, e FROM a LEFT JOIN LATERAL unnest([k]) AS u(e) ON TRUE WHERE k = 1", [(1, 1)]),
        ("SELECT 1 FROM dual", [(1,)]),
        ("SELECT 1 FROM DUAL WHERE 1 = 0", []),
        ("SELECT SUM(1) FROM dual UNION ALL SELECT (SELECT 3 FROM dual) FROM dual WHERE 2 IN (NULL, 2)", [(1,), (3,)]),
    ],
)  # fmt: skip
def test_rows(tables: Client, query: str, wanted: object) -> None:
    assert tables.run(query) == wanted


def test_column_labels_are_the_written_expressions(tables: Client) -> None:
    assert tables.names("SELECT COUNT(*), k AS x, k + 1, 'a' FROM a GROUP BY k") == ["count(*)", "x", "k + 1", "'a'"]
    assert tables.names("SELECT @@session.autocommit, a.k FROM a") == ["@@session.autocommit", "k"]


@pytest.mark.parametrize(
    ("statement", "code", "part"),
    [
        ("SELECT * FROM nope", 5502, "nope"),
        ("SELECT * FROM dual", 1096, "No tables used"),
        ("SELECT 1 FROM `dual`", 5502, "dual"),
        ("SELECT 1 FROM dual d", 1064, "'d'"),
        ("SELECT * FROM nope.a", 5501, "nope"),
        ("SELECT nope FROM a", 1064, "nope"),
        ("SELEC 1", 1064, "SELEC"),
        ("SELECT 1 FROM a FOR UPDATE", 1064, "UPDATE"),
        ("SELECT * FROM a TABLESAMPLE (1)", 1064, "SAMPLE"),
        ("SELECT * FROM a NATURAL JOIN b", 1235, "JOIN"),
        ("SELECT CAST(1 AS BITMAP)", 1064, ""),
        ("SELECT * FROM (SELECT 1)", 1248, "alias"),
        ("SELECT k FROM a ORDER BY k LIMIT -1", 1064, "'-'"),
        ("SELECT * FROM duckdb_tables()", 1064, "')'"),
        ("SELECT * FROM read_csv('/etc/passwd')", 1235, ""),
        ("SELECT * FROM '/etc/passwd'", 1064, "passwd"),
        ("SELECT * FROM information_schema.duckdb", 5502, "duckdb"),
        ("SELECT * FROM pg_catalog.pg_class", 5501, "pg_catalog"),
        ("SELECT DATE '2024-01-02' - DATE '2024-01-01' FROM a WHERE k = NOW() - NOW()", 1235, "INTERVAL"),
        ("COPY a TO '/tmp/x'", 1064, "COPY"),
        ("ATTACH '/tmp/x'", 1064, "ATTACH"),
        ("PRAGMA version", 1064, "PRAGMA"),
        ("SELECT 1; SELEC 2", 1064, "SELEC"),
        ("SELECT CAST('2024-01-01' AS DATE) + 1", 1235, "INTERVAL"),
        ("SELECT k > 'abc' FROM a", 1235, "comparison"),
        ("SELECT v > 1 FROM a", 1235, "comparison"),
        ("SELECT 2.00 = '2.0'", 1235, "comparison"),
        ("SELECT CAST(1 AS VARCHAR(x))", 1064, "'x'"),
        ("SELECT k FROM a UNION SELECT v FROM a", 1235, "UNION"),
        ("SELECT IFNULL(CAST('2024-01-01' AS DATE), 'x')", 1235, "IFNULL"),
        ("SELECT k FROM a WHERE k IN (SELECT v FROM a)", 1235, "IN of"),
        ("SELECT STDDEV(1.5)", 1235, "DECIMAL"),
        ("SELECT ROUND(1.5, k) FROM a", 1235, "digits"),
        ("SELECT CAST('2024-01-01 10:00:00+08:00' AS DATETIME)", 1064, "does not read the date"),
        ("SELECT DATE_FORMAT('2024-01-01', '%Q')", 1235, "%Q"),
        ("SET sql_mode = 'PIPES_AS_CONCAT'", 1235, "PIPES_AS_CONCAT"),
        ("SET sql_auto_is_null = 1", 1235, "sql_auto_is_null"),
        ("SET sql_select_limit = 'x'", 1064, "sql_select_limit"),
        ("SUBMIT TASK AS SELECT 1", 1064, "INSERT"),
    ],
)  # fmt: skip
def test_rejected(tables: Client, statement: str, code: int, part: str) -> None:
    error = tables.error(statement)
    assert (error.code, part in error.message) == (code, True), (error.code, error.message)


@pytest.mark.parametrize("text", ["x'; DROP TABLE a; --", 'x" OR "1"="1', "x\\' OR 1=1 -- ", "x`y", "a\0b"])
def test_parameters_are_values_and_nothing_else(tables: Client, text: str) -> None:
    assert tables.prepared("SELECT COUNT(*) FROM a WHERE v = ?", text) == [(0,)]
    assert tables.value("SELECT COUNT(*) FROM a") == 3


@pytest.mark.parametrize("name", ['a"b', "a b", "select", "x; drop table a"])
def test_names_are_names_and_nothing_else(tables: Client, name: str) -> None:
    assert tables.names(f"SELECT k AS `{name}` FROM a") == [name]
    assert tables.error(f"SELECT `{name}` FROM a").code == 1064
    assert tables.value("SELECT COUNT(*) FROM a") == 3


def test_prepared_statements_describe_columns_and_bind_every_type(tables: Client) -> None:
    text = "SELECT k, v FROM a WHERE k >= ? AND k < ? ORDER BY k LIMIT ?"
    prepared = tables.session.prepare(text)
    assert prepared.parameters == 3
    assert [column.name for column in prepared.columns] == ["k", "v"]
    assert tables.prepared(text, Decimal("1.5"), 10, 1) == [(2, "two")]
    moment = datetime.datetime(2024, 1, 1)  # noqa: DTZ001
    assert tables.prepared("SELECT ? + INTERVAL 1 DAY", moment) == [(moment + datetime.timedelta(days=1),)]


def test_columns_and_messages_show_parameters_as_written(tables: Client) -> None:
    prepared = tables.session.prepare("SELECT ?, IF(k = ?, v, ?), v FROM a")
    assert [column.name for column in prepared.columns] == ["?", "if(k = ?, v, ?)", "v"]
    with pytest.raises(SqlError, match=r"must not be constant: \? \(in sum\(k\) OVER \(ORDER BY \?\)\)"):
        tables.prepared("SELECT SUM(k) OVER (ORDER BY ?) FROM a", 1)
    with pytest.raises(SqlError, match=r"constant positive integer: ntile\(\?\)"):
        tables.prepared("SELECT NTILE(?) OVER (ORDER BY k) FROM a", "x")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("WITH Q AS (SELECT 1 AS x), q AS (SELECT 2 AS y) SELECT Q.x, q.y FROM Q, q", [(1, 2)]),
        ("WITH q AS (SELECT 1 AS x), Q AS (SELECT x + 1 AS y FROM q) SELECT * FROM Q, q", [(2, 1)]),
        ("WITH q AS (SELECT 1 AS x) SELECT * FROM (WITH Q AS (SELECT 2 AS x) SELECT q.x AS y FROM q, Q) t", [(1,)]),
        ("WITH q AS (SELECT 1 AS x) SELECT * FROM (WITH q AS (SELECT x + 1 AS y FROM q) SELECT * FROM q) t", [(2,)]),
        ("WITH A AS (SELECT 1 AS x) SELECT COUNT(*) FROM a", [(3,)]),
    ],
)
def test_names_of_queries_in_with_are_case_sensitive(tables: Client, query: str, rows: list[tuple[Value, ...]]) -> None:
    assert tables.run(query) == rows


@pytest.mark.parametrize("names", [("q", "q"), ("q", "Q", "Q")])
def test_names_of_queries_in_one_with_are_unique(tables: Client, names: tuple[str, ...]) -> None:
    queries = ", ".join(f"{name} AS (SELECT 1 AS x)" for name in names)
    error = tables.error(f"WITH {queries} SELECT * FROM q")
    assert (error.code, error.message) == (1066, f"Not unique table/alias: '{names[-1]}'")


def test_results_do_not_depend_on_the_code_path_of_short_and_long_ones(tables: Client) -> None:
    tables.run("INSERT INTO b SELECT n, n * 2 FROM TABLE(generate_series(100, 2999)) AS g(n)")
    for most in (5, 2500):
        rows = tables.run(f"SELECT k, w, k FROM b WHERE k BETWEEN 100 AND {99 + most} ORDER BY k DESC")
        assert rows == [(k, k * 2, k) for k in range(99 + most, 99, -1)]
        assert tables.names(f"SELECT k, w, k FROM b WHERE k < {100 + most}") == ["k", "w", "k"]


def test_averages_and_quotients_of_decimals_are_exact(client: Client) -> None:
    client.run("CREATE TABLE m (k INT, n DECIMAL(10, 2)) DUPLICATE KEY (k)")
    client.run("INSERT INTO m VALUES (1, 1.00), (1, 2.00), (1, 2.00), (2, NULL)")
    assert client.run("SELECT k, AVG(n), SUM(n) / COUNT(n) FROM m GROUP BY k ORDER BY k") == [
        (1, Decimal("1.66666667"), Decimal("1.66666667")), (2, None, None),
    ]  # fmt: skip
    assert client.value("SELECT x.y FROM (SELECT MAX(n) / 3 AS y FROM m) AS x") == Decimal("0.66666667")
    assert client.value("WITH q AS (SELECT n AS z FROM m WHERE k = 1) SELECT MIN(z) / 7 FROM q") == Decimal(
        "0.14285714"
    )


def test_sql_select_limit(tables: Client) -> None:
    tables.run("SET sql_select_limit = 1")
    assert tables.run("SELECT k FROM a ORDER BY k") == [(1,)]
    assert tables.run("SELECT k FROM a UNION ALL SELECT 9 ORDER BY k DESC") == [(9,)]
    assert tables.run("SELECT k FROM a ORDER BY k LIMIT 2") == [(1,), (2,)]
    tables.run("SET sql_select_limit = DEFAULT")
    assert len(tables.run("SELECT k FROM a")) == 3


def test_query_timeout(tables: Client) -> None:
    tables.run("SET query_timeout = 1")
    slow = "SELECT SUM(a.n * b.n) FROM TABLE(generate_series(1, 200000)) a(n), TABLE(generate_series(1, 200000)) b(n)"
    error = tables.error(slow)
    assert (error.code, error.message) == (
        5024,
        "Query reached its timeout of 1 seconds, please increase the 'query_timeout' session variable and retry",
    )
    tables.run("SET query_timeout = DEFAULT")
    tables.run("SET insert_timeout = 1")
    error = tables.error(f"INSERT INTO a (k) {slow}")
    assert (error.code, error.message) == (
        5024,
        "Insert reached its timeout of 1 seconds, please increase the 'insert_timeout' session variable and retry",
    )
    tables.run("SET insert_timeout = DEFAULT")
    assert tables.value("SELECT 1") == 1
    assert tables.error("SET query_timeout = 0").code == 1064
