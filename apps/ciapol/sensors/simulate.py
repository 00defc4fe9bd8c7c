"""Simulates stations: plausible weather and pollution of a town on the Gulf of Guinea."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.ciapol.sensors.event import Measurement

_DAY_MINUTES = 1440
_MEMORY = 0.98
"""Share of a station's deviation from the daily cycle that remains at its next measurement."""


@dataclass(frozen=True)
class Simulation:
    """Parameters of a simulation.

    Args:
        stations: number of stations; their identifiers are ABJ-001, ABJ-002 and so on.
        rate: measurements per second of all stations together.
        start: time of the first measurement.
        seed: seed of the random numbers; equal seeds give equal measurements.

    Raises:
        ValueError: `stations` is below 1, or the rate is not positive or exceeds one measurement per second and
            station. Times are whole seconds, and of two measurements with equal times the second replaces the first.
    """

    stations: int
    rate: float
    start: datetime
    seed: int

    def __post_init__(self) -> None:
        """Validate the parameters."""
        if self.stations < 1:
            raise ValueError(f"stations: found {self.stations}, expected 1 or more")
        if not 0 < self.rate <= self.stations:
            raise ValueError(
                f"rate: found {self.rate:g} with {self.stations} stations, expected more than 0 and at most "
                "1 a second for each station"
            )

    def measurements(self) -> Iterator[Measurement]:
        """An endless stream of measurements in time order; the caller publishes each when it is due."""
        chance = random.Random(self.seed)  # noqa: S311 - weather, not a secret
        cycle = [_daily_cycle(minute) for minute in range(_DAY_MINUTES)]
        stations = [_Station(f"ABJ-{number:03d}", chance) for number in range(1, self.stations + 1)]
        count = 0
        while True:
            for station in stations:
                moment = self.start + timedelta(seconds=int(count / self.rate))
                yield station.measure(moment, cycle[moment.hour * 60 + moment.minute])
                count += 1


def whole_second(moment: datetime) -> datetime:
    """The start of the second, in UTC."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _bump(hour: float, at: float, width: float) -> float:
    distance = (hour - at + 12) % 24 - 12
    return math.exp(-0.5 * (distance / width) ** 2)


def _daily_cycle(minute: int) -> dict[str, float]:
    """Typical values at a minute of the day: two rush hours, ozone and wind in the afternoon, two pressure tides."""
    hour = minute / 60
    traffic = _bump(hour, 7.5, 1.5) + 0.9 * _bump(hour, 18.5, 2.0)
    sun = _bump(hour, 13.5, 2.8)
    warmth = math.cos((hour - 14.5) / 24 * 2 * math.pi)
    return {
        "pm25": 18 + 22 * traffic,
        "pm10": 38 + 40 * traffic,
        "so2": 4 + 4 * traffic,
        "no2": 14 + 30 * traffic * (1 - 0.4 * sun),
        "o3": 25 + 60 * sun,
        "co": 400 + 700 * traffic,
        "temperature": 27.5 + 3.2 * warmth,
        "pressure": 1011 + 1.4 * math.cos((hour - 10) / 12 * 2 * math.pi),
        "humidity": 81 - 11 * warmth,
        "wind_speed": 1.2 + 2.4 * sun,
    }


class _Station:
    """A simulated station with its own level of pollution and slowly changing weather."""

    def __init__(self, station_id: str, chance: random.Random) -> None:
        self._id = station_id
        self._chance = chance
        self._burden = chance.uniform(0.6, 1.7)
        self._air = chance.gauss(0, 1)
        self._weather = chance.gauss(0, 1)

    def measure(self, moment: datetime, typical: dict[str, float]) -> Measurement:
        step = math.sqrt(1 - _MEMORY**2)
        self._air = _MEMORY * self._air + step * self._chance.gauss(0, 1)
        self._weather = _MEMORY * self._weather + step * self._chance.gauss(0, 1)
        dirt = self._burden * math.exp(0.25 * self._air)
        humidity = min(100.0, max(20.0, typical["humidity"] - 4 * self._weather))
        return Measurement(
            self._id,
            moment,
            {
                "pm25": round(typical["pm25"] * dirt, 1),
                "pm10": round(typical["pm10"] * dirt, 1),
                "so2": round(typical["so2"] * dirt, 1),
                "no2": round(typical["no2"] * dirt, 1),
                "o3": round(typical["o3"] * math.exp(-0.1 * self._air), 1),
                "co": round(typical["co"] * dirt, 0),
                "temperature": round(typical["temperature"] + 1.2 * self._weather, 1),
                "pressure": round(typical["pressure"] - 0.6 * self._weather, 1),
                "humidity": round(humidity, 1),
                "wind_speed": round(typical["wind_speed"] * math.exp(0.2 * self._weather), 1),
            },
        )
