"""The CSV format whose columns are the fields of the event."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from apps.ciapol.sensors.event import QUANTITIES, Measurement
from apps.ciapol.sensors.files.rows import BadCellError, number, station_id
from apps.ciapol.sensors.local_clock import LocalClock, LocalTimeError

REQUIRED = frozenset({"station_id", "measured_at"})
COLUMNS = REQUIRED | frozenset(QUANTITIES) | {"event_id"}
"""Permitted columns. A column `event_id` is ignored, because the identifier is computed from station and time."""


class EventForm:
    """Converts rows whose columns are the event's fields."""

    def __init__(self, columns: Mapping[str, int], clock: LocalClock | None) -> None:
        """Create the form of a file.

        Args:
            columns: position of each column, by name.
            clock: converter of times without an offset; None means that each time must have an offset.
        """
        self._clock = clock
        self._station = columns["station_id"]
        self._time = columns["measured_at"]
        self._quantities = [(name, columns[name]) for name in QUANTITIES if name in columns]

    def measurement(self, row: Sequence[str]) -> Measurement:
        """The measurement of a row; see `Form`."""
        values: dict[str, float] = {}
        for name, position in self._quantities:
            value = number(name, row[position])
            if value is not None:
                values[name] = value
        station = station_id("station_id", row[self._station])
        return Measurement(station, self._measured_at(row[self._time], station), values)

    def _measured_at(self, text: str, station: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
            if self._clock is not None:
                return self._clock.utc(moment, station)
        except LocalTimeError as error:
            raise BadCellError("measured_at", text, str(error)) from None
        except (ValueError, OverflowError):
            raise BadCellError("measured_at", text, "a time in ISO 8601 such as 2026-01-31T12:00:00Z") from None
        raise BadCellError(
            "measured_at", text, "a time with its offset such as 2026-01-31T12:00:00Z, or the option --tz"
        )
