"""Replays positions from files as events."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from apps.liontrack.producers.events import Event, position
from apps.liontrack.producers.files import BadRowError, Fix, read_fixes


@dataclass(frozen=True)
class Options:
    """Options of a replay.

    Args:
        files: CSV files.
        shift_to: time to which each lion's positions are shifted by whole days, so that the last is within the 24 hours
            before it; None for no shift.
        skip_bad: whether to skip invalid rows; otherwise the first invalid row is an error.
        label: text that is appended to each lion's name; if empty, events have no name.
    """

    files: Sequence[Path]
    shift_to: datetime | None = None
    skip_bad: bool = False
    label: str = ""


def fixes(options: Options, skipped: Callable[[str], None] = lambda _: None) -> Iterator[Fix]:
    """The positions of all files, in their order.

    Args:
        options: options of the replay.
        skipped: called with the message of each skipped row.

    Raises:
        BadRowError: a row is invalid and `skip_bad` is not set, or a file cannot be read.
    """
    shifts = _shifts(options) if options.shift_to is not None else {}
    for path in options.files:
        for found in read_fixes(path):
            if isinstance(found, BadRowError):
                if not options.skip_bad:
                    raise found
                skipped(str(found))
                continue
            by = shifts.get(found.lion_id, timedelta())
            yield Fix(found.lion_id, found.at + by, found.latitude, found.longitude)


def replay(options: Options, skipped: Callable[[str], None] = lambda _: None) -> Iterator[Event]:
    """The events of the positions that `fixes` returns. Raises the errors of `fixes`."""
    for fix in fixes(options, skipped):
        name = f"{fix.lion_id} ({options.label})" if options.label else None
        yield position(fix.lion_id, fix.at, fix.latitude, fix.longitude, name=name)


def _shifts(options: Options) -> dict[str, timedelta]:
    """The shift of each lion's positions, in whole days, so that the time of day is kept."""
    assert options.shift_to is not None
    last: dict[str, datetime] = {}
    for path in options.files:
        for found in read_fixes(path):
            if isinstance(found, Fix):
                last[found.lion_id] = max(found.at, last.get(found.lion_id, found.at))
    return {lion: timedelta(days=(options.shift_to - at) // timedelta(days=1)) for lion, at in last.items()}
