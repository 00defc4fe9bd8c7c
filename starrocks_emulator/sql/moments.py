"""Functions that take a unit or an INTERVAL, which are keywords and not values."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions.base import overload
from starrocks_emulator.functions.dates import INTERVAL_UNITS, difference
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.parse import written_name

Render = Callable[[exp.Expr | None], str]


def interval(render: Render, node: exp.Expr) -> str:
    """`INTERVAL n unit`."""
    if not isinstance(node, exp.Interval):
        raise errors.analysis("INTERVAL n unit was expected")
    only(node, "this", "unit")
    unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
    if unit not in INTERVAL_UNITS:
        raise errors.unsupported(f"the interval unit {unit}")
    amount = node.this
    text = amount.name if isinstance(amount, exp.Literal) else render(amount)
    if isinstance(amount, exp.Literal) and not text.lstrip("-").isdigit():
        raise errors.analysis(f"INTERVAL {text}: a whole number was expected")
    return INTERVAL_UNITS[unit].format(text)


def _shift(sign: str) -> Callable[[Render, Sequence[exp.Expr]], str]:
    def handler(render: Render, arguments: Sequence[exp.Expr]) -> str:
        if len(arguments) != 2:
            raise errors.analysis("date_add and date_sub take a date and an INTERVAL")
        step = arguments[1]
        amount = (
            interval(render, step) if isinstance(step, exp.Interval) else f"to_days(CAST({render(step)} AS INTEGER))"
        )
        return f"fn.ranged({overload('dt', render(arguments[0]))} {sign} {amount})"

    return handler


def _timestamp_diff(render: Render, arguments: Sequence[exp.Expr]) -> str:
    unit = arguments[0].name.lower() if arguments else ""
    if len(arguments) != 3 or f"{unit.upper()}" not in INTERVAL_UNITS:
        raise errors.analysis("timestampdiff takes a unit and two dates")
    return difference(unit, render(arguments[2]), render(arguments[1]))


def _timestamp_add(render: Render, arguments: Sequence[exp.Expr]) -> str:
    unit = arguments[0].name.upper() if arguments else ""
    if len(arguments) != 3 or unit not in INTERVAL_UNITS:
        raise errors.analysis("timestampadd takes a unit, a number and a date")
    return f"fn.ranged({overload('dt', render(arguments[2]))} + {INTERVAL_UNITS[unit].format(render(arguments[1]))})"


def _time_slice(render: Render, arguments: Sequence[exp.Expr]) -> str:
    """TIME_SLICE. The first slice starts at 0001-01-01 00:00:00, as in StarRocks."""
    if len(arguments) not in {2, 3}:
        raise errors.analysis("time_slice takes a date, an INTERVAL and FLOOR or CEIL")
    side = written_name(arguments[2].name).upper() if len(arguments) == 3 else "FLOOR"
    if side not in {"FLOOR", "CEIL"}:
        raise errors.analysis(f"time_slice ends with FLOOR or CEIL, found {side}")
    width, moment = interval(render, arguments[1]), overload("dt", render(arguments[0]))
    amount, unit = arguments[1].this, arguments[1].args["unit"].name.upper()
    if isinstance(amount, exp.Literal) and int(amount.name) > _WHOLE_RANGE[unit]:
        return f"fn.sliced({moment}, fn.first_moment())" if side == "FLOOR" else f"fn.sliced({moment}, NULL)"
    start = f"fn.sliced({moment}, time_bucket({width}, {moment}, fn.first_moment()))"
    return start if side == "FLOOR" else f"fn.ranged({start} + {width})"


_WHOLE_RANGE = {
    "YEAR": 9999, "QUARTER": 9999 * 4, "MONTH": 9999 * 12, "WEEK": 9999 * 53, "DAY": 9999 * 366,
    "HOUR": 9999 * 366 * 24, "MINUTE": 9999 * 366 * 1440, "SECOND": 9999 * 366 * 86400,
    "MILLISECOND": 9999 * 366 * 86400_000, "MICROSECOND": 9999 * 366 * 86400_000_000,
}  # fmt: skip
"""Numbers of units longer than the range of DATETIME."""


def _date_slice(render: Render, arguments: Sequence[exp.Expr]) -> str:
    unit = arguments[1].args.get("unit") if len(arguments) > 1 else None
    if unit is not None and unit.name.upper() not in {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}:
        raise errors.analysis("can't use date_slice for date with time(hour/minute/second)")
    return f"CAST({_time_slice(render, arguments)} AS DATE)"


SPECIAL: dict[str, Callable[[Render, Sequence[exp.Expr]], str]] = {
    "DATE_ADD": _shift("+"), "ADDDATE": _shift("+"), "DATE_SUB": _shift("-"), "SUBDATE": _shift("-"),
    "TIMESTAMPDIFF": _timestamp_diff, "TIMESTAMPADD": _timestamp_add, "TIME_SLICE": _time_slice,
    "DATE_SLICE": _date_slice,
}  # fmt: skip
"""Functions by name."""
