"""A trained model of one quantity: what it predicts from a station's history."""

from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.forest import Forest
from apps.ciapol.predictor.history import HORIZONS, Floats, Integers

DISTANCES = HORIZONS + 1
"""Hours from the newest complete hour to the farthest target: one more than are predicted, see `History.delay`."""


@dataclass(frozen=True)
class Interval:
    """Predictions with their 80 % intervals, an entry a row; NaN where nothing can be said."""

    value: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def ordered(cls, value: Floats, lower: Floats, upper: Floats) -> "Interval":
        """Nothing below 0, and lower ≤ value ≤ upper."""
        middle = np.maximum(value, 0.0)
        return cls(middle, np.minimum(np.maximum(lower, 0.0), middle), np.maximum(upper, middle))


@dataclass(frozen=True)
class Scale:
    """How far a quantity moves: by the distance, and by the square root of how high it is.

    Args:
        steps: mean absolute change by distance; entry 0 is not used.
        offset: added to the level, so that clean air has a scale too.
        typical: the mean level.
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
    """Three forests for the change from the last value, in units of the scale: its median and the interval's ends.

    Args:
        scale: the unit.
        trust: by distance, how much of the predicted change is taken, 0 (persistence) to 1.
        margin: by distance, what widens the interval on both sides (negative: narrows), in units of the scale.
    """

    scale: Scale
    median: Forest
    lower: Forest
    upper: Forest
    trust: Floats
    margin: Floats

    def predict(self, features: Features, quantity: str, origins: Integers, distances: Integers) -> Interval:
        """Predictions for pairs of origin and distance; NaN where the quantity has no recent value."""
        last = features.last(quantity, origins)
        scale = self.scale.of(features.level(quantity, origins), distances)
        rows = features.matrix(quantity, origins, distances)
        margin = self.margin[distances]
        value = last + scale * self.trust[distances] * self.median.predict(rows)
        lower = last + scale * (self.lower.predict(rows) - margin)
        upper = last + scale * (self.upper.predict(rows) + margin)
        return Interval.ordered(value, lower, upper)


@dataclass(frozen=True)
class NetworkModel:
    """The models of a network of stations.

    Args:
        network: which.
        until: number of the hour up to which it has seen measurements.
        quantities: by quantity; one that has too little history is absent.
    """

    network: str
    until: int
    quantities: dict[str, QuantityModel]
