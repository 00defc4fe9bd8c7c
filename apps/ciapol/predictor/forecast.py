"""Makes predictions: with models if there is enough history, otherwise with simple rules."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor import FALLBACK, MODEL, fallback
from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.history import HORIZONS, QUANTITIES, History, Station, moment_of
from apps.ciapol.predictor.model import Interval, NetworkModel
from apps.ciapol.predictor.starrocks import Prediction, StarRocks
from apps.ciapol.predictor.store import DamagedModelError, ModelStore

log = logging.getLogger(__name__)

LOOK_BACK = 35 * 24
"""Hours of history that a prediction reads. Features need eight days; the errors of the rules use all hours."""
LEAST_HOURS = 14 * 24
"""Minimum number of these hours with a value for a prediction with the model."""
SILENT_HOURS = 48
"""Hours without any value after which a station is not predicted."""
HISTORY_DAYS = 548
"""Maximum days of history for training: 18 months, so that each season is included."""
INCOMPLETE_MODEL_HOURS = 24
"""Age in hours at which a model without all quantities is retrained, because there may be enough history then."""


@dataclass(frozen=True)
class Run:
    """The parameters of a run.

    Args:
        made_at: number of the hour at which predictions are made; later measurements are not read.
        stations: identifiers of stations to predict; if empty, all except test stations.
        oldest_model: age in days at which a model is retrained.
    """

    made_at: int
    stations: Sequence[str] = ()
    oldest_model: int = 7


def predict(starrocks: StarRocks, store: ModelStore, run: Run) -> list[Prediction]:
    """The predictions of a run, by station. The log names stations that are left out or predicted by a rule."""
    first = run.made_at - LOOK_BACK
    stations = starrocks.stations(first, run.made_at, run.stations)
    for station_id in sorted(set(run.stations) - {s.station_id for s in stations}):
        log.warning("%s: no measurement in the last %d days, skipped", station_id, LOOK_BACK // 24)
    by_network: dict[str, list[History]] = {}
    for history in starrocks.histories(stations, first, run.made_at):
        if _silent(history, run.made_at):
            log.warning("%s: no value in the last %d h, skipped", history.station.station_id, SILENT_HOURS)
        else:
            by_network.setdefault(history.station.network, []).append(history.until(run.made_at))
    predictions: list[Prediction] = []
    for network, histories in sorted(by_network.items()):
        model = None
        if any(_enough(history, quantity) for history in histories for quantity in QUANTITIES):
            model = _model(starrocks, store, run, network)
        for history in histories:
            predictions += predict_station(history, model, run.made_at)
    return predictions


def predict_station(history: History, model: NetworkModel | None, made_at: int) -> list[Prediction]:
    """The predictions of one station from the hours complete at `made_at`.

    The log names quantities that are not predicted by the model.
    """
    features = Features(history.until(made_at))
    origin = history.known(made_at)
    distances = range(1 + history.delay, HORIZONS + 1 + history.delay)
    name = history.station.station_id
    predictions: list[Prediction] = []
    by_rules: list[str] = []
    unknown: list[str] = []
    for quantity in QUANTITIES:
        chosen = model.quantities.get(quantity) if model is not None and _enough(history, quantity) else None
        if chosen is not None and not np.isnan(features.last(quantity, np.array([origin]))[0]):
            pairs = np.full(HORIZONS, origin), np.array(distances)
            interval, simple = chosen.predict(features, quantity, *pairs), False
        else:
            interval, simple = fallback.predict(features, quantity, origin, distances), True
        rows = _rows(name, made_at, quantity, interval, simple)
        if not rows:
            unknown.append(quantity)
        elif simple:
            by_rules.append(quantity)
        predictions += rows
    if by_rules:
        log.warning("%s: too little history or no recent value, simple rules for %s", name, ", ".join(by_rules))
    if unknown:
        log.warning("%s: no values of %s, not predicted", name, ", ".join(unknown))
    return predictions


def _rows(station_id: str, made_at: int, quantity: str, interval: Interval, simple: bool) -> list[Prediction]:
    model = FALLBACK if simple else MODEL
    return [
        Prediction(station_id, made_at + ahead, made_at, quantity, float(value), float(low), float(high), model, simple)
        for ahead, (value, low, high) in enumerate(
            zip(interval.value, interval.lower, interval.upper, strict=True), start=1
        )
        if not np.isnan(value)
    ]


def _silent(history: History, made_at: int) -> bool:
    recent = history.values[max(made_at - SILENT_HOURS - history.first_hour, 0) :, : len(QUANTITIES)]
    return bool(np.all(np.isnan(recent)))


def _enough(history: History, quantity: str) -> bool:
    return int((~np.isnan(history.series(quantity))).sum()) >= LEAST_HOURS


def _model(starrocks: StarRocks, store: ModelStore, run: Run, network: str) -> NetworkModel:
    """The model of a network for the run's hour: a stored one if it is recent enough, else a new one."""
    oldest = run.made_at - 24 * run.oldest_model
    try:
        model = store.find(network, run.made_at, oldest)
    except DamagedModelError as error:
        log.warning("the model is trained again: %s", error)
        model = None
    if model is not None and (
        len(model.quantities) == len(QUANTITIES) or run.made_at - model.until < INCOMPLETE_MODEL_HOURS
    ):
        return model
    return train(starrocks, store, network, run.made_at)


def train(starrocks: StarRocks, store: ModelStore, network: str, until: int) -> NetworkModel:
    """Train the models of a network from the hours complete at `until`, and store them."""
    from apps.ciapol.predictor import learning  # noqa: PLC0415 - scikit-learn costs seconds and memory that predicting saves

    begun = time.process_time()
    first = until - 24 * HISTORY_DAYS
    stations = [station for station in starrocks.stations(first, until) if station.network == network]
    histories = [_trimmed(history) for history in starrocks.histories(stations, first, until)]
    model = learning.train(network, histories, until)
    store.keep(model)
    log.info(
        "%s: trained %s from %d stations until %s, %.0f s of CPU",
        *(network, ", ".join(sorted(model.quantities)) or "nothing", len(stations), moment_of(until).isoformat()),
        time.process_time() - begun,
    )
    return model


def _trimmed(history: History) -> History:
    """The history without the hours before the first value."""
    rows = np.flatnonzero(~np.all(np.isnan(history.values), axis=1))
    begin = int(rows[0]) if len(rows) else len(history.values)
    return History(history.station, history.first_hour + begin, history.values[begin:], history.delay)


def networks(stations: Sequence[Station]) -> list[str]:
    """The names of the stations' networks, each once."""
    return sorted({station.network for station in stations})
