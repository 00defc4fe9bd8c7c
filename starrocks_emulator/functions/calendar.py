"""Dates as text: MySQL's formats and week numbers, as StarRocks' `DateTimeValue` computes them."""

import re
from datetime import date, datetime, timedelta

from starrocks_emulator.errors import RefusedError

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK_MODES = {"U": 0, "u": 1, "V": 2, "v": 3}
_LONGEST = 128
"""Bytes that date_format answers at most; a longer text is NULL."""


def week_of(moment: date, mode: int) -> tuple[int, int]:
    """Year and number of the week of a date by MySQL's mode 0 to 7.

    Bit 0 of the mode: weeks begin on Monday; bit 1: numbers are 1 to 53; bit 2 (for Monday: without it): week 1 is the
    first with four days or more in the year."""
    monday, in_year = bool(mode & 1), bool(mode & 2)
    first_weekday = bool(mode & 4)
    if not monday:
        first_weekday = not first_weekday
    day = moment.toordinal()
    first = date(moment.year, 1, 1)
    weekday = _weekday(first, monday)
    year = moment.year
    if moment.month == 1 and moment.day <= 7 - weekday:
        if not in_year and ((first_weekday and weekday) or (not first_weekday and weekday >= 4)):
            return year, 0
        if (first_weekday and weekday) or (not first_weekday and weekday >= 4):
            in_year = True
            year -= 1
            first = date(year, 1, 1)
            weekday = _weekday(first, monday)
    begin = first.toordinal()
    if (first_weekday and weekday) or (not first_weekday and weekday >= 4):
        days = day - (begin + 7 - weekday)
    else:
        days = day - (begin - weekday)
    if in_year and days >= 52 * 7:
        weekday = (weekday + (366 if _leap(year) else 365)) % 7
        if (not first_weekday and weekday < 4) or (first_weekday and not weekday):
            return year + 1, 1
    return year, days // 7 + 1


def _weekday(moment: date, monday: bool) -> int:
    return moment.weekday() if monday else (moment.weekday() + 1) % 7


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def week(moment: datetime, mode: int) -> int:
    """WEEK(date, mode)."""
    return week_of(moment.date(), mode & 7)[1]


def yearweek(moment: datetime, mode: int) -> int:
    """YEARWEEK(date, mode): weeks are numbered 1 to 53, whatever the mode says."""
    year, number = week_of(moment.date(), (mode & 7) | 2)
    return year * 100 + number


def _ordinal(day: int) -> str:
    return f"{day}{'th' if 10 <= day <= 19 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def _part(moment: datetime, letter: str) -> str:
    hour = moment.hour % 12 or 12
    if letter in _WEEK_MODES:
        return f"{week_of(moment.date(), _WEEK_MODES[letter])[1]:02}"
    if letter in "Xx":
        return f"{week_of(moment.date(), 2 if letter == 'X' else 3)[0]:04}"
    if letter == "w":
        return str((moment.weekday() + 1) % 7)
    if letter == "D":
        return _ordinal(moment.day)
    plain = {
        "a": _DAYS[moment.weekday()][:3], "b": _MONTHS[moment.month - 1][:3], "c": str(moment.month),
        "d": f"{moment.day:02}", "e": str(moment.day), "f": f"{moment.microsecond:06}", "H": f"{moment.hour:02}",
        "h": f"{hour:02}", "I": f"{hour:02}", "i": f"{moment.minute:02}", "j": f"{moment.timetuple().tm_yday:03}",
        "k": str(moment.hour), "l": str(hour), "M": _MONTHS[moment.month - 1], "m": f"{moment.month:02}",
        "p": "PM" if moment.hour >= 12 else "AM", "S": f"{moment.second:02}", "s": f"{moment.second:02}",
        "T": f"{moment:%H:%M:%S}", "W": _DAYS[moment.weekday()], "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}", "%": "%",
    }  # fmt: skip
    if letter == "r":
        return f"{hour:02}:{moment.minute:02}:{moment.second:02} {plain['p']}"
    return plain[letter]


LETTERS = set("abcDdefHhIijklMmprSsTUuVvWwXxYy%")
"""The letters of a date format."""


def date_format(moment: datetime, text: str) -> str | None:
    """DATE_FORMAT; every letter of `text` is known to be in LETTERS."""
    result = re.sub(r"%(.)", lambda found: _part(moment, found[1]), text, flags=re.DOTALL)
    return result if len(result.encode()) <= _LONGEST else None


class _Reader:
    """A text read from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def digits(self, most: int) -> str:
        found = re.compile(rf"\d{{1,{most}}}").match(self.text, self.place)
        if not found:
            raise ValueError(self.text)
        self.place = found.end()
        return found[0]

    def word(self, names: tuple[str, ...], length: int | None = None) -> int:
        for index, name in enumerate(names):
            wanted = name[:length] if length else name
            if self.text[self.place : self.place + len(wanted)].lower() == wanted.lower():
                self.place += len(wanted)
                return index
        raise ValueError(self.text)


def str_to_date(text: str, pattern: str) -> datetime | None:  # noqa: PLR0912
    """STR_TO_DATE; what stands behind the last part is left out, as in StarRocks. `pattern` names a whole date."""
    reader = _Reader(text)
    pattern = pattern.replace("%T", "%H:%i:%S").replace("%r", "%I:%i:%S %p")
    parts: dict[str, int] = {}
    afternoon: int | None = None
    place = 0
    try:
        while place < len(pattern):
            while reader.place < len(text) and text[reader.place].isspace():
                reader.place += 1
            if reader.place >= len(text):
                break
            letter = pattern[place]
            if letter.isspace():
                place += 1
                continue
            if letter != "%":
                if text[reader.place] != letter:
                    return None
                reader.place += 1
                place += 1
                continue
            code = pattern[place + 1]
            place += 2
            if code in "yY":
                found = reader.digits(4 if code == "Y" else 2)
                year = int(found)
                parts["year"] = year if len(found) > 2 else year + (2000 if year < 70 else 1900)
            elif code in "mc":
                parts["month"] = int(reader.digits(2))
            elif code in "Mb":
                parts["month"] = reader.word(_MONTHS, 3 if code == "b" else None) + 1
            elif code in "de":
                parts["day"] = int(reader.digits(2))
            elif code in "HkhIl":
                parts["hour"] = int(reader.digits(2))
                if code in "hIl" and afternoon is None:
                    afternoon = 0
            elif code in "isS":
                parts["minute" if code == "i" else "second"] = int(reader.digits(2))
            elif code == "f":
                parts["microsecond"] = int(reader.digits(6).ljust(6, "0"))
            elif code == "p":
                afternoon = reader.word(("AM", "PM")) * 12
            elif code in "Wa":
                reader.word(_DAYS, 3 if code == "a" else None)
        if afternoon is not None:
            if not 1 <= parts.get("hour", 0) <= 12:
                return None
            parts["hour"] = parts["hour"] % 12 + afternoon
        return datetime(**parts)  # type: ignore[arg-type]  # noqa: DTZ001  every part is a number; those of the date are there or ValueError
    except (ValueError, TypeError):
        return None


READ_LETTERS = set("yYmcMbdeHkhIlisSfpWaTr")
"""Letters that STR_TO_DATE reads here."""


def months_between(first: datetime, second: datetime) -> int:
    """Whole months from `second` to `first`, towards zero."""
    months = (first.year - second.year) * 12 + first.month - second.month
    rest = first - first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    other = second - second.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if months > 0 and rest < other:
        return months - 1
    return months + 1 if months < 0 and rest > other else months


def next_day(moment: datetime, name: str, step: int) -> date | None:
    """NEXT_DAY (`step` 1) and PREVIOUS_DAY (-1): the nearest day of that name after or before a date."""
    lower = name.lower()
    for index, day in enumerate(_DAYS):
        if lower in {day.lower(), day[:3].lower(), day[:2].lower()}:
            found = moment.date()
            while True:
                found += timedelta(days=step)
                if found.weekday() == index:
                    return found
    raise RefusedError(f"{name} not supported in next_day or previous_day")
