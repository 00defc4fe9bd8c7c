"""The tables that the ingest job loads have the columns of the events' fields, with suitable types."""

import json
import re
from collections.abc import Iterator

import pytest
from sqlglot import exp

from infra.products.fields import EventField, JobFields, read_fields
from seatunnel.client.definition import read_definition
from tests.unit.sql import ddl

FIELDS = ddl.ROOT / "topics/ciapol/sensor-measurements.fields.yaml"
CLEAN = "sensor_measurements_zeta"
TYPES = {"double": "DOUBLE", "bigint": "BIGINT", "boolean": "BOOLEAN", "timestamp": "DATETIME"}


def added_columns(sql: str) -> Iterator[tuple[str, ddl.Column]]:
    """Table and column of each ALTER TABLE … ADD COLUMN."""
    for statement in ddl.parse(sql):
        if isinstance(statement, exp.Alter):
            for action in statement.args["actions"]:
                assert isinstance(action, exp.ColumnDef), action.sql("starrocks")
                yield statement.this.name, ddl.column(action)


def columns() -> dict[str, dict[str, ddl.Column]]:
    """The columns of each table after all migrations."""
    found: dict[str, dict[str, ddl.Column]] = {}
    for path in ddl.MIGRATIONS:
        sql = path.read_text()
        found |= {table.name: dict(table.columns) for table in ddl.tables(sql)}
        for table, column in added_columns(sql):
            found[table][column.name] = column
    return found


def misfits(field: EventField, column: ddl.Column | None, table: str) -> list[str]:
    """The reasons why a column cannot store all values of a field; empty if it can."""
    expected = f"VARCHAR({field.max_bytes})" if field.type == "string" else TYPES[field.type]
    if column is None:
        return [f"table {table} has no column {field.name} {expected}: add a migration to sql/ciapol/"]
    faults = []
    if column.type != expected:
        faults.append(f"{table}.{field.name} is {column.type}, not {expected}")
    if column.nullable == field.required:
        found, right = ("NULL", "NOT NULL") if column.nullable else ("NOT NULL", "NULL")
        faults.append(f"{table}.{field.name} is {found}, not {right}")
    if field.unit is not None and field.unit not in str(column.comment):
        faults.append(f"the comment of {table}.{field.name} does not name the unit {field.unit}")
    if field.description not in str(column.comment):
        faults.append(f"the comment of {table}.{field.name} is {column.comment!r}, without {field.description!r}")
    return [f"{fault}: change {FIELDS.relative_to(ddl.ROOT)} or add a migration to sql/ciapol/" for fault in faults]


@pytest.mark.parametrize("table", [CLEAN, "sensor_measurements_archive_zeta"])
def test_every_field_has_a_column_that_fits(table: str) -> None:
    found = columns()[table]
    assert [
        fault for field in read_fields(FIELDS).fields for fault in misfits(field, found.get(field.name), table)
    ] == []


def test_every_column_of_the_clean_table_comes_from_the_event_or_its_message() -> None:
    names = set(columns()[CLEAN]) - {"message_id", "published_at"}
    assert names == set(read_fields(FIELDS).names), f"change {FIELDS.relative_to(ddl.ROOT)}"


def test_the_sinks_load_only_existing_columns() -> None:
    path = ddl.ROOT / "seatunnel/ciapol/ingest.conf"
    job = read_definition(path, {}, files=ddl.ROOT, fields=JobFields(FIELDS.parent))
    tables = columns()
    sinks = job["sink"]
    assert isinstance(sinks, list)
    for sink in sinks:
        assert isinstance(sink, dict)
        assert isinstance(sink["columns"], list)
        targets = {str(column).split("=")[0] for column in sink["columns"]}
        table = str(sink["table"])
        assert targets <= set(tables[table]), f"change {path.relative_to(ddl.ROOT)} or add a migration to sql/ciapol/"
        needed = {column.name for column in tables[table].values() if not column.nullable}
        assert needed <= targets, f"{table} needs {needed - targets}: change {path.relative_to(ddl.ROOT)}"


def test_truncated_texts_fit_their_columns() -> None:
    job = json.loads((ddl.ROOT / "seatunnel/ciapol/ingest.conf").read_text())
    tables = columns()
    for name, limit in job["transform"][0]["truncate_bytes"].items():
        holding = [table[name] for table in tables.values() if name in table]
        assert holding, name
        for column in holding:
            assert column.type == f"VARCHAR({limit})", name


@pytest.mark.parametrize("id_field", ["station_id", "event_id"])
def test_the_pattern_of_ids_fits_their_columns(id_field: str) -> None:
    [field] = [field for field in read_fields(FIELDS).fields if field.name == id_field]
    assert re.fullmatch(str(field.pattern), "a" * 64)
    assert field.max_bytes == 64
    for bad in ("a" * 65, "", " a", "a ", "a\n", "a\0", "=HYPERLINK(1)", "a/b", "é", "-a", ".a"):
        assert not re.fullmatch(str(field.pattern), bad), bad


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": "pm1"}, "has no column pm1 DOUBLE: add a migration"),
        ({"type": "bigint"}, "is DOUBLE, not BIGINT"),
        ({"unit": "ppb"}, "does not name the unit ppb"),
        ({"measurement": False, "required": True}, "pm25 is NULL"),
    ],
)
def test_the_error_names_a_field_that_does_not_fit(changes: dict[str, object], fault: str) -> None:
    [field] = [field for field in read_fields(FIELDS).fields if field.name == "pm25"]
    changed = EventField.model_validate(field.model_dump() | changes)
    found = misfits(changed, columns()[CLEAN].get(changed.name), CLEAN)
    assert any(fault in text for text in found), found
