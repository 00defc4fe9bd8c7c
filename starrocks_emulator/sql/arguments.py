"""Converts the arguments of functions to the types that they take, and refuses other types."""

from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions.arrays import ARRAYS as ARRAY_FUNCTIONS
from starrocks_emulator.functions.base import Rendered, overload
from starrocks_emulator.functions.numbers import NUMBERS, takes_whole
from starrocks_emulator.functions.strings import STRINGS, takes_text
from starrocks_emulator.sql.kinds import BIGINT, DOUBLE, NULL, Kind, is_number
from starrocks_emulator.sql.literals import as_type
from starrocks_emulator.sql.operators import ARRAYS, alike_arrays, branches, truth
from starrocks_emulator.sql.renderer import Renderer

_CHOOSERS = {"IF", "IFNULL", "NVL", "NULLIF", "COALESCE", "GREATEST", "LEAST"}
_FLAT = {"ARRAY_MIN", "ARRAY_MAX", "ARRAY_SORT", "ARRAY_SUM"}
"""Functions of arrays whose elements are no arrays."""
_SHIFTS = {"LAG", "LEAD"}
"""Window functions whose third argument, the default, is converted to the type of the first one."""
_OF_ARRAYS_TOO = {"REVERSE"}
"""Functions of strings that also take an array."""


def converted(render: Renderer, upper: str, nodes: Sequence[exp.Expr]) -> Sequence[str]:
    """The rendered arguments of the function `upper`.

    Raises:
        SqlError: 1064 for an array where a string is needed, and for another value where an array is needed.
    """
    if upper in _CHOOSERS:
        first = [] if upper != "IF" else [truth(render, node) for node in nodes[:1]]
        return first + branches(render, nodes[len(first) :], upper)
    kinds = [render.kind(node) for node in nodes]
    if _is_mismatch(upper, kinds):
        shown = ", ".join(kind.brief() if kind else "?" for kind in kinds)
        raise errors.analysis(f"No matching function with signature: {upper.lower()}({shown})")
    if upper in _SHIFTS and len(nodes) == 3 and kinds[0] and kinds[0] != kinds[2]:
        value, offset, default = render.all(nodes)
        if kinds[0] != NULL:
            return [value, offset, as_type(default, kinds[0])]
        return [as_type(value, kinds[2]) if kinds[2] else value, offset, default]
    if upper in ARRAYS:
        return alike_arrays(render, upper, nodes)
    return [_argument(render, upper, place, node) for place, node in enumerate(nodes)]


def _is_mismatch(upper: str, kinds: Sequence[Kind]) -> bool:
    if upper in STRINGS and upper not in _OF_ARRAYS_TOO:
        return any(kind and kind.name == "array" for kind in kinds)
    if upper not in ARRAY_FUNCTIONS or not kinds or not (first := kinds[0]):
        return False
    nested = first.element is not None and first.element.name == "array"
    return first.name not in {"array", "null"} or (nested and upper in _FLAT)


def _argument(render: Renderer, upper: str, place: int, node: exp.Expr) -> str:
    kind = render.kind(node)
    if takes_text(upper, place):
        return render.as_text(node) if _is_no_text(kind) else render(node)
    if upper not in NUMBERS or not kind or not kind.is_string:
        return render(node)
    if takes_whole(upper, place):
        return Rendered(f"TRY_CAST({overload('whole', render(node))} AS BIGINT)", lambda: BIGINT)
    return Rendered(f"fn.number({render(node)})", lambda: DOUBLE)  # text that is no number is NULL


def _is_no_text(kind: Kind) -> bool:
    """Whether a type is a number, a truth value, a date or JSON."""
    return kind is not None and (is_number(kind) or kind.is_temporal or kind.name == "json")
