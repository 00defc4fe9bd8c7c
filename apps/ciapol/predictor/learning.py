"""Trains the models: gradient boosting on random pairs of origin and distance of all stations of a network."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.forest import Forest
from apps.ciapol.predictor.history import QUANTITIES, Floats, History, Integers
from apps.ciapol.predictor.model import DISTANCES, NetworkModel, QuantityModel, Scale

log = logging.getLogger(__name__)

LEAST_HOURS = 14 * 24
"""Hours with a value that a station must have to be learnt from and predicted by the model."""
ROWS = 130_000
"""Pairs that are learnt from, of all stations together; bounds time and memory."""
COVERAGE = 0.8
"""Share of what comes true that the interval should hold."""
SEED = 20_240_506

_NEAR_SHARE = 0.7
"""Share of the pairs whose distance is drawn from all; the rest are of the first hours, where each differs most."""
_NEAR = 3
_WEEK = 168
_BLOCKS = 5
"""One week of so many is kept apart, to calibrate with."""
_LEAST_CALIBRATION = 500
_TRUST_STEPS = 21
_SMOOTH = 2
"""Distances on both sides that are calibrated with, beyond the first, so that a forecast has no teeth."""
_LEAF = 40
_LEAF_HOURS = 8
"""Different hours that a leaf holds at least, roughly."""
_YEAR = 365 * 24
_SHORT = 180 * 24
"""Hours of history below which the newest quarter is kept apart to calibrate with, not one week of five: what the
weather of a few weeks teaches must prove itself in weather that it has not seen."""


class UnlikeTreesError(RuntimeError):
    """The library lays out its trees in another way than the one that was read."""


@dataclass(frozen=True)
class _Pairs:
    rows: Floats
    change: Floats
    last: Floats
    level: Floats
    distances: Integers
    held_out: NDArray[np.bool_]
    hours: int


def train(network: str, histories: Sequence[History], until: int, rows: int = ROWS) -> NetworkModel:
    """The models of a network from what was complete at the start of the hour `until`; the same input, the same models.

    A quantity is left out where no station has `LEAST_HOURS` of it.
    """
    known = [Features(history.until(until)) for history in histories]
    models: dict[str, QuantityModel] = {}
    for quantity in QUANTITIES:
        model = train_quantity(quantity, known, rows)
        if model is None:
            log.info("%s, %s: too little history to learn from", network, quantity)
        else:
            models[quantity] = model
    return NetworkModel(network, until, models)


def train_quantity(quantity: str, stations: Sequence[Features], rows: int = ROWS) -> QuantityModel | None:
    """The model of one quantity; None where there is too little history."""
    pairs = _sample(quantity, stations, rows)
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
    if pairs.hours < _SHORT:  # what was kept apart is the newest, and too much of the little there is to do without
        median, lower, upper = _forests(pairs.rows, target, pairs.hours)
    return QuantityModel(scale, median, lower, upper, trust, margin)


def _forests(rows: Floats, target: Floats, hours: int) -> tuple[Forest, Forest, Forest]:
    """Median and both ends of the interval; the shorter the history, the coarser, as its hours are much alike."""
    low, high = (1 - COVERAGE) / 2, (1 + COVERAGE) / 2
    share = min(1.0, np.sqrt(hours / (_YEAR)))
    leaf = max(_LEAF, round(len(rows) * _LEAF_HOURS / hours))
    with threadpool_limits(limits=1):  # on a busy machine its threads wait for each other more than they work
        return (
            _fit(rows, target, 0.5, round(200 * share), leaf),
            _fit(rows, target, low, round(100 * share), leaf),
            _fit(rows, target, high, round(100 * share), leaf),
        )


def _sample(quantity: str, stations: Sequence[Features], rows: int) -> _Pairs | None:
    """Random pairs with a last value and a target; None where there are too few."""
    eligible = [f for f in stations if int((~np.isnan(f.history.series(quantity))).sum()) >= LEAST_HOURS]
    if not eligible:
        return None
    random = np.random.default_rng([SEED, QUANTITIES.index(quantity)])
    parts: list[_Pairs] = []
    begin = min(f.history.first_hour for f in eligible)
    hours = max(f.history.first_hour + len(f.history.values) for f in eligible) - begin
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
        times = origins + features.history.first_hour
        recent = times >= begin + 3 * hours // 4
        parts.append(
            _Pairs(
                features.matrix(quantity, origins, distances),
                (target - last)[usable],
                last[usable],
                features.level(quantity, origins),
                distances,
                recent if hours < _SHORT else (times // _WEEK) % _BLOCKS == _BLOCKS - 1,
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
    """The scale at which changes of all distances and levels are alike, so that the forest need not learn it."""
    typical = float(np.mean(pairs.level))
    offset = max(0.3 * float(np.median(pairs.level)), 0.05 * typical, 1e-3)
    steps = _by_distance(pairs.distances, lambda of: float(np.mean(np.abs(pairs.change[of]))))
    return Scale(np.maximum(steps, 1e-3 * max(typical, 1.0)), offset, typical)


def _by_distance(distances: Integers, measure: Callable[[NDArray[np.bool_]], float], smooth: int = 0) -> Floats:
    """A measure of the pairs of each distance, and of its neighbours where they are few; entry 0 is not used."""
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


def _trust(units: Floats, predicted: Floats, happened: Floats) -> float:
    """How much of the predicted change to take, so that the mean absolute error is least."""
    shares = np.linspace(0, 1, _TRUST_STEPS)
    errors = [float(np.mean(units * np.abs(share * predicted - happened))) for share in shares]
    return float(shares[int(np.argmin(errors))])


def _fit(rows: Floats, target: Floats, quantile: float, iterations: int, leaf: int) -> Forest:
    """Learn a quantile of the target."""
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
    booster.fit(rows, target)
    forest = exported(booster, rows.shape[1])
    some = rows[:: max(1, len(rows) // 50)]
    if not np.allclose(forest.predict(some), booster.predict(some), rtol=1e-9, atol=1e-9):
        raise UnlikeTreesError("the exported trees predict something else than the library that trained them")
    return forest


def exported(booster: HistGradientBoostingRegressor, features: int) -> Forest:
    """The trees of a fitted booster as plain arrays.

    scikit-learn has no interface for that: these are its private attributes, as of the version that is pinned. `_fit`
    compares what comes out.
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
