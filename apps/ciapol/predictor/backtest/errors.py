"""Prediction errors by station and hour ahead, and tables of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor.history import HORIZONS, Floats
from apps.ciapol.predictor.model import Interval

METHODS = ("model", "persistence", "yesterday")


@dataclass(frozen=True)
class Errors:
    """Sums over predictions, in arrays of shape (stations, `HORIZONS`).

    Args:
        count: number of compared predictions.
        absolute, squared: sums of absolute and squared errors, shape (`METHODS`, stations, `HORIZONS`).
        inside: number of measured values within the interval.
        width: sum of the intervals' widths.
    """

    count: Floats
    absolute: Floats
    squared: Floats
    inside: Floats
    width: Floats

    def __add__(self, other: "Errors") -> "Errors":
        """The sums over both."""
        return Errors(
            self.count + other.count,
            self.absolute + other.absolute,
            self.squared + other.squared,
            self.inside + other.inside,
            self.width + other.width,
        )

    @classmethod
    def of(cls, actual: Floats, model: Interval, persistence: Floats, yesterday: Floats) -> "Errors":
        """The errors of one station.

        Hours that were not measured, or that a method does not predict, are left out.

        Args:
            actual: measured values; in all arguments, the hours ahead vary fastest.
            model: predictions of the model.
            persistence: predictions by the last value.
            yesterday: predictions by the value of the same hour on the previous day.
        """
        methods = np.stack([model.value, persistence, yesterday])
        known = ~np.isnan(actual) & ~np.isnan(methods).any(axis=0)
        errors = np.where(known, methods - actual, 0.0)
        inside = known & (actual >= model.lower) & (actual <= model.upper)

        def ahead(values: Floats) -> Floats:
            sums: Floats = values.reshape(-1, HORIZONS).sum(axis=0)[None, :]
            return sums

        return cls(
            ahead(known.astype(np.float64)),
            np.stack([ahead(np.abs(e)) for e in errors]),
            np.stack([ahead(e**2) for e in errors]),
            ahead(inside.astype(np.float64)),
            ahead(np.where(known, model.upper - model.lower, 0.0)),
        )

    @classmethod
    def stations(cls, parts: "list[Errors]") -> "Errors":
        """The errors of several stations, concatenated along the axis of stations."""
        return cls(
            np.concatenate([p.count for p in parts]),
            np.concatenate([p.absolute for p in parts], axis=1),
            np.concatenate([p.squared for p in parts], axis=1),
            np.concatenate([p.inside for p in parts]),
            np.concatenate([p.width for p in parts]),
        )


@dataclass(frozen=True)
class Table:
    """Errors of a quantity by hour ahead, as means over the stations, in the quantity's unit.

    Args:
        quantity: name of the quantity.
        predictions: number of compared predictions.
        mae, rmse: mean absolute error and root mean square error, shape (`METHODS`, `HORIZONS`).
        coverage: share of measured values within the interval.
        width: mean width of the interval.
    """

    quantity: str
    predictions: int
    mae: Floats
    rmse: Floats
    coverage: Floats
    width: Floats

    @classmethod
    def of(cls, quantity: str, errors: Errors) -> "Table":
        """The mean over the stations' means. Stations without predictions at an hour do not count for this hour."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return cls(
                quantity,
                int(errors.count.sum()),
                np.nanmean(errors.absolute / errors.count, axis=1),
                np.nanmean(np.sqrt(errors.squared / errors.count), axis=1),
                np.nanmean(errors.inside / errors.count, axis=0),
                np.nanmean(errors.width / errors.count, axis=0),
            )

    @property
    def not_better(self) -> list[int]:
        """The hours ahead at which the model's mean absolute error is not below that of both simple rules."""
        best = self.mae[1:].min(axis=0)
        return [int(hour) + 1 for hour in np.flatnonzero(~(self.mae[0] < best))]

    def lines(self) -> Iterator[str]:
        """The lines of the table in Markdown, which is readable as plain text too."""
        digits = 1 if self.mae[0].mean() >= 10 else 2
        yield "| h | MAE model | persistence | yesterday | RMSE model | persistence | yesterday | in interval | width |"
        yield "|---:" * 9 + "|"
        for hour in [*range(HORIZONS), None]:
            here = slice(None) if hour is None else slice(hour, hour + 1)
            numbers = [*self.mae[:, here].mean(axis=1), *self.rmse[:, here].mean(axis=1)]
            cells = [f"{number:.{digits}f}" for number in numbers]
            label = "all" if hour is None else str(hour + 1)
            share, width = f"{self.coverage[here].mean():.0%}", f"{self.width[here].mean():.{digits}f}"
            yield f"| {' | '.join([label, *cells, share.replace('%', ' %'), width])} |"
