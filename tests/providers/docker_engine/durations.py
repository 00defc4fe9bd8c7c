"""Durations as Go reads and writes them."""

import re

_PARTS = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS = {"ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}


def nanoseconds(duration: str) -> int:
    """Convert a Go duration such as `1m30s`, by the rules of `time.ParseDuration`.

    Raises:
        ValueError: the text is not a duration.
    """
    sign, text = (-1, duration[1:]) if duration.startswith("-") else (1, duration.removeprefix("+"))
    if text == "0":
        return 0
    parts = _PARTS.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(duration)
    return sign * round(sum(float(number) * _NANOSECONDS[unit] for number, unit in parts))


def as_go_writes(value: int) -> str:
    """Format nanoseconds as `time.Duration.String` does, such as `1m30s`."""
    if value == 0:
        return "0s"
    for unit, size in (("ns", 1e3), ("µs", 1e6), ("ms", 1e9)):
        if value < size:
            return f"{value / _NANOSECONDS[unit]:g}{unit}"
    seconds = value / 1e9
    if seconds < 60:
        return f"{seconds:g}s"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}h{minutes}m{rest:g}s" if hours else f"{minutes}m{rest:g}s"
