"""Commands: `predict`, `train`, `backtest`."""

import argparse
import logging
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from apps.ciapol.predictor import forecast
from apps.ciapol.predictor.history import HOUR_SECONDS, hour_number, moment_of
from apps.ciapol.predictor.starrocks import Address, StarRocks
from apps.ciapol.predictor.store import ModelStore, StoreError
from apps.shared.starrocks_errors import StarRocksError
from apps.shared.time_ranges import moment

log = logging.getLogger("apps.ciapol.predictor")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 0 success, 1 failure, 2 invalid options or missing data."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = _parser().parse_args(arguments)
    try:
        if options.command == "backtest":
            return _backtest(options)
        if options.command == "train":
            return _train(options)
        return _predict(options)
    except (StarRocksError, StoreError) as error:
        log.error("%s", error)  # noqa: TRY400 - the message is complete without a traceback
        return 1


def _predict(options: argparse.Namespace) -> int:
    made_at: int = hour_number(datetime.now(UTC)) if options.at is None else options.at
    run = forecast.Run(made_at, options.station, options.retrain_days)
    store = ModelStore(options.models)
    with StarRocks.opened(_address(options)) as starrocks:
        predictions = forecast.predict(starrocks, store, run)
        starrocks.write(predictions)
    by_model = Counter(p.model for p in predictions)
    stations = len({p.station_id for p in predictions})
    counts = ", ".join(f"{count} by {name}" for name, count in sorted(by_model.items())) or "no"
    log.info("made at %s: %s predictions of %d stations", moment_of(made_at).isoformat(), counts, stations)
    return 0


def _train(options: argparse.Namespace) -> int:
    until: int = hour_number(datetime.now(UTC)) if options.at is None else options.at
    store = ModelStore(options.models)
    with StarRocks.opened(_address(options)) as starrocks:
        stations = starrocks.stations(until - 24 * forecast.HISTORY_DAYS, until)
        for network in forecast.networks(stations):
            forecast.train(starrocks, store, network, until)
    return 0


def _backtest(options: argparse.Namespace) -> int:
    try:
        from apps.ciapol.predictor.backtest import run  # noqa: PLC0415 - needs the checkout's environment
    except ImportError as error:
        log.error("backtest runs in a checkout of the repository, with its environment: %s", error)  # noqa: TRY400
        return 1
    plan = run.Plan(options.data, options.folds, options.every, options.jobs, options.markdown, options.require_better)
    return run.backtest(plan)


def _address(options: argparse.Namespace) -> Address:
    return Address(options.host, options.port, options.user, options.password_file, options.database)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apps.ciapol.predictor", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    predicting = commands.add_parser("predict", help="predict the next 24 hours of every station")
    predicting.add_argument("--station", action="append", default=[], help="only this station; may be repeated")
    predicting.add_argument("--retrain-days", type=_positive, default=7, metavar="N", help="train again after N days")
    training = commands.add_parser(
        "train", help="train the models now; predict also trains when there is no recent model"
    )
    for command in (predicting, training):
        command.add_argument(
            "--at", type=_hour, metavar="ISO", help="as of a past hour, such as 2026-01-31T12:00:00Z; default: now"
        )
        _add_address(command)
    again = commands.add_parser("backtest", help="compare predictions with later measurements, and with simple rules")
    environment = os.environ.get
    again.add_argument(
        "--data",
        type=Path,
        default=environment("KAPPASTACK_DATA") or None,
        help="folder of UCI data set 501; default: the sample",
    )
    again.add_argument(
        "--folds", type=_positive, help="number of cuts between past and future; default: depends on the data"
    )
    again.add_argument("--every", type=_positive, default=17, help="hours between two predictions")
    again.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, help="processes")
    again.add_argument("--markdown", type=Path, help="write the tables into this file too")
    again.add_argument("--require-better", action="store_true", help="fail if a simple rule is as good at any hour")
    return parser


def _add_address(command: argparse.ArgumentParser) -> None:
    environment = os.environ.get
    temporary = Path(tempfile.gettempdir()) / f"kappastack-predictor-{os.geteuid()}"
    command.add_argument(
        "--models",
        type=Path,
        default=Path(cache, "ciapol", "predictor") if (cache := environment("KAPPASTACK_CACHE")) else Path(temporary),
        help="folder of trained models, a cache of mode 0700",
    )
    command.add_argument("--host", default=environment("STARROCKS_HOST", "127.0.0.1"))
    command.add_argument("--port", type=_positive, default=environment("STARROCKS_PORT", "9030"))
    command.add_argument("--user", default=environment("STARROCKS_USER", "predictor"))
    command.add_argument("--password-file", type=Path, default=environment("STARROCKS_PASSWORD_FILE"))
    command.add_argument("--database", default=environment("STARROCKS_DATABASE", "ciapol_analytics"))


def _positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected 1 or more")
    return value


def _hour(text: str) -> int:
    try:
        found = moment(text, "--at")
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"found {text!r}, expected a time from 1970 on and before 9998, such as 2026-01-31T12:00:00Z"
        ) from None
    if found.timestamp() % HOUR_SECONDS:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a full hour of UTC such as 2026-01-31T12:00:00Z")
    return hour_number(found)


if __name__ == "__main__":
    sys.exit(main())
