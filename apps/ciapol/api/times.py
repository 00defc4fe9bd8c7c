"""Times in requests: ISO 8601 with a zone, kept in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.ciapol.api.problems import FieldError, invalid

EXPECTED = "ISO 8601 with a zone, e.g. 2026-01-31T12:00:00Z"
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9998, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Range:
    """Times from `start` on and before `end`, both UTC."""

    start: datetime
    end: datetime


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def parse(field: str, text: str) -> datetime:
    """A time of a request, in UTC.

    A `+` that a caller forgot to encode arrives as a space and is read as `+`.

    Raises:
        Problem: it is not ISO 8601 with a zone, or not between 1970 and 9998.
    """
    try:
        time = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError:
        raise invalid(FieldError(field=field, value=text[:100], expected=EXPECTED)) from None
    if time.tzinfo is None:
        raise invalid(FieldError(field=field, value=text, expected=EXPECTED))
    try:
        time = time.astimezone(UTC)
    except OverflowError:
        time = LAST
    if not FIRST <= time < LAST:
        raise invalid(FieldError(field=field, value=text, expected="a time between 1970 and 9998"))
    return time


def time_range(start: str | None, end: str | None, longest: timedelta, default: timedelta = timedelta(days=1)) -> Range:
    """The range of `from` and `to`: without `to` until now, without `from` the `default` before `to`.

    Raises:
        Problem: a time is wrong, `from` is not before `to`, or the range is longer than `longest`.
    """
    upper = parse("to", end) if end is not None else now()
    lower = parse("from", start) if start is not None else max(upper - default, FIRST)
    if lower >= upper:
        expected = "a time before " + ("to" if end is not None else f"now ({iso(upper)})")
        raise invalid(FieldError(field="from", value=start or iso(lower), expected=expected))
    if upper - lower > longest:
        expected = f"at most {longest.days} days before to ({iso(upper)}); ask for less, or for a coarser interval"
        raise invalid(FieldError(field="from", value=start or iso(lower), expected=expected))
    return Range(lower, upper)


def iso(time: datetime) -> str:
    """ISO 8601 in UTC with Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def hour_of(time: datetime) -> datetime:
    """The start of the hour."""
    return time.replace(minute=0, second=0, microsecond=0)
