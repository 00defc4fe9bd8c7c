"""Artificial stations with a daily cycle that a model can learn, generated from a seed."""

import numpy as np

from apps.ciapol.predictor.history import COLUMNS, INDEX, POLLUTANTS, QUANTITIES, History, Station
from apps.ciapol.predictor.index import IndexMethod, total

FIRST_HOUR = 490_000


def with_index(history: History, method: IndexMethod) -> History:
    """The history with the index of its pollutants."""
    means = {name: history.series(name) for name in POLLUTANTS}
    history.series(INDEX)[:] = total(method.sub_indices(means, history.station.reference_temperature), means)
    return history


def keep(history: History, names: set[str], method: IndexMethod) -> None:
    """Remove all other quantities and recompute the index, because a model of few quantities trains fast."""
    history.values[:, [COLUMNS.index(name) for name in QUANTITIES if name not in names]] = np.nan
    with_index(history, method)


def station(
    seed: int, hours: int, *, gaps: float = 0.0, delay: int = 0, zone: str = "Asia/Shanghai", name: str | None = None
) -> History:
    """A history whose values depend on the hour of the day and the wind, and slowly return to their mean.

    Args:
        seed: seed of the random values; the same seed results in the same station.
        hours: length of the history.
        gaps: share of missing values.
        delay, zone: delay of the measurements, and time zone of the station.
        name: identifier of the station; the default contains the seed.
    """
    random = np.random.default_rng(seed)
    hour = np.arange(hours)
    noise = np.zeros((hours, 3))
    for i in range(1, hours):
        noise[i] = [0.97, 0.9, 0.9] * noise[i - 1] + random.normal(size=3)
    cycle = np.sin(2 * np.pi * (hour + FIRST_HOUR) / 24)
    level = np.maximum(40 + 12 * cycle + 4 * noise[:, 0], 1)
    columns = []
    for number, column in enumerate(COLUMNS):
        if number < 7:
            columns.append(np.maximum(level * (1 + number / 3) + random.normal(0, 2, hours), 0))
        else:
            columns.append(15 + 6 * cycle + noise[:, 1 + number % 2])
        assert column
    values = np.stack(columns, axis=1)
    values[random.random(values.shape) < gaps] = np.nan
    return History(Station(name or f"S{seed}", zone, zone), FIRST_HOUR, values, delay)
