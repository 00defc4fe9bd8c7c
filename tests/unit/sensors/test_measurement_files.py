"""Reading measurement files."""

import csv
import lzma
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from apps.ciapol.sensors.event import Measurement
from apps.ciapol.sensors.files import BadRowError, UnreadableFileError, in_time_order, read_measurements
from apps.ciapol.sensors.files.uci import relative_humidity

UCI_HEADER = "No,year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,TEMP,PRES,DEWP,RAIN,wd,WSPM,station"
UCI_ROW = "1,2017,3,1,0,4,4,4,7,300,77,-0.7,1023,-18.8,0,NNW,4.4,Dongsi"
SAMPLE = Path(__file__).parents[3] / "apps/ciapol/sensors/data/beijing-sample.csv.xz"


def write(path: Path, *lines: str) -> Path:
    text = "\n".join(lines) + "\n"
    if path.suffix == ".xz":
        path.write_bytes(lzma.compress(text.encode()))
    else:
        path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.xz"])
def test_uci_rows_are_read_in_the_units_of_the_event(tmp_path: Path, name: str) -> None:
    measurements = list(read_measurements(write(tmp_path / name, UCI_HEADER, UCI_ROW)))
    assert measurements == [
        Measurement(
            "Dongsi",
            datetime(2017, 2, 28, 16, tzinfo=UTC),
            {
                "pm25": 4.0,
                "pm10": 4.0,
                "so2": 4.0,
                "no2": 7.0,
                "o3": 77.0,
                "co": 300.0,
                "temperature": -0.7,
                "pressure": 1023.0,
                "wind_speed": 4.4,
                "humidity": 24.0,
            },
        )
    ]


def test_na_is_a_missing_value_and_a_row_without_pollutants_is_kept(tmp_path: Path) -> None:
    row = "1,2017,3,1,0,NA,NA,NA,NA,NA,NA,NA,NA,-18.8,0,NA,NA,Dongsi"
    (measurement,) = read_measurements(write(tmp_path / "a.csv", UCI_HEADER, row))
    assert measurement.values == {}


def test_a_given_time_zone_replaces_that_of_beijing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", UCI_HEADER, UCI_ROW)
    (measurement,) = read_measurements(path, zone=timezone(timedelta(hours=1)))
    assert measurement.measured_at == datetime(2017, 2, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("temperature", "dew_point", "expected"),
    [
        (20.0, 20.0, 100.0),
        (20.0, 21.0, 100.0),  # a dew point above the temperature is a rounding error of the instrument
        (25.0, 15.0, 53.8),
        (0.0, -10.0, 46.9),
        (40.0, -90.0, 0.0),
    ],
)
def test_humidity_follows_from_temperature_and_dew_point(temperature: float, dew_point: float, expected: float) -> None:
    assert relative_humidity(temperature, dew_point) == pytest.approx(expected, abs=0.15)


def test_event_columns_are_read_unchanged(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "event_id,station_id,measured_at,pm25,humidity",
        "x,ABJ-001,2026-01-31T12:00:00Z,35.1,",
        "y,ABJ-001,2026-01-31T14:00:00+02:00,NA,81",
    )
    assert list(read_measurements(path)) == [
        Measurement("ABJ-001", datetime(2026, 1, 31, 12, tzinfo=UTC), {"pm25": 35.1}),
        Measurement("ABJ-001", datetime(2026, 1, 31, 12, tzinfo=UTC), {"humidity": 81.0}),
    ]


def test_event_times_without_offset_need_a_zone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "station_id,measured_at", "A,2026-01-31T12:00:00")
    with pytest.raises(BadRowError, match=r"line 2, field measured_at: .*expected a time with its offset"):
        list(read_measurements(path))
    (measurement,) = read_measurements(path, zone=timezone(timedelta(hours=8)))
    assert measurement.measured_at == datetime(2026, 1, 31, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "row", "field", "value"),
    [
        ("station_id,measured_at,pm25", "A,2026-01-31T12:00:00Z,high", "pm25", "high"),
        ("station_id,measured_at,pm25", "A,2026-01-31T12:00:00Z,nan", "pm25", "nan"),
        ("station_id,measured_at,pm25", "A,2026-01-31T12:00:00Z,1_000", "pm25", "1_000"),
        ("station_id,measured_at,pm25", "A,2026-01-31T12:00:00Z,1e999", "pm25", "1e999"),
        ("station_id,measured_at,pm25", "A,yesterday,1", "measured_at", "yesterday"),
        ("station_id,measured_at,pm25", ",2026-01-31T12:00:00Z,1", "station_id", ""),
        ("station_id,measured_at,pm25", f"{'x' * 65},2026-01-31T12:00:00Z,1", "station_id", "x" * 65),
        ("station_id,measured_at,pm25", "a/b,2026-01-31T12:00:00Z,1", "station_id", "a/b"),
        ("station_id,measured_at,pm25", "Abobo Gare,2026-01-31T12:00:00Z,1", "station_id", "Abobo Gare"),
        ("station_id,measured_at,pm25", "=A1,2026-01-31T12:00:00Z,1", "station_id", "=A1"),
        ("station_id,measured_at,pm25", "A,2026-01-31T12:00:00Z", "(all)", "2 cells"),
        (UCI_HEADER, UCI_ROW.replace("2017,3,1,0", "2017,2,30,0"), "year, month, day, hour", "2017-2-30-0"),
        (UCI_HEADER, UCI_ROW.replace("2017,3,1,0", "2017,3,1,24"), "year, month, day, hour", "2017-3-1-24"),
        (UCI_HEADER, UCI_ROW.replace("2017,3", "2017,March"), "month", "March"),
        (UCI_HEADER, UCI_ROW.replace("-18.8", "dry"), "DEWP", "dry"),
        (UCI_HEADER, UCI_ROW.replace("-18.8", "-243.04"), "DEWP", "-243.04"),
    ],
)
def test_a_bad_row_names_line_field_and_value(tmp_path: Path, header: str, row: str, field: str, value: str) -> None:
    path = write(tmp_path / "a.csv", header, row)
    with pytest.raises(BadRowError) as caught:
        list(read_measurements(path))
    assert (caught.value.path, caught.value.line, caught.value.field, caught.value.value) == (path, 2, field, value)
    assert str(caught.value).startswith(f"{path}, line 2, field {field}: found {value!r}, expected ")


def test_bad_rows_can_be_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", UCI_HEADER, UCI_ROW, UCI_ROW.replace("77", "x"), UCI_ROW)
    bad: list[BadRowError] = []
    assert len(list(read_measurements(path, bad=bad.append))) == 2
    assert [(row.line, row.field) for row in bad] == [(3, "O3")]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["station_id,measured_at,pm2.5"], "has no column 'pm2.5'"),
        (["a,b"], "expected at least the columns of form"),
        ([""], "expected at least the columns of form"),
        (["station_id,measured_at,pm25,pm25"], "names pm25 more than once"),
        (["station_id,measured_at", 'A,"2026'], "line 2"),
    ],
)
def test_a_file_with_another_table_is_rejected(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        list(read_measurements(write(tmp_path / "a.csv", *lines)))


def test_missing_damaged_and_unknown_files_are_rejected(tmp_path: Path) -> None:
    whole = lzma.compress("\n".join([UCI_HEADER, *[UCI_ROW] * 5000]).encode())
    (tmp_path / "cut.csv.xz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no.csv.xz").write_bytes(b"no xz")
    (tmp_path / "latin.csv").write_bytes("station_id,measured_at\né,x".encode("latin-1"))
    (tmp_path / "a.json").write_text("{}")
    for name in ("none.csv", "cut.csv.xz", "no.csv.xz", "latin.csv", "a.json"):
        with pytest.raises(UnreadableFileError, match=name):
            list(read_measurements(tmp_path / name))


def test_several_files_are_merged_by_time(tmp_path: Path) -> None:
    header = "station_id,measured_at"
    first = write(tmp_path / "a.csv", header, "A,2026-01-01T00:00:00Z", "A,2026-01-01T02:00:00Z")
    second = write(tmp_path / "b.csv.xz", header, "B,2026-01-01T01:00:00Z", "B,2026-01-01T02:00:00Z")
    found = [(item.station_id, item.measured_at.hour) for item in in_time_order([first, second])]
    assert found == [("A", 0), ("B", 1), ("A", 2), ("B", 2)]


def test_the_sample_is_read_cell_by_cell() -> None:
    measurements = list(read_measurements(SAMPLE))
    with lzma.open(SAMPLE, "rt") as text:
        rows = list(csv.DictReader(text))
    assert len(measurements) == len(rows) == 13_176
    assert len({(item.station_id, item.measured_at) for item in measurements}) == len(rows)
    for measurement, row in zip(measurements, rows, strict=True):
        assert measurement.station_id == row["station"]
        assert measurement.values.get("pm25") == (None if row["PM2.5"] == "NA" else float(row["PM2.5"]))
        assert measurement.values.get("wind_speed") == (None if row["WSPM"] == "NA" else float(row["WSPM"]))
    assert SAMPLE.stat().st_size <= 1_000_000
