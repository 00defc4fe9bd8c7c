"""Date and time functions.

DATETIME has no time zone. `now()`, `from_unixtime()` and `unix_timestamp()` use the session's, which `Context` sets in
DuckDB; a cast between TIMESTAMP and TIMESTAMPTZ converts by it."""

import re
from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, fixed, literal, overload
from starrocks_emulator.functions.calendar import LETTERS, READ_LETTERS

TRUNC_UNITS = {"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"}
_WHOLE_DAYS = {"day", "week", "month", "quarter", "year"}
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
_TIME_OF_DAY = f"(date_trunc('second', {NOW}) - date_trunc('day', {NOW}))"
_FORMATS = {"Y": "%Y", "y": "%y", "m": "%m", "d": "%d", "H": "%H", "k": "%-H", "h": "%I", "I": "%I", "i": "%M",
            "s": "%S", "S": "%S", "f": "%f", "T": "%H:%M:%S", "M": "%B", "b": "%b", "W": "%A", "a": "%a",
            "j": "%j", "p": "%p", "e": "%-d", "c": "%-m", "r": "%I:%M:%S %p", "%": "%%"}  # fmt: skip


_SHORT = {"yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%i:%s", "yyyy-MM-dd": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d"}


def _written(pattern: str, letters: set[str], function: str) -> str:
    """A date format for DuckDB, as StarRocks reads it.

    Raises:
        SqlError: 1235 for an unknown letter.
    """
    pattern = _SHORT.get(pattern, pattern)
    for letter in re.findall(r"%(.?)", pattern, re.DOTALL):
        if letter not in letters:
            raise errors.unsupported(f"the date format %{letter} in {function}")
    return pattern


def formatted(moment: str, pattern: str) -> str:
    """DATE_FORMAT of a rendered DATETIME by a constant format."""
    pattern = _written(pattern, LETTERS, "date_format")
    if not pattern:
        return "CAST(NULL AS VARCHAR)"
    if all(letter in _FORMATS for letter in re.findall(r"%(.)", pattern, re.DOTALL)) and len(pattern) < 50:
        quick = re.sub(r"%(.)", lambda found: _FORMATS[found[1]], pattern, flags=re.DOTALL)
        return f"strftime({moment}, {_quoted(quick)})"
    return f"py_date_format({moment}, {_quoted(pattern)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _trunc(arguments: Sequence[str]) -> str:
    unit = literal(arguments[0], "the first argument of date_trunc").lower()
    if unit not in TRUNC_UNITS:
        raise errors.analysis(f"date_trunc function can't support argument other than {', '.join(sorted(TRUNC_UNITS))}")
    if unit in _WHOLE_DAYS:
        text = overload("day_trunc", arguments[1], f"'{unit}'")
        return f"fn.ranged({text})" if unit == "week" else text
    return f"date_trunc('{unit}', {overload('with_time', arguments[1])})"


def _formatted(arguments: Sequence[str]) -> str:
    return formatted(overload("dt", arguments[0]), literal(arguments[1], "a date format"))


def names_a_time(pattern: str) -> bool:
    """Whether a format of STR_TO_DATE names a time of day."""
    return bool(re.search("%[HhIiklrSsT]", _SHORT.get(pattern, pattern)))


def parsed(text: str, pattern: str) -> str:
    """STR_TO_DATE of a rendered text; a DATE if the format has no time, as in StarRocks' analyzer.

    Raises:
        SqlError: 1235 for a format without a whole date.
    """
    pattern = _written(pattern, READ_LETTERS | {"%"}, "str_to_date")
    if "%%" in pattern or not all(re.search(f"%[{part}]", pattern) for part in ("yY", "mcMb", "de")):
        raise errors.unsupported(f"str_to_date by the format '{pattern}': it must name year, month and day")
    moment = f"py_str_to_date({text}, {_quoted(pattern)})"
    return moment if names_a_time(pattern) else f"CAST({moment} AS DATE)"


def _parsed(arguments: Sequence[str]) -> str:
    return parsed(arguments[0], literal(arguments[1], "a date format"))


_LAST_SECOND = 253402243199
"""from_unixtime is NULL after this second, and before 0."""


def _from_unixtime(arguments: Sequence[str]) -> str:
    pattern = literal(arguments[1], "a date format") if len(arguments) == 2 else "%Y-%m-%d %H:%i:%s"
    moment = f"CAST(make_timestamptz(CAST({arguments[0]} AS BIGINT) * 1000000) AS TIMESTAMP)"
    return f"CASE WHEN {arguments[0]} BETWEEN 0 AND {_LAST_SECOND} THEN {formatted(moment, pattern)} END"


def _unix_timestamp(arguments: Sequence[str]) -> str:
    moment = NOW
    if arguments:
        moment = overload("dt", arguments[0])
    if len(arguments) == 2:
        moment = f"CAST({parsed(arguments[0], literal(arguments[1], 'a date format'))} AS TIMESTAMP)"
    seconds = f"CAST(floor(epoch(CAST({moment} AS TIMESTAMPTZ))) AS BIGINT)"
    return f"greatest({seconds}, CASE WHEN {moment} IS NULL THEN NULL ELSE 0 END)"


def _now(arguments: Sequence[str]) -> str:
    digits = arguments[0] if arguments else "0"
    if digits not in {"0", "3", "6"}:
        raise errors.unsupported(f"now({digits}); 0, 3 and 6 digits are supported")
    return f"date_trunc('{ {'0': 'second', '3': 'millisecond', '6': 'microsecond'}[digits] }', {NOW})"


def _diff(arguments: Sequence[str]) -> str:
    unit = literal(arguments[0], "the unit of date_diff").lower()
    if unit == "microsecond":
        raise errors.analysis("type column should be one of day/hour/minute/second/millisecond")
    months = _MONTHS.get(unit)
    if months:
        first, second = overload("dt", arguments[1]), overload("dt", arguments[2])
        return f"(fn.date_diff_months({first}, {second}) // {months})"
    return difference(unit, arguments[1], arguments[2])


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def difference(unit: str, later: str, earlier: str) -> str:
    """Number of whole units between two rendered dates, truncated towards zero.

    Raises:
        SqlError: 1064 for an unknown unit.
    """
    unit = unit.lower()
    first, second = overload("dt", later), overload("dt", earlier)
    if unit == "year":
        return f"fn.years({first}, {second})"
    if unit in _MONTHS:
        return f"(fn.months({first}, {second}) // {_MONTHS[unit]})"
    if unit not in {"microsecond", "millisecond", "second", "minute", "hour", "day", "week"}:
        raise errors.analysis(
            f"the unit '{unit}' is unknown; year, quarter, month, week, day … millisecond are supported"
        )
    return f"date_sub('{unit}', {second}, {first})"


def _last_day(arguments: Sequence[str]) -> str:
    unit = literal(arguments[1], "the unit of last_day").lower() if len(arguments) == 2 else "month"
    if unit not in {"month", "quarter", "year"}:
        raise errors.analysis("last_day takes month, quarter or year")
    start = f"date_trunc('{unit}', CAST({overload('dt', arguments[0])} AS DATE))"
    return f"CAST(fn.ranged({start} + INTERVAL 1 {unit} - INTERVAL 1 day) AS DATE)"


_OFFSET = re.compile(r"[-+](\d{1,2}):(\d{2})")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return False
    return True


def _zone(arguments: Sequence[str]) -> str:
    """CONVERT_TZ between constant time zones: names, or offsets such as +08:00; NULL for an unknown one."""
    moment = overload("dt", arguments[0])
    for place, side in ((1, 1), (2, -1)):
        text = literal(arguments[place], "a time zone of convert_tz")
        found = _OFFSET.fullmatch(text)
        if found:
            minutes = (int(found[1]) * 60 + int(found[2])) * (-1 if text.startswith("-") else 1)
            moment = f"({moment} - to_minutes({minutes * side}))"
        elif not _is_zone(text):
            return "CAST(NULL AS TIMESTAMP)"
        else:
            inner = "" if place == 1 else " AT TIME ZONE 'UTC'"
            outer = " AT TIME ZONE 'UTC'" if place == 1 else ""
            moment = f"({moment}{inner} AT TIME ZONE {_quoted(text)}{outer})"
    return moment


def _add_months(arguments: Sequence[str]) -> str:
    return f"fn.ranged({overload('dt', arguments[0])} + to_months(CAST({arguments[1]} AS INTEGER)))"


def _units_between(unit: str, arguments: Sequence[str]) -> str:
    return difference(unit, arguments[0], arguments[1])


def _part(name: str, type_: str) -> Function:
    return fixed(f"CAST(date_part('{name}', fn.dt({{0}})) AS {type_})", 1)


DATES = {
    "DATE_TRUNC": fixed("", 2),
    "DATE_FORMAT": Function(_formatted, 2, 2),
    "STR_TO_DATE": Function(_parsed, 2, 2),
    "UNIX_TIMESTAMP": Function(_unix_timestamp, 0, 2),
    "STR2DATE": Function(lambda a: f"CAST({_parsed(a)} AS DATE)", 2, 2),
    "DATE_DIFF": Function(_diff, 3, 3),
    "ADD_MONTHS": Function(_add_months, 2, 2),
    "TIMESTAMP": fixed("fn.dt({0})", 1),
    "TO_DATETIME": fixed("CAST(make_timestamptz(CAST({0} AS BIGINT) * 1000000) AS TIMESTAMP)", 1),
    "WEEK": Function(lambda a: f"py_week({overload('dt', a[0])}, {a[1] if len(a) == 2 else 0})", 1, 2),
    "YEARWEEK": Function(lambda a: f"py_yearweek({overload('dt', a[0])}, {a[1] if len(a) == 2 else 0})", 1, 2),
    "WEEKOFYEAR": fixed("CAST(date_part('week', fn.dt({0})) AS INTEGER)", 1),
    "DAYOFWEEK_ISO": fixed("CAST(date_part('isodow', fn.dt({0})) AS INTEGER)", 1),
    "TO_DAYS": fixed("CAST(date_diff('day', DATE '0001-01-01', CAST(fn.dt({0}) AS DATE)) + 366 AS INTEGER)", 1),
    "FROM_DAYS": fixed("CAST(fn.ranged(DATE '0001-01-01' + (CAST({0} AS INTEGER) - 366)) AS DATE)", 1),
    "NEXT_DAY": fixed("py_next_day(fn.dt({0}), {1}, 1)", 2),
    "PREVIOUS_DAY": fixed("py_next_day(fn.dt({0}), {1}, -1)", 2),
    "CURRENT_TIMEZONE": fixed("'UTC'", 0),
    "FROM_UNIXTIME": Function(_from_unixtime, 1, 2),
    "CONVERT_TZ": Function(_zone, 3, 3),
    "NOW": Function(_now, 0, 1),
    "CURRENT_TIMESTAMP": Function(_now, 0, 1),
    "LOCALTIMESTAMP": Function(_now, 0, 1),
    "LOCALTIME": Function(_now, 0, 1),
    "UTC_TIMESTAMP": fixed("date_trunc('second', now() AT TIME ZONE 'UTC')", 0),
    "CURDATE": Function(lambda _: f"CAST({NOW} AS DATE)", 0, 0),
    "CURTIME": fixed(_TIME_OF_DAY, 0),
    "CURRENT_TIME": fixed(_TIME_OF_DAY, 0),
    "CURRENT_DATE": Function(lambda _: f"CAST({NOW} AS DATE)", 0, 0),
    "DATE": fixed("CAST(fn.dt({0}) AS DATE)", 1),
    "TO_DATE": fixed("CAST(fn.dt({0}) AS DATE)", 1),
    "DATEDIFF": fixed("CAST(date_diff('day', CAST(fn.dt({1}) AS DATE), CAST(fn.dt({0}) AS DATE)) AS INTEGER)", 2),
    "DAYOFWEEK": fixed("CAST(date_part('dow', fn.dt({0})) + 1 AS INTEGER)", 1),
    "LAST_DAY": Function(_last_day, 1, 2),
    "DAYNAME": fixed("dayname(fn.dt({0}))", 1),
    "MONTHNAME": fixed("monthname(fn.dt({0}))", 1),
    "MAKEDATE": fixed(
        "CASE WHEN {0} BETWEEN 0 AND 9999 AND {1} >= 1 AND date_part('year', make_date({0}, 1, 1) + ({1} - 1)) = {0} "
        "THEN make_date({0}, 1, 1) + (CAST({1} AS INTEGER) - 1) END",
        2,
    ),
    "YEAR": _part("year", "SMALLINT"),
    "QUARTER": _part("quarter", "INTEGER"),
    "MONTH": _part("month", "TINYINT"),
    "DAY": _part("day", "TINYINT"),
    "DAYOFMONTH": _part("day", "TINYINT"),
    "DAYOFYEAR": _part("doy", "INTEGER"),
    "HOUR": _part("hour", "TINYINT"),
    "MINUTE": _part("minute", "TINYINT"),
    "SECOND": _part("second", "TINYINT"),
    "WEEK_ISO": _part("week", "INTEGER"),
}
DATES["DATE_TRUNC"] = Function(_trunc, 2, 2)
for _name in _UNITS:
    _interval = INTERVAL_UNITS[_name.upper()[:-1]].format("{1}")
    DATES[f"{_name.upper()}_ADD"] = fixed(f"fn.ranged(fn.dt({{0}}) + {_interval})", 2)
    DATES[f"{_name.upper()}_SUB"] = fixed(f"fn.ranged(fn.dt({{0}}) - {_interval})", 2)
    DATES[f"{_name.upper()}_DIFF"] = Function(partial(_units_between, _name[:-1]), 2, 2)
