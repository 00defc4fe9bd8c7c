"""A measurement of a station, and its encoding as an event."""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.products.fields import read_fields

_FIELDS = Path(__file__).resolve().parents[3] / "topics/ciapol/sensor-measurements.fields.yaml"

QUANTITIES = tuple(read_fields(_FIELDS).measurements)
"""Names of the quantities that a station may measure; the fields file contains their units and limits."""

STATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Pattern of station identifiers; the ingest job rejects events with other identifiers."""

EVENT_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ciapol:sensor-measurements")
"""UUID namespace of the events' identifiers."""

_NOTHING_MEASURED: Mapping[str, None] = dict.fromkeys(QUANTITIES)
_namespace_hash = hashlib.sha1(EVENT_IDS.bytes, usedforsecurity=False)
_compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Measurement:
    """The values that one station measured at one time.

    Args:
        station_id: identifier of the station.
        measured_at: time of the measurement, with time zone.
        values: measured values by name in `QUANTITIES`, in their units; unmeasured quantities are absent.
    """

    station_id: str
    measured_at: datetime
    values: Mapping[str, float]

    def moved(self, by: timedelta) -> "Measurement":
        """A copy whose time is later by `by`."""
        return Measurement(self.station_id, self.measured_at + by, self.values)


def utc_text(moment: datetime) -> str:
    """A time in UTC as ISO 8601 with `Z`; `moment` must have a time zone."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def event_id(station_id: str, measured_at: str) -> str:
    """The identifier of the event, a version 5 UUID (RFC 9562) of station and time.

    Repeated publications of a measurement therefore have the same identifier.
    """
    # Same result as uuid.uuid5 in a third of the time, because a replay computes one for each event.
    name_hash = _namespace_hash.copy()
    name_hash.update(f"{station_id}|{measured_at}".encode())
    text = name_hash.hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def encode(measurement: Measurement) -> bytes:
    """The content of the published event: JSON in UTF-8 without unmeasured quantities.

    The ingest job rejects events without any quantity. A measurement without values therefore contains all quantities
    as null.
    """
    measured_at = utc_text(measurement.measured_at)
    return _compact(
        {
            "event_id": event_id(measurement.station_id, measured_at),
            "station_id": measurement.station_id,
            "measured_at": measured_at,
            **(measurement.values or _NOTHING_MEASURED),
        }
    ).encode()
