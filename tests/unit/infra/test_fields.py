"""Reading `topics/<product>/<topic>.fields.yaml`, and the schema and job fragments generated from it."""

import json
from pathlib import Path

import pytest

from infra.products.fields import EventFields, FieldsError, JobFields, pulsar_schema, read_fields, validation_columns

GOOD = """
record: Reading
fields:
  - {name: id, type: string, required: true, max_bytes: 8, pattern: '[a-z]+', description: identifier}
  - name: at
    type: timestamp
    required: true
    not_before: 2000-01-01T00:00:00Z
    not_later_than: [now+10m]
    clock_reset_dates: [2000-01-01, 1970-01-01]
    description: time
  - {name: level, type: double, measurement: true, unit: m, min: 0, max: 2.5, description: level}
  - {name: count, type: bigint, measurement: true, min: 0, description: count}
  - {name: open, type: boolean, description: whether it is open}
  - {name: more, type: json, max_bytes: 100, description: whatever else is known}
"""


def write(folder: Path, text: str = GOOD) -> Path:
    path = folder / "readings.fields.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def fields(tmp_path: Path) -> EventFields:
    return read_fields(write(tmp_path))


def test_measurements_are_nullable_in_pulsars_schema(fields: EventFields) -> None:
    assert json.loads(pulsar_schema(fields)) == {
        "type": "record",
        "name": "Reading",
        "fields": [
            {"name": "id", "type": "string"},
            {"name": "at", "type": "string"},
            {"name": "level", "type": ["null", "double"], "default": None},
            {"name": "count", "type": ["null", "long"], "default": None},
            {"name": "open", "type": "boolean"},
            {
                "name": "more",
                "type": ["null", {"type": "map", "values": ["null", "boolean", "long", "double", "string"]}],
                "default": None,
            },
        ],
    }


def test_validation_columns_become_options_of_the_transform(fields: EventFields) -> None:
    assert validation_columns(fields) == [
        {"name": "id", "type": "string", "required": True, "max_bytes": 8, "pattern": "[a-z]+"},
        {
            "name": "at",
            "type": "timestamp",
            "required": True,
            "not_before": "2000-01-01T00:00:00Z",
            "not_later_than": ["now+10m"],
            "clock_reset_dates": ["2000-01-01", "1970-01-01"],
        },
        {"name": "level", "type": "double", "on_error": "set_null", "min": 0.0, "max": 2.5},
        {"name": "count", "type": "bigint", "on_error": "set_null", "min": 0.0},
        {"name": "open", "type": "boolean"},
        {"name": "more", "type": "json", "max_bytes": 100},
    ]


def test_job_files_include_fields_by_topic_and_form(tmp_path: Path) -> None:
    path = write(tmp_path)
    job_fields = JobFields(tmp_path)
    assert job_fields("readings", "columns") == ["id", "at", "level", "count", "open", "more"]
    assert job_fields("readings", "measurements") == ["level", "count"]
    assert job_fields("readings", "validation") == validation_columns(read_fields(path))
    with pytest.raises(FieldsError, match="'names'; expected: validation, columns or measurements"):
        job_fields("readings", "names")
    with pytest.raises(FieldsError, match=r"other.fields.yaml: No such file"):
        job_fields("other", "columns")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("record: Reading", "record: [}"), "not YAML"),
        (("record: Reading", ""), "record: .*Field required"),
        (("record: Reading", "record: a b"), "record: found 'a b'"),
        (("name: level", "name: PM2.5"), r"fields.2.name \(PM2.5\): found 'PM2.5'"),
        (("name: level", "name: count"), "field count is declared more than once"),
        (("type: double", "type: float"), r"fields.2.type \(level\): found 'float'.*'double'"),
        (("unit: m,", "units: m,"), r"fields.2.units \(level\)"),
        (("min: 0, max: 2.5", "min: 3, max: 2.5"), r"fields.2 \(level\): min 3.0 is above max 2.5"),
        (("min: 0, max: 2.5", "pattern: a"), r"fields.2 \(level\): pattern does not fit type double"),
        (("max_bytes: 8, ", ""), r"fields.0 \(id\): type string needs max_bytes"),
        (("'[a-z]+'", "'[a-z'"), r"fields.0 \(id\): pattern '\[a-z' is not a regular expression"),
        (("'[a-z]+'", "'(?P<first>[a-z]+)'"), r"fields.0 \(id\): pattern .* Java does not support"),
        (("now+10m", "10m"), r"fields.1 \(at\): not_later_than '10m' is not a time; write now or publish_time"),
        (("now+10m", "received_at+10m"), r"fields.1 \(at\): not_later_than 'received_at\+10m' is not a time"),
        (("max_bytes: 8, ", "max_bytes: 8, unit: m, "), r"fields.0 \(id\): unit 'm' does not fit type string"),
        (("measurement: true, unit", "measurement: true, required: true, unit"), "a measurement cannot be required"),
        (("[2000-01-01, 1970-01-01]", "[yesterday]"), r"clock_reset_dates.0 \(at\): found 'yesterday'"),
        (("2000-01-01T00:00:00Z", "2000-01-01T00:00:00"), r"not_before \(at\)"),
        ((", description: level", ""), r"fields.2.description \(level\)"),
    ],
)
def test_errors_name_the_file(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    old, new = change
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(FieldsError, match=message) as raised:
        read_fields(path)
    assert all(
        line.startswith(f"{path}: ") or "not YAML" in str(raised.value) for line in str(raised.value).split("\n")
    )
