"""Test measurements with the values of the sample. Each test finds its rows by its own station names."""

import csv
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from apps.shared.starrocks import Cell, Row
from infra.resources.starrocks.client import session
from infra.settings import ROOT

SAMPLE = ROOT / "apps/ciapol/sensors/data/beijing-sample.csv.xz"
DATABASE = "ciapol_analytics"
COLUMNS = ("pm25", "pm10", "so2", "no2", "o3", "co", "temperature", "pressure", "wind_speed")
_UCI = ("PM2.5", "PM10", "SO2", "NO2", "O3", "CO", "TEMP", "PRES", "WSPM")


@dataclass(frozen=True)
class Measurement:
    """One line of the CSV file. An empty text is a missing value."""

    station_id: str
    measured_at: datetime
    values: tuple[str, ...]


def from_sample(count: int, *, prefix: str, stations: int = 10) -> Iterator[Measurement]:
    """Measurements of artificial stations with the values of the sample, one minute apart and all in the past."""
    with lzma.open(SAMPLE, "rt", newline="") as file:
        rows = [tuple("" if row[column] == "NA" else row[column] for column in _UCI) for row in csv.DictReader(file)]
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for index, values in enumerate(islice(cycle(rows), count)):
        yield Measurement(f"{prefix}-{index % stations:02}", begin + timedelta(minutes=index // stations), values)


def write_csv(path: Path, measurements: list[Measurement]) -> None:
    """Write a CSV file with the field names of the event."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["station_id", "measured_at", *COLUMNS])
        for each in measurements:
            writer.writerow([each.station_id, each.measured_at.strftime("%Y-%m-%dT%H:%M:%SZ"), *each.values])


def query(stack: str, statement: str) -> list[Row]:
    """Run a statement as root in the product's database and return its rows."""
    with session(stack, "starrocks", "root") as root:
        root.execute(f"USE {DATABASE}")
        return root.execute(statement)


def count(stack: str, prefix: str) -> int:
    """Number of clean rows of the stations whose names start with a prefix."""
    rows = query(stack, f"SELECT COUNT(*) FROM sensor_measurements_zeta WHERE station_id LIKE '{prefix}-%'")
    return _whole(rows[0][0])


def raw_counts(stack: str, prefix: str) -> tuple[int, int]:
    """Number of raw rows, and of distinct events among them, of the stations whose names start with a prefix."""
    rows = query(
        stack,
        f"SELECT COUNT(*), COUNT(DISTINCT event_id) FROM raw_measurements_zeta WHERE station_id LIKE '{prefix}-%'",
    )
    total, different = rows[0]
    return _whole(total), _whole(different)


def _whole(value: Cell) -> int:
    assert isinstance(value, int)
    return value


def differences(stack: str, expected: list[Measurement], prefix: str) -> list[str]:
    """Differences of the clean rows from the CSV file: missing, additional or different rows. Returns at most ten."""
    stored = {
        (str(row[0]), str(row[1])[:19]): row[2:]
        for row in query(
            stack,
            f"SELECT station_id, CAST(measured_at AS VARCHAR), {', '.join(COLUMNS)} FROM sensor_measurements_zeta "
            f"WHERE station_id LIKE '{prefix}-%'",
        )
    }
    found: list[str] = []
    for each in expected:
        key = (each.station_id, each.measured_at.strftime("%Y-%m-%d %H:%M:%S"))
        row = stored.pop(key, None)
        wanted = tuple(float(value) if value else None for value in each.values)
        if row is None:
            found.append(f"{key} is missing")
        elif tuple(row) != wanted:
            found.append(f"{key}: {row} instead of {wanted}")
        if len(found) == 10:
            return found
    return found + [f"{key} is too many" for key in list(stored)[: 10 - len(found)]]
