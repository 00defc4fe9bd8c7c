"""Window functions and arguments that StarRocks refuses (StarRocks: AnalyticAnalyzer, FunctionAnalyzer)."""

import pytest

from starrocks_emulator.results import Value
from starrocks_emulator.testing import Client

RANGE = "RANGE is only supported with both the lower and upper bounds UNBOUNDED or one UNBOUNDED and the other CURRENT"
CONSTANT = "The default parameter (parameter 3) of LAG must be a constant"
DEFAULT = "The type of the third parameter of LEAD/LAG not match the type"


@pytest.fixture
def table(client: Client) -> Client:
    client.run("CREATE TABLE x (k INT, v INT) DUPLICATE KEY (k); INSERT INTO x VALUES (1, 10), (2, 20), (2, 5)")
    client.run("CREATE TABLE t (day DATE, at DATETIME) DUPLICATE KEY (day)")
    return client


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("LAG(v, -1) OVER (ORDER BY k)", "LEAD/LAG must be a constant positive integer: lag(v, -1)"),
        ("LEAD(v, 0) OVER (ORDER BY k)", "LEAD/LAG must be a constant positive integer: lead(v, 0)"),
        ("LAG(v, k) OVER (ORDER BY k)", "LEAD/LAG must be a constant positive integer: lag(v, k)"),
        ("LAG(v, 1, k) OVER (ORDER BY k)", f"{CONSTANT}: lag(v, 1, k)"),
        ("LAG(v, 1, k + 1) OVER (ORDER BY k)", f"{CONSTANT}: lag(v, 1, k + 1)"),
        ("LEAD(v, 1, RAND()) OVER (ORDER BY k)", f"{CONSTANT}: lead(v, 1, rand())"),
        ("LAG(v, 1, ABS(1)) OVER (ORDER BY k)", f"{DEFAULT} INT"),
        ("LAG(v, 1, 7 DIV 2) OVER (ORDER BY k)", f"{DEFAULT} INT"),
        ("LAG(v, 1, 7 % 2) OVER (ORDER BY k)", f"{DEFAULT} INT"),
        ("LAG(v, 1, 1.5 + 1) OVER (ORDER BY k)", f"{DEFAULT} INT"),
        ("LAG(v, 1, 3000000000) OVER (ORDER BY k)", f"{DEFAULT} INT"),
        ("LAG(v, 1, COALESCE(NULL, 1)) OVER (ORDER BY k)", f"{DEFAULT} INT"),
        ("LAG(v, 1, CAST('1' AS INT)) OVER (ORDER BY k)", f"{DEFAULT} INT"),
        ("LAG(CAST(v AS DOUBLE), 1, 1 + 2) OVER (ORDER BY k)", f"{DEFAULT} DOUBLE"),
        ("LAG(CAST(v AS DATETIME), 1, '2020-01-01xxx') OVER (ORDER BY k)", f"{DEFAULT} DATETIME"),
        ("LAG(CAST(v AS DATE), 1, 20200101) OVER (ORDER BY k)", f"{DEFAULT} DATE"),
        ("LAG(v > 1, 1, 1) OVER (ORDER BY k)", f"{DEFAULT} BOOLEAN"),
        ("LAG(v, 1, 'none') OVER (ORDER BY k)", "The third parameter of LEAD/LAG can't convert to INT"),
        ("LAG(v, 1, '1.5') OVER (ORDER BY k)", "The third parameter of LEAD/LAG can't convert to INT"),
        ("NTILE(v) OVER (ORDER BY k)", "NTILE must be a constant positive integer: ntile(v)"),
        ("NTILE(0) OVER (ORDER BY k)", "NTILE must be a constant positive integer: ntile(0)"),
        ("NTILE(-1) OVER (ORDER BY k)", "NTILE must be a constant positive integer: ntile(-1)"),
        ("RANK() OVER (ORDER BY v ROWS 1 PRECEDING)", "Windowing clause not allowed with 'rank()'"),
        ("ROW_NUMBER() OVER (ORDER BY v ROWS 1 PRECEDING)", "Windowing clause not allowed with 'row_number()'"),
        ("LAG(v) OVER (ORDER BY v ROWS 1 PRECEDING)", "Windowing clause not allowed with 'lag(v)'"),
        ("SUM(v) OVER (PARTITION BY k ROWS 1 PRECEDING)", "Windowing clause requires ORDER BY clause"),
        ("SUM(v) OVER (ORDER BY v RANGE 1 PRECEDING)", RANGE),
        ("SUM(v) OVER (ORDER BY v RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING)", RANGE),
        ("SUM(v) OVER (ORDER BY v RANGE BETWEEN CURRENT ROW AND CURRENT ROW)", RANGE),
        ("SUM(v) OVER (ORDER BY v RANGE UNBOUNDED FOLLOWING)", "only allowed for upper bound of BETWEEN"),
        ("SUM(v) OVER (ORDER BY v ROWS BETWEEN CURRENT ROW AND 1 PRECEDING)", "An upper window bound of PRECEDING"),
        ("SUM(v) OVER (ORDER BY v ROWS BETWEEN 1 FOLLOWING AND CURRENT ROW)", "A lower window bound of FOLLOWING"),
        ("SUM(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND 2 PRECEDING)", "are in the wrong order"),
        ("SUM(v) OVER (ORDER BY v ROWS BETWEEN 2 FOLLOWING AND 1 FOLLOWING)", "are in the wrong order"),
        ("SUM(v) OVER (ORDER BY v ROWS 0 PRECEDING)", "must be a constant positive integer: 0 PRECEDING"),
        ("SUM(v) OVER (ORDER BY v ROWS v PRECEDING)", "must be a constant positive integer: v PRECEDING"),
        ("SUM(v) OVER (ORDER BY v ROWS 1 FOLLOWING)", "FOLLOWING requires a BETWEEN clause"),
        ("SUM(v) OVER (PARTITION BY 1)", "Expressions in the PARTITION BY clause must not be constant: 1"),
        ("SUM(v) OVER (ORDER BY NULL)", "Expressions in the ORDER BY clause must not be constant: NULL"),
        ("SUM(v) OVER (PARTITION BY SUM(v) OVER (PARTITION BY k))", "Nesting of analytic expressions is not allowed"),
        ("COUNT(DISTINCT v) OVER ()", "DISTINCT not allowed in analytic function: count(DISTINCT v)"),
        ("ABS(v) OVER ()", "Function 'abs(v)' not supported with OVER clause"),
        ("MAX_BY(v, 1)", "max_by function args must be column"),
        ("MIN_BY(1, v)", "min_by function args must be column"),
        ("CORR(v, 3)", "corr function 's args must be constant"),
        ("COVAR_SAMP(3, v)", "covar_samp function 's args must be constant"),
        ("COVAR_POP(v, 3)", "covar_pop function 's args must be constant"),
        ("PERCENTILE_APPROX(1, 1, 'c')", "the third parameter's type is numeric type"),
        ("MAP(1, 3, 4)", "Unexpected input"),
        ("ARRAY_LENGTH('abc')", "No matching function with signature: array_length(varchar"),
        ("ARRAY_POSITION('[1,2]', '1')", "No matching function with signature: array_position(varchar"),
        ("ARRAY_SLICE('abc', 1, 2)", "No matching function with signature: array_slice(varchar"),
    ],
)
def test_rejected(table: Client, call: str, message: str) -> None:
    error = table.error(f"SELECT {call} FROM x")
    assert error.code == 1064
    assert message in error.message


@pytest.mark.parametrize("unit", ["hour", "MINUTE", "second"])
def test_a_date_has_no_hours_even_in_an_empty_table(table: Client, unit: str) -> None:
    error = table.error(f"SELECT DATE_TRUNC('{unit}', day) FROM t")
    assert "date_trunc function can't support argument other than year|quarter|month|week|day" in error.message
    assert table.run(f"SELECT DATE_TRUNC('{unit}', at) FROM t") == []


@pytest.mark.parametrize(
    ("call", "rows"),
    [
        ("LAG(v, 1, 2.5) OVER (ORDER BY v)", [2, 5, 10]),
        ("LEAD(v, 1, NULL) OVER (ORDER BY v)", [10, 20, None]),
        ("LAG(v, 1, -1) OVER (ORDER BY v)", [-1, 5, 10]),
        ("LAG(v, 1, '7') OVER (ORDER BY v)", [7, 5, 10]),
        ("LAG(v, 1, 1 + 2 * 3) OVER (ORDER BY v)", [7, 5, 10]),
        ("LAG(v, 1, TRUE) OVER (ORDER BY v)", [1, 5, 10]),
        ("LAG(v, 1, YEAR('2020-01-01')) OVER (ORDER BY v)", [2020, 5, 10]),
        ("LAG(CAST(v AS VARCHAR), 1, 1 + 2) OVER (ORDER BY v)", ["3", "5", "10"]),
        ("LAG(NULL, 1, 1) OVER (ORDER BY v)", [1, None, None]),
        ("SUM(v) OVER (ORDER BY v ROWS 1 PRECEDING)", [5, 15, 30]),
        ("SUM(v) OVER (ORDER BY v ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)", [None, 5, 15]),
        ("SUM(v) OVER (ORDER BY v RANGE UNBOUNDED PRECEDING)", [5, 15, 35]),
        ("SUM(v) OVER (ORDER BY v RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)", [35, 30, 20]),
        ("NTILE(2) OVER (ORDER BY v)", [1, 1, 2]),
    ],
)
def test_values(table: Client, call: str, rows: list[Value]) -> None:
    assert table.run(f"SELECT {call} FROM x ORDER BY v") == [(value,) for value in rows]
