"""Merges several files into one stream."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path

from apps.ciapol.sensors.event import Measurement
from apps.ciapol.sensors.files.reader import read_measurements
from apps.ciapol.sensors.files.rows import BadRowError
from apps.ciapol.sensors.local_clock import ClockChange


def in_time_order(
    paths: Sequence[Path],
    zone: tzinfo | None = None,
    bad: Callable[[BadRowError], None] | None = None,
    change: ClockChange | None = None,
) -> Iterator[Measurement]:
    """The measurements of all files, merged by time, with one row of each file in memory.

    The order is equal in each run. Files that are not sorted by time are not sorted here: late events are permitted,
    and sorting would need the whole file in memory.
    """
    streams = [read_measurements(path, zone, bad, change) for path in paths]
    return heapq.merge(*streams, key=lambda measurement: measurement.measured_at)
