"""Aggregate and window functions."""

import re
from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, fixed, kind_of
from starrocks_emulator.types import SqlType


def _aggregate(template: str, count: int = 1) -> Function:
    return fixed(template, count, "aggregate")


def _window(template: str, least: int, most: int) -> Function:
    def render(arguments: Sequence[str]) -> str:
        return template.format(", ".join(arguments))

    return Function(render, least, most, "window")


_CASTED = re.compile(r"^(?:TRY_)?CAST\((.*) AS \w+(?:\(\d+,\d+\))?\)$")


def _share(text: str, name: str) -> float:
    """The constant share of a percentile, 0 to 1."""
    plain = _CASTED.sub(r"\1", text)
    try:
        share = float(re.sub(r"[() ]", "", plain))
    except ValueError:
        raise errors.analysis(f"{name} requires the second parameter's type is numeric constant type") from None
    if not 0 <= share <= 1:
        raise errors.analysis(f"{name} second parameter'value should be between 0 and 1")
    return share


def _percentile_approx(arguments: Sequence[str]) -> str:
    share = _share(arguments[1], "percentile_approx")
    return f"approx_quantile(CAST({arguments[0]} AS DOUBLE), {share!r})"


def _percentile_cont(arguments: Sequence[str]) -> str:
    """PERCENTILE_CONT, interpolated between two values; for dates the result is a date."""
    share, kind = _share(arguments[1], "percentile_cont"), kind_of(arguments[0])
    found = f"quantile_cont({arguments[0]}, {share!r})"
    if kind and kind.is_temporal:
        return f"CAST({found} AS {kind.stored()})"
    return found if kind is None else f"quantile_cont(CAST({arguments[0]} AS DOUBLE), {share!r})"


def _percentile_disc(arguments: Sequence[str]) -> str:
    """PERCENTILE_DISC: the larger of two equally near values."""
    value, share = arguments[0], _share(arguments[1], "percentile_disc")
    values = f"list_sort(list({value}) FILTER ({value} IS NOT NULL))"
    return f"list_extract({values}, CAST(ceil((count({value}) - 1) * {share!r}::DOUBLE) AS BIGINT) + 1)"


def estimate(values: str, kind: SqlType | None) -> str:
    """NDV of DuckDB's list of distinct values."""
    name = kind.name if kind else "varchar"
    precision = kind.arguments[0] if kind and kind.name == "decimal" else 0
    return f"coalesce(py_ndv(CAST({values} AS VARCHAR[]), '{name}', {precision}), 0)"


def _grouping(arguments: Sequence[str]) -> str:
    """One bit for each column: 1 if the row aggregates over this column."""
    return f"CAST(grouping({', '.join(arguments)}) AS BIGINT)"


AGGREGATES = {
    "COUNT": Function(lambda a: f"count({', '.join(a)})", 0, 1, "aggregate"),
    "SUM": _aggregate("sum({0})"),
    "AVG": _aggregate("avg({0})"),
    "MIN": _aggregate("min({0})"),
    "MAX": _aggregate("max({0})"),
    "MIN_BY": _aggregate("arg_min_null({0}, {1})", 2),
    "MAX_BY": _aggregate("arg_max_null({0}, {1})", 2),
    "STDDEV": _aggregate("stddev_pop({0})"),
    "STDDEV_POP": _aggregate("stddev_pop({0})"),
    "STD": _aggregate("stddev_pop({0})"),
    "STDDEV_SAMP": _aggregate("stddev_samp({0})"),
    "VARIANCE": _aggregate("var_pop({0})"),
    "VAR_POP": _aggregate("var_pop({0})"),
    "VAR_SAMP": _aggregate("var_samp({0})"),
    "VARIANCE_SAMP": _aggregate("var_samp({0})"),
    "CORR": _aggregate("corr({0}, {1})", 2),
    "APPROX_COUNT_DISTINCT": _aggregate("list(DISTINCT {0})"),
    "NDV": _aggregate("list(DISTINCT {0})"),
    "PERCENTILE_APPROX": Function(_percentile_approx, 2, 3, "aggregate"),
    "PERCENTILE_CONT": Function(_percentile_cont, 2, 2, "aggregate"),
    "ANY_VALUE": _aggregate("any_value({0})"),
    "ARRAY_AGG": _aggregate("array_agg({0})"),
    "COUNT_IF": _aggregate("count_if({0})"),
    "COVAR_POP": _aggregate("covar_pop({0}, {1})", 2),
    "COVAR_SAMP": _aggregate("covar_samp({0}, {1})", 2),
    "VARIANCE_POP": _aggregate("var_pop({0})"),
    "MULTI_DISTINCT_COUNT": _aggregate("count(DISTINCT {0})"),
    "MULTI_DISTINCT_SUM": _aggregate("sum(DISTINCT {0})"),
    "PERCENTILE_DISC": Function(_percentile_disc, 2, 2, "aggregate"),
    **{name: Function(_grouping, 1, None, "aggregate") for name in ("GROUPING", "GROUPING_ID")},
    "BOOLOR_AGG": _aggregate("bool_or({0})"),
    "BOOL_OR": _aggregate("bool_or({0})"),
    "BOOL_AND": _aggregate("bool_and({0})"),
    "ROW_NUMBER": _window("row_number()", 0, 0),
    "RANK": _window("rank()", 0, 0),
    "DENSE_RANK": _window("dense_rank()", 0, 0),
    "PERCENT_RANK": _window("percent_rank()", 0, 0),
    "CUME_DIST": _window("cume_dist()", 0, 0),
    "NTILE": _window("ntile({0})", 1, 1),
    "LAG": _window("lag({0})", 1, 3),
    "LEAD": _window("lead({0})", 1, 3),
    "FIRST_VALUE": _window("first_value({0})", 1, 1),
    "LAST_VALUE": _window("last_value({0})", 1, 1),
}
