"""Statements whose results are specific to StarRocks 3.5, each with related statements."""

import datetime
from decimal import Decimal

import pytest

from starrocks_emulator.results import ColumnType, Ok, ResultSet, Value
from starrocks_emulator.testing import Client

D = datetime.date
T = datetime.datetime


@pytest.fixture
def tables(client: Client) -> Client:
    client.run(
        "CREATE TABLE a (k INT, v VARCHAR(10), t DATETIME, d DATE, n DECIMAL(10, 2), x DOUBLE, big BIGINT, b BOOLEAN)"
        " DUPLICATE KEY (k);"
        "CREATE TABLE b (k INT, w INT) DUPLICATE KEY (k);"
        "INSERT INTO a VALUES (1, 'one', '2024-01-01 10:00:00', '2024-01-01', 1.50, 2.5, 9223372036854775807, TRUE),"
        " (2, 'two', '2024-01-02 11:30:00', '2024-01-02', 2.25, 3.5, 1, FALSE), (3, NULL, NULL, NULL, NULL, NULL, 1, NULL);"  # noqa: E501
        "INSERT INTO b VALUES (1, 10), (1, 11), (4, 40)"
    )
    return client


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("SELECT round(avg(x)), floor(avg(x)), ceil(max(x)), truncate(avg(x), 1), abs(min(k)) FROM a", (3, 3, 4, 3.0, 1)),  # noqa: E501
        ("SELECT round(avg(n)), round(avg(n), 1) FROM a", (Decimal(2), Decimal("1.9"))),
        ("SELECT date(max(t)), hour(max(t)), year(max(d)), last_day(max(d)) FROM a", (D(2024, 1, 2), 11, 2024, D(2024, 1, 31))),  # noqa: E501
        ("SELECT timestampdiff(SECOND, max(t), '2024-02-01'), datediff(max(t), min(d)) FROM a", (2550600, 1)),
        ("SELECT date_trunc('hour', max(t)), date_trunc('month', max(d)) FROM a", (T(2024, 1, 2, 11), D(2024, 1, 1))),
        ("SELECT date_format(max(t), '%H:%i'), date_add(max(d), 1), max(t) + INTERVAL 1 DAY FROM a",
         ("11:30", T(2024, 1, 3), T(2024, 1, 3, 11, 30))),
        ("SELECT unix_timestamp(max(d)), from_unixtime(max(k)), to_date(max(v)) FROM a", (1704153600, "1970-01-01 00:00:03", None)),  # noqa: E501
        ("SELECT upper(max(v)), concat(max(v), sum(k)), left(max(v), 1), substr(max(v), 2), hex(max(v)) FROM a",
         ("TWO", "two6", "t", "wo", "74776F")),
        ("SELECT lpad(max(v), 4, '_'), repeat(max(v), 2), split_part(max(v), 'w', 1), md5(max(v)) IS NULL FROM a",
         ("_two", "twotwo", "t", False)),
        ("SELECT CAST(avg(x) AS INT), CAST(max(t) AS VARCHAR), CAST(max(v) AS DOUBLE), CAST(max(k) AS BOOLEAN) FROM a",
         (3, "2024-01-02 11:30:00", None, True)),
        ("SELECT array_join(array_agg(k ORDER BY k), '-'), IF(max(k) > 2, date(min(t)), NULL) FROM a", ("1-2-3", D(2024, 1, 1))),  # noqa: E501
        ("SELECT date(max(t) OVER ()), round(avg(x) OVER ()) FROM a LIMIT 1", (D(2024, 1, 2), 3)),
        ("SELECT date(max(z)) FROM (SELECT k, max(t) AS z FROM a GROUP BY k HAVING date(max(t)) < '2024-01-02') AS q", (D(2024, 1, 1),)),  # noqa: E501
        ("SELECT k FROM a GROUP BY k ORDER BY hour(max(t)) DESC LIMIT 1", (2,)),
        ("SELECT upper(max(TABLE_NAME)), year(max(CREATE_TIME)) > 2000 FROM information_schema.tables "
         "WHERE TABLE_SCHEMA = 'd'", ("B", True)),
    ],
)  # fmt: skip
def test_functions_accept_aggregates(tables: Client, query: str, wanted: tuple[Value, ...]) -> None:
    assert tables.run(query)[0] == wanted


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("1", "TINY"), ("-128", "TINY"), ("128", "SHORT"), ("-129", "SHORT"), ("40000", "LONG"),
        ("3000000000", "LONGLONG"), ("1e0", "NEWDECIMAL"), ("1.5e3", "NEWDECIMAL"), ("1e60", "DOUBLE"),
        ("abs(k)", "LONGLONG"), ("abs(-5)", "SHORT"), ("abs(big)", "VAR_STRING"), ("abs(x)", "DOUBLE"),
        ("~k", "LONGLONG"), ("~1", "LONGLONG"), ("bitnot(k)", "LONG"), ("negative(k)", "LONGLONG"),
        ("year(t)", "SHORT"), ("month(t)", "TINY"), ("day(d)", "TINY"), ("dayofmonth(d)", "TINY"), ("hour(t)", "TINY"),
        ("minute(t)", "TINY"), ("second(t)", "TINY"), ("quarter(t)", "LONG"), ("dayofyear(t)", "LONG"),
        ("EXTRACT(YEAR FROM t)", "SHORT"), ("strcmp('a', 'b')", "LONG"), ("IF(b, 1, 300)", "SHORT"),
        ("COALESCE(NULL, 5)", "TINY"), ("CASE WHEN b THEN 1 END", "TINY"), ("7 DIV 2", "TINY"), ("k DIV 2", "LONG"),
        ("k & 1", "LONG"), ("big | 1", "LONGLONG"), ("x DIV 2", "LONGLONG"), ("1 + 1", "SHORT"),
        ("k + 1", "LONGLONG"), ("SUM(k)", "LONGLONG"), ("COUNT(*)", "LONGLONG"), ("MAX(k)", "LONG"),
    ],
)  # fmt: skip
def test_types_of_results(tables: Client, expression: str, kind: str) -> None:
    answer = next(iter(tables.session.execute(f"SELECT {expression} AS c FROM a GROUP BY k, big, t, d, b, x")))
    assert isinstance(answer, ResultSet)
    assert answer.columns[0].type is ColumnType[kind]


def test_a_table_created_from_literals_has_their_types(tables: Client) -> None:
    tables.run("CREATE TABLE made AS SELECT 1 AS a, 300 AS b, 1e0 AS c, year('2024-01-01') AS d")
    rows = tables.run("SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.columns WHERE TABLE_NAME = 'made'")
    assert {row[0]: row[1] for row in rows} == {"a": "tinyint", "b": "smallint", "c": "decimal", "d": "smallint"}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("1 || 0", True), ("0 || 0", False), ("'a' || 'b'", None), ("'true' || 'x'", True), ("NOT '0'", True),
        ("IF('a', 1, 2)", 2), ("CASE WHEN '1' THEN 'y' ELSE 'n' END", "y"), ("2 AND 3", True),
        ("7 DIV 2e0", 3), ("-7.5 DIV 2", -3), ("'7' DIV 2", 3), ("7 DIV 0", None), ("7 DIV 0.5", None),
        ("get_json_int('{\"a\":21.5}', '$.a')", 21), ("get_json_int('{\"a\":\"12\"}', '$.a')", 12),
        ("get_json_int('{\"a\":true}', '$.a')", 1), ("get_json_int('{\"a\":\"1.5\"}', '$.a')", None),
        ("get_json_int('{\"a\":1e30}', '$.a')", None), ("get_json_int('{\"a\":[1]}', '$.a')", None),
        ("get_json_double('{\"a\":\"1.5\"}', '$.a')", 1.5), ("get_json_double('{\"a\":false}', '$.a')", 0.0),
        ("get_json_double('{\"a\":\"nan\"}', '$.a')", None),
        ("get_json_string('{\"a\":{\"c\":1,\"b\":[2]}}', '$.a')", '{"b": [2], "c": 1}'),
        ("upper('é')", "É"), ("lower('ÉÀ')", "éà"), ("ucase(concat('ß', 'ç'))", "SSÇ"),
        ("arrays_overlap([NULL], [NULL])", True), ("arrays_overlap([1, NULL], [2])", False),
        ("arrays_overlap(NULL, [1])", None), ("array_append(NULL, 1)", None), ("array_append([1], NULL)", "[1,null]"),
        ("array_concat([1], NULL)", None), ("array_remove(NULL, 1)", None), ("array_contains([1], NULL)", False),
        ("CAST('NaN' AS DOUBLE)", None), ("CAST('Infinity' AS DOUBLE)", None), ("CAST('-inf' AS FLOAT)", None),
        ("CAST('1e400' AS DOUBLE)", None), ("CAST('1_0' AS DOUBLE)", None), ("CAST('1_0' AS DECIMAL(10, 2))", None),
        ("CAST(' 1.5 ' AS DOUBLE)", 1.5), ("'inf' + 1", None), ("CAST('1e2' AS DOUBLE)", 100.0),
        ("split_part('abc##567###234', '##', -1)", "234"), ("split_part('abc##567###234', '##', -2)", "567#"),
        ("split_part('abc##567###234', '##', -3)", "abc"), ("split_part('a,b', ',', -3)", None),
        ("split_part('abc##567###234', '##', 3)", "#234"), ("split_part('a', ',', 1)", "a"),
        ("field('01', '1', 1)", 1), ("field('01', '1')", 0), ("field('a', 'b', 1)", 0), ("field(1.0, 2, 1)", 2),
        ("field('01.0', 001.0, 0001.0)", 1), ("field(NULL, NULL, 1)", 0),
        ("field(CAST('2022-02-02' AS DATE), CAST('2022-02-02' AS DATETIME))", 0),
        ("substr('abc', -5)", ""), ("substr('abc', -2)", "bc"), ("left('abc', 2.7)", "ab"), ("repeat('a', '2')", "aa"),
        ("substr('abc', CAST(9223372036854775807 AS BIGINT) - 0)", None),
        ("length(concat(repeat('a', 1048576), 'b'))", None), ("concat_ws(',', repeat('a', 1048576), 'b')", None),
        ("length(concat(repeat('a', 1048575), 'b'))", 1048576),
        ("years_sub('0001-01-01', 2)", None), ("CAST(years_sub('0001-01-01', 1) AS VARCHAR)", "0000-01-01 00:00:00"),
        ("years_sub('0001-03-04', 1)", "0000-03-04 00:00:00"), ("last_day('0000-02-01')", "0000-02-29"),
        ("date_trunc('week', '0000-01-01')", None), ("previous_day('0001-01-01', 'Mon')", None),
        ("date_sub('0000-01-01', INTERVAL 1 SECOND)", None), ("months_diff('0001-03-01', '0000-02-01')", 13),
        ("date_diff('month', '0001-01-01', '0000-02-29')", 10),
        ("date_diff('year', '2017-02-28', '2016-02-29')", 1),
        ("date_diff('year', '2017-02-28', '2016-02-29 00:00:00.01')", 0),
        ("date_diff('month', '2017-02-28', '2016-02-28 00:00:00.001')", 12),
        ("date_diff('month', '2016-02-28', '2017-02-28')", -12),
        ("date_diff('month', '2016-06-30', '2016-04-30 00:00:00.01')", 1),
        ("date_diff('month', '2024-01-01', '2024-01-15')", 0),
        ("months_diff('2024-01-01', '2024-01-15')", -1), ("months_diff('2024-01-15', '2024-01-01')", 0),
        ("years_diff('2024-01-01', '2024-06-01')", -1), ("years_diff('2023-01-01', '2024-06-01')", -1),
        ("timestampdiff(MONTH, '2024-02-29', '2024-03-31')", 1), ("quarters_diff('2024-07-01', '2024-01-01')", 2),
        ("CAST(time_slice('2023-12-31 03:12:04', INTERVAL 2147483647 DAY) AS VARCHAR)", "0001-01-01 00:00:00"),
        ("time_slice('9999-12-31', INTERVAL 5 YEAR, CEIL)", None),
        ("time_slice('2023-12-31', INTERVAL 2147483647 WEEK, CEIL)", None),
        ("str_to_date('10:10:10 2020-01-01', '%r %Y-%m-%d')", T(2020, 1, 1, 10, 10, 10)),
        ("str_to_date('10:10:10 PM 2020-01-01', '%r %Y-%m-%d')", T(2020, 1, 1, 22, 10, 10)),
        ("regexp_replace('', '', 'xx')", ""), ("regexp_replace('', NULL, 'xx')", None),
        ("regexp_replace('aab', 'a+?', 'x')", "xb"),
        ("regexp_replace('a\nb', 'a.b', 'x')", "x"), ("regexp_extract('a\nb', 'a(.*)', 1)", "\nb"),
        ("'a\nb' REGEXP 'a.b'", True),
        ("regexp_replace('a?b', '[*+?]?b', 'x')", "ax"), ("translate(repeat('a', 1048576), 'a', '膨')", None),
        ("array_contains(['a', '1'], 1)", True), ("array_position(['1'], 1)", 1),
        ("arrays_overlap(['10'], [10])", True),
        ("array_append(['a'], 1.50)", '["a","1.50"]'), ("array_concat(['a'], [1, NULL])", '["a","1",null]'),
        ("[parse_json('{\"a\": 1}')]", "['{\"a\": 1}']"), ("array_agg(CAST(1.23 AS FLOAT))", "[1.23]"),
        ("CAST(-2147483648 AS INT) DIV CAST(-1 AS INT)", -2147483648), ("-128 DIV -1", -128),
        ("9223372036854775807 DIV 2", 4611686018427387903),
        ("sum('12')", 12.0), ("avg('x')", None), ("sum(DISTINCT '1.5')", 1.5),
        ("group_concat(DISTINCT 1, 2 ORDER BY 2 DESC)", "12"), ("group_concat('a', NULL)", None),
        ("date_diff('quarter', '2024-07-01', '2024-01-01')", 2),
    ],
)  # fmt: skip
def test_value(client: Client, expression: str, wanted: Value) -> None:
    assert client.value(f"SELECT {expression}") == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("SELECT COUNT(*) FROM a JOIN b RIGHT JOIN b AS c ON a.k = c.k", [(7,)]),
        ("SELECT COUNT(*) FROM a, b RIGHT JOIN b AS c ON b.k = c.k", [(15,)]),
        ("SELECT COUNT(*) FROM a JOIN b LEFT JOIN b AS c ON a.k = c.k AND c.w = 10", [(9,)]),
        ("SELECT COUNT(*) FROM a INNER JOIN b", [(9,)]),
        ("SELECT group_concat(v ORDER BY 1 DESC) FROM a", [("two,one",)]),
        ("SELECT group_concat(v, k ORDER BY 2 DESC SEPARATOR '-') FROM a", [("two2-one1",)]),
        ("SELECT group_concat(DISTINCT v ORDER BY 1) FROM a", [("one,two",)]),
        ("SELECT array_agg(k ORDER BY 1 DESC) FROM a", [("[3,2,1]",)]),
        ("SELECT group_concat(v, w ORDER BY 1 DESC, w SEPARATOR NULL) FROM a JOIN b ON a.k = b.k", [("one10one11",)]),
        ("SELECT group_concat(DISTINCT b.k ORDER BY w DESC, 'x', 4.0) FROM b", [("4,1",)]),
        ("SELECT group_concat(DISTINCT b.k, w ORDER BY 1 DESC, 2) FROM b", [("440,110,111",)]),
        ("SELECT group_concat(DISTINCT v, NULL ORDER BY k) FROM a", [(None,)]),
        ("SELECT corr(k, w) OVER (ORDER BY w ROWS BETWEEN CURRENT ROW AND CURRENT ROW) FROM b WHERE w = 10", [(None,)]),
        ("SELECT k FROM a WHERE d = '2024-01-02 05:00:00'", [(2,)]),
        ("SELECT k FROM a WHERE d IN ('2024-01-02 05:00:00', '2023-01-01')", [(2,)]),
        ("SELECT k FROM a WHERE d > '2024-01-01 05:00:00'", [(2,)]),
        ("SELECT b.k FROM a JOIN [broadcast] b ON a.k = b.k AND w = 10 LEFT JOIN [shuffle] a c ON c.k = b.k", [(1,)]),
        ("SELECT k FROM b ORDER BY 'x', 1.5, k DESC LIMIT 1", [(4,)]),
        ("WITH q AS (SELECT column_0 AS c FROM (VALUES (1), (2)) AS t) SELECT SUM(c) FROM q", [(3,)]),
        ("SELECT x, y FROM (VALUES (1, 'a'), (2, 'b')) AS t (x, y) ORDER BY x DESC LIMIT 1", [(2, "b")]),
        ("SELECT k, w, COUNT(*), grouping(k), grouping_id(k, w) FROM b GROUP BY GROUPING SETS ((k, w), (k), ()) "
         "HAVING COUNT(*) > 1 ORDER BY 3", [(1, None, 2, 0, 1), (None, None, 3, 1, 3)]),
        ("SELECT @@dynamic_overwrite", [("false",)]),
        ("SELECT array_agg(DISTINCT k ORDER BY 1) FROM a", [("[1,2,3]",)]),
        ("SELECT percentile_cont(d, 0.5), percentile_cont(t, 1), percentile_cont(k, 0.25) FROM a",
         [(D(2024, 1, 1), T(2024, 1, 2, 11, 30), 1.5)]),
        ("SELECT percentile_cont(x, CAST(1.0 AS DOUBLE)) FROM a", [(3.5,)]),
        ("SELECT SUM(big) FROM a", [(-9223372036854775807,)]),
        ("SELECT SUM(big) OVER () FROM a LIMIT 1", [(-9223372036854775807,)]),
        ("SELECT upper(concat(v, 'é')) FROM a WHERE k = 1", [("ONEé",)]),
        ("SELECT substr(v, big) FROM a WHERE k = 1", [(None,)]),
        ("SELECT k FROM a WHERE v", []),
        ("SELECT k FROM a WHERE '1' AND k > 2", [(3,)]),
    ],
)  # fmt: skip
def test_rows(tables: Client, query: str, wanted: list[tuple[Value, ...]]) -> None:
    assert tables.run(query) == wanted


def test_a_variable_enables_case_changes_of_non_ascii_letters(tables: Client) -> None:
    tables.run("SET lower_upper_support_utf8 = true")
    assert tables.value("SELECT upper(concat(v, 'é')) FROM a WHERE k = 1") == "ONEÉ"
    tables.run("SET lower_upper_support_utf8 = false")


@pytest.mark.parametrize(
    ("statement", "code", "part"),
    [
        ("SELECT k FROM a ORDER BY k WHERE k = 1", 1064, "WHERE"),
        ("SELECT k FROM a LIMIT 1 ORDER BY k", 1064, "'ORDER'"),
        ("SELECT k FROM (SELECT k FROM a HAVING k > 1 GROUP BY k) AS q", 1064, "'GROUP'"),
        ("SELECT any_value(k) OVER (ORDER BY k) FROM a", 1064, "any_value"),
        ("SELECT * FROM TABLE(generate_series(1, 5, 0)) AS g", 1064, "step"),
        ("SELECT 1 AS order", 1064, "order"),
        ("SELECT group.k FROM a AS group", 1064, "group"),
        ("CREATE TABLE select (k INT) DUPLICATE KEY (k)", 1064, "select"),
        ("SELECT a.k FROM a LEFT JOIN b", 1064, "'<EOF>'"),
        ("SELECT 1 FROM a, a", 1066, "'a'"),
        ("SELECT SUM(d) FROM a", 1064, "sum requires a numeric parameter"),
        ("SELECT AVG(t) FROM a", 1064, "avg requires a numeric parameter"),
        ("SELECT group_concat(DISTINCT ORDER BY 1)", 1064, "'ORDER'"),
        ("SELECT group_concat(ORDER BY 1)", 1064, "'ORDER'"),
        ("SELECT group_concat([1])", 1064, "group_concat(array<tinyint(4)>, varchar)"),
        ("SELECT group_concat(v SEPARATOR 1) FROM a", 1064, "STRING"),
        ("SELECT group_concat(v SEPARATOR v) FROM a", 1235, "SEPARATOR"),
        ("SELECT array_contains([[1, 2]], 1)", 1064, "array_contains(array<array<tinyint(4)>>, tinyint(4))"),
        ("SELECT k FROM a WHERE k IN (SELECT [k] FROM b)", 1064, "INT and ARRAY<INT> cannot be compared"),
        ("SELECT row_number() OVER (ORDER BY rand()) FROM a", 1235, "this combination"),
        ("SELECT regexp_replace('a', '[', 'b')", 1064, "Invalid regex expression"),
        ("SELECT time_slice('0000-01-01', INTERVAL 5 YEAR)", 1064, "time_slice can't before 0001-01-01 00:00:00"),
        ("SELECT MAP{1: 2}[1]", 1235, "the type MAP"),
        ("SELECT 1 FROM a AS x, b AS x", 1066, "'x'"),
        ("SELECT 1 FROM a JOIN (SELECT 1 AS k) AS a ON TRUE JOIN (SELECT 2 AS k) AS a ON TRUE", 1066, "'a'"),
        ("SELECT percentile_cont(k, -1) FROM a", 1064, "between 0 and 1"),
        ("SELECT percentile_cont(k, 1.5) FROM a", 1064, "between 0 and 1"),
        ("SELECT percentile_disc(k, -0.1) FROM a", 1064, "between 0 and 1"),
        ("SELECT percentile_approx(k, 2) FROM a", 1064, "between 0 and 1"),
        ("SELECT group_concat(v ORDER BY 3) FROM a", 1064, "position"),
        ("SELECT substr('abc', 9223372036854775807)", 1064, "Cast argument"),
        ("SELECT left('abc', -9223372036854775807)", 1064, "Cast argument"),
        ("SELECT weekday('2024-01-01')", 1064, "weekday"),
        ("SELECT date_diff('microsecond', '2024-01-01', '2024-01-02')", 1064, "type column"),
        ("SET time_zone = 'Nowhere/City'", 1298, "Nowhere/City"),
        ("SET time_zone = '+15:00'", 1298, "+15:00"),
        ("SET no_such_variable = 1", 1193, "no_such_variable"),
        ("SET sql_dialect = 'trino'", 1235, "sql_dialect"),
        ("SET TRANSACTION ISOLATION LEVEL NONE", 1064, "NONE"),
        ("SELECT /*+ SET_VAR(no_such_variable = 1) */ 1", 1193, "no_such_variable"),
        ("SELECT @@enable_spill", 1235, "enable_spill"),
        ("SELECT k FROM a ORDER BY -1", 1064, "ORDER BY position -1"),
        ("SELECT group_concat(v ORDER BY 1, -20) FROM a", 1064, "ORDER BY position -20"),
        ("SELECT null_or_empty([])", 1064, "cannot be converted"),
        ("SELECT grouping(k) FROM a", 1064, "cannot use GROUPING functions"),
        ("SELECT v->'b' FROM a", 1064, "-> operator could only be used for json column"),
        ("SELECT x'ab'", 1235, "binary literals"),
        ("SELECT @x", 1235, "user variables (@name)"), ("SELECT * FROM a [_META_]", 1235, "[…] after a table"),
        ("SELECT 1 FROM (SELECT ['a'] AS s, [1] AS i) AS q WHERE s > i", 1064, "ARRAY<VARCHAR> and ARRAY<INT>"),
        ("SET partial_update_mode = 'row111'", 1064, "partial_update_mode only support auto|row|column"),
        ("SET count_distinct_implementation = 'exact'", 1064, "count_distinct_implementation"),
        ("SET dynamic_overwrite = true", 1235, "dynamic_overwrite"),
        ("CREATE TABLE r (k INT, v INT SUM) AGGREGATE KEY (k) DISTRIBUTED BY RANDOM", 1064, "must use hash"),
        ("SELECT * FROM (SELECT [1] AS a) AS q LEFT JOIN unnest(a) AS u ON FALSE", 1064, "only support on true"),
        ("SELECT * FROM (SELECT [1] AS a) AS q RIGHT JOIN unnest(a) AS u ON TRUE", 1064, "left join on true"),
    ],
)  # fmt: skip
def test_rejected(tables: Client, statement: str, code: int, part: str) -> None:
    error = tables.error(statement)
    assert (error.code, part in error.message) == (code, True), (error.code, error.message)


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_pipeline_engine = true", "SET @@session.parallel_fragment_exec_instance_num = 4",
        "SET new_planner_optimize_timeout = 60000, query_mem_limit = 0", "SET GLOBAL enable_query_cache = false",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET TRANSACTION READ ONLY",
        "SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE", "SET character_set_results = NULL",
        "SET cbo_use_histogram_evaluate_list_partition = true, enable_connector_async_list_partitions = false",
        "SET partial_update_mode = 'column'", "SET count_distinct_implementation = 'multi_count_distinct'",
        "SET count_distinct_implementation = 'ndv'",
    ],
)  # fmt: skip
def test_set_statements_of_clients_are_accepted(client: Client, statement: str) -> None:
    assert next(iter(client.session.execute(statement))) == Ok()


def test_session_time_zone(client: Client) -> None:
    other = client.as_user("root")
    client.run("SET time_zone = 'Europe/Paris'")
    assert client.run(
        "SELECT current_timezone(), @@time_zone, from_unixtime(0), unix_timestamp('2024-07-01 02:00:00'), "
        "timestampdiff(MINUTE, utc_timestamp(), now()) IN (60, 120)"
    ) == [("Europe/Paris", "Europe/Paris", "1970-01-01 01:00:00", 1719792000, True)]
    assert other.value("SELECT from_unixtime(0)") == "1970-01-01 00:00:00"
    client.run("SET time_zone = '+8:00'")
    assert client.run("SELECT @@time_zone, from_unixtime(0)") == [("+08:00", "1970-01-01 08:00:00")]
    client.session.reset()
    assert client.run("SELECT @@time_zone, from_unixtime(0)") == [("UTC", "1970-01-01 00:00:00")]
    other.session.close()


def test_a_hint_sets_variables_for_its_statement(tables: Client) -> None:
    assert tables.value("SELECT /*+ SET_VAR(query_timeout = 7, time_zone = 'Asia/Shanghai') */ @@query_timeout") == 7
    assert tables.value("SELECT /*+ SET_VAR(time_zone = 'Asia/Shanghai') */ from_unixtime(0)") == "1970-01-01 08:00:00"
    assert tables.run("SELECT @@query_timeout, from_unixtime(0)") == [(300, "1970-01-01 00:00:00")]
    assert tables.affected("INSERT /*+ SET_VAR(insert_timeout = 9) */ INTO b VALUES (7, 7)") == 1
    assert tables.prepared("SELECT /*+ SET_VAR(query_timeout = 7) */ k FROM a WHERE k = ?", 2) == [(2,)]


def test_group_concat_is_cut_to_whole_characters(tables: Client) -> None:
    tables.run("SET group_concat_max_len = -121")
    assert tables.run("SELECT group_concat('éé', v ORDER BY k), group_concat(v ORDER BY k) FROM a") == [("éé", "one,")]
    tables.run("SET group_concat_max_len = 5")
    assert tables.value("SELECT group_concat('éé', v) FROM a") == "ééo"
    assert "whole number" in tables.error("SET group_concat_max_len = 'x'").message


def test_labels_and_character_sets(tables: Client) -> None:
    assert tables.names("SELECT (k), ((v)), (k + 1) FROM a") == ["k", "v", "k + 1"]
    assert tables.names("SELECT DISTINCT(k) FROM a") == ["k"]
    assert tables.names("SELECT * FROM (SELECT k + 1, (v) FROM a) AS q") == ["k + 1", "v"]
    assert tables.run("SELECT @@character_set_client, @@character_set_results, @@collation_server") == [
        ("utf8", "utf8", "utf8_general_ci")
    ]


def test_update_without_where_is_rejected(client: Client) -> None:
    client.run("CREATE TABLE p (k INT NOT NULL, v INT) PRIMARY KEY (k)")
    assert "where" in client.error("UPDATE p SET v = 1").message
    client.run("INSERT INTO p VALUES (1, 2)")
    assert "Invalid number format: x" in client.error("UPDATE p SET v = 'x' WHERE k = 1").message
    assert client.affected("UPDATE p SET v = '5' WHERE k = 1") == 1
    assert client.affected("UPDATE p SET v = 1 WHERE 'true'") == 1
    # Fewer than 30 % of the columns, and at most three.
    client.run(
        "CREATE TABLE wide (k INT NOT NULL, a INT, b INT, c INT) PRIMARY KEY (k); INSERT INTO wide VALUES (1, 2, 3, 4)"
    )
    assert client.affected("UPDATE wide SET a = 9") == 1
    assert "where" in client.error("UPDATE wide SET a = 9, b = 9").message
