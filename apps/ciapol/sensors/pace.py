"""Determines when each measurement of a stream is due."""

import time
from collections.abc import Callable
from typing import Protocol

from apps.ciapol.sensors.event import Measurement


class Pace(Protocol):
    """Decides when measurements are published."""

    def due(self, measurement: Measurement) -> float:
        """Time at which `measurement` is due, on the clock of `time.monotonic`; called once for each, in order."""
        ...


class AtOnce:
    """Publishes measurements without delay."""

    def due(self, _measurement: Measurement) -> float:
        """Return a time in the past."""
        return 0.0


class RealTime:
    """Publishes measurements with their original distances in time, divided by a speed.

    Args:
        speed: seconds of measurements per second of real time.
        clock: monotonic clock in seconds.
    """

    def __init__(self, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Create a pace whose first measurement is due immediately."""
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
    """Publishes measurements at a constant rate.

    Args:
        rate: measurements per second.
        clock: monotonic clock in seconds.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Create a pace whose first measurement is due immediately."""
        self._rate = rate
        self._started = clock()
        self._count = 0

    def due(self, _measurement: Measurement) -> float:
        """See `Pace`."""
        due = self._started + self._count / self._rate
        self._count += 1
        return due
