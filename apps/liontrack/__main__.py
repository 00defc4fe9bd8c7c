"""The command line: python -m apps.liontrack replay | simulate | demonstrate | import."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from apps.liontrack.producers.events import Event
from apps.liontrack.producers.files import BadRowError
from apps.liontrack.producers.mongodb import ImportFailed, Progress, import_all
from apps.liontrack.producers.publisher import Publisher
from apps.liontrack.producers.replay import Options, fixes, replay
from apps.liontrack.producers.simulate import movement, people, weighings
from apps.shared.publishing.broker import BrokerError
from apps.shared.publishing.stop import Stop

NOT_DONE = 1
BAD_INPUT = 2
INTERRUPTED = 130
_DATA = Path(__file__).parent / "data" / "positions.csv"
_LABEL = "démonstration"
_USERS = 5
_USER_DAYS = 40
_REPORT_EVENTS = 10_000
_CENTRE = (-3.3652, 29.8185)
"""Centre of the simulated lions' range in degrees: the position in LionTrack's own example."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return the exit status: 0 done, 1 not all acknowledged, 2 invalid input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        if options.command == "import":
            return _import(options)
        return _publish(options, _events(options, now))
    except (BadRowError, ImportFailed) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except (BrokerError, OSError) as error:
        print(error, file=sys.stderr)
        return NOT_DONE


def _events(options: argparse.Namespace, now: datetime) -> Iterator[Event]:
    match options.command:
        case "replay":
            shift = now if options.shift_to_now else None
            return replay(Options(options.files, shift, options.skip_bad), _note)
        case "simulate":
            start = now - timedelta(days=options.days)
            every = timedelta(minutes=options.every)
            lions = [f"sim-{index + 1:04}" for index in range(options.lions)]
            return chain(
                movement(options.lions, start, now, every, seed=options.seed, centre=_CENTRE),
                weighings(lions, start, now, seed=options.seed, label="simulation"),
                people(options.users, start, now, seed=options.seed, label="simulation"),
            )
        case _:
            return demonstration(now)


def demonstration(now: datetime) -> Iterator[Event]:
    """The positions of two real collars, shifted to now, with generated weights and users, named as such."""
    options = Options([_DATA], shift_to=now, label=_LABEL)
    spans: dict[str, datetime] = {}
    for fix in fixes(options):
        spans.setdefault(fix.lion_id, fix.at)
    start = min(spans.values())
    return chain(
        replay(options),
        weighings(sorted(spans), start, now, seed=1, label=_LABEL),
        people(_USERS, now - timedelta(days=_USER_DAYS), now, seed=1, label=_LABEL),
    )


def _publish(options: argparse.Namespace, events: Iterator[Event]) -> int:
    stop = Stop()
    with _publisher(options, stop) as to:
        try:
            for event in events:
                if not to.publish(event):
                    break
                if to.published % _REPORT_EVENTS == 0:
                    _note(f"{to.published:,} events published")
            to.flush()
        finally:
            print(f"{to.published:,} events published, {to.acknowledged:,} acknowledged")
        if stop():
            return INTERRUPTED
        return 0 if to.acknowledged == to.published else NOT_DONE


def _import(options: argparse.Namespace) -> int:
    progress = Progress.load(options.resume)
    with _publisher(options, Stop()) as to:
        counts = import_all(
            options.mongodb,
            options.database,
            to,
            progress,
            skip_bad=options.skip_bad,
            note=_note,
        )
    print(f"{counts.published:,} documents published, {counts.skipped:,} skipped")
    return 0 if counts.complete else INTERRUPTED


@contextmanager
def _publisher(options: argparse.Namespace, stop: Stop) -> Iterator[Publisher]:
    """A publisher that Ctrl-C stops; events that were sent before are still acknowledged."""
    with stop.listening(), Publisher(options.broker, options.token_file, stopped=stop, note=_note) as to:
        yield to


def _note(text: str) -> None:
    print(text, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apps.liontrack", description="Producers of LionTrack's events.")
    commands = parser.add_subparsers(dest="command", required=True)
    again = commands.add_parser("replay", help="publish positions from CSV files")
    again.add_argument(
        "files", type=Path, nargs="+", help="columns lion_id, measured_at, latitude, longitude, or Movebank's"
    )
    again.add_argument(
        "--shift-to-now",
        action="store_true",
        help="shift times by whole days, so that each lion's last position is recent",
    )
    again.add_argument("--skip-bad", action="store_true", help="skip invalid rows and print the reason")
    simulate = commands.add_parser("simulate", help="publish events of simulated lions and users")
    simulate.add_argument("--lions", type=_positive, default=10)
    simulate.add_argument("--users", type=_positive, default=5)
    simulate.add_argument(
        "--days", type=_positive, default=30, help="number of days before now at which the events begin"
    )
    simulate.add_argument("--every", type=_positive, default=60, help="minutes between two positions of a lion")
    simulate.add_argument("--seed", type=int, default=1, help="the same seed gives the same events")
    shown = commands.add_parser(
        "demonstrate", help="publish the positions of the two collars in data/, with generated weights and users"
    )
    imported = commands.add_parser(
        "import", help="publish the lions, users, challenges and weights that MongoDB contains"
    )
    imported.add_argument("--mongodb", required=True, metavar="URI", help="such as mongodb://127.0.0.1:27017/liontrack")
    imported.add_argument("--database", default="", help="name of the database; default: the one in the URI")
    imported.add_argument(
        "--resume", type=Path, metavar="STATE_FILE", help="state file: stores the progress, and continues from it"
    )
    imported.add_argument("--skip-bad", action="store_true", help="skip invalid documents and print the reason")
    for command in (again, simulate, shown, imported):
        _add_broker(command)
    return parser


def _add_broker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--broker",
        default=os.environ.get("PULSAR_BROKER_URL", "pulsar://127.0.0.1:6650"),
        help="address of Pulsar; default: PULSAR_BROKER_URL, which `make env` sets",
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        default=os.environ.get("PULSAR_TOKEN_FILE"),
        help="file with the token, if the broker requires one; default: PULSAR_TOKEN_FILE",
    )


def _positive(text: str) -> int:
    value = int(text) if text.isdigit() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected a whole number from 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
