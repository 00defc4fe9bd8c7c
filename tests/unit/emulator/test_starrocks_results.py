"""Results that StarRocks' own test cases expect, with related statements."""

import datetime
from decimal import Decimal

import pytest

from starrocks_emulator.results import Value
from starrocks_emulator.testing import Client

T = datetime.datetime


@pytest.fixture
def rows(client: Client) -> Client:
    client.run(
        "CREATE TABLE o (a INT, b INT, c INT) DUPLICATE KEY (a);"
        "INSERT INTO o VALUES (1, 1, NULL), (2, 2, NULL), (3, NULL, 3), (4, 5, 1);"
        "CREATE TABLE i (x INT, y INT) DUPLICATE KEY (x); INSERT INTO i VALUES (1, 1), (2, 2)"
    )
    return client


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("b NOT IN (SELECT x FROM i)", [4]),
        ("o.b NOT IN (SELECT i.x FROM i WHERE i.x = o.c)", [4]),
        ("NOT (o.b IN (SELECT i.x FROM i WHERE o.c = i.x)) AND o.a > 0", [4]),
        ("b NOT IN (SELECT x FROM i AS j WHERE j.x = o.c)", [4]),
        ("o.b NOT IN (SELECT i.x FROM i WHERE i.x = o.c AND i.y > 5)", [1, 2, 3, 4]),
        ("o.b NOT IN (SELECT i.x FROM i WHERE i.y = o.c)", [1, 2, 3, 4]),
        ("o.b NOT IN (SELECT i.x FROM i WHERE i.y = o.c + i.x)", [1, 2, 3, 4]),
        ("o.b NOT IN (SELECT i.x FROM i WHERE i.y = o.a)", [3, 4]),
        ("o.b IN (SELECT i.x FROM i WHERE i.y = o.a)", [1, 2]),
        ("NOT (NOT (o.b IN (SELECT i.x FROM i WHERE i.y = o.a)))", [1, 2]),
    ],
)
def test_not_in_of_a_correlated_subquery(rows: Client, condition: str, wanted: list[Value]) -> None:
    """A NULL in a column that the subquery compares with its own result excludes the row."""
    assert rows.run(f"SELECT a FROM o WHERE {condition} ORDER BY a") == [(value,) for value in wanted]


@pytest.mark.parametrize("model", ["PRIMARY KEY (k) DISTRIBUTED BY HASH (k)", "DUPLICATE KEY (k)"])
def test_a_new_column_stands_where_it_was_added(client: Client, model: str) -> None:
    client.run(
        f"CREATE TABLE t (k INT NOT NULL, v VARCHAR(9), n INT) {model}; INSERT INTO t VALUES (1, 'a', 5);"
        "ALTER TABLE t ADD COLUMN x BIGINT NOT NULL DEFAULT '7' AFTER k; INSERT INTO t VALUES (2, 8, 'b', 6);"
        "ALTER TABLE t ADD COLUMN y DATE AFTER x; ALTER TABLE t ADD COLUMN z INT"
    )
    wanted = [(1, 7, None, "a", 5, None), (2, 8, None, "b", 6, None)]
    assert client.run("SELECT * FROM t ORDER BY k") == wanted
    assert [row[0] for row in client.run("DESC t")] == ["k", "x", "y", "v", "n", "z"]
    client.run("CREATE TABLE c AS SELECT * FROM t; CREATE VIEW w AS SELECT * FROM t")
    client.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT * FROM t")
    for table in "cwm":
        assert client.run(f"SELECT * FROM {table} ORDER BY k") == wanted
    assert client.error("INSERT INTO t VALUES (3, NULL, NULL, 'c', 1, 1)").code


@pytest.mark.parametrize(
    ("mode", "statement", "wanted"),
    [
        ("auto", "UPDATE t SET a = 1", None),
        ("auto", "UPDATE t SET a = 1, b = 1", "where clause"),
        ("auto", "UPDATE t SET s = 1", "sort key"),
        ("auto", "UPDATE t SET s = 1 WHERE k = 1", None),
        ("row", "UPDATE t SET a = 1", "where clause"),
        ("column", "UPDATE t SET a = 1, b = 1", None),
        ("column", "UPDATE t SET s = 1, a = 1 WHERE k = 1", "sort key"),
    ],
)
def test_partial_update_mode_of_update(client: Client, mode: str, statement: str, wanted: str | None) -> None:
    client.run(
        "CREATE TABLE t (k INT, a INT, b INT, c INT, s INT) PRIMARY KEY (k) DISTRIBUTED BY HASH (k) ORDER BY (s);"
        f"INSERT INTO t VALUES (1, 0, 0, 0, 0); SET partial_update_mode = '{mode}'"
    )
    if wanted:
        assert wanted in client.error(statement).message
        assert client.run("SELECT * FROM t") == [(1, 0, 0, 0, 0)]
    else:
        assert client.affected(statement) == 1


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("SELECT k FROM t ORDER BY a", [3, 4, 2, 1, 5]),
        ("SELECT k FROM t ORDER BY a DESC", [5, 1, 2, 4, 3]),
        ("SELECT k FROM t ORDER BY a NULLS LAST", [4, 1, 2, 5, 3]),
        ("SELECT k FROM t ORDER BY a DESC NULLS FIRST", [3, 5, 2, 1, 4]),
        ("SELECT k FROM (SELECT k, a AS z FROM t) AS q ORDER BY z", [3, 4, 2, 1, 5]),
        ("SELECT k FROM t ORDER BY b DESC", [5, 1, 2, 4, 3]),
        ("SELECT k FROM t ORDER BY row_number() OVER (ORDER BY a)", [3, 4, 2, 1, 5]),
    ],
)
def test_null_within_an_array_sorts_as_null_does(client: Client, query: str, wanted: list[Value]) -> None:
    client.run(
        "CREATE TABLE t (k INT, a ARRAY<INT>, b ARRAY<ARRAY<INT>>); INSERT INTO t VALUES (1, [1, 2, 3], [[1, 2]]),"
        "(2, [1, NULL], [[1, NULL]]), (3, NULL, NULL), (4, [], [NULL]), (5, [2], [[2]])"
    )
    assert client.run(query) == [(value,) for value in wanted]
    assert [row[0] for row in client.run("SELECT k, a FROM t ORDER BY 2")] == [3, 4, 2, 1, 5]


def test_spaces_after_a_compact_date(client: Client) -> None:
    """StarRocks' frontend, which evaluates constants, accepts the spaces.

    Its backend, which evaluates rows, does not.
    """
    day = T(2020, 1, 1)
    assert client.run("SELECT CAST(' 20200101 ' AS DATETIME), CAST('20200101000000 ' AS DATETIME)") == [(day, day)]
    client.run("CREATE TABLE t (s STRING); INSERT INTO t VALUES (' 20200101 '), (' 20200101'), ('2020-01-01 ')")
    assert client.run("SELECT CAST(s AS DATETIME) FROM t ORDER BY s") == [(day,), (None,), (day,)]


def test_partitions_of_expressions_and_columns(client: Client) -> None:
    """SHOW CREATE has date_trunc as written; partitions_meta has the empty partition of automatic partitions."""
    client.run(
        "CREATE TABLE e (k DATE, v INT) PARTITION BY DATE_TRUNC('DAY', `k`); INSERT INTO e VALUES ('2024-01-01', 1);"
        "CREATE TABLE c (k INT, v INT) PARTITION BY (k); CREATE TABLE p (k INT)"
    )
    shown = str(client.run("SHOW CREATE TABLE e")[0][1])
    assert "PARTITION BY date_trunc('DAY', `k`)\n" in shown
    client.run(f"DROP TABLE e; {shown}; INSERT INTO e VALUES ('2024-01-01', 1)")
    client.run("ALTER TABLE e RENAME COLUMN k TO day")
    assert "PARTITION BY date_trunc('DAY', `day`)\n" in str(client.run("SHOW CREATE TABLE e")[0][1])
    query = "SELECT TABLE_NAME, PARTITION_NAME FROM information_schema.partitions_meta ORDER BY 1, 2"
    assert client.run(query) == [
        ("c", "$shadow_automatic_partition"), ("e", "$shadow_automatic_partition"), ("e", "p20240101"), ("p", "p"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (
            "select s.k, sum(s.v) from t s join u on s.k = u.k group by s.k",
            "SELECT `s`.`k`, sum(`s`.`v`) AS `sum(s.v)`\nFROM `d`.`t` AS `s` INNER JOIN `d`.`u` ON `s`.`k` = `u`.`k`\n"
            "GROUP BY `s`.`k`",
        ),
        (
            "select k as a from t union all select k from d.u",
            "SELECT `t`.`k` AS `a`\nFROM `d`.`t` UNION ALL SELECT `u`.`k`\nFROM `d`.`u`",
        ),
        (
            "select k, count(*) as n from t group by k",
            "SELECT `t`.`k`, count(*) AS `n`\nFROM `d`.`t`\nGROUP BY `t`.`k`",
        ),
        ("select k from t where v > 1", "select k from t where v > 1"),
    ],
)
def test_show_create_has_the_analyzed_query(client: Client, query: str, wanted: str) -> None:
    client.run("CREATE TABLE t (k INT, v INT); CREATE TABLE u (k INT, v INT); INSERT INTO t VALUES (1, 2)")
    client.run(f"CREATE MATERIALIZED VIEW m REFRESH DEFERRED MANUAL AS {query}")
    shown = str(client.run("SHOW CREATE MATERIALIZED VIEW m")[0][1])
    properties = 'PROPERTIES (\n"replication_num" = "1",\n"replicated_storage" = "true",\n"storage_medium" = "HDD"\n)'
    assert shown.endswith(f"{properties}\nAS {wanted};")
    client.run(f"DROP MATERIALIZED VIEW m; {shown}")
    assert client.run("SHOW CREATE MATERIALIZED VIEW m")[0][1] == shown


def test_status_of_rewrites(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k INT); CREATE MATERIALIZED VIEW a REFRESH MANUAL AS SELECT k FROM t;"
        "CREATE MATERIALIZED VIEW b REFRESH MANUAL PROPERTIES ('enable_query_rewrite' = 'false') AS SELECT k FROM t;"
        "CREATE MATERIALIZED VIEW c REFRESH MANUAL AS SELECT k FROM t; ALTER MATERIALIZED VIEW c INACTIVE;"
        "CREATE MATERIALIZED VIEW e REFRESH MANUAL AS SELECT k FROM t LIMIT 5"
    )
    query = "SELECT query_rewrite_status FROM information_schema.materialized_views ORDER BY TABLE_NAME"
    assert [row[0] for row in client.run(query)] == [
        "VALID", "INVALID: enable_query_rewrite=FALSE", "INVALID: MV is not active",
        "INVALID: no valid plan: MV contains non-SPJG operators(no view rewrite): LOGICAL_LIMIT",
    ]  # fmt: skip


def test_show_variables_has_those_with_one_supported_value(client: Client) -> None:
    assert client.run("SHOW VARIABLES LIKE 'dynamic_overwrite'") == [("dynamic_overwrite", "false")]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("regexp_replace('abcabd', 'a|ab', 'x')", "xcxd"),
        ("regexp_replace('abab', 'a|abab|b', '-')", "-"),
        ("regexp_replace('foo bar', '(foo|foo b)(ar)?', '<\\\\1>')", "<foo b>"),
        ("regexp_replace('aaa', 'b|', '-')", "-a-a-a-"),
        ("regexp_replace('xaay', 'a*|b', '-')", "-x-y-"),
        ("regexp_replace('xaay', 'a*', '-')", "-x-y-"),
        ("regexp_replace('a|b', '[|]', '-')", "a-b"),
        ("regexp_replace('a|b', '\\\\|', '-')", "a-b"),
        ("regexp_replace(' a ', '^\\\\s+|\\\\s+$', '')", "a"),
        ("regexp_replace('', 'a|b', 'x')", ""),
        ("regexp_replace('', '.*', 'x')", ""),
        ("regexp_replace('', '', 'x')", ""),
        ("regexp_replace(NULL, 'a|ab', 'x')", None),
        ("regexp_replace('ab', 'a|ab', NULL)", None),
        ("regexp_replace(min(s), 'a|ab', 'x')", "xc"),
        ("min(regexp_replace(s, 'a|ab', 'x')) OVER ()", "xc"),
        ("group_concat(s, '-' ORDER BY s SEPARATOR NULL)", "abc-abd-"),
    ],
)
def test_the_longest_match_is_replaced(client: Client, expression: str, wanted: Value) -> None:
    client.run("CREATE TABLE t (s STRING); INSERT INTO t VALUES ('abc'), ('abd'), (NULL)")
    assert client.run(f"SELECT {expression} FROM t LIMIT 1") == [(wanted,)]
    client.run(f"CREATE TABLE c AS SELECT {expression} AS s FROM t LIMIT 1")
    assert client.run("SELECT s FROM c") == [(wanted,)]


def test_ndv_has_starrocks_estimate(client: Client) -> None:
    """1005 for the integers 1 to 1000 is the value in StarRocks' test case; up to 160 values are counted exactly."""
    client.run(
        "CREATE TABLE t (c INT, d DATE, n DECIMAL(10, 2), s STRING, b BOOLEAN, e DOUBLE, g INT);"
        "INSERT INTO t SELECT x, date_add('2020-01-01', x % 160), x % 9, x % 160, x % 2, x % 10, x % 5 "
        "FROM TABLE(generate_series(1, 1000)) AS q (x); INSERT INTO t (c) VALUES (NULL)"
    )
    assert client.run("SELECT ndv(c), approx_count_distinct(c) FROM t") == [(1005, 1005)]
    query = "SELECT ndv(d), ndv(n), ndv(s), ndv(b), ndv(e), ndv(c % 9), ndv(NULL) FROM t"
    assert client.run(query) == [(160, 9, 160, 2, 10, 9, 0)]
    assert client.value("SELECT ndv(c) FROM t WHERE c < 0") == 0
    assert client.run("SELECT ndv(s) OVER (PARTITION BY g) FROM t WHERE g = 3 LIMIT 1") == [(32,)]
    client.run("SET count_distinct_implementation = 'ndv'")
    assert client.run("SELECT count(DISTINCT c), count(DISTINCT c, d) FROM t") == [(1005, 1000)]
    client.run("SET count_distinct_implementation = 'default'")
    assert client.value("SELECT count(DISTINCT c) FROM t") == 1000


def test_properties_of_a_task(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k INT); SUBMIT TASK p SCHEDULE EVERY(INTERVAL 1 DAY) PROPERTIES('session.enable_profile' = "
        "'true', 'session.query_timeout' = '10000') AS INSERT INTO t SELECT 1"
    )
    assert client.run("SELECT PROPERTIES, DEFINITION FROM information_schema.tasks WHERE TASK_NAME = 'p'") == [
        (
            "('session.enable_profile'='true','warehouse'='default_warehouse','session.query_timeout'='10000')",
            "INSERT INTO t SELECT 1",
        )
    ]
    client.run("DROP TASK p")


def test_rows_outside_the_partitions_of_the_base_table(client: Client) -> None:
    """A view with the RANGE partitions of its base table stores no rows that other tables add outside them."""
    client.run(
        "CREATE TABLE p (d DATE, i INT) PARTITION BY RANGE (d) (PARTITION p1 VALUES [('2025-05-16'), ('2025-05-19')));"
        "CREATE TABLE e (d DATE, i INT) PARTITION BY date_trunc('day', d); CREATE TABLE n (d2 DATE, i INT);"
        "INSERT INTO p VALUES ('2025-05-16', 1), ('2025-05-18', 2); INSERT INTO e VALUES ('2025-05-16', 1);"
        "INSERT INTO n VALUES ('2025-05-16', 3), ('2030-01-01', 4), (NULL, 5)"
    )
    wanted = {
        "PARTITION BY (d) REFRESH MANUAL AS SELECT i, d FROM p UNION ALL SELECT i, d2 FROM n": [1, 2, 3],
        "PARTITION BY (date_trunc('day', d)) REFRESH MANUAL AS SELECT d, i FROM p UNION ALL SELECT * FROM n": [1, 2, 3],
        "PARTITION BY (d) REFRESH MANUAL AS SELECT p.d, n.i FROM p RIGHT JOIN n ON p.d = n.d2": [3],
        "REFRESH MANUAL AS SELECT d, i FROM p UNION ALL SELECT d2, i FROM n": [1, 2, 3, 4, 5],
        "PARTITION BY (d) REFRESH MANUAL AS SELECT d, i FROM e UNION ALL SELECT d2, i FROM n": [1, 3, 4, 5],
    }
    for definition, rows in wanted.items():
        client.run(f"CREATE MATERIALIZED VIEW m {definition}; REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
        assert [row[0] for row in client.run("SELECT i FROM m ORDER BY i")] == rows, definition
        client.run("DROP MATERIALIZED VIEW m")


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("CAST(i AS DECIMAL(9, 0))", None),
        ("CAST(b AS DECIMAL(9, 0))", None),
        ("CAST(l AS DECIMAL(27, 0))", None),
        ("CAST(n AS DECIMAL(18, 2))", None),
        ("CAST(sum(i) AS DECIMAL(9, 0))", None),
        ("CAST(i AS DECIMAL(10, 0))", Decimal(2147483647)),
        ("CAST(b AS DECIMAL(9, 1))", "NULL"),
        ("CAST(l AS DECIMAL(18, 0))", "NULL"),
        ("CAST(s AS DECIMAL(4, 1))", "NULL"),
        ("CAST(1e30 AS DECIMAL(9, 1))", "NULL"),
        ("CAST(NULL AS DECIMAL(9, 1))", "NULL"),
    ],
)
def test_more_digits_than_a_decimal_has(client: Client, expression: str, wanted: Value) -> None:
    """StarRocks keeps such a value if it fits 64 or 128 bits. The emulator rejects it, and supports all others."""
    client.run(
        "CREATE TABLE t (i INT, b BIGINT, l LARGEINT, n DECIMAL(20, 3), s STRING); INSERT INTO t VALUES "
        "(2147483647, 9223372036854775807, 17014118346046923173168730371588410572, 12345678901234567.125, '99999')"
    )
    if wanted is None:
        assert "digits before the point" in client.error(f"SELECT {expression} FROM t").message
    else:
        assert client.run(f"SELECT {expression} FROM t") == [(None if wanted == "NULL" else wanted,)]


@pytest.mark.parametrize("name", ["array_min", "array_max", "array_sort", "array_sum"])
def test_functions_of_flat_arrays(client: Client, name: str) -> None:
    assert "array<array<tinyint>>" in client.error(f"SELECT {name}([[1, 2], [3]])").message


def test_property_with_its_default_is_not_shown(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k INT) PRIMARY KEY (k) DISTRIBUTED BY HASH (k) "
        "PROPERTIES ('primary_index_cache_expire_sec' = '3600')"
    )
    assert "primary_index_cache_expire_sec" in str(client.run("SHOW CREATE TABLE t"))
    client.run("ALTER TABLE t SET ('primary_index_cache_expire_sec' = '0')")
    assert "primary_index_cache_expire_sec" not in str(client.run("SHOW CREATE TABLE t"))


def test_queries_need_the_pipeline_engine(client: Client) -> None:
    client.run("SET enable_pipeline_engine = false")
    assert "non-pipeline engine is no longer supported" in client.error("SELECT 1").message
    assert client.run("SELECT /*+ SET_VAR(enable_pipeline_engine = true) */ 1") == [(1,)]
    client.run("SET enable_pipeline_engine = true")
    assert client.run("SELECT 1") == [(1,)]


def test_alter_view(client: Client) -> None:
    """The view keeps its grants.

    Materialized views that read it become inactive until their queries are valid again.
    """
    client.run(
        "CREATE TABLE t (k INT, v INT); INSERT INTO t VALUES (1, 2), (1, 3); DROP USER IF EXISTS reader;"
        "CREATE VIEW w AS SELECT k, sum(v) AS s FROM t GROUP BY k; CREATE USER reader; "
        "GRANT SELECT ON VIEW w TO USER reader; CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k, s FROM w;"
        "REFRESH MATERIALIZED VIEW m WITH SYNC MODE; ALTER VIEW w AS SELECT k, max(v) + 5 AS s FROM t GROUP BY k"
    )
    assert client.as_user("reader", "d").run("SELECT * FROM w") == [(1, 8)]
    status = "SELECT IS_ACTIVE, INACTIVE_REASON FROM information_schema.materialized_views"
    assert client.run(status) == [("false", "base-view changed: w")]
    client.run("ALTER MATERIALIZED VIEW m ACTIVE; REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert client.run("SELECT s FROM m") == [(8,)]
    assert client.error("ALTER VIEW nothing AS SELECT 1 AS a").code == 5502
    assert client.error("ALTER VIEW t AS SELECT 1 AS a").code == 1347
    assert client.as_user("reader", "d").error("ALTER VIEW w AS SELECT 1 AS k").code == 5203
    assert client.error("ALTER VIEW w AS SELECT k FROM w2").code == 5502
    client.run("DROP USER reader")


@pytest.mark.parametrize(
    ("condition", "refused"),
    [
        ("EXISTS (SELECT 1 FROM i WHERE i.x < o.a)", True),
        ("NOT EXISTS (SELECT 1 FROM i WHERE i.x <=> o.a AND i.y > 0)", True),
        ("EXISTS (SELECT 1 FROM i WHERE i.x = 1 AND i.x < o.a)", True),
        ("EXISTS (SELECT 1 FROM i WHERE i.x = o.a AND i.y < o.b)", False),
        ("EXISTS (SELECT 1 FROM i WHERE x = a AND i.y <= o.b)", False),
        ("EXISTS (SELECT 1 FROM i WHERE i.x > 1)", False),
        ("a IN (SELECT i.x FROM i WHERE i.y = o.b + o.c)", False),
        ("(a IN (SELECT i.x FROM i WHERE i.y = o.b + o.c)) IS NULL", True),
        ("(a IN (SELECT i.x FROM i WHERE i.y = o.b)) IS NULL", False),
    ],
)
def test_correlations_that_starrocks_refuses(rows: Client, condition: str, refused: bool) -> None:
    if refused:
        assert "not support" in rows.error(f"SELECT a FROM o WHERE {condition}").message.lower()
    else:
        assert len(rows.run(f"SELECT count(*) FROM o WHERE {condition}")) == 1


def test_partitions_of_a_materialized_view_are_refused(client: Client) -> None:
    client.run(
        "CREATE TABLE t (d DATE, v INT) PARTITION BY date_trunc('day', d); CREATE MATERIALIZED VIEW m REFRESH MANUAL "
        "AS SELECT d, v FROM t; CREATE MATERIALIZED VIEW n PARTITION BY (d) REFRESH MANUAL AS SELECT d, v FROM t"
    )
    assert [row[1] for row in client.run("SHOW PARTITIONS FROM m")] == ["m"]
    assert client.error("SHOW PARTITIONS FROM n").code == 1235


def test_show_create_has_starrocks_line_ends(client: Client) -> None:
    client.run("CREATE TABLE h (k INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) BUCKETS 3; CREATE TABLE r (k INT)")
    shown = str(client.run("SHOW CREATE TABLE h")[0][1])
    assert ") ENGINE=OLAP \nDUPLICATE KEY(`k`)\nDISTRIBUTED BY HASH(`k`) BUCKETS 3 \nPROPERTIES (" in shown
    assert "DISTRIBUTED BY RANDOM\nPROPERTIES (" in str(client.run("SHOW CREATE TABLE r")[0][1])
    client.run(f"DROP TABLE h; {shown}")
    assert client.run("SHOW CREATE TABLE h")[0][1] == shown


@pytest.mark.parametrize(
    ("number", "wanted"), [(1, "a"), (2, "é"), (3, "c"), (4, None), (0, None), (-1, "a"), (-9, "a")]
)
def test_split_part_without_a_separator(client: Client, number: int, wanted: str | None) -> None:
    client.run("CREATE TABLE t (s STRING); INSERT INTO t VALUES ('aéc'), (''), (NULL)")
    assert client.value(f"SELECT split_part('aéc', '', {number})") == wanted
    assert client.run(f"SELECT split_part(s, '', {number}) FROM t ORDER BY s") == [(None,), (None,), (wanted,)]


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("CREATE TABLE t (k INT, __generated_partition_column_1 INT)", "system reserved name"),
        ("CREATE TABLE t (k INT) PROPERTIES ('compression' = 'zstd(0)')", "Invalid level for zstd"),
        ("CREATE TABLE t (k INT) PROPERTIES ('compression' = 'zstd(23)')", "Invalid level for zstd"),
    ],
)
def test_definitions_that_starrocks_refuses(client: Client, statement: str, part: str) -> None:
    assert part in client.error(statement).message
    client.run("CREATE TABLE t (k INT) PROPERTIES ('compression' = 'zstd(22)')")


def test_sums_of_decimals_have_at_most_18_digits_after_the_point(client: Client) -> None:
    """AVG and ARRAY_SUM round values of a larger scale first, so that the sum does not overflow."""
    client.run(
        "CREATE TABLE t (a BIGINT, b BIGINT); INSERT INTO t VALUES (10000000, 3), (40000000, 5), (40000000, 5), "
        "(40000000, 5)"
    )
    product = "a - 1.86659630566164 * (b - 3.062175673706)"
    assert client.value(f"SELECT avg({product}) FROM t") == Decimal("32499997.316162424349183169")
    assert client.value(f"SELECT avg(DISTINCT {product}) FROM t") == Decimal("24999998.249460577180003169")
    assert client.value("SELECT avg(CAST(0.5 AS DECIMAL(20, 19)))") == Decimal("0.500000000000000000")
    numbers = "[CAST(0.5 AS DECIMAL(20, 19)), CAST(0.25 AS DECIMAL(20, 19))]"
    assert str(client.value(f"SELECT array_sum({numbers})")) == "0.750000000000000000"
    assert str(client.value("SELECT array_sum([0.5, 0.25])")) == "0.75"


def test_the_license_is_starrocks(client: Client) -> None:
    assert client.value("SELECT @@license") == "Apache License 2.0"


@pytest.fixture
def target(client: Client) -> Client:
    """A DUPLICATE KEY table `t` with a default, and a PRIMARY KEY table `p`."""
    client.run(
        "CREATE TABLE t (k INT, v VARCHAR(9), n INT DEFAULT '7') DUPLICATE KEY (k);"
        "CREATE TABLE p (k INT NOT NULL, a INT, b INT) PRIMARY KEY (k) DISTRIBUTED BY HASH (k);"
        "INSERT INTO p VALUES (1, 10, 20)"
    )
    return client


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("INSERT INTO t BY NAME SELECT 'x' AS v, 1 AS k", (1, "x", 7)),
        ("INSERT INTO t BY NAME SELECT 1 AS K, 2 AS n", (1, None, 2)),
        ("INSERT INTO t BY NAME WITH LABEL by_name_1 SELECT 1 AS k", (1, None, 7)),
        ("INSERT INTO t WITH LABEL by_name_2 BY NAME SELECT 1 AS k", (1, None, 7)),
        ("INSERT INTO t BY NAME WITH q AS (SELECT 'x' AS v) SELECT *, 1 AS k FROM q", (1, "x", 7)),
        ("INSERT INTO t BY NAME SELECT k, a AS n FROM p", (1, None, 10)),
        ("INSERT OVERWRITE t BY NAME (SELECT 'x' AS v, 1 AS k)", (1, "x", 7)),
        ("INSERT INTO t (v, k) WITH LABEL by_name_3 SELECT 'x', 1", (1, "x", 7)),
    ],
)
def test_insert_by_name(target: Client, statement: str, wanted: tuple[Value, ...]) -> None:
    target.run(statement)
    assert target.run("SELECT * FROM t") == [wanted]


def test_insert_by_name_updates_only_the_named_columns_of_a_primary_key_table(target: Client) -> None:
    target.run("INSERT INTO p BY NAME SELECT 11 AS a, 1 AS k")
    assert target.run("SELECT * FROM p") == [(1, 11, 20)]


@pytest.mark.parametrize(
    ("statement", "code", "part"),
    [
        ("INSERT INTO t BY NAME SELECT 1 AS z", 1064, "Unknown column 'z' in 't'"),
        ("INSERT INTO t BY NAME SELECT 1 AS k, 2 AS K", 1060, "Duplicate column name 'K'"),
        ("INSERT INTO t BY NAME VALUES (1, 'x', 2)", 1064, "Insert match column by name does not support values()"),
        ("INSERT INTO t BY NAME (k) SELECT 1", 1064, "Cannot use COLUMN LIST and BY NAME clause together"),
        ("INSERT INTO t (k) BY NAME SELECT 1 AS k", 1064, "Cannot use COLUMN LIST and BY NAME clause together"),
    ],
)
def test_insert_by_name_refuses(target: Client, statement: str, code: int, part: str) -> None:
    error = target.error(statement)
    assert (error.code, part in error.message) == (code, True), error.message
    assert target.run("SELECT * FROM t") == []


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("CAST([1.5, 2.5, -2.7] AS ARRAY<INT>)", "[1,2,-2]"),
        ("CAST([[1.5], [NULL], NULL] AS ARRAY<ARRAY<INT>>)", "[[1],[null],null]"),
        ("CAST([300] AS ARRAY<TINYINT>)", "[null]"),
        ("CAST([1, NULL] AS ARRAY<STRING>)", '["1",null]'),
        ("CAST(['1.7', 'x', '3'] AS ARRAY<INT>)", "[null,null,3]"),
        ("CAST(['2024-01-05', '2024.1.5', 'q'] AS ARRAY<DATE>)", '["2024-01-05","2024-01-05",null]'),
        ("CAST(['nan', '1'] AS ARRAY<DOUBLE>)", "[null,1]"),
        ("CAST([true, false] AS ARRAY<INT>)", "[1,0]"),
        ("CAST('[1,2]' AS ARRAY<INT>)", "[1,2]"),
        ("CAST([] AS ARRAY<INT>)", "[]"),
        ("CAST(NULL AS ARRAY<INT>)", None),
    ],
)
def test_an_array_is_converted_element_by_element(client: Client, expression: str, wanted: str | None) -> None:
    """The elements are converted as single values are: an integer type truncates."""
    assert client.value(f"SELECT {expression}") == wanted


def test_an_inserted_array_is_converted_element_by_element(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, a ARRAY<INT>, s ARRAY<STRING>, n ARRAY<ARRAY<INT>>) DUPLICATE KEY (k)")
    client.run("INSERT INTO t VALUES (1, [1.9, NULL], [1, 2], [[1.9]]), (2, NULL, ['x'], NULL), (3, [], NULL, [NULL])")
    client.run("INSERT INTO t SELECT 4, [2.9], [1.5], [[2.9], NULL]")
    wanted = [(1, "[1,null]", '["1","2"]', "[[1]]"), (2, None, '["x"]', None), (3, "[]", None, "[null]")]
    assert client.run("SELECT * FROM t ORDER BY k") == [*wanted, (4, "[2]", '["1.5"]', "[[2],null]")]
    client.run("CREATE TABLE d (k INT, v ARRAY<DECIMAL(4, 3)>)")
    assert "more than 1 digits before the point" in client.error("INSERT INTO d VALUES (1, [10.0])").message


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT [[1]] = [1]", "Column type array<array<tinyint(4)>> does not support binary predicate operation"),
        ("SELECT [1] < 1", "Column type array<tinyint(4)> does not support binary predicate operation"),
        ("SELECT CAST([[1]] AS ARRAY<INT>)", "Invalid type cast from array<array<tinyint(4)>> to array<int(11)>"),
    ],
)
def test_arrays_of_different_depth_do_not_fit(client: Client, query: str, message: str) -> None:
    assert message in client.error(query).message


@pytest.mark.parametrize(
    ("clause", "wanted"),
    [
        ("START('2030-01-01') EVERY(INTERVAL 10 SECOND)", "PERIODICAL START(2030-01-01T00:00) EVERY(10 SECONDS)"),
        ("START('2030-01-01 01:02:03') EVERY(INTERVAL 2 DAY)", "PERIODICAL START(2030-01-01T01:02:03) EVERY(2 DAYS)"),
    ],
)
def test_the_schedule_of_a_task_has_starrocks_text(client: Client, clause: str, wanted: str) -> None:
    client.run(f"CREATE TABLE t (k INT); SUBMIT TASK with_schedule SCHEDULE {clause} AS INSERT INTO t SELECT 1")
    shown = "SELECT SCHEDULE FROM information_schema.tasks WHERE TASK_NAME = 'with_schedule'"
    assert client.value(shown) == wanted
    client.run("DROP TASK with_schedule")
