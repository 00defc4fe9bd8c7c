"""Trains the models: gradient boosting on random pairs of origin and distance from all stations of a network."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from apps.ciapol.predictor.features import Features, at
from apps.ciapol.predictor.forest import Forest
from apps.ciapol.predictor.history import INDEX, POLLUTANTS, Floats, History, Integers
from apps.ciapol.predictor.index import IndexMethod
from apps.ciapol.predictor.index_forecast import combine, missed
from apps.ciapol.predictor.model import DISTANCES, NetworkModel, QuantityModel, Scale, predict_paths

log = logging.getLogger(__name__)

LEAST_HOURS = 14 * 24
"""Minimum number of hours with a value for a station to be used in training and predicted by the model."""
ROWS = 130_000
"""Maximum number of training pairs of all stations together, which limits time and memory."""
COVERAGE = 0.8
"""Share of measured values that the interval should contain."""
SEED = 20_240_506

_NEAR_SHARE = 0.7
"""Share of the pairs whose distance is drawn from all distances. The other pairs have short distances, because these
differ most from each other."""
_NEAR = 3
_WEEK = 168
_BLOCKS = 5
"""One week of this number of weeks is held out for calibration."""
_LEAST_CALIBRATION = 500
_INDEX_ORIGINS = 900
"""Maximum number of origins of all stations together that calibrate the interval of the index."""
_TRUST_STEPS = 21
_SMOOTH = 2
"""Neighbouring distances on each side that are calibrated together, so that the forecast is smooth over distances."""
_LEAF = 40
_LEAF_HOURS = 8
"""Approximate minimum number of different hours in a leaf."""
_YEAR = 365 * 24
_SHORT = 180 * 24
"""Hours of history below which the newest quarter is held out for calibration instead of one week of five. A short
history has few kinds of weather, so calibration needs weather that is not in the training data."""


class DifferentTreesError(RuntimeError):
    """The layout of scikit-learn's trees is not the expected one."""


@dataclass(frozen=True)
class _Pairs:
    rows: Floats
    change: Floats
    last: Floats
    level: Floats
    distances: Integers
    held_out: NDArray[np.bool_]
    hours: int


@dataclass(frozen=True)
class Trained:
    """The model of a pollutant, and one trained without the held-out hours; for a long history they are the same."""

    model: QuantityModel
    tested: QuantityModel


def train(
    network: str, histories: Sequence[History], until: int, method: IndexMethod, rows: int = ROWS
) -> NetworkModel:
    """Train the models of a network from the hours complete at the start of the hour `until`.

    Equal input gives equal models. Pollutants for which no station has `LEAST_HOURS` values are left out.

    Args:
        network: name of the network.
        histories: histories of its stations.
        until: number of the hour, as in `history.hour_number`.
        method: the method of the index.
        rows: maximum number of training pairs.
    """
    known = [Features(history.until(until)) for history in histories]
    trained: dict[str, Trained] = {}
    for pollutant in POLLUTANTS:
        found = train_pollutant(pollutant, known, rows)
        if found is None:
            log.info("%s, %s: too little history to learn from", network, pollutant)
        else:
            trained[pollutant] = found
    stretch = _stretch(known, {name: each.tested for name, each in trained.items()}, method)
    return NetworkModel(network, until, {name: each.model for name, each in trained.items()}, stretch)


def train_pollutant(pollutant: str, stations: Sequence[Features], rows: int = ROWS) -> Trained | None:
    """Train the model of one pollutant; None if there is too little history."""
    pairs = _sample(pollutant, stations, rows)
    if pairs is None:
        return None
    scale = _scale(pairs)
    units = scale.of(pairs.level, pairs.distances)
    target = pairs.change / units
    kept = pairs.held_out
    median, lower, upper = _forests(pairs.rows[~kept], target[~kept], pairs.hours)
    held_rows, held_target, distances = pairs.rows[kept], target[kept], pairs.distances[kept]
    change = median.predict(held_rows)
    trust = _by_distance(distances, lambda of: _trust(units[kept][of], change[of], held_target[of]), _SMOOTH)
    score = np.maximum(lower.predict(held_rows) - held_target, held_target - upper.predict(held_rows))
    margin = _by_distance(distances, lambda of: float(np.quantile(score[of], COVERAGE)), _SMOOTH)
    tested = QuantityModel(scale, median, lower, upper, trust, margin)
    if pairs.hours >= _SHORT:
        return Trained(tested, tested)
    # The held-out pairs of a short history are its newest quarter, so the final forests are trained on all pairs.
    median, lower, upper = _forests(pairs.rows, target, pairs.hours)
    return Trained(QuantityModel(scale, median, lower, upper, trust, margin), tested)


def _stretch(stations: Sequence[Features], models: Mapping[str, QuantityModel], method: IndexMethod) -> Floats:
    """The factors of `NetworkModel.index_stretch`, from random origins of the held-out hours."""
    random = np.random.default_rng([SEED, len(POLLUTANTS)])
    begin, hours = _span(stations)
    distances = np.arange(1, DISTANCES + 1)
    factors: list[Floats] = []
    for features in stations:
        last = len(features.history.values) - DISTANCES
        if not models or last <= 0:
            continue
        origins = np.arange(last)
        times = origins + features.history.first_hour
        usable = origins[_held_out(times, begin, hours) & _held_out(times + DISTANCES, begin, hours)]
        count = min(len(usable), _INDEX_ORIGINS // len(stations))
        if count:
            chosen = np.sort(random.choice(usable, count, replace=False))
            index = combine(method, features, chosen, predict_paths(models, features, chosen, DISTANCES))
            actual = at(features.history.series(INDEX), chosen[:, None] + distances)
            factors.append(missed(index.interval, actual))
    if not factors:
        return np.ones(DISTANCES + 1)
    found = np.concatenate(factors)
    known = ~np.isnan(found)
    if int(known.sum()) < _LEAST_CALIBRATION:
        return np.ones(DISTANCES + 1)
    ahead = np.broadcast_to(distances, found.shape)[known]
    values = found[known]
    return _by_distance(ahead, lambda of: float(np.quantile(values[of], COVERAGE)), _SMOOTH)


def _span(stations: Sequence[Features]) -> tuple[int, int]:
    """The earliest hour of the histories, and the number of hours from it to the latest end of a history."""
    begin = min((f.history.first_hour for f in stations), default=0)
    end = max((f.history.first_hour + len(f.history.values) for f in stations), default=0)
    return begin, end - begin


def _held_out(times: Integers, begin: int, hours: int) -> NDArray[np.bool_]:
    """Whether hours are held out for calibration: the newest quarter of a short history, else one week of five."""
    recent: NDArray[np.bool_] = times >= begin + 3 * hours // 4
    weeks: NDArray[np.bool_] = (times // _WEEK) % _BLOCKS == _BLOCKS - 1
    return recent if hours < _SHORT else weeks


def _forests(rows: Floats, target: Floats, hours: int) -> tuple[Forest, Forest, Forest]:
    """The forests of the median and of both ends of the interval.

    Shorter histories have larger leaves, because their pairs come from few different hours.
    """
    low, high = (1 - COVERAGE) / 2, (1 + COVERAGE) / 2
    share = min(1.0, np.sqrt(hours / (_YEAR)))
    leaf = max(_LEAF, round(len(rows) * _LEAF_HOURS / hours))
    with threadpool_limits(limits=1):  # On a busy machine, the library's threads mostly wait for each other.
        return (
            _fit(rows, target, 0.5, round(200 * share), leaf),
            _fit(rows, target, low, round(100 * share), leaf),
            _fit(rows, target, high, round(100 * share), leaf),
        )


def _sample(quantity: str, stations: Sequence[Features], rows: int) -> _Pairs | None:
    """Random pairs with a last value and a target value; None if there are too few."""
    eligible = [f for f in stations if int((~np.isnan(f.history.series(quantity))).sum()) >= LEAST_HOURS]
    if not eligible:
        return None
    random = np.random.default_rng([SEED, POLLUTANTS.index(quantity)])
    parts: list[_Pairs] = []
    begin, hours = _span(eligible)
    for features in eligible:
        series = features.history.series(quantity)
        count = min(rows // len(eligible), len(series) * DISTANCES // 8)
        origins = random.integers(0, len(series), count)
        spread = np.where(random.random(count) < _NEAR_SHARE, DISTANCES, _NEAR)
        distances = random.integers(1, spread + 1)
        last = features.last(quantity, origins)
        inside = (origins + distances < len(series)) & ~np.isnan(last)
        target = np.where(inside, series[np.minimum(origins + distances, len(series) - 1)], np.nan)
        usable = ~np.isnan(target)
        origins, distances = origins[usable], distances[usable]
        parts.append(
            _Pairs(
                features.matrix(quantity, origins, distances),
                (target - last)[usable],
                last[usable],
                features.level(quantity, origins),
                distances,
                _held_out(origins + features.history.first_hour, begin, hours),
                hours,
            )
        )
    pairs = _Pairs(
        np.concatenate([p.rows for p in parts]),
        np.concatenate([p.change for p in parts]),
        np.concatenate([p.last for p in parts]),
        np.concatenate([p.level for p in parts]),
        np.concatenate([p.distances for p in parts]),
        np.concatenate([p.held_out for p in parts]),
        hours,
    )
    enough = min(int(pairs.held_out.sum()), int((~pairs.held_out).sum())) >= _LEAST_CALIBRATION
    return pairs if enough else None


def _scale(pairs: _Pairs) -> Scale:
    """The scale that normalizes changes across distances and levels, so that the forest need not learn it."""
    typical = float(np.mean(pairs.level))
    offset = max(0.3 * float(np.median(pairs.level)), 0.05 * typical, 1e-3)
    steps = _by_distance(pairs.distances, lambda of: float(np.mean(np.abs(pairs.change[of]))))
    return Scale(np.maximum(steps, 1e-3 * max(typical, 1.0)), offset, typical)


def _by_distance(distances: Integers, measure: Callable[[NDArray[np.bool_]], float], smooth: int = 0) -> Floats:
    """A measure of each distance's pairs, with those of neighbouring distances if they are few; entry 0 is unused."""
    result = np.zeros(DISTANCES + 1)
    for distance in range(1, DISTANCES + 1):
        reach = smooth if distance > _NEAR else 0
        while True:
            chosen = np.abs(distances - distance) <= reach
            if int(chosen.sum()) >= _LEAST_CALIBRATION or reach >= DISTANCES:
                break
            reach += 1
        result[distance] = measure(chosen)
    return result


def _trust(units: Floats, predicted: Floats, actual: Floats) -> float:
    """The factor of the predicted change, from 0 to 1, that minimizes the mean absolute error."""
    shares = np.linspace(0, 1, _TRUST_STEPS)
    errors = [float(np.mean(units * np.abs(share * predicted - actual))) for share in shares]
    return float(shares[int(np.argmin(errors))])


def _fit(rows: Floats, target: Floats, quantile: float, iterations: int, leaf: int) -> Forest:
    """Train a forest that predicts a quantile of the target."""
    booster = HistGradientBoostingRegressor(
        loss="quantile",
        quantile=quantile,
        max_iter=iterations,
        learning_rate=0.06,
        max_leaf_nodes=31,
        min_samples_leaf=leaf,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=SEED,
    )
    # scikit-learn fails on a column without any value, such as that of a pollutant no station measures.
    rows = np.where(np.isnan(rows).all(axis=0), 0.0, rows)
    booster.fit(rows, target)
    forest = exported(booster, rows.shape[1])
    some = rows[:: max(1, len(rows) // 50)]
    if not np.allclose(forest.predict(some), booster.predict(some), rtol=1e-9, atol=1e-9):
        raise DifferentTreesError("the exported trees' predictions differ from those of the library")
    return forest


def exported(booster: HistGradientBoostingRegressor, features: int) -> Forest:
    """The trees of a fitted booster as plain arrays.

    scikit-learn has no public interface for them. This reads private attributes of the pinned version, and `_fit`
    compares the predictions of both.
    """
    trees = [stage[0].nodes for stage in booster._predictors]
    begins = np.cumsum([0, *(len(nodes) for nodes in trees)])
    nodes = np.concatenate(trees)
    offset = np.repeat(begins[:-1], [len(tree) for tree in trees])
    own = np.arange(len(nodes))
    leaf = nodes["is_leaf"].astype(np.bool_)
    arrays: dict[str, NDArray[np.generic]] = {
        "base": np.array(float(np.asarray(booster._baseline_prediction).ravel()[0])),
        "roots": begins[:-1].astype(np.int32),
        "feature": np.where(leaf, 0, nodes["feature_idx"]).astype(np.int16),
        "threshold": np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float64),
        "missing_left": nodes["missing_go_to_left"].astype(np.bool_),
        "left": np.where(leaf, own, nodes["left"] + offset).astype(np.int32),
        "right": np.where(leaf, own, nodes["right"] + offset).astype(np.int32),
        "value": np.where(leaf, nodes["value"], 0.0).astype(np.float64),
    }
    return Forest.of(arrays, features)
