"""Conditional functions."""

from collections.abc import Sequence

from starrocks_emulator.functions.base import Function, fixed

CONDITIONS = {
    "IF": fixed("CASE WHEN {0} THEN {1} ELSE {2} END", 3),
    "IFNULL": fixed("coalesce({0}, {1})", 2),
    "NVL": fixed("coalesce({0}, {1})", 2),
    "NULLIF": fixed("nullif({0}, {1})", 2),
    "COALESCE": Function(lambda arguments: f"coalesce({', '.join(arguments)})", 1, None),
    "ISNULL": fixed("({0} IS NULL)", 1),
    "ISNOTNULL": fixed("({0} IS NOT NULL)", 1),
}


def _unless_null(function: str) -> Function:
    """GREATEST and LEAST, which are NULL if an argument is NULL; DuckDB's versions ignore NULLs."""

    def render(arguments: Sequence[str]) -> str:
        missing = " OR ".join(f"{value} IS NULL" for value in arguments)
        return f"CASE WHEN {missing} THEN NULL ELSE {function}({', '.join(arguments)}) END"

    return Function(render, 1, None)


CONDITIONS["GREATEST"] = _unless_null("greatest")
CONDITIONS["LEAST"] = _unless_null("least")
