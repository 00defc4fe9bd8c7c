"""Date formats, week numbers and the parsing of dates, as in StarRocks' `DateTimeValue`."""

import re
import string
from datetime import date, datetime, timedelta

from starrocks_emulator.errors import RefusedError

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK_MODES = {"U": 0, "u": 1, "V": 2, "v": 3}
_LONGEST = 128
"""Maximum length of a date_format result in bytes; a longer result is NULL."""


def week_of(moment: date, mode: int) -> tuple[int, int]:
    """Year and number of the week of a date by MySQL's mode 0 to 7.

    With bit 0 of the mode, weeks begin on Monday instead of Sunday. With bit 1, numbers are 1 to 53 instead of 0 to 53.
    Bit 2 selects week 1 of a year. For weeks from Sunday: the first week with four or more days in the year if the bit
    is set, otherwise the first week that begins in the year. For weeks from Monday, the bit has the opposite effect.
    """
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
    """YEARWEEK(date, mode): weeks are numbered 1 to 53 in every mode."""
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
    """DATE_FORMAT; all letters of `text` are in LETTERS."""
    result = re.sub(r"%(.)", lambda found: _part(moment, found[1]), text, flags=re.DOTALL)
    return result if len(result.encode()) <= _LONGEST else None


class _Reader:
    """A cursor over a text."""

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
    """STR_TO_DATE; text after the last part is ignored, as in StarRocks. `pattern` must contain a whole date."""
    reader = _Reader(text)
    pattern = pattern.replace("%T", "%H:%i:%S").replace("%r", "%I:%i:%S %?")
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
            elif code == "p" or (code == "?" and text[reader.place : reader.place + 2].upper() in {"AM", "PM"}):
                afternoon = reader.word(("AM", "PM")) * 12
            elif code in "Wa":
                reader.word(_DAYS, 3 if code == "a" else None)
        if afternoon is not None:
            if not 1 <= parts.get("hour", 0) <= 12:
                return None
            parts["hour"] = parts["hour"] % 12 + afternoon
        return datetime(  # noqa: DTZ001 # DATETIME has no time zone
            parts["year"],
            parts["month"],
            parts["day"],
            parts.get("hour", 0),
            parts.get("minute", 0),
            parts.get("second", 0),
            parts.get("microsecond", 0),
        )
    except (ValueError, KeyError):
        return None


READ_LETTERS = set("yYmcMbdeHkhIlisSfpWaTr")
"""Format letters that the emulator supports in STR_TO_DATE."""


COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})(?:\.(\d{1,6}))?)?")
"""A date without separators. Trailing spaces are allowed in a constant, which the frontend parses, but not in a row."""
_SPACED = {2, 6}
"""Parts of a date that spaces may follow: the day and the fraction of the second."""


def parse_datetime(text: str) -> datetime | None:
    """Parse a string as DATETIME, by the rules of StarRocks' `date::from_string`; None if it is not a date.

    Raises:
        RefusedError: the year 0, which Python does not support, or a time zone at the end.
    """
    if re.search(r":\d+(\.\d+)?\s*[-+]\d{1,2}:?\d{2}\s*$", text):
        raise RefusedError(
            f"This emulator does not read the date {text} with a time zone: write it as YYYY-MM-DD HH:MM:SS"
        )
    found = COMPACT.fullmatch(text.lstrip())
    if found:
        values = [int(part or 0) for part in found.groups()[:6]]
        return _moment(text, values, found[7] or "")
    text = text.lstrip()
    head = re.match(r"[\dT]*", text)
    length = head.end() if head else 0
    if not text[:1].isdigit():
        return None
    compact = length == len(text) or text[length] == "."
    year_digits = 4 if not compact or length in {4, 8} or length >= 14 else 2
    return _scanned(text, compact, year_digits)


def _scanned(text: str, compact: bool, year_digits: int) -> datetime | None:
    """Parse the parts of a date in order; `compact`: the parts have fixed lengths."""
    values: list[int] = []
    fraction, place, length, years = "", 0, year_digits, year_digits
    while place < len(text) and text[place].isdigit() and len(values) < 7:
        limit = length if compact or len(values) == 6 else len(text)
        part = re.compile(rf"\d{{1,{limit}}}").match(text, place)
        assert part
        if int(part[0]) > 999999:
            return None
        if len(values) == 6:
            fraction = part[0]
        values.append(int(part[0]))
        years = len(part[0]) if len(values) == 1 and not compact else years
        place, length = part.end(), 2
        if place == len(text):
            break
        if len(values) == 3 and text[place] == "T":
            place += 1
            continue
        if len(values) == 6:
            if text[place] != ".":
                break
            place, length = place + 1, 6
            continue
        while place < len(text) and (text[place] in string.punctuation or text[place].isspace()):
            if text[place].isspace() and len(values) - 1 not in _SPACED:
                return None
            place += 1
    if len(values) < 3:
        return None
    if years == 2:
        values[0] += 2000 if values[0] < 70 else 1900
    return _moment(text, (values + [0] * 6)[:6], fraction)


def _moment(text: str, values: list[int], fraction: str) -> datetime | None:
    if values[0] == 0:
        raise RefusedError(f"This emulator does not read the year 0 in the date {text}")
    try:
        year, month, day, hour, minute, second = values
        return datetime(year, month, day, hour, minute, second, int(fraction.ljust(6, "0")))  # noqa: DTZ001
    except ValueError:
        return None


def next_day(moment: datetime, name: str, step: int) -> date | None:
    """NEXT_DAY (`step` 1) and PREVIOUS_DAY (-1): the nearest day of that name after or before a date."""
    lower = name.lower()
    for index, day in enumerate(_DAYS):
        if lower in {day.lower(), day[:3].lower(), day[:2].lower()}:
            found = moment.date()
            while date.min < found < date.max:
                found += timedelta(days=step)
                if found.weekday() == index:
                    return found
            return None
    raise RefusedError(f"{name} not supported in {'next_day' if step > 0 else 'previous_day'} dow_string")
