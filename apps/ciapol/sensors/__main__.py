"""The command line: python -m apps.ciapol.sensors stations | replay | simulate."""

import argparse
import os
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console

from apps.ciapol.sensors.files import BadRowError, UnreadableFileError
from apps.ciapol.sensors.local_clock import ClockChange
from apps.ciapol.sensors.pace import Steady
from apps.ciapol.sensors.progress import progress
from apps.ciapol.sensors.registry import RegistryError, StarRocks
from apps.ciapol.sensors.replay import Options, replay
from apps.ciapol.sensors.resume import StateError
from apps.ciapol.sensors.run import Session, publish_all
from apps.ciapol.sensors.schema import EncodedJsonSchema
from apps.ciapol.sensors.simulate import Simulation, whole_second
from apps.ciapol.sensors.stations import StationsError, read_stations
from apps.ciapol.sensors.zones import parse_zone
from apps.shared.publishing.broker import Broker, BrokerError
from apps.shared.publishing.publisher import GIVE_UP_SECONDS

NOT_DONE = 1
BAD_INPUT = 2
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return the exit status: 0 done, 1 not all acknowledged, 2 invalid input, 130 interrupted."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "replay" and options.clock_change is not None and options.tz is None:
        parser.error("argument --clock-change: needs --tz with the zone of the local times, such as Europe/Paris")
    try:
        if options.command == "stations":
            return _stations(options)
        return _publish(options)
    except (BadRowError, UnreadableFileError, StationsError, StateError, ValueError) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except (BrokerError, RegistryError, OSError) as error:
        print(error, file=sys.stderr)
        return NOT_DONE


def _stations(options: argparse.Namespace) -> int:
    stations = read_stations(options.file)
    starrocks = StarRocks(options.host, options.port, options.user, options.password_file, options.database)
    print(f"stations: {starrocks.register(stations)}")
    return 0


def _publish(options: argparse.Namespace) -> int:
    broker = Broker(options.broker, options.topic, options.token_file, EncodedJsonSchema())
    session = Session(broker, Console(stderr=True), options.give_up_after)
    try:
        with session.stop.listening():
            if options.command == "replay":
                replay(_replay_options(options), session)
            else:
                _simulate(options, session)
    finally:
        print(session.counts)
    if session.counts.interrupted:
        return INTERRUPTED
    return 0 if session.counts.complete else NOT_DONE


def _replay_options(options: argparse.Namespace) -> Options:
    return Options(
        files=options.files,
        zone=options.tz,
        shift_to_now=options.shift_to_now,
        speed=options.speed,
        limit=options.limit,
        state=options.resume,
        skip_bad=options.skip_bad,
        clock_change=options.clock_change,
    )


def _simulate(options: argparse.Namespace, session: Session) -> None:
    simulation = Simulation(options.stations, options.rate, whole_second(datetime.now(UTC)), options.seed)
    total = None if options.duration is None else round(options.duration * options.rate)
    measurements = islice(simulation.measurements(), total)
    with progress("simulating", total, session.console) as display:
        publish_all(session, measurements, display, Steady(options.rate))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m apps.ciapol.sensors", description="Sensor stations.")
    commands = parser.add_subparsers(dest="command", required=True)

    stations = commands.add_parser("stations", help="register the stations of a CSV in StarRocks")
    stations.add_argument(
        "file",
        type=Path,
        help="columns id,name,latitude,longitude,commune[,time_zone,demonstration,reference_temperature]",
    )
    environment = os.environ.get
    stations.add_argument("--host", default=environment("STARROCKS_HOST", "127.0.0.1"))
    stations.add_argument("--port", type=_positive, default=environment("STARROCKS_PORT", "9030"))
    stations.add_argument("--user", default=environment("STARROCKS_USER", "ciapol_registrar"))
    stations.add_argument("--password-file", type=Path, default=environment("STARROCKS_PASSWORD_FILE"))
    stations.add_argument("--database", default=environment("STARROCKS_DATABASE", "ciapol_analytics"))

    again = commands.add_parser("replay", help="publish measurements from files")
    again.add_argument("files", type=Path, nargs="+", help=".csv or .csv.xz: UCI data set 501, or the event's fields")
    again.add_argument(
        "--tz", type=_zone, help="time zone of times without an offset, such as +08:00 (the default for UCI files)"
    )
    again.add_argument(
        "--clock-change",
        type=ClockChange,
        choices=list(ClockChange),
        help="local times that a clock change in --tz skips or repeats: read them with the offset before or after the "
        "change, or repeated ones by the order of rows; default: refuse them",
    )
    again.add_argument("--shift-to-now", action="store_true", help="shift all times so that the last hour is now")
    again.add_argument(
        "--speed", type=_above_zero, help="multiple of real time; default: as fast as Pulsar accepts events"
    )
    again.add_argument("--limit", type=_positive, help="maximum number of measurements")
    again.add_argument(
        "--resume", type=Path, metavar="STATE_FILE", help="file that stores the progress; the next run resumes from it"
    )
    again.add_argument("--skip-bad", action="store_true", help="skip and count invalid rows")
    _add_broker(again)

    simulate = commands.add_parser("simulate", help="publish measurements of simulated stations")
    simulate.add_argument("--stations", type=_positive, default=50)
    simulate.add_argument("--rate", type=_above_zero, default=10.0, help="measurements per second of all stations")
    simulate.add_argument("--duration", type=_above_zero, help="seconds; default: until Ctrl-C")
    simulate.add_argument("--seed", type=int, default=1, help="the same seed gives the same measurements")
    _add_broker(simulate)
    return parser


def _add_broker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--broker",
        default=os.environ.get("PULSAR_BROKER_URL", "pulsar://127.0.0.1:6650"),
        help="address of Pulsar; default: PULSAR_BROKER_URL, which `make env` sets",
    )
    parser.add_argument("--topic", default="persistent://ciapol/air/sensor-measurements")
    parser.add_argument(
        "--token-file",
        type=Path,
        default=os.environ.get("PULSAR_TOKEN_FILE"),
        help="file with the token, if Pulsar requires one; default: PULSAR_TOKEN_FILE",
    )
    parser.add_argument(
        "--give-up-after",
        type=_above_zero,
        default=GIVE_UP_SECONDS,
        help="seconds without any acknowledgement after which the run fails",
    )


def _positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected 1 or more")
    return value


def _above_zero(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"found {text}, expected a number above 0")
    return value


def _zone(text: str) -> str:
    try:
        parse_zone(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


if __name__ == "__main__":
    sys.exit(main())
