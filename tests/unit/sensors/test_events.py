"""Published events and their schema."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from apps.ciapol.sensors.event import EVENT_IDS, QUANTITIES, STATION_ID, Measurement, encode, event_id, utc_text
from apps.ciapol.sensors.schema import SENSOR_MEASUREMENT, EncodedJsonSchema
from infra.products.fields import pulsar_schema, read_fields

FIELDS = Path(__file__).parents[3] / "topics/ciapol/sensor-measurements.fields.yaml"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_an_event_omits_values_that_were_not_measured() -> None:
    payload = encode(Measurement("ABJ-001", NOON, {"pm25": 35.1, "co": 800.0}))
    assert json.loads(payload) == {
        "event_id": event_id("ABJ-001", "2026-01-31T12:00:00Z"),
        "station_id": "ABJ-001",
        "measured_at": "2026-01-31T12:00:00Z",
        "pm25": 35.1,
        "co": 800.0,
    }


def test_an_event_without_measured_values_contains_nulls() -> None:
    event = json.loads(encode(Measurement("ABJ-001", NOON, {})))
    assert {name: event[name] for name in QUANTITIES} == dict.fromkeys(QUANTITIES)


def test_times_are_written_in_utc() -> None:
    assert utc_text(datetime(2017, 3, 1, 0, tzinfo=timezone(timedelta(hours=8)))) == "2017-02-28T16:00:00Z"


def test_event_id_is_the_version_5_uuid_of_station_and_time() -> None:
    for number in range(500):
        name = f"Abobo-é-{number}|2026-01-31T12:00:00Z"
        assert event_id(f"Abobo-é-{number}", "2026-01-31T12:00:00Z") == str(uuid.uuid5(EVENT_IDS, name))


def test_same_station_and_time_are_the_same_event_and_no_other() -> None:
    assert event_id("A", "2026-01-31T12:00:00Z") == event_id("A", "2026-01-31T12:00:00Z")
    assert event_id("A", "2026-01-31T12:00:00Z") != event_id("B", "2026-01-31T12:00:00Z")
    assert event_id("A", "2026-01-31T12:00:00Z") != event_id("A", "2026-01-31T13:00:00Z")


def test_a_value_that_json_cannot_represent_is_rejected() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode(Measurement("A", NOON, {"pm25": float("nan")}))


def test_a_time_shift_keeps_station_and_values() -> None:
    moved = Measurement("A", NOON, {"pm25": 1.0}).moved(timedelta(hours=5))
    assert moved == Measurement("A", NOON + timedelta(hours=5), {"pm25": 1.0})


def test_producers_declare_the_registered_schema() -> None:
    registered = json.loads(pulsar_schema(read_fields(FIELDS)))
    declared = EncodedJsonSchema().schema_info()
    assert json.loads(declared.schema()) == registered
    assert registered == SENSOR_MEASUREMENT, f"change apps/ciapol/sensors/event.py or {FIELDS}"
    assert declared.schema_type().name == "JSON"


def test_the_schema_has_every_field_of_the_event() -> None:
    fields = read_fields(FIELDS)
    assert fields.names == ["event_id", "station_id", "measured_at", *QUANTITIES]
    assert fields.measurements == [*QUANTITIES], f"change QUANTITIES in apps/ciapol/sensors/event.py or {FIELDS}"


@pytest.mark.parametrize("name", ["station_id", "event_id"])
def test_event_and_station_ids_have_the_same_rule(name: str) -> None:
    [field] = [field for field in read_fields(FIELDS).fields if field.name == name]
    assert field.pattern == STATION_ID.pattern, f"change STATION_ID in apps/ciapol/sensors/event.py or {FIELDS}"
    assert re.fullmatch(str(field.pattern), event_id("A", "2026-01-31T12:00:00Z"))


def test_the_schema_passes_prepared_bytes_through_and_reads_them_back() -> None:
    payload = encode(Measurement("A", NOON, {"o3": 1.5}))
    assert EncodedJsonSchema().encode(payload) is payload
    assert EncodedJsonSchema().decode(payload)["o3"] == 1.5
