"""Parses time ranges of users: ISO 8601, UTC by default."""

from datetime import UTC, datetime


def moment(text: str, name: str) -> datetime:
    """A point in time, in UTC.

    Args:
        text: ISO 8601; without a zone it is UTC.
        name: name of the option or parameter, for the error message.

    Raises:
        ValueError: the text is not a time.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} {text!r} is not a time; write ISO 8601, such as 2026-01-31T12:00:00Z") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def check_range(begin: str, end: str, *, begin_name: str = "from", end_name: str = "to") -> None:
    """Check a range; an empty text leaves an end open.

    Raises:
        ValueError: an end is not a time, or the range ends before it begins; the message names the option.
    """
    start = moment(begin, begin_name) if begin else None
    until = moment(end, end_name) if end else None
    if start is not None and until is not None and start >= until:
        raise ValueError(f"{begin_name} {begin!r} is not before {end_name} {end!r}")
