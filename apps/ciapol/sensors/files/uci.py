"""The format of UCI data set 501, Beijing Multi-Site Air-Quality Data.

Concentrations are in µg/m³, TEMP and DEWP in °C, PRES in hPa, WSPM in m/s; times are the start of the hour in the
station's local time. The event has no fields for RAIN and wd.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from apps.ciapol.sensors.event import Measurement
from apps.ciapol.sensors.files.rows import BadCellError, number, station_id
from apps.ciapol.sensors.local_clock import LocalClock, LocalTimeError

BEIJING = timezone(timedelta(hours=8))
"""Time zone of the published files, without daylight saving time."""

REQUIRED = frozenset({"year", "month", "day", "hour", "station"})
_QUANTITIES = {
    "PM2.5": "pm25",
    "PM10": "pm10",
    "SO2": "so2",
    "NO2": "no2",
    "O3": "o3",
    "CO": "co",
    "TEMP": "temperature",
    "PRES": "pressure",
    "WSPM": "wind_speed",
}
COLUMNS = REQUIRED | frozenset(_QUANTITIES) | {"No", "DEWP", "RAIN", "wd"}

_MAGNUS_A = 17.625
_MAGNUS_B = 243.04


def relative_humidity(temperature: float, dew_point: float) -> float:
    """The relative humidity of air in %, from 0 to 100, rounded to 0.1 %.

    It is the ratio of the saturation vapour pressures at the dew point and at the temperature, by the Magnus formula
    with the constants 17.625 and 243.04 °C of Alduchov, O. A. and Eskridge, R. E. (1996), Improved Magnus Form
    Approximation of Saturation Vapor Pressure, J. Appl. Meteor. 35, 601-609. The formula's error is below 0.4 % from
    -40 °C to 50 °C. Temperatures in tenths of a degree do not justify more digits.

    Args:
        temperature: temperature of the air in °C.
        dew_point: dew point in °C.
    """
    exponent = _MAGNUS_A * dew_point / (_MAGNUS_B + dew_point) - _MAGNUS_A * temperature / (_MAGNUS_B + temperature)
    return min(100.0, max(0.0, round(100 * math.exp(exponent), 1)))


class UciForm:
    """Converts rows of a UCI file."""

    def __init__(self, columns: Mapping[str, int], clock: LocalClock | None) -> None:
        """Create the form of a file.

        Args:
            columns: position of each column, by name.
            clock: converter of the file's times; None for Beijing's time zone.
        """
        self._clock = clock or LocalClock(BEIJING)
        self._station = columns["station"]
        self._time = [(name, columns[name]) for name in ("year", "month", "day", "hour")]
        self._quantities = [(name, columns[name], field) for name, field in _QUANTITIES.items() if name in columns]
        self._temperature = columns.get("TEMP")
        self._dew_point = columns.get("DEWP")

    def measurement(self, row: Sequence[str]) -> Measurement:
        """The measurement of a row; see `Form`."""
        values: dict[str, float] = {}
        for name, position, field in self._quantities:
            value = number(name, row[position])
            if value is not None:
                values[field] = value
        if self._dew_point is not None and self._temperature is not None:
            dew_point = number("DEWP", row[self._dew_point])
            if dew_point is not None and "temperature" in values:
                values["humidity"] = self._humidity(values["temperature"], dew_point, row)
        station = station_id("station", row[self._station])
        return Measurement(station, self._measured_at(row, station), values)

    def _humidity(self, temperature: float, dew_point: float, row: Sequence[str]) -> float:
        for name, celsius in (("TEMP", temperature), ("DEWP", dew_point)):
            if not -100 < celsius < 100:
                position = self._temperature if name == "TEMP" else self._dew_point
                assert position is not None
                raise BadCellError(name, row[position], "a temperature of air in °C, between -100 and 100")
        return relative_humidity(temperature, dew_point)

    def _measured_at(self, row: Sequence[str], station: str) -> datetime:
        parts: list[int] = []
        for name, position in self._time:
            text = row[position]
            if not (text.isascii() and text.isdigit()):
                raise BadCellError(name, text, "a whole number")
            parts.append(int(text))
        year, month, day, hour = parts
        try:
            return self._clock.utc(datetime(year, month, day, hour), station)  # noqa: DTZ001 - the clock has the zone
        except LocalTimeError as error:
            expected = str(error)
        except (ValueError, OverflowError):
            expected = "a date that exists and an hour from 0 to 23"
        raise BadCellError("year, month, day, hour", "-".join(row[position] for _, position in self._time), expected)
