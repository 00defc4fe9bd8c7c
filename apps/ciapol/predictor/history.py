"""Hourly values of a station, and the time at which each is known."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

POLLUTANTS = ("pm25", "pm10", "so2", "no2", "o3", "co")
"""Pollutants, as hourly means in µg/m³."""
INDEX = "aqi"
QUANTITIES = (INDEX, *POLLUTANTS)
"""Predicted quantities: the hourly index, which is computed from the predicted pollutants, and the pollutants."""
WEATHER = ("temperature", "pressure", "humidity", "wind_speed")
"""Weather, as hourly means in °C, hPa, % and m/s."""
COLUMNS = (*QUANTITIES, *WEATHER)

HORIZONS = 24
"""Number of predicted hours, beginning with the hour after the one at which the prediction is made."""

HOUR_SECONDS = 3600

_HABIT_HOURS = 168
_COUNTS_FROM = 0.75
"""Minimum share of the usual number of values for an hour to count, as in the query of the index."""

DEFAULT_REFERENCE = 25.0
"""Reference temperature of unregistered stations in °C; equal to the default of `stations.reference_temperature`."""


def hour_number(moment: datetime) -> int:
    """Whole hours since 1970-01-01T00:00Z; a time without time zone is in UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return int(aware.timestamp()) // HOUR_SECONDS


def moment_of(hour: int) -> datetime:
    """The start of the hour with this number, in UTC."""
    return datetime.fromtimestamp(hour * HOUR_SECONDS, UTC)


def counting(means: Floats, counts: Floats) -> Floats:
    """The means of the hours with enough values; NaN for the others, because one reading does not represent an hour.

    An hour has enough values if they are at least 75 % of the usual number: the median over those of the 168 previous
    hours that have values.

    Args:
        means: means of consecutive hours.
        counts: numbers of values in these hours.
    """
    having = np.concatenate([np.full(_HABIT_HOURS, np.nan), np.where(counts > 0, counts, np.nan)])
    before = np.sort(np.lib.stride_tricks.sliding_window_view(having, _HABIT_HOURS)[: len(counts)], axis=1)
    known = (~np.isnan(before)).sum(axis=1)
    rows, last = np.arange(len(counts)), np.maximum(known - 1, 0)
    usual = (before[rows, last // 2] + before[rows, (last + 1) // 2]) / 2
    return np.where(counts >= _COUNTS_FROM * np.where(known > 0, usual, 1.0), means, np.nan)


@dataclass(frozen=True)
class Calendar:
    """Local time of each hour: hour of the day, day of the week (Monday is 0), day of the year."""

    hour: Floats
    weekday: Floats
    day: Floats

    @classmethod
    def of(cls, first_hour: int, hours: int, zone: str) -> "Calendar":
        """The calendar of `hours` hours from `first_hour` on, in an IANA time zone."""
        clock = ZoneInfo(zone)
        local = [
            datetime.fromtimestamp(hour * HOUR_SECONDS, clock).timetuple()
            for hour in range(first_hour, first_hour + hours)
        ]
        return cls(
            np.array([t.tm_hour for t in local], dtype=np.float64),
            np.array([t.tm_wday for t in local], dtype=np.float64),
            np.array([t.tm_yday for t in local], dtype=np.float64),
        )


@dataclass(frozen=True)
class Station:
    """A station.

    Args:
        station_id: identifier of the station.
        zone: IANA name of its local time zone.
        network: name of its network. Stations of a network share models; demonstration data are a separate network.
        reference_temperature: °C that its µg/m³ of gases refer to.
    """

    station_id: str
    zone: str
    network: str
    reference_temperature: float = DEFAULT_REFERENCE


@dataclass(frozen=True)
class History:
    """Hourly values of one station for consecutive hours; NaN if nothing was measured.

    Args:
        station: the station.
        first_hour: number of the first row's hour.
        values: array of shape (hours, `COLUMNS`).
        delay: hours from the start of an hour until its value is known: 0 for a station that measures once an hour, on
            the hour; 1 for the mean of several measurements.
    """

    station: Station
    first_hour: int
    values: Floats
    delay: int = 0
    calendar: Calendar = field(init=False)

    def __post_init__(self) -> None:
        """Compute the calendar until the last hour that can be predicted."""
        hours = len(self.values) + HORIZONS + 1
        object.__setattr__(self, "calendar", Calendar.of(self.first_hour, hours, self.station.zone))

    def series(self, column: str) -> Floats:
        """The hourly values of one of `COLUMNS`."""
        series: Floats = self.values[:, COLUMNS.index(column)]
        return series

    def known(self, made_at: int) -> int:
        """The row of the newest hour that is complete at the start of the hour `made_at`."""
        return made_at - self.delay - self.first_hour

    def until(self, made_at: int) -> "History":
        """The history of the hours that are complete at the start of the hour `made_at`."""
        end = max(self.known(made_at) + 1, 0)
        return History(self.station, self.first_hour, self.values[:end], self.delay)
