from datetime import UTC, datetime, timedelta

import pytest

from apps.web import times
from apps.web.problems import Problem

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00Z",
        "2026-01-31T20:00:00+08:00",
        "2026-01-31T20:00:00 08:00",
        "2026-01-31T07:00:00-05:00",
        " 2026-01-31T12:00:00.000000Z",
    ],
)
def test_times_with_a_time_zone_are_read(text: str) -> None:
    assert times.parse("from", text) == NOON
    assert times.parse("from", text).tzinfo is UTC


def test_a_date_means_its_start_in_utc() -> None:
    assert times.parse("from", "2026-01-31") == times.parse("from", " 2026-01-31 ") == datetime(2026, 1, 31, tzinfo=UTC)
    span = times.time_range("2026-01-30", "2026-01-31", timedelta(days=31))
    assert span == times.Range(datetime(2026, 1, 30, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-02-30", "20260131", "2026-W05", "2026-01", "2026-01-31T12:00:00", "2026-01-31 12:00:00",
     "2026-13-01T00:00:00Z", "1769860800", "12:00Z",
     "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-05:00", "2026-01-31T12:00:00Z' OR '1'='1"],
)  # fmt: skip
def test_the_error_names_an_invalid_time(text: str) -> None:
    with pytest.raises(Problem) as caught:
        times.parse("since", text)
    assert caught.value.status == 422
    assert caught.value.errors[0].field == "since"
    assert caught.value.errors[0].value == text


def test_the_default_is_the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "now", lambda: NOON)
    assert times.time_range(None, None, timedelta(days=31)) == times.Range(NOON - timedelta(days=1), NOON)
    end = "2025-06-02T00:00:00Z"
    assert times.time_range(None, end, timedelta(days=31)).start == datetime(2025, 6, 1, tzinfo=UTC)
    assert times.time_range("2026-01-30T00:00:00Z", None, timedelta(days=31)).end == NOON


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z", "before to"),
        ("2026-02-01T12:00:00Z", None, "before now"),
        ("2025-12-01T00:00:00Z", "2026-01-31T00:00:00Z", "at most 31 days"),
    ],
)
def test_empty_and_too_long_ranges_are_rejected(
    monkeypatch: pytest.MonkeyPatch, start: str, end: str | None, expected: str
) -> None:
    monkeypatch.setattr(times, "now", lambda: NOON)
    with pytest.raises(Problem) as caught:
        times.time_range(start, end, timedelta(days=31))
    (error,) = caught.value.errors
    assert (error.field, error.value) == ("from", start)
    assert expected in error.expected


def test_the_longest_range_is_allowed() -> None:
    span = times.time_range("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", timedelta(days=31))
    assert span.end - span.start == timedelta(days=31)


def test_times_are_written_in_utc_with_z() -> None:
    assert times.iso(NOON) == "2026-01-31T12:00:00Z"
    assert times.iso(NOON.replace(microsecond=120000)) == "2026-01-31T12:00:00.120000Z"
    assert times.hour_of(NOON.replace(minute=59, second=1, microsecond=5)) == NOON


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-01-01", "2026-02-01", ("2026-01-01", "2026-02-01")),
        ("2026-01-01T12:00:00Z", "2026-02-01T00:00:01Z", ("2026-01-01", "2026-02-02")),
        ("2026-01-01T01:00:00+02:00", "2026-01-01T01:00:00Z", ("2025-12-31", "2026-01-02")),
    ],
)
def test_the_days_of_a_range_are_those_that_it_touches(start: str, end: str, days: tuple[str, str]) -> None:
    assert times.time_range(start, end, timedelta(days=40)).days == days
