"""Features of a prediction: numbers that are known at its origin, for any hour ahead.

An origin is the newest complete hour. No feature depends on a later hour; of the target only its place in the
calendar is used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor.history import QUANTITIES, WEATHER, Floats, History, Integers

CARRY = 6
"""Hours for which the last value replaces one that was not measured."""
COUNT = 59
"""Columns of a matrix of features."""
_DIFFERENCES = (1, 2, 3, 6)
_MEANS = (3, 6, 12, 24, 168)
_DAY = 24
_PROFILE_DAYS = 7
_YEAR_DAYS = 365.25


def shifted(series: Floats, hours: int) -> Floats:
    """The series shifted by so many hours; NaN before its begin."""
    result = np.full_like(series, np.nan)
    if hours < len(series):
        result[hours:] = series[: len(series) - hours]
    return result


def carried(series: Floats) -> tuple[Floats, Floats]:
    """The last value of at most `CARRY` hours ago, and how many hours old it is."""
    values = series.copy()
    ages = np.where(np.isnan(series), np.nan, 0.0)
    for age in range(1, CARRY + 1):
        before = shifted(series, age)
        filled = np.isnan(values) & ~np.isnan(before)
        values[filled] = before[filled]
        ages[filled] = age
    return values, ages


def trailing_mean(series: Floats, hours: int) -> Floats:
    """Mean of the last hours; NaN where fewer than two of them have a value."""
    valid = ~np.isnan(series)
    sums = np.concatenate([[0.0], np.cumsum(np.where(valid, series, 0.0))])
    counts = np.concatenate([[0], np.cumsum(valid)])
    end = np.arange(1, len(series) + 1)
    begin = np.maximum(end - hours, 0)
    count = counts[end] - counts[begin]
    return np.where(count >= 2, (sums[end] - sums[begin]) / np.maximum(count, 1), np.nan)


def _trailing_extreme(series: Floats, hours: int, choose: Callable[[Floats, Floats], Floats]) -> Floats:
    result = series.copy()
    for age in range(1, hours):
        result = choose(result, shifted(series, age))
    return result


def _profile(series: Floats) -> Floats:
    """Mean of this hour of the day over the last days, this one included; NaN where fewer than two have a value."""
    days = np.stack([shifted(series, _DAY * day) for day in range(_PROFILE_DAYS)])
    counts = (~np.isnan(days)).sum(axis=0)
    return np.where(counts >= 2, np.nansum(days, axis=0) / np.maximum(counts, 1), np.nan)


def at(series: Floats, rows: Integers) -> Floats:
    """The series at these rows, NaN before it begins."""
    if not len(series):
        return np.full(len(rows), np.nan)
    return np.where(rows >= 0, series[np.clip(rows, 0, len(series) - 1)], np.nan)


def same_hour_before(origins: Integers, distances: Integers) -> Integers:
    """The newest row known at the origin that has the target's hour of the day."""
    newest: Integers = origins + distances - _DAY * -(-distances // _DAY)
    return newest


@dataclass(frozen=True)
class Last:
    """The last value of a quantity at each hour, how old it is, and means and extremes up to it."""

    value: Floats
    age: Floats
    means: dict[int, Floats]


class Features:
    """Features of one station, for any of `QUANTITIES`, origin and distance."""

    def __init__(self, history: History) -> None:
        """Computes what depends on the origin alone."""
        self.history = history
        self._last: dict[str, Last] = {}
        for column in (*QUANTITIES, *WEATHER):
            series = history.series(column)
            value, age = carried(series)
            self._last[column] = Last(value, age, {hours: trailing_mean(series, hours) for hours in _MEANS})
        self._least = {q: _trailing_extreme(history.series(q), _DAY, np.fmin) for q in QUANTITIES}
        self._greatest = {q: _trailing_extreme(history.series(q), _DAY, np.fmax) for q in QUANTITIES}
        self._profiles = {q: _profile(history.series(q)) for q in QUANTITIES}

    def last(self, quantity: str, origins: Integers) -> Floats:
        """Persistence: the last value at the origin."""
        return at(self._last[quantity].value, origins)

    def level(self, quantity: str, origins: Integers) -> Floats:
        """How high the quantity has been: mean of its last value and of the mean of 24 hours."""
        last = self.last(quantity, origins)
        mean = at(self._last[quantity].means[_DAY], origins)
        return (last + np.where(np.isnan(mean), last, mean)) / 2

    def yesterday(self, quantity: str, origins: Integers, distances: Integers) -> Floats:
        """The value at the same hour of the day, the newest that is known at the origin."""
        return at(self.history.series(quantity), same_hour_before(origins, distances))

    def matrix(self, quantity: str, origins: Integers, distances: Integers) -> Floats:
        """A row for each pair of origin (row of the history) and distance (hours from it to the target, 1 to 25)."""
        columns = self._own(quantity, origins, distances)
        columns += self._others(quantity, origins, distances)
        columns += self._calendar(origins, distances)
        return np.stack(columns, axis=1)

    def _own(self, quantity: str, origins: Integers, distances: Integers) -> list[Floats]:
        series, last = self.history.series(quantity), self._last[quantity]
        before = same_hour_before(origins, distances)
        value = at(last.value, origins)
        profile, usual = at(self._profiles[quantity], before), at(self._profiles[quantity], origins)
        yesterday = at(series, before)
        return [
            distances.astype(np.float64),
            value,
            at(last.age, origins),
            *(value - at(last.value, origins - hours) for hours in _DIFFERENCES),
            *(at(last.means[hours], origins) for hours in _MEANS),
            at(self._least[quantity], origins),
            at(self._greatest[quantity], origins),
            yesterday,
            at(series, before - _DAY),
            at(last.means[3], before),
            profile,
            usual,
            profile - usual,
            value - usual,
            yesterday - at(series, origins - _DAY),
        ]

    def _others(self, quantity: str, origins: Integers, distances: Integers) -> list[Floats]:
        columns: list[Floats] = []
        before = same_hour_before(origins, distances)
        for other in QUANTITIES:
            if other != quantity:
                columns += [at(self._last[other].value, origins), at(self._last[other].means[6], origins)]
        for name in WEATHER:
            weather = self._last[name]
            value = at(weather.value, origins)
            columns += [
                value,
                value - at(weather.value, origins - 3),
                value - at(weather.value, origins - _DAY),
                at(weather.means[_DAY], origins),
                at(weather.value, before),
            ]
        return columns

    def _calendar(self, origins: Integers, distances: Integers) -> list[Floats]:
        calendar = self.history.calendar
        targets = origins + distances
        season = 2 * np.pi * calendar.day[targets] / _YEAR_DAYS
        return [
            calendar.hour[targets],
            calendar.hour[origins],
            calendar.weekday[targets],
            np.sin(season),
            np.cos(season),
        ]
