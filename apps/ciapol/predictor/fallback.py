"""Predictions without a model: the last value or that of the same hour yesterday, whichever had the smaller error."""

from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.history import Floats
from apps.ciapol.predictor.model import Interval

FEW_ERRORS = 24
"""Minimum number of past errors for the choice between the rules."""
_TAIL = 0.05
"""Share of errors beyond each end of the interval. It is smaller than the models', because few errors are known."""


@dataclass(frozen=True)
class _Rule:
    value: float
    errors: Floats

    @property
    def mean_error(self) -> float:
        return float(np.mean(np.abs(self.errors))) if len(self.errors) >= FEW_ERRORS else np.inf


def predict(features: Features, quantity: str, origin: int, distances: range) -> Interval:
    """Predictions from one origin, one for each distance in hours; NaN if neither value is known."""
    found = [_predict(features, quantity, origin, distance) for distance in distances]
    value, lower, upper = (np.array(column) for column in zip(*found, strict=True))
    return Interval.ordered(value, lower, upper)


def _predict(features: Features, quantity: str, origin: int, distance: int) -> tuple[float, float, float]:
    series = features.history.series(quantity)[: origin + 1]
    origins = np.arange(len(series) - distance) if len(series) > distance else np.zeros(0, dtype=np.int64)
    now, ahead = np.array([origin]), np.array([distance])
    past = np.full(len(origins), distance)
    actual = series[origins + distance]
    rules = [
        _Rule(float(known[0]), _errors(actual, before))
        for known, before in (
            (features.yesterday(quantity, now, ahead), features.yesterday(quantity, origins, past)),
            (features.last(quantity, now), features.last(quantity, origins)),
        )
        if not np.isnan(known[0])
    ]
    if not rules:
        return np.nan, np.nan, np.nan
    rule = min(rules, key=lambda rule: rule.mean_error)
    if len(rule.errors) >= FEW_ERRORS:
        low, high = np.quantile(rule.errors, [_TAIL, 1 - _TAIL])
        return rule.value, rule.value + min(float(low), 0.0), rule.value + max(float(high), 0.0)
    greatest = float(np.nanmax(series, initial=rule.value))
    return rule.value, 0.0, 2 * greatest


def _errors(actual: Floats, predicted: Floats) -> Floats:
    errors = actual - predicted
    return errors[~np.isnan(errors)]
