"""Features of a prediction: numbers that are known at its origin, for any hour ahead.

The origin is the newest complete hour. No feature depends on measurements of later hours; of the target hour, only
calendar features are used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor.history import QUANTITIES, WEATHER, Floats, History, Integers

CARRY = 6
"""Maximum age in hours of a value that replaces a missing one."""
COUNT = 59
"""Number of columns of a feature matrix."""
_DIFFERENCES = (1, 2, 3, 6)
_MEANS = (3, 6, 12, 24, 168)
_DAY = 24
_PROFILE_DAYS = 7
_YEAR_DAYS = 365.25


def shifted(series: Floats, hours: int) -> Floats:
    """The series delayed by `hours`; NaN before its start."""
    result = np.full_like(series, np.nan)
    if hours < len(series):
        result[hours:] = series[: len(series) - hours]
    return result


def carried(series: Floats) -> tuple[Floats, Floats]:
    """For each hour, the last value within `CARRY` hours and its age in hours."""
    values = series.copy()
    ages = np.where(np.isnan(series), np.nan, 0.0)
    for age in range(1, CARRY + 1):
        before = shifted(series, age)
        filled = np.isnan(values) & ~np.isnan(before)
        values[filled] = before[filled]
        ages[filled] = age
    return values, ages


def trailing_mean(series: Floats, hours: int) -> Floats:
    """For each hour, the mean of the last `hours` hours; NaN where fewer than two have a value."""
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
    """For each hour, the mean of this hour of the day over the last days including the current one.

    It is NaN where fewer than two of them have a value.
    """
    days = np.stack([shifted(series, _DAY * day) for day in range(_PROFILE_DAYS)])
    counts = (~np.isnan(days)).sum(axis=0)
    return np.where(counts >= 2, np.nansum(days, axis=0) / np.maximum(counts, 1), np.nan)


def at(series: Floats, rows: Integers) -> Floats:
    """The values of the series at these rows; NaN for rows before its start."""
    if not len(series):
        return np.full(len(rows), np.nan)
    return np.where(rows >= 0, series[np.clip(rows, 0, len(series) - 1)], np.nan)


def same_hour_before(origins: Integers, distances: Integers) -> Integers:
    """The newest row that is known at the origin and has the target's hour of the day."""
    newest: Integers = origins + distances - _DAY * -(-distances // _DAY)
    return newest


@dataclass(frozen=True)
class Last:
    """For each hour, the last value of a quantity, its age in hours, and means and extremes of the hours until then."""

    value: Floats
    age: Floats
    means: dict[int, Floats]


class Features:
    """Features of one station, for each of `QUANTITIES` and any origin and distance."""

    def __init__(self, history: History) -> None:
        """Compute the features that depend on the origin only."""
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
        """The last value at each origin, which is the prediction by persistence."""
        return at(self._last[quantity].value, origins)

    def level(self, quantity: str, origins: Integers) -> Floats:
        """The quantity's level at each origin: the mean of its last value and of its mean over 24 hours."""
        last = self.last(quantity, origins)
        mean = at(self._last[quantity].means[_DAY], origins)
        return (last + np.where(np.isnan(mean), last, mean)) / 2

    def yesterday(self, quantity: str, origins: Integers, distances: Integers) -> Floats:
        """The newest value that is known at the origin for the target's hour of the day."""
        return at(self.history.series(quantity), same_hour_before(origins, distances))

    def matrix(self, quantity: str, origins: Integers, distances: Integers) -> Floats:
        """The feature matrix, of shape (pairs, `COUNT`).

        Args:
            quantity: quantity to predict.
            origins: row of the history, for each pair.
            distances: hours from origin to target, 1 to 25, for each pair.
        """
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
