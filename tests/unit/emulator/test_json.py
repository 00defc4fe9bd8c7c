"""JSON values, the paths within them, and what StarRocks refuses to do with them."""

import json

import pytest

from starrocks_emulator.results import Value
from starrocks_emulator.testing import Client

NUMBERS = '{"k1": [1,2,3]}'
MATRIX = '{"k1": [[1,2,3], [4,5,6]]}'
DEEP = '{"k1": [{"k2": [[1, 2], [3, 4]]}]}'
TYPES = '{"k1":1, "k2":"hehe", "k3":[1], "k4": {}, "k5": null, "a.b": true}'
OBJECTS = '[{"k1": 1}, {"k2": 2}]'


@pytest.mark.parametrize(
    ("document", "path", "wanted"),
    [
        ('{"k1":1}', "$", '{"k1": 1}'),
        *((TYPES, path, wanted) for path, wanted in {"$.k2": '"hehe"', "k3": "[1]", "$.k4": "{}"}.items()),
        *((TYPES, path, wanted) for path, wanted in {"$.k5": "null", "$.k6": None, '$."a.b"': "true"}.items()),
        *((TYPES, path, None) for path in ("$.a.b", "$.k1.k2", "$.k1[0]", "$[0]")),
        *((NUMBERS, path, wanted) for path, wanted in {"$.k1[0]": "1", "$.k1[3]": None, "k1[*]": "[1, 2, 3]"}.items()),
        *((NUMBERS, path, wanted) for path, wanted in {"$.k1[1:3]": "[2, 3]", "$.k1[*].a": "[]"}.items()),
        *((MATRIX, path, wanted) for path, wanted in {"$.k1[1][2]": "6", "$.k1[2][0]": None}.items()),
        *((DEEP, path, wanted) for path, wanted in {"$.k1[0].k2[1][0]": "3", "k1[*].k2[0]": "[[1, 2]]"}.items()),
        *((OBJECTS, path, wanted) for path, wanted in {"$[0].k1": "1", "[1]": '{"k2": 2}', "$[*].k2": "[2]"}.items()),
        # Any text that does not begin as an object, an array or a string is a JSON string.
        ("1", "$", '"1"'),
        ("nul", "$", '"nul"'),
        ("", "$", '""'),
        ('"1"', "$", '"1"'),
        ('{"a": 1.0, "b": 0.25, "c": 18446744073709551615}', "$", '{"a": 1, "b": 0.25, "c": 18446744073709551615}'),
        *((text, "$", None) for text in ('{"k1": 1', "[,,]", '"1', '{"a": NaN}', "[01]")),
    ],
)
def test_values_at_paths(client: Client, document: str, path: str, wanted: str | None) -> None:
    """`->` and json_query agree, for constants and for columns."""
    client.run("CREATE TABLE t (d STRING, p STRING) DUPLICATE KEY (d)")
    client.run(f"INSERT INTO t VALUES ('{document}', '{path}')")
    parsed = f"parse_json('{document}')"
    assert client.value(f"SELECT {parsed} -> '{path}'") == wanted
    assert client.value(f"SELECT json_query({parsed}, '{path}')") == wanted
    assert client.value(f"SELECT parse_json(d) -> '{path}' FROM t") == wanted
    assert client.value("SELECT json_query(d, p) FROM t") == wanted


@pytest.mark.parametrize("path", ["", "$.k1[2]]]", "$.k1[[2", "$.k1[-1]", "$.a[x]", "a\\\\"])
def test_an_invalid_path_is_an_error_if_it_is_constant(client: Client, path: str) -> None:
    client.run(f"CREATE TABLE t (p STRING) DUPLICATE KEY (p); INSERT INTO t VALUES ('{path}')")
    assert "json path" in client.error(f"SELECT parse_json('{NUMBERS}') -> '{path}'").message
    assert client.value(f"SELECT json_query('{NUMBERS}', p) FROM t") is None


@pytest.fixture
def table(client: Client) -> Client:
    """A table of JSON values: objects, a number, a truth value, a string and NULL."""
    client.run(
        "CREATE TABLE t (k INT, j JSON) DUPLICATE KEY (k);"
        'INSERT INTO t VALUES (1, \'{"a": 0, "b": null, "s": "x1"}\'), (2, parse_json(\'{"a": 5, "s": "12"}\'));'
        "INSERT INTO t VALUES (3, 7); INSERT INTO t VALUES (4, true); INSERT INTO t VALUES (5, 'text'), (6, NULL);"
        "INSERT INTO t SELECT 7, j->'s' FROM t WHERE k = 1"
    )
    return client


def test_json_columns_keep_all_kinds_of_values(table: Client) -> None:
    wanted = [(3, "7"), (4, "true"), (5, '"text"'), (6, None), (7, '"x1"')]
    assert table.run("SELECT * FROM t WHERE k > 2 ORDER BY k") == wanted


def test_a_json_null_is_null_in_is_null_only(table: Client) -> None:
    columns = "j->'b', j->'b' IS NULL, j->'b' IS NOT NULL, j->'c', j->'c' IS NULL, j->'a' IS NULL"
    assert table.run(f"SELECT {columns} FROM t WHERE k = 1") == [("null", True, False, None, True, False)]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("CAST(j->'a' AS INT)", [0, 5]),
        ("CAST(j->'s' AS INT)", [None, 12]),
        ("CAST(j->'s' AS STRING)", ["x1", "12"]),
        ("CAST(j AS STRING)", ['{"a": 0, "b": null, "s": "x1"}', '{"a": 5, "s": "12"}']),
        ("CAST(j->'a' AS DOUBLE)", [0.0, 5.0]),
        ("CAST(j->'a' AS BOOLEAN)", [False, True]),
        ("CAST(j->'b' AS INT)", [None, None]),
        ("CAST(parse_json('[7, 2.7, 300]')->'$[1]' AS INT)", [2, 2]),
        ("CAST(parse_json('[300]')->'[0]' AS TINYINT)", [None, None]),
        ("concat(j->'s', '!')", ["x1!", "12!"]),
        ("upper(j->'s')", ["X1", "12"]),
        ("j->'s' LIKE 'x%'", [True, False]),
        ("j->'s' = 'x1'", [True, False]),
        ("j->'a' = 5", [False, True]),
        ("j->'a' <> 5", [True, False]),
        ("j->'a' IN (0, 1)", [True, False]),
        ("j->'b' = 'x'", [False, None]),
        ("get_json_int(j, '$.a')", [0, 5]),
        ("get_json_string(j, 's')", ["x1", "12"]),
        ("get_json_double(CAST(j AS STRING), 'a')", [0.0, 5.0]),
    ],
)
def test_conversions_and_comparisons(table: Client, expression: str, wanted: list[Value]) -> None:
    assert [row[0] for row in table.run(f"SELECT {expression} FROM t WHERE k < 3 ORDER BY k")] == wanted


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT count(*) FROM t GROUP BY j->'a'", "not support group-by"),
        ("SELECT j->'a' AS x FROM t GROUP BY x", "not support group-by"),
        ("SELECT j FROM t GROUP BY 1", "not support group-by"),
        ("SELECT k FROM t ORDER BY j->'a'", "not support order-by"),
        ("SELECT k, j FROM t ORDER BY 2", "not support order-by"),
        ("SELECT DISTINCT j FROM t", "DISTINCT can only be applied to comparable types"),
        ("SELECT max(j) FROM t", "not support this aggregation function"),
        ("SELECT count(DISTINCT j) FROM t", "not support this aggregation function"),
        ("SELECT rank() OVER (ORDER BY j) FROM t", "json type can't as order by column"),
        ("SELECT rank() OVER (PARTITION BY j ORDER BY k) FROM t", "json type can't as partition by column"),
        ("SELECT 1 FROM t a JOIN t b ON a.j->'a' = b.k", "not support join"),
        ("SELECT k->'a' FROM t", "-> operator could only be used for json column, but got int"),
        ("SELECT j->'a' > 3 FROM t", "convert it by CAST"),
        ("SELECT CAST(j->'a' AS DATETIME) FROM t", "CAST of JSON to DATETIME"),
        ("SELECT sum(j->'a') FROM t", "sum requires a numeric parameter"),
    ],
)
def test_json_is_neither_grouped_nor_sorted(table: Client, query: str, message: str) -> None:
    assert message in table.error(query).message


def test_groups_of_converted_values(table: Client) -> None:
    found = table.run("SELECT CAST(j->'a' AS INT) AS a, count(*) FROM t WHERE k < 3 GROUP BY a ORDER BY a")
    assert found == [(0, 1), (5, 1)]


def test_the_label_of_a_path_is_its_text(table: Client) -> None:
    assert table.names("SELECT j->'a', t.j -> '$.a'->'b' FROM t") == ["j->'a'", "t.j->'$.a'->'b'"]


@pytest.mark.parametrize("number", ["1e8", "1e-9", "0.00012345678901", "12345.1234567"])
def test_numbers_whose_text_is_uncertain_are_refused(client: Client, number: str) -> None:
    assert "JSON number" in client.error(f"SELECT parse_json('[{number}]')").message
    assert client.value(f"SELECT get_json_double('[{number}]', '[0]')") == float(number)


def test_a_load_takes_each_json_value(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, j JSON) DUPLICATE KEY (k)")
    assert client.load("t", json.dumps({"k": 1, "j": {"a": [1]}}), format="json")["Status"] == "Success"
    assert client.load("t", json.dumps({"k": 2, "j": "text"}), format="json")["Status"] == "Success"
    assert client.run("SELECT k, j, j->'a' FROM t ORDER BY k") == [(1, '{"a": [1]}', "[1]"), (2, '"text"', None)]
