"""Trained models, and their predictions from a station's history."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.forest import Forest
from apps.ciapol.predictor.history import HORIZONS, Floats, Integers

DISTANCES = HORIZONS + 1
"""Maximum hours from the newest complete hour to a target: one more than `HORIZONS`, because of `History.delay`."""


@dataclass(frozen=True)
class Interval:
    """Predictions with 80 % intervals, one entry for each row; NaN if no prediction is possible."""

    value: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def ordered(cls, value: Floats, lower: Floats, upper: Floats) -> "Interval":
        """The interval with negative numbers replaced by 0, and with lower ≤ value ≤ upper."""
        middle = np.maximum(value, 0.0)
        return cls(middle, np.minimum(np.maximum(lower, 0.0), middle), np.maximum(upper, middle))

    def reshaped(self, shape: tuple[int, ...]) -> "Interval":
        """The same predictions in arrays of another shape."""
        return Interval(self.value.reshape(shape), self.lower.reshape(shape), self.upper.reshape(shape))

    def at(self, column: int) -> tuple[float, float, float]:
        """Value, lower and upper end of the first row at a column."""
        return float(self.value[0, column]), float(self.lower[0, column]), float(self.upper[0, column])

    def columns(self, chosen: slice) -> "Interval":
        """Some columns of arrays of shape (origins, distances)."""
        return Interval(self.value[:, chosen], self.lower[:, chosen], self.upper[:, chosen])


@dataclass(frozen=True)
class Scale:
    """Typical change of a quantity, by distance and by the square root of its level.

    Args:
        steps: mean absolute change by distance, in the quantity's unit; entry 0 is unused.
        offset: number that is added to the level, so that the scale of clean air is not 0.
        typical: mean level.
    """

    steps: Floats
    offset: float
    typical: float

    def of(self, level: Floats, distances: Integers) -> Floats:
        """The scale of each row, in the quantity's unit."""
        height = np.sqrt((level + self.offset) / (self.typical + self.offset))
        scale: Floats = self.steps[distances] * height
        return scale


@dataclass(frozen=True)
class QuantityModel:
    """Three forests that predict the change from the last value, in units of the scale.

    Args:
        scale: unit of changes.
        median: forest of the median.
        lower, upper: forests of the interval's ends.
        trust: shrinkage factor of the predicted change by distance: 0 is persistence, 1 the full change.
        margin: number by distance that widens the interval on both sides, or narrows it if negative, in units of the
            scale.
    """

    scale: Scale
    median: Forest
    lower: Forest
    upper: Forest
    trust: Floats
    margin: Floats

    def predict(self, features: Features, quantity: str, origins: Integers, distances: Integers) -> Interval:
        """Predictions for pairs of origin and distance; NaN if the quantity has no recent value."""
        last = features.last(quantity, origins)
        scale = self.scale.of(features.level(quantity, origins), distances)
        rows = features.matrix(quantity, origins, distances)
        margin = self.margin[distances]
        value = last + scale * self.trust[distances] * self.median.predict(rows)
        lower = last + scale * (self.lower.predict(rows) - margin)
        upper = last + scale * (self.upper.predict(rows) + margin)
        return Interval.ordered(value, lower, upper)


def predict_paths(
    models: Mapping[str, QuantityModel], features: Features, origins: Integers, distances: int
) -> dict[str, Interval]:
    """Predictions of each pollutant for the distances 1 to `distances`, in arrays of shape (origins, distances)."""
    pairs = np.repeat(origins, distances), np.tile(np.arange(1, distances + 1), len(origins))
    shape = len(origins), distances
    return {name: model.predict(features, name, *pairs).reshaped(shape) for name, model in models.items()}


@dataclass(frozen=True)
class NetworkModel:
    """The models of a network of stations.

    Args:
        network: name of the network.
        until: number of the hour; the training data end at its start.
        quantities: models by pollutant; pollutants with too little history are absent.
        index_stretch: factor by distance for each half of the index's interval, so that it holds 80 %; see
            `index_forecast.stretched`. Entry 0 is unused.
    """

    network: str
    until: int
    quantities: dict[str, QuantityModel]
    index_stretch: Floats = field(default_factory=lambda: np.ones(DISTANCES + 1))
