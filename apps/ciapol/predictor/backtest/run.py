"""Rolling-origin evaluation: for each cut, models learn from the hours before it and predict those after it."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from apps.ciapol.predictor import MODEL, learning
from apps.ciapol.predictor.backtest.errors import Errors, Table
from apps.ciapol.predictor.backtest.files import NoFilesError, histories
from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.forecast import HISTORY_DAYS, LOOK_BACK
from apps.ciapol.predictor.history import HORIZONS, QUANTITIES, History, moment_of
from apps.ciapol.predictor.model import DISTANCES

log = logging.getLogger(__name__)

_HALF_YEAR = 182 * 24
_LONG = 800 * 24
"""Hours of data from which on each fold predicts half a year, so that the folds include all seasons."""


@dataclass(frozen=True)
class Plan:
    """Options of a backtest.

    Args:
        data: folder of files; None for the sample.
        folds: number of cuts; None for four half years, or for two eighths of shorter data.
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


def measure(stations: Sequence[History], quantity: str, fold: Fold, every: int) -> Errors | None:
    """The errors of one fold; None if the history is too short to train a model."""
    begin = fold.cut - 24 * HISTORY_DAYS
    model = learning.train_quantity(quantity, [Features(_cut(h, begin, fold.cut)) for h in stations])
    if model is None:
        return None
    parts = []
    made = np.arange(fold.cut, fold.end, every)
    for history in stations:
        around = _cut(history, fold.cut - LOOK_BACK, fold.end + DISTANCES)
        features = Features(around)
        origins = np.repeat(made - around.delay - around.first_hour, HORIZONS)
        distances = np.tile(np.arange(1, HORIZONS + 1) + around.delay, len(made))
        inside = (origins >= 0) & (origins + distances < len(around.values))
        origins, targets = np.where(inside, origins, 0), np.where(inside, origins + distances, 0)
        happened = np.where(inside, around.series(quantity)[targets], np.nan)
        parts.append(
            Errors.of(
                happened,
                model.predict(features, quantity, origins, distances),
                features.last(quantity, origins),
                features.yesterday(quantity, origins, distances),
            )
        )
    return Errors.stations(parts)


def _cut(history: History, begin: int, end: int) -> History:
    rows = slice(max(begin - history.first_hour, 0), max(end - history.first_hour, 0))
    return History(history.station, history.first_hour + rows.start, history.values[rows], history.delay)


def table(results: Sequence[Errors | None], quantity: str) -> Table | None:
    """One table of all folds; None if no fold has a model."""
    found = [errors for errors in results if errors is not None]
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
        log.info("no data given (--data, KAPPASTACK_DATA): the sample of two months that the repository ships")
    log.info("%d stations, %d hours of the longest", len(stations), max(len(h.values) for h in stations))
    tasks = [(quantity, fold) for quantity in QUANTITIES for fold in folds]
    with ProcessPoolExecutor(plan.jobs, get_context("fork")) as pool:
        running = [pool.submit(measure, stations, quantity, fold, plan.every) for quantity, fold in tasks]
        results: dict[str, list[Errors | None]] = {}
        for (quantity, fold), future in zip(tasks, running, strict=True):
            results.setdefault(quantity, []).append(future.result())
            log.info("%s from %s: %.0f s", quantity, moment_of(fold.cut).date(), time.monotonic() - begun)
    tables = [t for quantity in QUANTITIES if (t := table(results[quantity], quantity)) is not None]
    lines = [*_heading(plan, folds, len(stations))]
    for each in tables:
        worse = each.not_better
        verdict = f"not better at hours {worse}" if worse else "better than both rules at every hour"
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
        f"each time tried on the {days} days after, a prediction every {plan.every} h. µg/m³; aqi: index.",
    ]
