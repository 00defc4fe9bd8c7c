"""Results of functions and operators for unusual arguments, and the arguments that they refuse."""

import datetime
from decimal import Decimal

import pytest

from starrocks_emulator.results import ColumnType, ResultSet
from starrocks_emulator.testing import Client

NOT_A_NUMBER = (
    "cos({})", "asin({})", "tanh({})", "square({})", "sqrt({})", "power({}, 2)", "mod({}, 3)", "round({}, 1)",
    "truncate({}, 1)", "round({})", "abs({})", "floor({})", "ceil({})", "sign({})", "ln({})", "log(2, {})", "exp({})",
    "atan2({}, 1)", "degrees({})", "radians({})", "pmod({}, 3)", "negative({})", "bin({})", "bitand({}, 1)",
    "bitnot({})", "bit_shift_left({}, 1)",
)  # fmt: skip


@pytest.mark.parametrize("call", NOT_A_NUMBER)
def test_text_that_is_no_number_is_null_for_a_mathematical_function(client: Client, call: str) -> None:
    given = [call.format(text) for text in ("''", "'2021-01-01'", "'nan'", "s")]
    assert client.run(f"SELECT {', '.join(given)} FROM (SELECT concat('a', 'b') AS s) AS t") == [(None,) * 4]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("square(s)", 18.0625), ("mod(s, 3)", 1.25), ("round(s, 1)", 4.3), ("round(s)", 4), ("truncate(s, '1')", 4.2),
        ("bitand(concat('5', ''), 4)", 4),
        ("round(122.14, -1)", Decimal("120")), ("round(122.14, -2)", Decimal("100")), ("round(122.14, -3)", Decimal(0)),
        ("round(955.1, -3)", Decimal("1000")), ("round(122.14, -9)", Decimal(0)), ("round(1.5, 3)", Decimal("1.500")),
        ("truncate(129.14, -1)", Decimal("120")), ("truncate(-1.59, 3)", Decimal("-1.590")),
        ("substring_index('a.b', '.', 0)", None), ("substring_index('a.b', '', 1)", None),
        ("'a' LIKE 'a\\\\'", False), ("'a\\\\' LIKE 'a\\\\'", True), ("'ba\\\\' LIKE '%a\\\\'", True),
        ("'ab' LIKE 'a_\\\\'", True), ("'4.25' LIKE concat(s, '\\\\')", True), ("'a%' LIKE 'a\\\\%'", True),
        ("s LIKE NULL", None),
        ("regexp_extract('abc', '(a)(b)', 10)", ""), ("regexp_extract('abc', '(a)(b)', -1)", ""),
        ("regexp_extract('abc', '(a)(b)', NULL)", None), ("regexp_extract('abc', '(a)(b)', n)", "a"),
        ("regexp_extract('abc', '(a)(b)', n + 1)", "b"), ("regexp_extract('abc', '(a)(b)', 5)", ""),
        ("from_base64('')", None), ("from_base64('!!!')", None), ("from_base64('YQ')", "a"),
        ("from_base64('YWI=')", "ab"), ("from_base64('Y W I')", "ab"), ("from_base64('Y')", ""),
        ("from_base64('Y=')", ""), ("from_base64('Y=W')", None), ("to_base64('')", None),
        ("date_format('2024-01-01', '')", None), ("locate('', '', 1)", 1), ("locate('', 'abc', 4)", 0),
        ("bit_shift_left(-2, 1)", -4), ("bit_shift_left(1, 63)", -(1 << 63)), ("bit_shift_left(3, 63)", -(1 << 63)),
        ("char(321)", "A"), ("char(65)", "A"), ("char(NULL)", None),
        ("array_slice([1, 2, 3], NULL)", None), ("array_slice([1, 2, 3], -1)", "[3]"),
        ("array_slice([1, 2, 3], 0)", "[]"), ("array_slice([1, 2, 3], 2, 5)", "[2,3]"),
        ("array_slice([1, 2, 3], -4, 2)", "[1]"), ("array_slice([1, 2, 3], 5)", "[]"),
        ("reverse([4, 1, 5, 8])", "[8,5,1,4]"), ("reverse('abc')", "cba"), ("CAST('[1,2]' AS ARRAY<INT>)", "[1,2]"),
    ],
)  # fmt: skip
def test_result(client: Client, expression: str, wanted: object) -> None:
    assert client.run(f"SELECT {expression} FROM (SELECT concat('4.2', '5') AS s, 1 AS n) AS t") == [(wanted,)]


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("array_length('abc')", "No matching function with signature: array_length(varchar"),
        ("array_slice('abc', 1, 2)", "No matching function with signature: array_slice(varchar"),
        ("array_position('[1,2]', '1')", "No matching function with signature: array_position(varchar"),
        ("cardinality(5)", "No matching function with signature: cardinality(tinyint)"),
        ("CAST([1, 2] AS VARCHAR)", "Invalid type cast from array<tinyint(4)> to varchar"),
        ("CAST([1, 2] AS INT)", "Invalid type cast from array<tinyint(4)> to int"),
        ("CAST(1 AS ARRAY<INT>)", "Invalid type cast from tinyint(4) to array<int(11)>"),
        ("{fn date_format(NOW(), '%Y')}", "Invalid odbc scalar function 'date_format'"),
        ("[1, 2] BETWEEN [1, 1] AND [1, 3]", "ARRAY, MAP, STRUCT type couldn't as Predicate"),
        ("char(200)", "not UTF-8"), ("from_base64('/w==')", "not UTF-8"),
    ],
)  # fmt: skip
def test_refused(client: Client, expression: str, part: str) -> None:
    assert part in client.error(f"SELECT {expression}").message


def test_an_array_is_not_inserted_into_a_string(client: Client) -> None:
    client.run("CREATE TABLE texts (k INT, v VARCHAR(20)) DUPLICATE KEY (k)")
    assert "Invalid type cast" in client.error("INSERT INTO texts SELECT 1, [1, 2]").message


def test_the_average_of_decimals_over_a_window(client: Client) -> None:
    assert client.run(
        "SELECT AVG(d) OVER (), AVG(d) OVER (ORDER BY d) FROM (SELECT 1.10 AS d UNION ALL SELECT 2.25) AS t ORDER BY d"
    ) == [(Decimal("1.67500000"), Decimal("1.10000000")), (Decimal("1.67500000"), Decimal("1.67500000"))]


@pytest.mark.parametrize("name", ["CURTIME()", "CURRENT_TIME()", "CURRENT_TIME"])
def test_the_current_time_is_a_time(client: Client, name: str) -> None:
    found = client.value(f"SELECT {name}")
    assert isinstance(found, datetime.timedelta)
    assert datetime.timedelta(0) <= found < datetime.timedelta(days=1)
    [answer] = client.session.execute(f"SELECT {name}")
    assert isinstance(answer, ResultSet)
    assert answer.columns[0].type == ColumnType.TIME
    assert "TIME" in client.error(f"CREATE TABLE timed AS SELECT {name} AS t").message


def test_desc_prints_a_decimal_without_a_space(client: Client) -> None:
    client.run("CREATE TABLE priced (k INT, d DECIMAL(10, 2), a ARRAY<DECIMAL(5, 1)>) DUPLICATE KEY (k)")
    assert [row[1] for row in client.run("DESC priced")] == ["int", "decimal(10,2)", "array<decimal(5,1)>"]
    assert "`d` decimal(10, 2)" in str(client.run("SHOW CREATE TABLE priced"))
