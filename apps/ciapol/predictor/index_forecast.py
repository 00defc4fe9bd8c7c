"""Predictions of the index from predictions of the pollutants."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor.features import Features, at
from apps.ciapol.predictor.history import Floats, Integers
from apps.ciapol.predictor.index import WINDOW, IndexMethod, total
from apps.ciapol.predictor.model import Interval


@dataclass(frozen=True)
class IndexForecast:
    """The predicted index and its parts, in arrays of shape (origins, distances).

    Args:
        interval: the index; NaN if a predicted pollutant has no sub-index.
        sub_indices: sub-index of each predicted pollutant; NaN where too few hours have a value.
    """

    interval: Interval
    sub_indices: dict[str, Floats]


def combine(
    method: IndexMethod, features: Features, origins: Integers, pollutants: Mapping[str, Interval]
) -> IndexForecast:
    """The index of each predicted hour, from the hours before the origin and the predicted ones up to it.

    The ends of the interval are the indices of the ends of the pollutants' intervals. The actual values of all
    pollutants are rarely at these ends at the same time, so the interval contains more than 80 % of the outcomes;
    `stretched` corrects that.

    Args:
        method: the method of the index.
        features: features of the station.
        origins: rows of the history, one for each origin.
        pollutants: predictions for the distances 1, 2, … of each origin, in arrays of shape (origins, distances). A
            pollutant without a prediction is absent or NaN.
    """
    before = {name: _known(features, name, origins) for name in pollutants}
    temperature = features.history.station.reference_temperature

    def computed(predicted: Mapping[str, Floats]) -> tuple[Floats, dict[str, Floats]]:
        means = {name: np.concatenate([before[name], predicted[name]], axis=1) for name in predicted}
        parts = method.sub_indices(means, temperature)
        index = total(parts, means)
        return index[:, WINDOW:], {name: part[:, WINDOW:] for name, part in parts.items()}

    value, sub_indices = computed({name: interval.value for name, interval in pollutants.items()})
    low, _ = computed({name: interval.lower for name, interval in pollutants.items()})
    high, _ = computed({name: interval.upper for name, interval in pollutants.items()})
    return IndexForecast(Interval.ordered(value, np.fmin(low, high), np.fmax(low, high)), sub_indices)


def _known(features: Features, pollutant: str, origins: Integers) -> Floats:
    """The measured values of the last 24 hours up to each origin, shape (origins, 24)."""
    return at(features.history.series(pollutant), origins[:, None] + np.arange(1 - WINDOW, 1))


def stretched(interval: Interval, factors: Floats) -> Interval:
    """The interval with each half multiplied by the distance's factor, and widened to whole numbers."""
    above, below = halves(interval)
    lower = np.floor(interval.value - factors * below)
    return Interval.ordered(interval.value, lower, np.ceil(interval.value + factors * above))


def halves(interval: Interval) -> tuple[Floats, Floats]:
    """The widths of the interval above and below the value, each at least 1, the smallest step of the index."""
    return np.maximum(interval.upper - interval.value, 1.0), np.maximum(interval.value - interval.lower, 1.0)


def missed(interval: Interval, actual: Floats) -> Floats:
    """The factor with which the interval would just contain the actual index; NaN if either is unknown."""
    above, below = halves(interval)
    error = actual - interval.value
    return np.where(error > 0, error / above, -error / below)
