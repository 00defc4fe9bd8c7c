"""docs/events.md has the limits of the fields file."""

import re

from infra.products.fields import read_fields
from tests.unit.sql.ddl import ROOT

DOCUMENT = ROOT / "docs/events.md"
FIELDS = read_fields(ROOT / "topics/ciapol/sensor-measurements.fields.yaml")


def test_the_table_has_every_field_with_its_unit_and_limits() -> None:
    rows = re.findall(r"^\| (`.+?`) \| (.+?) \| (.+) \|$", DOCUMENT.read_text(), flags=re.MULTILINE)
    documented = {name: (kind, rule) for names, kind, rule in rows for name in re.findall(r"`(\w+)`", names)}
    assert documented.keys() == set(FIELDS.names), f"change the table of {DOCUMENT}"
    for field in FIELDS.fields:
        kind, rule = documented[field.name]
        assert ("required" in kind) == field.required, field.name
        if field.measurement:
            assert kind == f"number, {field.unit}", f"change {field.name} in {DOCUMENT}"
            assert rule == f"{field.min:,.0f} to {field.max:,.0f}", f"change {field.name} in {DOCUMENT}"


def test_the_dates_of_clocks_after_a_reset_are_listed_in_both_languages() -> None:
    english, french = DOCUMENT.read_text().split("## En français")
    for field in FIELDS.fields:
        for date in field.clock_reset_dates:
            assert str(date) in english
            assert str(date) in french
