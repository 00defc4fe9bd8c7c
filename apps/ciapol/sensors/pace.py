"""When each measurement of a stream is due."""

import time
from collections.abc import Callable
from typing import Protocol

from apps.ciapol.sensors.event import Measurement


class Pace(Protocol):
    """Decides when measurements are published."""

    def due(self, measurement: Measurement) -> float:
        """When the next measurement is due, on the clock of `time.monotonic`; asked once for each, in order."""
        ...


class AtOnce:
    """As fast as they are taken."""

    def due(self, _measurement: Measurement) -> float:
        """Always past."""
        return 0.0


class RealTime:
    """At a multiple of the time in which they were measured.

    Args:
        speed: seconds of measurements per second of the clock.
        clock: seconds that only go forward.
    """

    def __init__(self, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        """The first measurement is due at once."""
        self._speed = speed
        self._clock = clock
        self._zero: float | None = None

    def due(self, measurement: Measurement) -> float:
        """See `Pace`."""
        seconds = measurement.measured_at.timestamp() / self._speed
        if self._zero is None:
            self._zero = self._clock() - seconds
        return self._zero + seconds


class Steady:
    """At even distances.

    Args:
        rate: measurements per second.
        clock: seconds that only go forward.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        """The first measurement is due at once."""
        self._rate = rate
        self._started = clock()
        self._count = 0

    def due(self, _measurement: Measurement) -> float:
        """See `Pace`."""
        due = self._started + self._count / self._rate
        self._count += 1
        return due
