"""Array functions. Elements are counted from 1."""

from collections.abc import Sequence

from starrocks_emulator.functions.base import SUMMED_SCALE, Function, Rendered, fixed, kind_of, overload


def _joined(arguments: Sequence[str]) -> str:
    """ARRAY_JOIN: NULLs are omitted, or replaced by the third argument."""
    array, separator, *missing = arguments
    kind = kind_of(array)
    element = Rendered("element", lambda: kind.element if kind else None)
    texts = f"list_transform({array}, lambda element: {overload('text', element)})"
    if missing:
        return f"array_to_string(list_transform({texts}, lambda element: coalesce(element, {missing[0]})), {separator})"
    return f"array_to_string(list_filter({texts}, lambda element: element IS NOT NULL), {separator})"


def _concatenated(arguments: Sequence[str]) -> str:
    """ARRAY_CONCAT: NULL if one of the arrays is NULL."""
    given = " AND ".join(f"{argument} IS NOT NULL" for argument in arguments)
    return f"CASE WHEN {given} THEN list_concat({', '.join(arguments)}) END"


def _sum(arguments: Sequence[str]) -> str:
    """ARRAY_SUM: DECIMALs with a scale above 18 are first rounded to a scale of 18."""
    [array] = arguments
    kind = kind_of(array)
    element = kind.element if kind else None
    wide = element is not None and element.name == "decimal" and element.arguments[1] > SUMMED_SCALE
    return f"list_sum(CAST({array} AS DECIMAL(38,{SUMMED_SCALE})[]))" if wide else f"list_sum({array})"


def _slice(arguments: Sequence[str]) -> str:
    array, offset, *length = arguments
    return f"fn.array_slice({array}, CAST({offset} AS BIGINT), CAST({length[0] if length else 1 << 40} AS BIGINT))"


ARRAYS = {
    "ARRAY_LENGTH": fixed("CAST(len({0}) AS INTEGER)", 1),
    "CARDINALITY": fixed("CAST(len({0}) AS INTEGER)", 1),
    "ARRAY_CONTAINS": fixed("fn.array_contains({0}, {1})", 2),
    "ARRAY_POSITION": fixed(
        "CAST(coalesce(list_position({0}, {1}), CASE WHEN {0} IS NOT NULL THEN 0 END) AS INTEGER)", 2
    ),
    "ARRAY_SUM": Function(_sum, 1, 1),
    "ARRAY_MIN": fixed("list_min({0})", 1),
    "ARRAY_MAX": fixed("list_max({0})", 1),
    "ARRAY_JOIN": Function(_joined, 2, 3),
    "ARRAY_SORT": fixed("list_sort({0}, 'ASC', 'NULLS FIRST')", 1),
    "ARRAY_CONCAT": Function(_concatenated, 2, None),
    "ARRAY_APPEND": fixed("CASE WHEN {0} IS NOT NULL THEN list_append({0}, {1}) END", 2),
    "ARRAY_SLICE": Function(_slice, 2, 3),
    "ARRAY_REMOVE": fixed("list_filter({0}, lambda element: element IS DISTINCT FROM {1})", 2),
    "ARRAYS_OVERLAP": fixed("fn.arrays_overlap({0}, {1})", 2),
    "ELEMENT_AT": fixed("CASE WHEN {1} >= 1 THEN {0}[{1}] END", 2),
}
