"""Groups the days that a run computes into spans, because each statement processes a span of days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)

POSITIONS_BEFORE: Final = 3
"""Days before a late position whose positions must be checked again: its neighbours are at most 72 hours away."""
POSITIONS_AFTER: Final = 6
"""Days after it: positions within 72 hours are checked again, and distances depend on these for 72 more hours."""
WINDOW: Final = 30
"""Days after a changed day whose metrics change too: metrics of a day cover the 30 days that end with it."""
LONGEST: Final = 92
"""Maximum number of days that one statement processes, which limits its memory."""


@dataclass(frozen=True, order=True)
class Span:
    """Whole days (UTC) from `start`, inclusive, to `end`, exclusive."""

    start: date
    end: date

    @property
    def placeholders(self) -> dict[str, str]:
        """Values of `${from}` and `${to}`."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    def __str__(self) -> str:
        """The text for logs."""
        return f"{self.start} to {self.end - _DAY}"


def spans(
    days: Iterable[date], *, before: int = 0, after: int = 0, until: date | None = None, longest: int = LONGEST
) -> list[Span]:
    """Spans that contain the days, sorted and without overlaps.

    Args:
        days: days in any order.
        before: number of days before each day that are computed too.
        after: number of days after each day that are computed too.
        until: last day to which `after` extends a span; the days themselves may be later.
        longest: maximum number of days of a span.
    """
    merged: list[Span] = []
    for day in sorted(set(days)):
        end = day + timedelta(days=after + 1)
        if until is not None:
            end = max(day + _DAY, min(end, until))
        span = Span(day - timedelta(days=before), end)
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return [piece for span in merged for piece in _pieces(span, longest)]


def _pieces(span: Span, longest: int) -> list[Span]:
    pieces = []
    start = span.start
    while start < span.end:
        end = min(start + timedelta(days=longest), span.end)
        pieces.append(Span(start, end))
        start = end
    return pieces
