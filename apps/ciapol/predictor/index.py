"""The air quality index of hourly means, by the method of `sql/ciapol/queries/aqi_hourly.sql` (docs/aqi-method.md).

The query computes the index of measured hours. This module computes that of predicted hours, from the hours measured
before them and the predicted ones, with the same table of breakpoints.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from apps.ciapol.predictor.history import Floats

WINDOW = 24
"""Number of hours, the current one included, on which an index depends."""
DOMINANT_ORDER = ("pm25", "pm10", "o3", "co", "no2", "so2")
"""Of equal sub-indices, the first of these pollutants is dominant."""

_MOLAR_VOLUME = 24.4654
"""In l/mol, of an ideal gas at 25 °C and 1013.25 hPa."""
_MOLAR_MASS = {"o3": 47.997, "co": 28.010, "no2": 46.005, "so2": 64.058}
"""In g/mol, from the standard atomic weights of IUPAC 2021."""
_NOWCAST_HOURS = 12
_LAST_LINE = 500
"""Index at which a complete table ends; such a table also covers greater concentrations."""


@dataclass(frozen=True)
class Breakpoint:
    """A row of `aqi_breakpoints`; concentrations are in the table's unit."""

    pollutant: str
    averaging: str
    aqi_low: int
    aqi_high: int
    concentration_low: float
    concentration_high: float
    truncation_digits: int


@dataclass(frozen=True)
class _Lines:
    """The rows of one table of breakpoints; concentrations are whole numbers of the last digit that is kept."""

    digits: int
    index: Floats
    units: Floats

    @classmethod
    def of(cls, rows: Iterable[Breakpoint]) -> Self:
        ordered = sorted(rows, key=lambda row: row.aqi_low)
        digits = ordered[0].truncation_digits
        return cls(
            digits,
            np.array([[row.aqi_low, row.aqi_high] for row in ordered], dtype=np.float64),
            np.round(np.array([[row.concentration_low, row.concentration_high] for row in ordered]) * 10.0**digits),
        )

    def look_up(self, concentrations: Floats) -> Floats:
        """The index of concentrations in the table's unit; NaN below the table.

        If a table ends before 500, its last index is that of all greater concentrations.
        """
        units = np.floor(np.round(concentrations * 10.0**self.digits, 6))
        if self.index[-1, 1] != _LAST_LINE:
            units = np.minimum(units, self.units[-1, 1])
        line = np.searchsorted(self.units[:, 0], units, side="right") - 1
        below = np.isnan(units) | (line < 0)
        line = np.where(below, 0, line)
        (units_low, units_high), (low, high) = self.units[line].T, self.index[line].T
        rise = 2 * (high - low) * (units.T - units_low) + (units_high - units_low)
        return np.where(below, np.nan, (np.floor(rise / (2 * (units_high - units_low))) + low).T)


def _windows(hours: Floats, count: int) -> Floats:
    """For each hour, the last `count` hours up to it, oldest first; NaN before the first. Shape (…, hours, count)."""
    padding = np.full((*hours.shape[:-1], count - 1), np.nan)
    windows: Floats = np.lib.stride_tricks.sliding_window_view(
        np.concatenate([padding, hours], axis=-1), count, axis=-1
    )
    return windows


def _mean(hours: Floats, count: int, least: int) -> Floats:
    """The mean of the last `count` hours; NaN with fewer than `least` values."""
    windows = _windows(hours, count)
    known = ~np.isnan(windows)
    values = known.sum(axis=-1)
    return np.where(values >= least, np.where(known, windows, 0.0).sum(axis=-1) / np.maximum(values, 1), np.nan)


def _nowcast(hours: Floats) -> Floats:
    """The NowCast of the last 12 hours; NaN with values in fewer than 2 of the last 3."""
    windows = _windows(hours, _NOWCAST_HOURS)
    known = ~np.isnan(windows)
    least = np.where(known, windows, np.inf).min(axis=-1)
    greatest = np.where(known, windows, -np.inf).max(axis=-1)
    share = np.where(greatest > 0, least / np.where(greatest > 0, greatest, 1.0), 1.0)
    weight = np.maximum(share, 0.5)[..., None] ** np.arange(_NOWCAST_HOURS - 1, -1, -1)
    sums = np.where(known, windows * weight, 0.0).sum(axis=-1)
    total = np.where(known, weight, 0.0).sum(axis=-1)
    enough = known[..., -3:].sum(axis=-1) >= 2
    return np.where(enough, np.round(sums / np.where(enough, total, 1.0), 9), np.nan)


class IndexMethod:
    """The method of the index with a table of breakpoints."""

    def __init__(self, breakpoints: Iterable[Breakpoint]) -> None:
        """Use the rows of `aqi_breakpoints`.

        Raises:
            KeyError: later, at the first use of a table that has no rows.
        """
        tables: dict[tuple[str, str], list[Breakpoint]] = {}
        for row in breakpoints:
            tables.setdefault((row.pollutant, row.averaging), []).append(row)
        self._tables = {key: _Lines.of(rows) for key, rows in tables.items()}

    def sub_indices(self, means: Mapping[str, Floats], reference_temperature: float) -> dict[str, Floats]:
        """The sub-index of each pollutant and hour; NaN if too few hours have a value.

        Args:
            means: means of consecutive hours in µg/m³ by pollutant, hours along the last axis; NaN if missing.
            reference_temperature: °C that the µg/m³ of gases refer to.
        """
        volume = _MOLAR_VOLUME * (273.15 + reference_temperature) / 298.15
        found: dict[str, Floats] = {}
        for pollutant, hours in means.items():
            if pollutant in _MOLAR_MASS:
                found[pollutant] = self._gas(pollutant, hours * volume / _MOLAR_MASS[pollutant])
            else:
                found[pollutant] = self._tables[pollutant, "24h"].look_up(_nowcast(hours))
        return found

    def _gas(self, gas: str, ppb: Floats) -> Floats:
        match gas:
            case "o3":
                eight = self._tables[gas, "8h"].look_up(_mean(ppb, 8, 6) / 1000)
                return np.fmax(eight, self._tables[gas, "1h"].look_up(ppb / 1000))
            case "co":
                return self._tables[gas, "8h"].look_up(_mean(ppb, 8, 6) / 1000)
            case "so2":
                day = self._tables[gas, "24h"].look_up(_mean(ppb, 24, 18))
                return np.fmax(self._tables[gas, "1h"].look_up(ppb), day)
            case _:
                return self._tables[gas, "1h"].look_up(ppb)


def total(sub_indices: Mapping[str, Floats], means: Mapping[str, Floats]) -> Floats:
    """The index of each hour: the greatest sub-index; NaN if a pollutant with a value has no sub-index.

    Args:
        sub_indices: sub-indices by pollutant.
        means: the means that they were computed from, of the same shape.
    """
    known = np.stack([sub_indices[name] for name in means])
    incomplete = np.stack([~np.isnan(hours) for hours in means.values()]) & np.isnan(known)
    nothing = np.isnan(known).all(axis=0)
    greatest = np.where(np.isnan(known), -np.inf, known).max(axis=0)
    return np.where(nothing | incomplete.any(axis=0), np.nan, greatest)


def dominant(sub_indices: Mapping[str, float]) -> str | None:
    """The pollutant with the greatest sub-index; None without any sub-index."""
    known = {name: value for name in DOMINANT_ORDER if not np.isnan(value := sub_indices.get(name, np.nan))}
    return max(known, key=lambda name: known[name]) if known else None
