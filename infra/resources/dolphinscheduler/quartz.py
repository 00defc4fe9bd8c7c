"""Validates Quartz cron expressions: seven fields from seconds to years, with `?` in exactly one of the two day fields.

Source of the grammar: Quartz 2.3, `org.quartz.CronExpression`. Expressions that DolphinScheduler would refuse, and
those that Quartz would accept but never fire, are rejected before the deployment changes anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class CronError(ValueError):
    """An invalid cron expression; the message names the field."""


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)
    special: str = ""
    """Pattern of the special characters of this field, such as `L`."""


_FIELDS = (
    _Field("seconds", 0, 59),
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, special=r"\?|L|LW|L-([12]?\d|30)|([1-9]|[12]\d|3[01])W"),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Field(
        "day of week",
        1,
        7,
        {name: number for number, name in enumerate(_DAYS, 1)},
        special=rf"\?|L|([1-7]|{'|'.join(_DAYS)})(L|#[1-5])",
    ),
    _Field("year", 1970, 2099),
)


def check_cron(expression: str) -> str:
    """Check an expression and return its normal form for comparisons.

    Args:
        expression: such as `0 5 * * * ? *`: second 0 of minute 5 of every hour.

    Returns:
        The expression with names in capitals and one space between fields.

    Raises:
        CronError: the expression is invalid; the message names the field and the accepted values.
    """
    parts = expression.upper().split()
    if len(parts) != len(_FIELDS):
        raise CronError(
            f"{expression!r} has {len(parts)} fields; Quartz requires {len(_FIELDS)}: "
            f"{', '.join(each.name for each in _FIELDS)}"
        )
    for kind, part in zip(_FIELDS, parts, strict=True):
        for item in part.split(","):
            _check_item(kind, item)
    if (parts[3] == "?") == (parts[5] == "?"):
        raise CronError(f"{expression!r}: exactly one of day of month and day of week must be `?`")
    if any("?" in part and part != "?" for part in parts):
        raise CronError(f"{expression!r}: `?` cannot be combined with other values")
    return " ".join(parts)


def _check_item(kind: _Field, item: str) -> None:
    if kind.special and re.fullmatch(kind.special, item):
        return
    span, slash, step = item.partition("/")
    if slash and not (step.isdigit() and 1 <= int(step) <= kind.high):
        raise CronError(f"{kind.name} {item!r}: the step must be a number from 1 to {kind.high}")
    if span == "*":
        return
    first, dash, last = span.partition("-")
    low = _number(kind, first, item)
    if dash and _number(kind, last, item) < low:
        raise CronError(f"{kind.name} {item!r}: the range ends before it begins")


def _number(kind: _Field, text: str, item: str) -> int:
    value = kind.names.get(text)
    if value is None and text.isdigit():
        value = int(text)
    if value is None or not kind.low <= value <= kind.high:
        expected = f"{kind.low} to {kind.high}" + (f" or {', '.join(kind.names)}" if kind.names else "")
        raise CronError(f"{kind.name} {item!r}: {text!r} is not {expected}")
    return value
