"""The programs use exactly the measurements that the event's fields file defines."""

from pathlib import Path

import pytest

from apps.ciapol.api.models import QUANTITIES, Measurement, Rejected, Station
from apps.ciapol.api.quantities import Pollutant
from apps.ciapol.predictor import history
from infra.products.fields import EventFields, read_fields

FIELDS = Path(__file__).resolve().parents[3] / "topics" / "ciapol" / "sensor-measurements.fields.yaml"
MODELS = "apps/ciapol/api/models.py"


def event() -> EventFields:
    return read_fields(FIELDS)


def faults(fields: EventFields) -> list[str]:
    """Differences from the event's fields, each with the file to change."""
    found = []
    for field in (field for field in fields.fields if field.measurement):
        model = Measurement.model_fields.get(field.name)
        if model is None:
            found.append(f"{MODELS}: Measurement lacks the field {field.name} ({field.unit})")
        elif model.description != field.unit:
            found.append(f"{MODELS}: Measurement.{field.name} is described as {model.description}, not {field.unit}")
    found += [
        f"{MODELS}: Measurement.{name} is no measurement of {FIELDS.name}"
        for name in QUANTITIES
        if name not in fields.measurements
    ]
    if not found and list(QUANTITIES) != fields.measurements:
        found.append(f"{MODELS}: the fields of Measurement are not in the order of {FIELDS.name}")
    found += [
        f"apps/ciapol/api/quantities.py: Pollutant.{name} is no measurement of {FIELDS.name}"
        for name in Pollutant
        if name not in fields.measurements
    ]
    found += [
        f"apps/ciapol/predictor/history.py: {name} is no measurement of {FIELDS.name}"
        for name in (*history.POLLUTANTS, *history.WEATHER)
        if name not in fields.measurements
    ]
    return found


def test_programs_use_the_events_measurements() -> None:
    assert faults(event()) == []
    names = event().names
    assert {"station_id", "measured_at"} <= set(names)
    assert "station_id" in Station.model_fields
    assert "station_id" in Rejected.model_fields


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("pressure", "uv_index"), "models.py: Measurement lacks the field uv_index"),
        (("pressure", "uv_index"), "models.py: Measurement.pressure is no measurement"),
        (("pressure", "uv_index"), "history.py: pressure is no measurement"),
        (("co", "nh3"), "quantities.py: Pollutant.co is no measurement"),
        (("hPa", "kPa"), "models.py: Measurement.pressure is described as hPa, not kPa"),
    ],
)
def test_the_error_names_a_file_that_was_not_changed(tmp_path: Path, change: tuple[str, str], fault: str) -> None:
    old, new = change
    path = tmp_path / FIELDS.name
    path.write_text(
        FIELDS.read_text().replace(f"name: {old},", f"name: {new},").replace(f"unit: {old},", f"unit: {new},")
    )
    found = faults(read_fields(path))
    assert any(fault in text for text in found), found
