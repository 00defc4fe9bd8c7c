"""Measurements on both sides of every breakpoint of every table, with the index that the table contains there."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from tests.unit.sql import aqi_reference as reference

NOON = pd.Timestamp("2026-01-31 12:00:00")

# table, pollutant, hours needed, µg/m³ or ppb per unit of the table
_TABLES = (
    ("pm25", "pm25", 12, 1.0),
    ("pm10", "pm10", 12, 1.0),
    ("o3_8h", "o3", 8, 1000.0),
    ("o3_1h", "o3", 1, 1000.0),
    ("co", "co", 8, 1000.0),
    ("no2", "no2", 1, 1.0),
    ("so2_1h", "so2", 1, 1.0),
    ("so2_24h", "so2", 24, 1.0),
)
_BELOW_FIRST = {"o3_1h": None, "so2_24h": 200}
"""Index just below a table that does not begin at 0: none, or the index of the preceding table."""


@dataclass(frozen=True)
class Case:
    """A station whose index of `pollutant` at noon must be `index`, None for none.

    `temperature` is the reference temperature in °C, None if the station is not registered.
    """

    station_id: str
    pollutant: str
    index: int | None
    newest_first: Sequence[float]
    temperature: float | None = None

    def measurements(self) -> pd.DataFrame:
        """One measurement per hour, up to noon."""
        times = [NOON - pd.Timedelta(hours=age) for age in range(len(self.newest_first))]
        return pd.DataFrame(
            {
                "station_id": self.station_id,
                "measured_at": times,
                self.pollutant: self.newest_first,
                "reference_temperature": self.temperature,
            }
        )


def cases() -> Iterator[Case]:
    """For each line of each table: a hundredth of a unit below it, its ends, 0.99 units above it, and a whole unit."""
    for table, pollutant, hours, scale in _TABLES:
        lines = reference.TABLES[table]
        digit = 10.0 ** -len(lines[0][0].partition(".")[2])
        for number, (low, high, index_low, index_high) in enumerate(lines):
            before = lines[number - 1][3] if number else _BELOW_FIRST.get(table)
            points: dict[str, tuple[float, int | None]] = {
                f"at {low}": (float(low), index_low),
                f"at {high}": (float(high), index_high),
                f"truncated to {high}": (float(high) + 0.99 * digit, index_high),
            }
            if float(low):
                points[f"below {low}"] = (float(low) - 0.01 * digit, before)
            if number + 1 < len(lines):
                points[f"past {high}"] = (float(high) + digit, lines[number + 1][2])
            for name, (concentration, index) in points.items():
                value = concentration * scale
                if pollutant not in reference.MOLAR_MASS:
                    yield Case(f"{table} {name}", pollutant, index, _hours(table, value, hours))
                    continue
                for temperature in (None, 0.0, 20.0):
                    known = reference.DEFAULT_TEMPERATURE if temperature is None else temperature
                    mass = value * reference.MOLAR_MASS[pollutant] / reference.molar_volume(known)
                    station_id = f"{table} {name}" if temperature is None else f"{table} {name} ({temperature:.0f} °C)"
                    yield Case(station_id, pollutant, index, _hours(table, mass, hours), temperature)


def _hours(table: str, mean: float, hours: int) -> list[float]:
    """Hours with a given mean.

    For 8-hour ozone the newest hour is 0, because the 1-hour table would otherwise apply.
    """
    if table == "o3_8h":
        return [0.0, *[mean * hours / (hours - 1)] * (hours - 1)]
    return [mean] * hours


def wrong(found: pd.DataFrame, expected: Sequence[Case]) -> dict[str, tuple[int | None, int | None]]:
    """Stations with a wrong index: (actual, expected). `found` contains the result of the query by station."""
    differing = {}
    columns = {name: found[f"aqi_{name}"].astype("float64").to_dict() for name in reference.POLLUTANTS}
    for case in expected:
        value = float(columns[case.pollutant][case.station_id])
        index = None if math.isnan(value) else int(value)
        if index != case.index:
            differing[case.station_id] = (index, case.index)
    return differing
