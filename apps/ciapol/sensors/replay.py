"""Replays files of measurements into Pulsar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from apps.ciapol.sensors.event import Measurement
from apps.ciapol.sensors.files import BadRowError, in_time_order
from apps.ciapol.sensors.local_clock import ClockChange
from apps.ciapol.sensors.pace import AtOnce, RealTime
from apps.ciapol.sensors.progress import progress
from apps.ciapol.sensors.resume import Replay, State, describe, load
from apps.ciapol.sensors.run import Session, publish_all
from apps.ciapol.sensors.zones import parse_zone

_BAD_ROWS_TOLD = 10
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Options:
    """Options of a replay.

    Args:
        files: `.csv` and `.csv.xz` files, merged by time.
        zone: time zone of times without one: an offset such as `+08:00` or a name such as `Africa/Abidjan`.
        shift_to_now: whether to move all times by the same number of whole hours, so that the last time is within the
            hour before now.
        speed: multiple of real time; None means as fast as Pulsar accepts events.
        limit: maximum number of measurements; None for all.
        state: state file, with which another run continues; None for none.
        skip_bad: whether to skip invalid rows instead of refusing the file.
        clock_change: how to read local times that a clock change skips or repeats; None means that they are invalid.
    """

    files: Sequence[Path]
    zone: str | None = None
    shift_to_now: bool = False
    speed: float | None = None
    limit: int | None = None
    state: Path | None = None
    skip_bad: bool = False
    clock_change: ClockChange | None = None


@dataclass
class _Content:
    """A summary of the files' content."""

    measurements: int = 0
    last: datetime | None = None
    bad: list[BadRowError] = field(default_factory=list)
    bad_count: int = 0

    def take_bad(self, problem: BadRowError) -> None:
        self.bad_count += 1
        if len(self.bad) < _BAD_ROWS_TOLD:
            self.bad.append(problem)


def replay(options: Options, session: Session) -> None:
    """Validate all files, then publish the measurements that earlier runs have not published.

    Nothing is published if any row to replay is invalid.

    Raises:
        BadRowError: a file has an invalid row.
        UnreadableFileError: a file cannot be read.
        StateError: the state file is damaged or belongs to another replay.
        BrokerError: Pulsar cannot be reached, stops responding, or refuses events.
        ValueError: the time zone does not exist.
    """
    this = Replay(
        files=describe(options.files),
        topic=session.broker.topic,
        zone=options.zone,
        shift_to_now=options.shift_to_now,
        skip_bad=options.skip_bad,
        clock_change=options.clock_change,
    )
    state = None if options.state is None else load(options.state, this)
    content = _check(options, session)
    if session.stop():
        session.counts.interrupted = True
        return
    session.counts.skipped = session.counts.read = content.bad_count
    if state is None:
        shift = shift_to(datetime.now(UTC), content.last) if options.shift_to_now else timedelta()
        state = State(replay=this, shift_seconds=int(shift.total_seconds()))
    if options.state is not None:
        state.save(options.state)  # Before the first event, so that the shift survives an early crash.
    _publish(options, session, state, content.measurements)


def shift_to(now: datetime, last: datetime | None) -> timedelta:
    """The largest number of whole hours by which times can be moved without moving `last` beyond `now`."""
    return timedelta() if last is None else (now - last) // _HOUR * _HOUR


def _check(options: Options, session: Session) -> _Content:
    content = _Content()
    with progress("checking files", None, session.console) as display:
        for measurement in _measurements(options, content):
            content.measurements += 1
            if content.last is None or measurement.measured_at > content.last:
                content.last = measurement.measured_at
            display.show(content.measurements)
            if session.stop():
                break
        for problem in content.bad:
            display.note(f"skipped: {problem}")
        if content.bad_count > len(content.bad):
            display.note(f"skipped: {content.bad_count - len(content.bad)} more rows")
    return content


def _publish(options: Options, session: Session, state: State, total: int) -> None:
    done = state.acknowledged
    session.counts.before = min(done, total)
    if done >= total:
        return
    shift = timedelta(seconds=state.shift_seconds)
    measurements = (item.moved(shift) for item in islice(_measurements(options, _Content()), done, None))

    def save(contiguous: int) -> None:
        if options.state is not None:
            state.acknowledged = done + contiguous
            state.save(options.state)

    pace = AtOnce() if options.speed is None else RealTime(options.speed)
    with progress("replaying", total - done, session.console) as display:
        publish_all(session, measurements, display, pace, save)


def _measurements(options: Options, content: _Content) -> Iterator[Measurement]:
    zone = None if options.zone is None else parse_zone(options.zone)
    bad = content.take_bad if options.skip_bad else None
    return islice(in_time_order(options.files, zone, bad, options.clock_change), options.limit)
