"""Days that a run computes, as spans for statements that work on a span of days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)

POSITIONS_BEFORE: Final = 3
"""A late position changes decisions on positions up to 72 hours before it …"""
POSITIONS_AFTER: Final = 6
"""… and up to 72 hours after it, whose distances and those of the next 72 hours depend on them."""
WINDOW: Final = 30
"""Metrics of a day look at the 30 days that end with it."""
LONGEST: Final = 92
"""Days that one statement works on at most, so that its memory is bounded."""


@dataclass(frozen=True, order=True)
class Span:
    """Whole days from `start` on and before `end`, UTC."""

    start: date
    end: date

    @property
    def placeholders(self) -> dict[str, str]:
        """What `${from}` and `${to}` stand for."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    def __str__(self) -> str:
        """For logs."""
        return f"{self.start} to {self.end - _DAY}"


def spans(
    days: Iterable[date], *, before: int = 0, after: int = 0, until: date | None = None, longest: int = LONGEST
) -> list[Span]:
    """Spans that hold the days, without overlaps, in order.

    Args:
        days: in any order.
        before: days before each that are computed as well.
        after: likewise after each.
        until: no span reaches beyond this day; the days themselves may.
        longest: most days of a span.
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
