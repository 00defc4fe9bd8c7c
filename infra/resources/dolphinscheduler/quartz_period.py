"""The longest pause between two runs of a Quartz cron expression, from which late steps are detected."""

import calendar
from datetime import date, timedelta
from itertools import pairwise

from infra.resources.dolphinscheduler.quartz import check_cron

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_FIRST, _LAST = date(2024, 1, 1), date(2032, 1, 1)
"""Range in which every day of the year falls on every weekday, with two leap years."""
_DAY = 86_400


def longest_pause(expression: str) -> int | None:
    """The longest time between two runs, in seconds; None if the expression names years or fires at most once.

    The longest pause is used, because a step that runs only in working hours is not late at night. `W` (nearest
    weekday) is read as the day itself, and daylight saving time is ignored, because such small differences do not
    change whether a step is late.

    Raises:
        CronError: the expression is invalid.
    """
    seconds, minutes, hours, day, month, weekday, year = check_cron(expression).split()
    if year != "*":
        return None
    times = sorted(
        (hour * 60 + minute) * 60 + second
        for hour in _numbers(hours, 0, 23)
        for minute in _numbers(minutes, 0, 59)
        for second in _numbers(seconds, 0, 59)
    )
    months = _numbers(month, 1, 12, _MONTHS)
    days = [each for each in _every_day() if each.month in months and _matches(each, day, weekday)]
    if len(days) < 2:
        return None
    nights = max((after - before).days for before, after in pairwise(days)) * _DAY + times[0] - times[-1]
    return max([nights, *(after - before for before, after in pairwise(times))])


def _every_day() -> list[date]:
    return [_FIRST + timedelta(days=number) for number in range((_LAST - _FIRST).days)]


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    found: set[int] = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, dash, last = span.partition("-")
        start = low if first == "*" else _number(first, names)
        # `5/10` continues to the end of the field, `5` alone does not
        end = _number(last, names) if dash else high if step or first == "*" else start
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str, names: dict[str, int] | None) -> int:
    return names[text] if names and text in names else int(text)


def _matches(day: date, of_month: str, of_week: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if of_week == "?":
        return any(_is_day(day.day, item, last) for item in of_month.split(","))
    return any(_is_weekday(day, item, last) for item in of_week.split(","))


def _is_day(number: int, item: str, last: int) -> bool:
    if item.startswith("L"):
        return number == last - int(item[2:] or 0) if item[1:2] == "-" else number == last
    if item.endswith("W"):
        return number == int(item[:-1])
    return number in _numbers(item, 1, 31)


def _is_weekday(day: date, item: str, last: int) -> bool:
    weekday = day.isoweekday() % 7 + 1  # Quartz counts from Sunday, 1
    if item == "L":
        return weekday == _DAYS["SAT"]
    if item.endswith("L"):
        return weekday == _number(item[:-1], _DAYS) and day.day > last - 7
    if "#" in item:
        name, _, which = item.partition("#")
        return weekday == _number(name, _DAYS) and (day.day - 1) // 7 + 1 == int(which)
    return weekday in _numbers(item, 1, 7, _DAYS)
