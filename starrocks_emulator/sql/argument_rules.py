"""Refuses arguments that StarRocks' `FunctionAnalyzer` refuses before a query runs."""

from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.sql import unordered
from starrocks_emulator.sql.constants import is_constant
from starrocks_emulator.sql.kinds import NULL, is_number
from starrocks_emulator.sql.renderer import Renderer

_VARYING = {
    **{name: f"{name.lower()} function args must be column" for name in ("MAX_BY", "MIN_BY")},
    **{name: f"{name.lower()} function 's args must be constant" for name in ("CORR", "COVAR_POP", "COVAR_SAMP")},
}
"""Functions without constant arguments, with StarRocks' message."""
_NUMBERS = {
    "PERCENTILE_APPROX": "percentile_approx requires the {} parameter's type is numeric type",
}
"""Functions of numbers, with StarRocks' message."""
_PLACES = ("first", "second", "third")
_UNITS_OF_DATE = ("year", "quarter", "month", "week", "day")


def check_arguments(render: Renderer, name: str, arguments: Sequence[exp.Expr]) -> None:
    """Refuse arguments of the function `name`, which is in upper case.

    Raises:
        SqlError: 1064.
    """
    if name in _VARYING and any(map(is_constant, arguments)):
        raise errors.analysis(_VARYING[name])
    if name in {"MAX_BY", "MIN_BY"}:
        unordered.refuse(map(render.kind, arguments[1:]), unordered.ORDER_BY)
    if name in _NUMBERS:
        for place, node in zip(_PLACES, arguments, strict=False):
            if (kind := render.kind(node)) and kind != NULL and not is_number(kind):
                raise errors.analysis(_NUMBERS[name].format(place))
    if name == "DATE_TRUNC" and len(arguments) == 2 and (kind := render.kind(arguments[1])) and kind.name == "date":
        unit = arguments[0].unnest()
        if isinstance(unit, exp.Literal) and unit.is_string and unit.name.lower() not in _UNITS_OF_DATE:
            raise errors.analysis(f"date_trunc function can't support argument other than {'|'.join(_UNITS_OF_DATE)}")
