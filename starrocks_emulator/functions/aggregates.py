"""Aggregate and window functions."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, fixed


def _aggregate(template: str, count: int = 1) -> Function:
    return fixed(template, count, "aggregate")


def _window(template: str, least: int, most: int) -> Function:
    def render(arguments: Sequence[str]) -> str:
        return template.format(", ".join(arguments))

    return Function(render, least, most, "window")


def _percentile(arguments: Sequence[str]) -> str:
    try:
        share = float(arguments[1])
    except ValueError:
        raise errors.analysis("percentile_approx requires the second parameter's type is a constant") from None
    if not 0 <= share <= 1:
        raise errors.analysis(f"percentile_approx's second parameter is 0 to 1, found {arguments[1]}")
    return f"approx_quantile(CAST({arguments[0]} AS DOUBLE), {share!r})"


def _percentile_disc(arguments: Sequence[str]) -> str:
    """Of two values that are as near, the larger one."""
    value, share = arguments
    try:
        known = 0 <= float(share) <= 1
    except ValueError:
        known = False
    if not known:
        raise errors.analysis(f"percentile_disc's second parameter is a constant from 0 to 1, found {share}")
    values = f"list_sort(list({value}) FILTER ({value} IS NOT NULL))"
    return f"list_extract({values}, CAST(ceil((count({value}) - 1) * {share}::DOUBLE) AS BIGINT) + 1)"


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
    "APPROX_COUNT_DISTINCT": _aggregate("approx_count_distinct({0})"),
    "NDV": _aggregate("approx_count_distinct({0})"),
    "PERCENTILE_APPROX": Function(_percentile, 2, 2, "aggregate"),
    "PERCENTILE_CONT": _aggregate("quantile_cont({0}, {1})", 2),
    "ANY_VALUE": _aggregate("any_value({0})"),
    "ARRAY_AGG": _aggregate("array_agg({0})"),
    "COUNT_IF": _aggregate("count_if({0})"),
    "COVAR_POP": _aggregate("covar_pop({0}, {1})", 2),
    "COVAR_SAMP": _aggregate("covar_samp({0}, {1})", 2),
    "VARIANCE_POP": _aggregate("var_pop({0})"),
    "MULTI_DISTINCT_COUNT": _aggregate("count(DISTINCT {0})"),
    "MULTI_DISTINCT_SUM": _aggregate("sum(DISTINCT {0})"),
    "PERCENTILE_DISC": Function(_percentile_disc, 2, 2, "aggregate"),
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
