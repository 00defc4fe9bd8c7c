from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from apps.tasks.errors import TaskError
from apps.tasks.windows import Window, duration, window

NOW = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("", "", ("2026-02-28 13:00:00", "2026-03-01 13:00:00")),
        ("2026-01-01", "", ("2026-01-01 00:00:00", "2026-03-01 13:00:00")),
        ("", "2026-01-02T03:00:00Z", ("2026-01-01 03:00:00", "2026-01-02 03:00:00")),
        ("2026-01-01T01:30:00Z", "2026-01-01T02:00:01Z", ("2026-01-01 01:00:00", "2026-01-01 03:00:00")),
        ("2026-01-01T08:00:00+08:00", "2026-01-01T09:00:00+08:00", ("2026-01-01 00:00:00", "2026-01-01 01:00:00")),
    ],
)
def test_a_window_covers_its_range_with_whole_hours(begin: str, end: str, expected: tuple[str, str]) -> None:
    found = window(DAY, begin, end, NOW).placeholders
    assert (found["from"], found["to"]) == expected


def test_on_the_hour_the_window_ends_one_hour_later() -> None:
    assert window(DAY, "", "", at("2026-03-01T12:00:00")).end == at("2026-03-01T13:00:00")


@pytest.mark.parametrize(
    ("begin", "end", "message"),
    [
        ("yesterday", "", "--from 'yesterday' is not a time"),
        ("", "2026-13-01", "--to '2026-13-01' is not a time"),
        ("2026-03-02", "", "--from 2026-03-02 is not before --to"),
        ("2026-01-02", "2026-01-02", "is not before --to .*2026-01-02"),
        ("", "9999-12-31T23:30:00Z", "--to '9999-12-31T23:30:00Z' is not between 1970 and 9998"),
        ("", "9999-12-31T23:30:00-01:00", "--to .* is not between 1970 and 9998"),
        ("0001-01-01T00:00:00+05:00", "", r"--from '0001-01-01T00:00:00\+05:00' is not between 1970 and 9998"),
        ("", "1970-01-01T10:00:00Z", "--window of 1 days before 1970-01-01T10:00:00.00:00 begins before 1970"),
    ],
)
def test_invalid_windows_are_rejected(begin: str, end: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        window(DAY, begin, end, NOW)


@pytest.mark.parametrize(("text", "hours"), [("48h", 48), ("31d", 744), ("1h", 1)])
def test_durations(text: str, hours: int) -> None:
    assert duration(text, "--window") == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "0h", "48", "h", "-1d", "1.5h", "3m", "48h "])
def test_invalid_durations_are_rejected(text: str) -> None:
    with pytest.raises(TaskError, match=r"--chunk .* is not a duration"):
        duration(text, "--chunk")


def test_a_window_that_is_longer_than_all_years_is_rejected() -> None:
    with pytest.raises(TaskError, match=r"--window of 999999 days before .* begins before 1970"):
        window(duration("999999d", "--window"), "", "", NOW)


def test_a_chunk_may_reach_beyond_the_last_year() -> None:
    whole = Window(at("2026-01-01T00:00:00"), at("2026-02-01T00:00:00"))
    assert whole.chunks(duration("999999d", "--chunk")) == [whole]
    late = Window(at("9997-12-01T00:00:00"), at("9998-01-01T00:00:00"))
    assert [piece.end.day for piece in late.chunks(timedelta(days=20))] == [21, 1]


def test_chunks_cover_the_window_once_and_in_order() -> None:
    whole = Window(at("2013-03-01T00:00:00"), at("2017-03-01T00:00:00"))
    pieces = whole.chunks(timedelta(days=31))
    assert len(pieces) == 48
    assert pieces[0].start == whole.start
    assert pieces[-1].end == whole.end
    assert all(one.end == other.start for one, other in pairwise(pieces))
    assert all(timedelta(0) < piece.end - piece.start <= timedelta(days=31) for piece in pieces)
    assert whole.chunks(None) == [whole] == whole.chunks(whole.end - whole.start)
