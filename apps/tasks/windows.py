"""The hours that a task works on."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.tasks.errors import TaskError

_FORMAT = "%Y-%m-%d %H:%M:%S"
_DURATION = re.compile(r"^(?P<count>[1-9][0-9]{0,5})(?P<unit>[hd])$")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Window:
    """From `start` on and before `end`; both UTC and on the hour."""

    start: datetime
    end: datetime

    @property
    def placeholders(self) -> dict[str, str]:
        """What `${from}` and `${to}` stand for in SQL."""
        return {"from": self.start.strftime(_FORMAT), "to": self.end.strftime(_FORMAT)}

    def chunks(self, length: timedelta | None) -> list["Window"]:
        """The window in pieces of at most so long, in order."""
        if length is None:
            return [self]
        starts = [self.start]
        while starts[-1] + length < self.end:
            starts.append(starts[-1] + length)
        return [Window(start, min(start + length, self.end)) for start in starts]

    def __str__(self) -> str:
        """For logs."""
        return f"{self.start.strftime(_FORMAT)} to {self.end.strftime(_FORMAT)} UTC"


def duration(text: str, option: str) -> timedelta:
    """Hours or days, such as `48h` or `31d`.

    Raises:
        TaskError: anything else; it names the option.
    """
    match = _DURATION.match(text)
    if match is None:
        raise TaskError(f"{option} {text!r} is no duration: a number of hours or days, such as 48h or 31d")
    return int(match["count"]) * (_HOUR if match["unit"] == "h" else timedelta(days=1))


def window(length: timedelta, begin: str, end: str, now: datetime) -> Window:
    """The window that the options ask for: whole hours, at least those that were asked for.

    Args:
        length: where only one end is given, or none.
        begin: ISO 8601, UTC where it names no zone; empty: `length` before the end.
        end: likewise; empty: the next full hour.
        now: the current time.

    Raises:
        TaskError: no time, or a window that ends before it begins.
    """
    until = _floor(_moment(end, "--to") + _HOUR - timedelta(microseconds=1)) if end else _floor(now) + _HOUR
    start = _floor(_moment(begin, "--from")) if begin else until - length
    if start >= until:
        raise TaskError(f"--from {begin or start.isoformat()} is not before --to {end or until.isoformat()}")
    return Window(start, until)


def _moment(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TaskError(f"{option} {text!r} is no time: ISO 8601, such as 2026-01-31T12:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
