"""The spans contain every day that depends on a changed day exactly once."""

from datetime import date, timedelta
from itertools import pairwise

from apps.liontrack.pipeline.days import Span, spans

DAY = timedelta(days=1)
FIRST = date(2026, 1, 10)


def test_neighbouring_days_are_one_span() -> None:
    days = [FIRST + 2 * DAY, FIRST, FIRST + DAY, FIRST + 9 * DAY]
    assert spans(days) == [Span(FIRST, FIRST + 3 * DAY), Span(FIRST + 9 * DAY, FIRST + 10 * DAY)]
    assert spans([]) == []


def test_days_before_and_after_are_included_without_overlap() -> None:
    [one] = spans([FIRST, FIRST + 8 * DAY], before=3, after=6)
    assert one == Span(FIRST - 3 * DAY, FIRST + 15 * DAY)


def test_no_span_reaches_beyond_the_limit_except_for_a_day_itself() -> None:
    assert spans([FIRST], after=29, until=FIRST + 2 * DAY) == [Span(FIRST, FIRST + 2 * DAY)]
    assert spans([FIRST], after=29, until=FIRST - DAY) == [Span(FIRST, FIRST + DAY)]


def test_long_spans_are_divided() -> None:
    days = [FIRST + number * DAY for number in range(70)]
    found = spans(days, longest=31)
    assert [(span.end - span.start).days for span in found] == [31, 31, 8]
    assert all(one.end == other.start for one, other in pairwise(found))
