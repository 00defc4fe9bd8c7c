"""The Pulsar schema of published events."""

import json

import _pulsar
import pulsar.schema

from apps.ciapol.sensors.event import QUANTITIES

SENSOR_MEASUREMENT: dict[str, object] = {
    "type": "record",
    "name": "SensorMeasurement",
    "fields": [
        *({"name": name, "type": "string"} for name in ("event_id", "station_id", "measured_at")),
        *({"name": name, "type": ["null", "double"], "default": None} for name in QUANTITIES),
    ],
}
"""The registered record in Avro's notation: `topics/ciapol/sensor-measurements.fields.yaml` defines its fields."""


class EncodedJsonSchema(pulsar.schema.Schema):
    """Declares the registered JSON schema for messages that are encoded as JSON already.

    The client's `JsonSchema` copies and indents each record, which takes more time than sending it.
    """

    def __init__(self) -> None:
        """Declare `SENSOR_MEASUREMENT`."""
        super().__init__(bytes, _pulsar.SchemaType.JSON, SENSOR_MEASUREMENT, "SensorMeasurement")

    def encode(self, obj: bytes) -> bytes:
        """Return the bytes unchanged."""
        return obj

    def decode(self, data: bytes) -> dict[str, object]:
        """The fields of a message."""
        fields: dict[str, object] = json.loads(data)
        return fields
