"""Makes predictions: with models if there is enough history, otherwise with simple rules."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.ciapol.predictor import FALLBACK, MODEL, fallback
from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.history import HORIZONS, INDEX, POLLUTANTS, QUANTITIES, History, Station, moment_of
from apps.ciapol.predictor.index import IndexMethod, dominant
from apps.ciapol.predictor.index_forecast import combine, stretched
from apps.ciapol.predictor.model import Interval, NetworkModel, predict_paths
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
    method = starrocks.index_method()
    predictions: list[Prediction] = []
    for network, histories in sorted(by_network.items()):
        model = None
        if any(_enough(history, quantity) for history in histories for quantity in POLLUTANTS):
            model = _model(starrocks, store, run, network)
        for history in histories:
            predictions += predict_station(history, model, run.made_at, method)
    return predictions


def predict_station(
    history: History, model: NetworkModel | None, made_at: int, method: IndexMethod
) -> list[Prediction]:
    """The predictions of one station from the hours complete at `made_at`.

    The index of an hour is computed from the predicted pollutants, and absent if one of them has no sub-index. The log
    names pollutants that are not predicted by the model.
    """
    features = Features(history.until(made_at))
    name = history.station.station_id
    by_pollutant = {pollutant: _pollutant(features, pollutant, model, made_at) for pollutant in POLLUTANTS}
    known = {pollutant: part for pollutant, part in by_pollutant.items() if not np.all(np.isnan(part.interval.value))}
    if by_rules := [pollutant for pollutant, part in known.items() if part.simple]:
        log.warning("%s: too little history or no recent value, simple rules for %s", name, ", ".join(by_rules))
    if unknown := [pollutant for pollutant in POLLUTANTS if pollutant not in known]:
        log.warning("%s: no values of %s, not predicted", name, ", ".join(unknown))
    if not known:
        return []
    origins = np.array([history.known(made_at)])
    index = combine(method, features, origins, {pollutant: part.interval for pollutant, part in known.items()})
    factors = np.ones(index.interval.value.shape[1]) if model is None else model.index_stretch[1:]
    interval = stretched(index.interval, factors[: index.interval.value.shape[1]])
    predictions: list[Prediction] = []
    for ahead in range(1, HORIZONS + 1):
        column = ahead + history.delay - 1
        key = name, made_at + ahead, made_at
        parts = {pollutant: float(values[0, column]) for pollutant, values in index.sub_indices.items()}
        main = dominant(parts)
        if main is not None and not np.isnan(interval.value[0, column]):
            predictions.append(Prediction(*key, INDEX, *interval.at(column), *_source(known[main])))
        predictions += [
            Prediction(*key, pollutant, *part.interval.at(column), *_source(part), _whole(parts[pollutant]))
            for pollutant, part in known.items()
            if not np.isnan(part.interval.value[0, column])
        ]
    return predictions


@dataclass(frozen=True)
class _Part:
    """Predictions of a pollutant for 1, 2, … hours after the origin, shape (1, hours); `simple`: by the fallback."""

    interval: Interval
    simple: bool


def _pollutant(features: Features, pollutant: str, model: NetworkModel | None, made_at: int) -> _Part:
    history = features.history
    origin, distances = history.known(made_at), HORIZONS + history.delay
    chosen = model.quantities.get(pollutant) if model is not None and _enough(history, pollutant) else None
    if chosen is not None and not np.isnan(features.last(pollutant, np.array([origin]))[0]):
        paths = predict_paths({pollutant: chosen}, features, np.array([origin]), distances)
        return _Part(paths[pollutant], simple=False)
    found = fallback.predict(features, pollutant, origin, range(1, distances + 1))
    return _Part(found.reshaped((1, distances)), simple=True)


def _source(part: _Part) -> tuple[str, bool]:
    return (FALLBACK if part.simple else MODEL), part.simple


def _whole(sub_index: float) -> int | None:
    return None if np.isnan(sub_index) else round(sub_index)


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
        len(model.quantities) == len(POLLUTANTS) or run.made_at - model.until < INCOMPLETE_MODEL_HOURS
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
    model = learning.train(network, histories, until, starrocks.index_method())
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
