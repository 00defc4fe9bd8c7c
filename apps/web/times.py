"""Times in requests: ISO 8601 with a zone, or a plain date; kept in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from apps.shared.time_ranges import FIRST, LAST
from apps.web.problems import FieldError, invalid

EXPECTED: Final = (
    "ISO 8601 with a zone, e.g. 2026-01-31T12:00:00Z, or a date, e.g. 2026-01-31 (start of the day in UTC)"
)

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Range:
    """Times from `start`, inclusive, to `end`, exclusive; both UTC."""

    start: datetime
    end: datetime

    @property
    def days(self) -> tuple[str, str]:
        """The first day that the range touches, and the day after the last one: ISO 8601, for columns of type DATE."""
        after = (self.end - timedelta(microseconds=1)).date() + timedelta(days=1)
        return self.start.date().isoformat(), after.isoformat()


def now() -> datetime:
    """The current time, UTC."""
    return datetime.now(UTC)


def parse(field: str, text: str) -> datetime:
    """A time of a request, in UTC. A plain date is the start of that day in UTC.

    A `+` that a client does not encode arrives as a space and is read as `+`.

    Args:
        field: name of the parameter, for the message.
        text: value of the parameter.

    Raises:
        Problem: it is neither ISO 8601 with a zone nor a date, or not between 1970 and 9998.
    """
    stripped = text.strip()
    try:
        time = datetime.fromisoformat(stripped.replace(" ", "+") if "T" in stripped else stripped)
    except ValueError:
        raise invalid(FieldError(field=field, value=text[:100], expected=EXPECTED)) from None
    if time.tzinfo is None:
        if not _DATE.fullmatch(stripped):
            raise invalid(FieldError(field=field, value=text[:100], expected=EXPECTED))
        time = time.replace(tzinfo=UTC)
    try:
        time = time.astimezone(UTC)
    except OverflowError:
        time = LAST
    if not FIRST <= time < LAST:
        raise invalid(FieldError(field=field, value=text, expected="a time between 1970 and 9998"))
    return time


def time_range(start: str | None, end: str | None, longest: timedelta, default: timedelta = timedelta(days=1)) -> Range:
    """The range of the parameters `from` and `to`: `to` defaults to now, `from` to `default` before `to`.

    Raises:
        Problem: a time is wrong, `from` is not before `to`, or the range is longer than `longest`.
    """
    upper = parse("to", end) if end is not None else now()
    lower = parse("from", start) if start is not None else max(upper - default, FIRST)
    if lower >= upper:
        expected = "a time before " + (f"to ({iso(upper)})" if end is not None else f"now ({iso(upper)})")
        raise invalid(FieldError(field="from", value=start or iso(lower), expected=expected))
    if upper - lower > longest:
        expected = f"at most {longest.days} days before to ({iso(upper)}); request less, or a coarser interval"
        raise invalid(FieldError(field="from", value=start or iso(lower), expected=expected))
    return Range(lower, upper)


def iso(time: datetime) -> str:
    """ISO 8601 in UTC with Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def hour_of(time: datetime) -> datetime:
    """The start of the hour."""
    return time.replace(minute=0, second=0, microsecond=0)
