"""Local times of files around clock changes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from apps.ciapol.sensors.__main__ import main
from apps.ciapol.sensors.files import BadRowError, read_measurements
from apps.ciapol.sensors.local_clock import ClockChange, LocalClock, LocalTimeError

PARIS = "Europe/Paris"
HEADER = "station_id,measured_at,pm25"
UCI_HEADER = "year,month,day,hour,PM2.5,station"


def clock(zone: str, change: ClockChange | None = None) -> LocalClock:
    return LocalClock(ZoneInfo(zone), change)


def utc(local: str, zone: str, change: ClockChange | None = None) -> str:
    return clock(zone, change).utc(datetime.fromisoformat(local), "A").strftime("%Y-%m-%dT%H:%MZ")


REPEATED = [
    # zone, local time, both moments
    ("Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
    ("America/New_York", "2026-11-01T01:00", "2026-11-01T05:00Z", "2026-11-01T06:00Z"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45Z", "2026-04-04T15:15Z"),
    ("America/Havana", "2026-11-01T00:00", "2026-11-01T04:00Z", "2026-11-01T05:00Z"),
    ("Europe/Dublin", "2026-10-25T01:59", "2026-10-25T00:59Z", "2026-10-25T01:59Z"),
]
SKIPPED = [
    # zone, local time, the moments by the offsets before and after the change
    ("Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30Z", "2026-03-29T00:30Z"),
    ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00Z", "2026-03-08T06:00Z"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45Z", "2026-10-03T15:15Z"),
    # zones in which midnight is skipped
    ("America/Havana", "2026-03-08T00:00", "2026-03-08T05:00Z", "2026-03-08T04:00Z"),
    ("Africa/Cairo", "2026-04-24T00:00", "2026-04-23T22:00Z", "2026-04-23T21:00Z"),
    ("America/Sao_Paulo", "2018-11-04T00:59", "2018-11-04T03:59Z", "2018-11-04T02:59Z"),
    # a zone in which a day is skipped
    ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00Z", "2011-12-29T22:00Z"),
]


@pytest.mark.parametrize(("zone", "local", "first", "second"), REPEATED, ids=[row[0] for row in REPEATED])
def test_a_repeated_time_is_refused_unless_an_option_chooses(zone: str, local: str, first: str, second: str) -> None:
    with pytest.raises(LocalTimeError, match="exists once") as caught:
        utc(local, zone)
    message = [moment.replace("Z", ":00Z") for moment in (first, second)]
    assert f"clocks in {zone} show this one twice, at {message[0]} and {message[1]}" in str(caught.value)
    assert utc(local, zone, ClockChange.BEFORE) == first
    assert utc(local, zone, ClockChange.AFTER) == second


@pytest.mark.parametrize(("zone", "local", "before", "after"), SKIPPED, ids=[row[0] for row in SKIPPED])
def test_a_skipped_time_is_refused_unless_an_option_chooses(zone: str, local: str, before: str, after: str) -> None:
    for change in (None, ClockChange.ORDER):
        with pytest.raises(LocalTimeError, match=f"clocks in {zone} skip this one.* before or after reads it"):
            utc(local, zone, change)
    assert utc(local, zone, ClockChange.BEFORE) == before
    assert utc(local, zone, ClockChange.AFTER) == after


@pytest.mark.parametrize("change", [None, *ClockChange])
@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Africa/Abidjan", "2026-03-29T02:30", "2026-03-29T02:30Z"),
        ("Africa/Abidjan", "2026-10-25T02:30", "2026-10-25T02:30Z"),
        ("Europe/Paris", "2026-03-29T01:59", "2026-03-29T00:59Z"),
        ("Europe/Paris", "2026-03-29T03:00", "2026-03-29T01:00Z"),
        ("Europe/Paris", "2026-10-25T01:59", "2026-10-24T23:59Z"),
        ("Europe/Paris", "2026-10-25T03:00", "2026-10-25T02:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:29", "2026-04-04T14:29Z"),
        ("Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-04T15:30Z"),
        ("Asia/Kolkata", "2026-03-29T02:30", "2026-03-28T21:00Z"),
    ],
)
def test_unambiguous_times_are_read_alike_with_each_option(
    zone: str, local: str, expected: str, change: ClockChange | None
) -> None:
    assert utc(local, zone, change) == expected


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Havana"])
def test_order_reads_a_year_of_a_logger_without_loss(zone: str) -> None:
    reading = clock(zone, ClockChange.ORDER)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(minutes=30 * number) for number in range(2 * 24 * 365)]
    local = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    assert len(set(local)) < len(local)
    assert [reading.utc(each, "A") for each in local] == moments


def test_order_keeps_stations_apart_and_refuses_rows_out_of_order() -> None:
    reading = clock(PARIS, ClockChange.ORDER)
    night = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 - a local time
    assert [reading.utc(night, station).hour for station in ("A", "B", "A", "B")] == [0, 0, 1, 1]
    with pytest.raises(LocalTimeError, match=r"after the station's latest row before it \(2026-10-25T01:30:00Z\)"):
        reading.utc(night, "A")


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ("before", ["2026-10-25T02:30", "2026-10-25T02:30"]),
        ("after", ["2026-10-25T02:30", "2026-10-25T02:30"]),
        ("before", ["2026-03-29T02:30", "2026-03-29T03:30"]),
        ("before", ["2026-03-29T03:30", "2026-03-29T02:30"]),
        ("after", ["2026-03-29T01:30", "2026-03-29T02:30"]),
    ],
)
def test_a_row_that_would_replace_another_is_refused(tmp_path: Path, change: str, rows: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEADER, *(f"A,{row},1" for row in rows), f"B,{rows[0]},1"]) + "\n")
    with pytest.raises(BadRowError, match=rf"line 3, field measured_at: found '{rows[1]}', expected another time"):
        list(read_measurements(path, ZoneInfo(PARIS), change=ClockChange(change)))
    bad: list[BadRowError] = []
    found = list(read_measurements(path, ZoneInfo(PARIS), bad.append, ClockChange(change)))
    assert [item.station_id for item in found] == ["A", "B"]
    assert [problem.line for problem in bad] == [3]


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ((HEADER, "A,2026-10-25T01:59,1", "A,2026-10-25T02:00,2"), "measured_at", "2026-10-25T02:00"),
        ((UCI_HEADER, "2026,10,25,1,1,A", "2026,10,25,2,1,A"), "year, month, day, hour", "2026-10-25-2"),
        ((UCI_HEADER, "2026,3,29,1,1,A", "2026,3,29,2,1,A"), "year, month, day, hour", "2026-3-29-2"),
    ],
)
def test_files_name_the_line_of_a_time_that_is_no_single_moment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: tuple[str, ...], field: str, value: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n")
    assert main(["replay", str(path), "--tz", PARIS]) == 2
    message = capsys.readouterr().err
    assert f"{path}, line 3, field {field}: found {value!r}, expected a local time that exists once" in message
    assert "--clock-change" in message


def test_a_row_with_its_offset_needs_no_option(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\nA,2026-10-25T02:30:00+02:00,1\nA,2026-10-25T02:30:00+01:00,2\n")
    found = [item.measured_at.hour for item in read_measurements(path, ZoneInfo(PARIS))]
    assert found == [0, 1]


def test_the_option_needs_a_zone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["replay", "a.csv", "--clock-change", "before"])
    assert ended.value.code == 2
    assert "--clock-change: needs --tz" in capsys.readouterr().err
