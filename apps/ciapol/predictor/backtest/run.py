"""Rolling-origin evaluation: for each cut, models learn from the hours before it and predict those after it."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from apps.ciapol.predictor import MODEL, learning
from apps.ciapol.predictor.backtest.errors import Errors, Table
from apps.ciapol.predictor.backtest.files import NoFilesError, histories, index_method
from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.forecast import HISTORY_DAYS, LOOK_BACK
from apps.ciapol.predictor.history import HORIZONS, INDEX, QUANTITIES, Floats, History, Integers, moment_of
from apps.ciapol.predictor.index import IndexMethod
from apps.ciapol.predictor.index_forecast import combine, stretched
from apps.ciapol.predictor.model import DISTANCES, Interval, NetworkModel, predict_paths

log = logging.getLogger(__name__)

_HALF_YEAR = 182 * 24
_LONG = 800 * 24
"""Minimum length of the data, in hours, for folds of half a year, which together include all seasons."""


@dataclass(frozen=True)
class Plan:
    """Options of a backtest.

    Args:
        data: folder of files; None for the sample.
        folds: number of cuts; None for the default: four half years, or with shorter data two folds of an eighth each.
        every: hours from one prediction to the next; coprime to 24, so that all hours of the day occur.
        jobs: number of processes.
        markdown: file to write the tables to; None for none.
        require_better: whether to fail unless the model is better than both rules at every hour ahead.
    """

    data: Path | None = None
    folds: int | None = None
    every: int = 17
    jobs: int = 1
    markdown: Path | None = None
    require_better: bool = False


@dataclass(frozen=True)
class Fold:
    """A fold: models learn from hours before `cut`, and predict from origins in [`cut`, `end`); numbers of hours."""

    cut: int
    end: int


def folds_of(stations: Sequence[History], wanted: int | None) -> list[Fold]:
    """The folds, the oldest first.

    Args:
        stations: histories of all stations.
        wanted: number of folds; None for the default.
    """
    first = min(h.first_hour for h in stations)
    last = max(h.first_hour + len(h.values) for h in stations)
    length, count = (_HALF_YEAR, 4) if last - first >= _LONG else ((last - first) // 8, 2)
    cuts = [last - length * number for number in range(wanted or count, 0, -1)]
    return [Fold(cut, cut + length) for cut in cuts if cut > first + learning.LEAST_HOURS]


def measure(
    stations: Sequence[History], fold: Fold, every: int, method: IndexMethod, rows: int = learning.ROWS
) -> dict[str, Errors]:
    """The errors of one fold by quantity; quantities whose history is too short to train a model are absent.

    Args:
        stations: histories of all stations.
        fold: the hours to learn from and to predict.
        every: hours from one prediction to the next.
        method: the method of the index.
        rows: maximum number of training pairs.
    """
    begin = fold.cut - 24 * HISTORY_DAYS
    past = [_cut(history, begin, fold.cut) for history in stations]
    model = learning.train(stations[0].station.network, past, fold.cut, method, rows)
    parts: dict[str, list[Errors]] = {}
    for history in stations:
        for quantity, errors in _station(history, model, fold, every, method).items():
            parts.setdefault(quantity, []).append(errors)
    return {quantity: Errors.stations(each) for quantity, each in parts.items()}


def _station(history: History, model: NetworkModel, fold: Fold, every: int, method: IndexMethod) -> dict[str, Errors]:
    """The errors of one station by quantity."""
    around = _cut(history, fold.cut - LOOK_BACK, fold.end + DISTANCES)
    features = Features(around)
    origins = np.arange(fold.cut, fold.end, every) - around.delay - around.first_hour
    origins = origins[(origins >= 0) & (origins < len(around.values))]
    predicted = _predicted(model, features, origins, method)
    pairs = np.repeat(origins, HORIZONS), np.tile(np.arange(1, HORIZONS + 1) + around.delay, len(origins))
    return {
        quantity: Errors.of(
            _measured(around, quantity, pairs[0] + pairs[1]),
            interval.reshaped((len(origins) * HORIZONS,)),
            features.last(quantity, pairs[0]),
            features.yesterday(quantity, *pairs),
        )
        for quantity, interval in predicted.items()
    }


def _measured(history: History, quantity: str, rows: Integers) -> Floats:
    """The values of these rows; NaN after the end."""
    last = len(history.values) - 1
    return np.where(rows <= last, history.series(quantity)[np.minimum(rows, last)], np.nan)


def _predicted(model: NetworkModel, features: Features, origins: Integers, method: IndexMethod) -> dict[str, Interval]:
    """Predictions of the index and of each pollutant with a model, in arrays of shape (origins, `HORIZONS`)."""
    delay = features.history.delay
    paths = predict_paths(model.quantities, features, origins, HORIZONS + delay)
    found = dict(paths)
    if paths:
        index = combine(method, features, origins, paths).interval
        found[INDEX] = stretched(index, model.index_stretch[1 : HORIZONS + delay + 1])
    return {quantity: interval.columns(slice(delay, None)) for quantity, interval in found.items()}


def _cut(history: History, begin: int, end: int) -> History:
    rows = slice(max(begin - history.first_hour, 0), max(end - history.first_hour, 0))
    return History(history.station, history.first_hour + rows.start, history.values[rows], history.delay)


def table(results: Sequence[Mapping[str, Errors]], quantity: str) -> Table | None:
    """One table of all folds; None if no fold has a model."""
    found = [errors[quantity] for errors in results if quantity in errors]
    return Table.of(quantity, sum(found[1:], found[0])) if found else None


def backtest(plan: Plan) -> int:
    """Run a backtest and print a table for each quantity.

    Returns:
        Exit status: 0 success; 1 the plan requires a better model, and it is not better everywhere; 2 no data.
    """
    begun = time.monotonic()
    try:
        stations = histories(plan.data)
    except NoFilesError as error:
        log.error("%s", error)  # noqa: TRY400 - the message is complete without a traceback
        return 2
    folds = folds_of(stations, plan.folds)
    if plan.data is None:
        log.info("neither --data nor KAPPASTACK_DATA is set: using the repository's sample of two months")
    log.info("%d stations; the longest history has %d hours", len(stations), max(len(h.values) for h in stations))
    method = index_method()
    with ProcessPoolExecutor(plan.jobs, get_context("fork")) as pool:
        running = [pool.submit(measure, stations, fold, plan.every, method) for fold in folds]
        results: list[dict[str, Errors]] = []
        for fold, future in zip(folds, running, strict=True):
            results.append(future.result())
            log.info("from %s: %.0f s", moment_of(fold.cut).date(), time.monotonic() - begun)
    tables = [found for quantity in QUANTITIES if (found := table(results, quantity)) is not None]
    lines = [*_heading(plan, folds, len(stations))]
    for each in tables:
        worse = each.not_better
        verdict = f"not better at horizons {worse}" if worse else "better than both rules at every horizon"
        lines += ["", f"## {each.quantity}", f"{each.predictions} predictions; {verdict}.", "", *each.lines()]
    text = "\n".join(lines) + "\n"
    print(text)  # noqa: T201 - the table is the result
    if plan.markdown is not None:
        plan.markdown.write_text(text, encoding="utf-8")
    better = len(tables) == len(QUANTITIES) and not any(t.not_better for t in tables)
    return 0 if better or not plan.require_better else 1


def _heading(plan: Plan, folds: Sequence[Fold], stations: int) -> list[str]:
    cuts = ", ".join(str(moment_of(fold.cut).date()) for fold in folds)
    days = (folds[0].end - folds[0].cut) // 24 if folds else 0
    source = "the shipped sample" if plan.data is None else "the files given"
    return [
        f"Model {MODEL} on {source}, {stations} stations; trained on at most {HISTORY_DAYS} days before {cuts},",
        f"each tested on the {days} days after it, with one prediction every {plan.every} h. µg/m³; aqi: index.",
    ]
