"""Parses time zones."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3]):([0-5][0-9])")


def parse_zone(text: str) -> tzinfo:
    """The time zone of an offset such as `+08:00`, of `Z`, or of an IANA name such as `Africa/Abidjan`.

    Raises:
        ValueError: the text is none of these.
    """
    if text == "Z":
        return UTC
    if match := _OFFSET.fullmatch(text):
        sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text!r} is neither an offset such as +08:00 nor a zone such as Africa/Abidjan") from None
