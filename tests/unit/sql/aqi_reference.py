"""An independent computation of the hourly air quality index, in pandas and exact fractions, to check the SQL.

It does not use `sql/ciapol`: its breakpoints are a separate transcription of US EPA, EPA-454/B-24-002 (May 2024), table
6.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from math import isnan

import numpy as np
import pandas as pd

POLLUTANTS = ("pm25", "pm10", "o3", "co", "no2", "so2")

Line = tuple[str, str, int, int]
_INDEX = ((0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 500))


def _lines(*ranges: str, first: int = 0) -> list[Line]:
    pairs = (text.split("-") for text in ranges)
    return [(low, high, *_INDEX[first + i]) for i, (low, high) in enumerate(pairs)]


TABLES: dict[str, list[Line]] = {
    "pm25": _lines("0.0-9.0", "9.1-35.4", "35.5-55.4", "55.5-125.4", "125.5-225.4", "225.5-325.4"),
    "pm10": _lines("0-54", "55-154", "155-254", "255-354", "355-424", "425-604"),
    "o3_8h": _lines("0.000-0.054", "0.055-0.070", "0.071-0.085", "0.086-0.105", "0.106-0.200"),
    "o3_1h": _lines("0.125-0.164", "0.165-0.204", "0.205-0.404", "0.405-0.604", first=2),
    "co": _lines("0.0-4.4", "4.5-9.4", "9.5-12.4", "12.5-15.4", "15.5-30.4", "30.5-50.4"),
    "no2": _lines("0-53", "54-100", "101-360", "361-649", "650-1249", "1250-2049"),
    "so2_1h": _lines("0-35", "36-75", "76-185", "186-304"),
    "so2_24h": _lines("305-604", "605-1004", first=4),
}
"""Concentration range and index range of each line, as EPA prints them."""

CAPPED = {"o3_8h": Decimal("0.200"), "so2_1h": Decimal(304)}
"""Tables that end below index 500. Greater concentrations have the last index of the table."""

MOLAR_VOLUME = 24.4654
"""Volume of an ideal gas in l/mol at 25 °C and 1013.25 hPa."""
DEFAULT_TEMPERATURE = 25.0
MOLAR_MASS = {"o3": 47.997, "co": 28.010, "no2": 46.005, "so2": 64.058}


@cache
def _index(table: str, truncated: Decimal) -> int | None:
    concentration = min(truncated, CAPPED.get(table, truncated))
    lines = TABLES[table]
    for low, high, index_low, index_high in lines:
        last = (low, high) == lines[-1][:2]
        if Decimal(low) <= concentration and (concentration <= Decimal(high) or last):
            slope = Fraction(index_high - index_low) / (Fraction(high) - Fraction(low))
            exact = slope * (Fraction(concentration) - Fraction(low)) + index_low
            return int((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP))
    return None


def index(table: str, concentration: float) -> int | None:
    """The index of a concentration in the table's unit, truncated to the table's digits; None outside the table."""
    if isnan(concentration):
        return None
    places = Decimal(TABLES[table][0][0])
    rounded = Decimal(repr(round(concentration, 9)))
    return _index(table, rounded.quantize(places, ROUND_DOWN))


def nowcast(hours: Sequence[float]) -> float:
    """EPA's NowCast of up to 12 hourly concentrations, newest first, NaN for a missing hour.

    The result is NaN if fewer than two of the newest three hours have a concentration.
    """
    values = [(age, value) for age, value in enumerate(hours[:12]) if not isnan(value)]
    if sum(1 for age, _ in values if age < 3) < 2:
        return float("nan")
    greatest = max(value for _, value in values)
    weight = max(min(value for _, value in values) / greatest, 0.5) if greatest else 1.0
    return sum(weight**age * value for age, value in values) / sum(weight**age for age, _ in values)


def molar_volume(temperature: float) -> float:
    """The volume of an ideal gas in l/mol at a temperature in °C and 1013.25 hPa."""
    return MOLAR_VOLUME * (temperature + 273.15) / 298.15


def _mean(hours: Sequence[float], least: int) -> float:
    values = [value for value in hours if not isnan(value)]
    return sum(values) / len(values) if len(values) >= least else float("nan")


def _greatest(*indices: int | None) -> int | None:
    return max((i for i in indices if i is not None), default=None)


HABIT_HOURS = 168
COUNTS_FROM = 0.75
"""Minimum share of the usual number of values in a valid hour."""

NEEDED = {"pm25": (2, 3), "pm10": (2, 3), "o3": (6, 8), "co": (6, 8), "no2": (1, 1), "so2": (1, 1)}
"""Pairs (minimum number of valid hours, number of newest hours considered) for a sub-index."""


def _counting(means: pd.Series, counts: pd.Series) -> pd.Series:
    """The means of the valid hours, NaN for the others."""
    having = counts.where(counts > 0)
    usual = having.rolling(HABIT_HOURS, min_periods=1).median().shift(1).fillna(1)
    return means.where(counts >= COUNTS_FROM * usual)


def hours_until(counting: Sequence[float], needed: int, newest: int) -> int:
    """Hours until a pollutant has a sub-index if all later hours are valid.

    `counting` is newest first, NaN is not valid.
    """
    known = [not isnan(value) for value in counting]
    return next(more for more in range(1, newest + 1) if sum(([True] * more + known)[:newest]) >= needed)


def _station(measurements: pd.DataFrame) -> pd.DataFrame:
    temperature = DEFAULT_TEMPERATURE
    if "reference_temperature" in measurements and measurements["reference_temperature"].notna().all():
        [temperature] = measurements["reference_temperature"].unique().tolist()
    volume = molar_volume(temperature)

    def _ppb(concentration: float, gas: str) -> float:
        return concentration * volume / MOLAR_MASS[gas]

    resampled = measurements.set_index("measured_at")[list(POLLUTANTS)].resample("h")
    hourly, values = resampled.mean(), resampled.count()
    counts = measurements.set_index("measured_at")["pm25"].resample("h").size()
    columns = {name: _counting(hourly[name], values[name]).to_numpy(dtype=np.float64) for name in POLLUTANTS}
    rows = []
    for i, hour in enumerate(hourly.index):
        if not counts.iloc[i]:
            continue
        past = {name: values[max(0, i - 23) : i + 1][::-1].tolist() for name, values in columns.items()}
        pm25, pm10 = nowcast(past["pm25"]), nowcast(past["pm10"])
        sub = {
            "pm25": index("pm25", pm25),
            "pm10": index("pm10", pm10),
            "o3": _greatest(
                index("o3_8h", _ppb(_mean(past["o3"][:8], 6), "o3") / 1000),
                index("o3_1h", _ppb(past["o3"][0], "o3") / 1000),
            ),
            "co": index("co", _ppb(_mean(past["co"][:8], 6), "co") / 1000),
            "no2": index("no2", _ppb(past["no2"][0], "no2")),
            "so2": _greatest(
                index("so2_1h", _ppb(past["so2"][0], "so2")), index("so2_24h", _ppb(_mean(past["so2"], 18), "so2"))
            ),
        }
        known = _greatest(*sub.values())
        missing = [name for name in sub if values[name].iloc[i] and sub[name] is None]
        few = any(isnan(past[name][0]) for name in missing)
        waiting = "too_few_values" if few else "too_few_hours"
        rows.append(
            {
                "hour_start": hour,
                "aqi": None if missing else known,
                "dominant_pollutant": next((n for n in POLLUTANTS if known is not None and sub[n] == known), None),
                **{f"aqi_{name}": value for name, value in sub.items()},
                "pm25_nowcast": pm25,
                "pm10_nowcast": pm10,
                "measurements": int(counts.iloc[i]),
                "aqi_known": known,
                "reason": waiting if missing else "nothing_measured" if known is None else None,
                "missing": ",".join(f"{name}:{hours_until(past[name], *NEEDED[name])}" for name in missing),
            }
        )
    return pd.DataFrame(rows)


def aqi_hourly(measurements: pd.DataFrame) -> pd.DataFrame:
    """The result of `aqi_hourly.sql` without the column computed_at. Rows are ordered by station and hour.

    Indices are nullable integers.

    Args:
        measurements: columns station_id, measured_at and the pollutants in µg/m³. The optional column
            `reference_temperature` contains the stations' reference temperatures in °C; without it, they are 25 °C.
    """
    parts = [
        _station(rows.sort_values("measured_at")).assign(station_id=station_id)
        for station_id, rows in measurements.groupby("station_id")
    ]
    result = pd.concat(parts, ignore_index=True)
    whole = ["aqi", "aqi_known", *(f"aqi_{name}" for name in POLLUTANTS)]
    result[whole] = result[whole].astype("Int64")
    return result.sort_values(["station_id", "hour_start"], ignore_index=True)
