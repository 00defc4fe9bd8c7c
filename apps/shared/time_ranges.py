"""Parses time ranges of users: ISO 8601, UTC by default."""

from datetime import UTC, datetime
from typing import Final

FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Earliest time of a range."""
LAST: Final = datetime(9998, 1, 1, tzinfo=UTC)
"""Times of a range are before this one, so that adding hours or a zone to them cannot exceed the last year."""


def moment(text: str, name: str) -> datetime:
    """A point in time, in UTC.

    Args:
        text: ISO 8601; without a zone it is UTC.
        name: name of the option or parameter, for the error message.

    Raises:
        ValueError: the text is not a time, or not between 1970 and 9998.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} {text!r} is not a time; write ISO 8601, such as 2026-01-31T12:00:00Z") from None
    try:
        utc = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:  # in UTC, the year is 0 or 10000
        utc = LAST
    if not FIRST <= utc < LAST:
        raise ValueError(f"{name} {text!r} is not between 1970 and 9998")
    return utc


def check_range(begin: str, end: str, *, begin_name: str = "from", end_name: str = "to") -> None:
    """Check a range; an empty text leaves an end open.

    Raises:
        ValueError: an end is not a time, or the range ends before it begins; the message names the option.
    """
    start = moment(begin, begin_name) if begin else None
    until = moment(end, end_name) if end else None
    if start is not None and until is not None and start >= until:
        raise ValueError(f"{begin_name} {begin!r} is not before {end_name} {end!r}")
