"""Date and time functions. DATETIME has no zone; `now()` is in the session's zone, which is UTC."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, fixed, literal

TRUNC_UNITS = {"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"}
_UNITS = ("microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years")

INTERVAL_UNITS = {
    "MICROSECOND": "to_microseconds(CAST({0} AS BIGINT))",
    "MILLISECOND": "to_milliseconds({0})",
    "SECOND": "to_seconds({0})",
    "MINUTE": "to_minutes({0})",
    "HOUR": "to_hours({0})",
    "DAY": "to_days(CAST({0} AS INTEGER))",
    "WEEK": "to_weeks(CAST({0} AS INTEGER))",
    "MONTH": "to_months(CAST({0} AS INTEGER))",
    "QUARTER": "to_quarters(CAST({0} AS INTEGER))",
    "YEAR": "to_years(CAST({0} AS INTEGER))",
}
"""DuckDB's interval of {0} units."""

NOW = "(CAST(now() AS TIMESTAMP))"
_FORMATS = {"Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "H": "%H", "k": "%-H", "h": "%I", "I": "%I", "i": "%M",
            "s": "%S", "S": "%S", "f": "%f", "T": "%H:%M:%S", "M": "%B", "b": "%b", "W": "%A", "a": "%a",
            "j": "%j", "p": "%p", "e": "%-d", "c": "%-m", "r": "%I:%M:%S %p", "%": "%%"}  # fmt: skip


def format_of(text: str) -> str:
    """DuckDB's strftime pattern for a MySQL date format.

    Raises:
        SqlError: 1235 for a letter that has no equivalent.
    """
    short = {"yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S", "yyyy-MM-dd": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d"}
    if text in short:
        return short[text]
    result, position = "", 0
    while position < len(text):
        if text[position] != "%":
            result += text[position]
            position += 1
            continue
        letter = text[position + 1 : position + 2]
        if letter not in _FORMATS:
            raise errors.unsupported(f"the date format %{letter}")
        result += _FORMATS[letter]
        position += 2
    return result.replace("'", "''")


def _trunc(arguments: Sequence[str]) -> str:
    unit = literal(arguments[0], "the first argument of date_trunc").lower()
    if unit not in TRUNC_UNITS:
        raise errors.analysis(f"date_trunc function can't support argument other than {', '.join(sorted(TRUNC_UNITS))}")
    return f"fn.date_trunc('{unit}', {arguments[1]})"


def _formatted(arguments: Sequence[str]) -> str:
    return f"strftime(fn.dt({arguments[0]}), '{format_of(literal(arguments[1], 'a date format'))}')"


def _parsed(arguments: Sequence[str]) -> str:
    return f"try_strptime({arguments[0]}, '{format_of(literal(arguments[1], 'a date format'))}')"


def _from_unixtime(arguments: Sequence[str]) -> str:
    pattern = format_of(literal(arguments[1], "a date format")) if len(arguments) == 2 else "%Y-%m-%d %H:%M:%S"
    return f"strftime(make_timestamp(CAST({arguments[0]} AS BIGINT) * 1000000), '{pattern}')"


def _unix_timestamp(arguments: Sequence[str]) -> str:
    return f"CAST(floor(epoch({f'fn.dt({arguments[0]})' if arguments else NOW})) AS BIGINT)"


def _zone(arguments: Sequence[str]) -> str:
    moment, source, target = arguments
    return f"((fn.dt({moment}) AT TIME ZONE {source}) AT TIME ZONE {target})"


def _part(name: str) -> Function:
    return fixed(f"CAST(date_part('{name}', fn.dt({{0}})) AS INTEGER)", 1)


DATES = {
    "DATE_TRUNC": fixed("", 2),
    "DATE_FORMAT": Function(_formatted, 2, 2),
    "STR_TO_DATE": Function(_parsed, 2, 2),
    "UNIX_TIMESTAMP": Function(_unix_timestamp, 0, 1),
    "FROM_UNIXTIME": Function(_from_unixtime, 1, 2),
    "CONVERT_TZ": Function(_zone, 3, 3),
    "NOW": Function(lambda _: f"date_trunc('second', {NOW})", 0, 0),
    "CURRENT_TIMESTAMP": Function(lambda _: f"date_trunc('second', {NOW})", 0, 0),
    "LOCALTIMESTAMP": Function(lambda _: f"date_trunc('second', {NOW})", 0, 0),
    "UTC_TIMESTAMP": Function(lambda _: f"date_trunc('second', {NOW})", 0, 0),
    "CURDATE": Function(lambda _: f"CAST({NOW} AS DATE)", 0, 0),
    "CURRENT_DATE": Function(lambda _: f"CAST({NOW} AS DATE)", 0, 0),
    "DATE": fixed("CAST(fn.dt({0}) AS DATE)", 1),
    "TO_DATE": fixed("CAST(fn.dt({0}) AS DATE)", 1),
    "DATEDIFF": fixed("CAST(date_diff('day', CAST(fn.dt({1}) AS DATE), CAST(fn.dt({0}) AS DATE)) AS INTEGER)", 2),
    "DAYOFWEEK": fixed("CAST(date_part('dow', fn.dt({0})) + 1 AS INTEGER)", 1),
    "WEEKDAY": fixed("CAST(date_part('isodow', fn.dt({0})) - 1 AS INTEGER)", 1),
    "LAST_DAY": fixed("last_day(CAST(fn.dt({0}) AS DATE))", 1),
    "DAYNAME": fixed("dayname(fn.dt({0}))", 1),
    "MONTHNAME": fixed("monthname(fn.dt({0}))", 1),
    "MAKEDATE": fixed("CAST(make_date({0}, 1, 1) + to_days(CAST({1} AS INTEGER) - 1) AS DATE)", 2),
    **{
        name: _part(part)
        for name, part in {
            "YEAR": "year",
            "QUARTER": "quarter",
            "MONTH": "month",
            "DAY": "day",
            "DAYOFMONTH": "day",
            "DAYOFYEAR": "doy",
            "HOUR": "hour",
            "MINUTE": "minute",
            "SECOND": "second",
            "WEEK_ISO": "week",
        }.items()
    },
}
DATES["DATE_TRUNC"] = Function(_trunc, 2, 2)
for _name in _UNITS:
    _interval = INTERVAL_UNITS[_name.upper()[:-1]].format("{1}")
    DATES[f"{_name.upper()}_ADD"] = fixed(f"(fn.dt({{0}}) + {_interval})", 2)
    DATES[f"{_name.upper()}_SUB"] = fixed(f"(fn.dt({{0}}) - {_interval})", 2)
    if _name not in {"quarters", "months", "years"}:
        # whole units that have passed, by absolute time (StarRocks: hours_diff and its kin)
        DATES[f"{_name.upper()}_DIFF"] = fixed(f"date_sub('{_name[:-1]}', fn.dt({{1}}), fn.dt({{0}}))", 2)
