"""The hours that a task works on."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from apps.shared.time_ranges import FIRST, check_range, moment
from apps.tasks.errors import InvalidInput

_FORMAT = "%Y-%m-%d %H:%M:%S"
_DURATION = re.compile(r"^(?P<count>[1-9][0-9]{0,5})(?P<unit>[hd])$")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Window:
    """A time range from `start`, inclusive, to `end`, exclusive; both are full hours in UTC."""

    start: datetime
    end: datetime

    @property
    def placeholders(self) -> dict[str, str]:
        """Values of `${from}` and `${to}` in SQL."""
        return {"from": self.start.strftime(_FORMAT), "to": self.end.strftime(_FORMAT)}

    def chunks(self, length: timedelta | None) -> list["Window"]:
        """The window in pieces of at most this length, in order."""
        if length is None:
            return [self]
        starts = [self.start]
        while self.end - starts[-1] > length:
            starts.append(starts[-1] + length)
        return [Window(start, end) for start, end in pairwise([*starts, self.end])]

    def __str__(self) -> str:
        """The text for logs."""
        return f"{self.start.strftime(_FORMAT)} to {self.end.strftime(_FORMAT)} UTC"


def duration(text: str, option: str) -> timedelta:
    """Hours or days, such as `48h` or `31d`.

    Raises:
        InvalidInput: the text is not a duration; the message names the option.
    """
    match = _DURATION.match(text)
    if match is None:
        raise InvalidInput(f"{option} {text!r} is not a duration; write a number of hours or days, such as 48h or 31d")
    return int(match["count"]) * (_HOUR if match["unit"] == "h" else timedelta(days=1))


def window(length: timedelta, begin: str, end: str, now: datetime) -> Window:
    """The window of the options: the whole hours that contain the given range.

    Args:
        length: length of the window if an end is not given.
        begin: ISO 8601, in UTC without a zone; empty means `length` before the end.
        end: likewise; empty: the next full hour.
        now: the current time.

    Raises:
        InvalidInput: an end is not a time between 1970 and 9998, or the window ends before it begins.
    """
    try:
        check_range(begin, end, begin_name="--from", end_name="--to")
        until = _floor(moment(end, "--to") + _HOUR - timedelta(microseconds=1)) if end else _floor(now) + _HOUR
        start = _floor(moment(begin, "--from")) if begin else _before(until, length)
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    if start >= until:
        raise InvalidInput(f"--from {begin or start.isoformat()} is not before --to {end or until.isoformat()}")
    return Window(start, until)


def utc(moment: datetime) -> datetime:
    """The time in StarRocks' form: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _before(until: datetime, length: timedelta) -> datetime:
    if length > until - FIRST:
        raise ValueError(f"--window of {length.days} days before {until.isoformat()} begins before 1970")
    return until - length


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
