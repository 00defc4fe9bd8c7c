import re
from pathlib import Path

import pytest
from sqlglot import exp

from tests.unit.sql import ddl

INGESTED = {"sensor_measurements_zeta", "raw_measurements_zeta", "rejected_measurements_zeta"}
TABLES = {
    *INGESTED,
    "stations",
    "aqi_breakpoints",
    "aqi_hourly_zeta",
    "sensor_measurements_archive_zeta",
    "aqi_predictions_zeta",
    "data_quality_hourly_zeta",
    "test_stations",
}
PLATFORM_TABLES = {
    "run_ranges": ["product", "workflow", "run_id"],
    "pipeline_steps": ["product", "workflow", "task"],
    "streaming_jobs": ["job_id"],
    "planned_restarts": ["service"],
}
HASH = {
    "raw_measurements_zeta": "message_id",
    "rejected_measurements_zeta": "message_id",
    "aqi_breakpoints": "pollutant",
}
files = pytest.mark.parametrize("path", [*ddl.PLATFORM, *ddl.MIGRATIONS], ids=lambda path: path.name)

GOOD = """
CREATE TABLE good (
    a VARCHAR(64) NOT NULL COMMENT "a",
    b DATETIME NOT NULL COMMENT "b",
    c INT NULL COMMENT "c"
) PRIMARY KEY (a, b) COMMENT "good" PARTITION BY date_trunc('month', b) DISTRIBUTED BY HASH (a) BUCKETS 2
PROPERTIES ("replication_num" = "${replication_num}", "compression" = "LZ4", "enable_persistent_index" = "true");
"""


def all_tables() -> dict[str, ddl.Table]:
    return {t.name: t for path in ddl.MIGRATIONS for t in ddl.tables(path.read_text())}


@pytest.mark.parametrize("paths", [ddl.PLATFORM, ddl.MIGRATIONS], ids=["platform", "ciapol"])
def test_versions_are_consecutive(paths: list[Path]) -> None:
    names = [path.name for path in paths]
    assert names
    for number, name in enumerate(names, start=1):
        assert re.fullmatch(rf"V{number:03}__[a-z0-9_]+\.sql", name), name


@files
def test_the_replication_number_is_the_only_placeholder(path: Path) -> None:
    assert set(ddl.PLACEHOLDER.findall(path.read_text())) <= {"replication_num"}
    assert ddl.replication_faults(path.read_text()) == []


@files
def test_statements_end_at_a_line_end(path: Path) -> None:
    text = path.read_text()
    assert text.endswith(";\n")
    pieces = [piece for piece in re.split(r";[ \t]*\n", text) if piece.strip()]
    assert len(pieces) == len(ddl.parse(text)), "a semicolon inside a line, or a statement without one"


@files
def test_sqlglot_parses_all_statements_except_roles(path: Path) -> None:
    for statement in ddl.parse(path.read_text()):
        if isinstance(statement, exp.Command):
            text = " ".join(statement.sql("starrocks", comments=False).split())
            assert ddl.OPAQUE.match(text), text


def test_tables_follow_the_rules() -> None:
    tables = all_tables()
    assert set(tables) == TABLES
    assert {name: faults for name, table in tables.items() if (faults := ddl.table_faults(table))} == {}


ADDED = re.compile(r"ADD COLUMN (\w+) ")


def columns(name: str) -> list[str]:
    """Columns of a table after all migrations."""
    found = [*all_tables()[name].columns]
    for path in ddl.MIGRATIONS:
        for altered in re.findall(rf"^ALTER TABLE {name}\n(.+?);$", path.read_text(), flags=re.MULTILINE | re.DOTALL):
            found += ADDED.findall(altered)
    return found


@pytest.mark.parametrize("path", [*ddl.MIGRATIONS, *ddl.QUERIES], ids=lambda path: path.name)
def test_an_insert_names_every_column(path: Path) -> None:
    """StarRocks 3.5 does not change an omitted column of an existing row."""
    inserts = re.findall(r"^INSERT INTO (\w+)\s*\(([^)]*)\)", path.read_text(), flags=re.MULTILINE)
    assert len(inserts) == len(re.findall(r"^INSERT ", path.read_text(), flags=re.MULTILINE))
    for table, names in inserts:
        assert [name.strip() for name in names.split(",")] == columns(table), table


def test_the_index_query_returns_the_columns_of_its_table() -> None:
    query = next(path for path in ddl.QUERIES if path.name == "aqi_hourly.sql")
    [select] = ddl.parse(query.read_text())
    assert isinstance(select, exp.Select)
    assert [e.alias_or_name for e in select.expressions] == columns("aqi_hourly_zeta")


def test_tables_of_the_platform_follow_the_rules() -> None:
    tables = {t.name: t for path in ddl.PLATFORM for t in ddl.tables(path.read_text())}
    assert {name: table.key for name, table in tables.items()} == PLATFORM_TABLES
    assert {name: faults for name, table in tables.items() if (faults := ddl.table_faults(table))} == {}


def test_tables_have_the_decided_distribution() -> None:
    tables = all_tables()
    for name, table in tables.items():
        assert table.hash_columns == [HASH.get(name, "station_id")], name
        assert (table.partition_unit == "month") == name.endswith("_zeta"), name
    assert tables["sensor_measurements_zeta"].key == ["station_id", "measured_at"]
    assert tables["raw_measurements_zeta"].key == ["received_at", "message_id"]
    assert tables["rejected_measurements_zeta"].key == ["received_at", "message_id"]
    live, archive = tables["sensor_measurements_zeta"], tables["sensor_measurements_archive_zeta"]
    assert live.columns == archive.columns
    assert live.key == archive.key


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("PRIMARY KEY (a, b)", "PRIMARY KEY (b, a)"), "first columns"),
        (("PRIMARY KEY (a, b)", "PRIMARY KEY (a)"), "partition column b"),
        (("HASH (a)", "HASH (c)"), "distribution column c"),
        (("a VARCHAR(64) NOT NULL", "a VARCHAR(64) NULL"), "key column a may be NULL"),
        (("'month'", "'day'"), "not by month"),
        (('"compression" = "LZ4", ', ""), "properties"),
        ((' COMMENT "c"', ""), "column c has no COMMENT"),
        (("c INT", "Cc INT"), "lower-case"),
        ((" BUCKETS 2", ""), "BUCKETS"),
    ],
)
def test_table_faults_finds_each_violation(change: tuple[str, str], fault: str) -> None:
    assert ddl.table_faults(ddl.tables(GOOD)[0]) == []
    old, new = change
    assert old in GOOD
    try:
        found = ddl.table_faults(ddl.tables(GOOD.replace(old, new))[0])
    except AttributeError:
        assert fault == "BUCKETS"
        return
    assert any(fault in text for text in found), found


def test_a_fixed_replication_number_is_found() -> None:
    assert ddl.replication_faults(GOOD) == []
    assert ddl.replication_faults(GOOD.replace("${replication_num}", "3")) == ["replication_num is '3'"]
    assert ddl.replication_faults(GOOD.replace('"replication_num" = "${replication_num}", ', "")) != []


def test_materialized_views_follow_the_months_of_their_base() -> None:
    views = [v for path in ddl.MIGRATIONS for v in ddl.creates(path.read_text(), "MATERIALIZED VIEW")]
    minutes = {"station_activity_mv": "1", "hourly_means_mv": "1", "station_activity_archive_mv": "10"}
    assert {v.this.name for v in views} == set(minutes)
    for view in views:
        properties = view.args["properties"].expressions
        refresh = next(p for p in properties if isinstance(p, exp.RefreshTriggerProperty))
        every = (refresh.args["kind"], refresh.args["every"].this, refresh.args["unit"].name)
        assert every == ("ASYNC", minutes[view.this.name], "MINUTE")
        partition = next(p for p in properties if isinstance(p, exp.PartitionedByProperty))
        column = partition.find(exp.Column)
        assert column is not None
        source = next(e for e in view.expression.expressions if e.alias == column.name)
        assert source.this.sql("starrocks").upper() == "DATE_TRUNC('MONTH', MEASURED_AT)"


def test_views_name_their_columns_and_exclude_test_stations() -> None:
    views = {v.this.name: v for path in ddl.MIGRATIONS for v in ddl.creates(path.read_text(), "VIEW")}
    names = {
        "all_measurements",
        "measurements",
        "rejected_measurements",
        "messages_with_unknown_fields",
        "aqi_hourly",
        "data_quality_hourly",
        "station_activity",
        "prediction_errors",
    }
    assert names == set(views)
    for name, view in views.items():
        sources = {table.name for table in view.find_all(exp.Table)}
        assert view.find(exp.Star) is None, name
        hidden = "test_stations" in sources or {"measurements", "aqi_hourly"} <= sources
        assert hidden == (name != "all_measurements"), name


def test_nothing_depends_on_the_name_of_a_station() -> None:
    last = {v.this.name: v.sql() for path in ddl.MIGRATIONS for v in ddl.creates(path.read_text(), "VIEW")}
    texts = {**last, **{path.name: path.read_text() for path in ddl.QUERIES}}
    for package in ("api", "predictor", "sensors"):
        texts |= {str(path): path.read_text() for path in (ddl.ROOT / "apps" / "ciapol" / package).rglob("*.py")}
    assert [name for name, text in texts.items() if "smoke-" in text or "station_id LIKE" in text] == []


GRANT = re.compile(r"^GRANT (.+) ON (.+) TO ROLE (\w+);$", flags=re.MULTILINE)


def roles(paths: list[Path]) -> dict[str, dict[str, set[str]]]:
    """Privileges by role and object, for the roles that remain after the last migration."""
    text = "\n".join(path.read_text() for path in paths)
    assert len(GRANT.findall(text)) == len(re.findall(r"^GRANT ", text, flags=re.MULTILINE))
    created = re.findall(r"^CREATE ROLE IF NOT EXISTS (\w+);$", text, flags=re.MULTILINE)
    dropped = re.findall(r"^DROP ROLE IF EXISTS (\w+);$", text, flags=re.MULTILINE)
    assert set(dropped) <= set(created)
    assert text.count("DROP ROLE") == len(dropped)
    rights: dict[str, dict[str, set[str]]] = {role: {} for role in created if role not in dropped}
    for privileges, thing, role in GRANT.findall(text):
        if role in rights:
            rights[role].setdefault(thing, set()).update(p.strip() for p in privileges.split(","))
    return rights


def test_roles_of_the_product_have_its_prefix_and_only_required_privileges() -> None:
    rights = roles(ddl.MIGRATIONS)
    assert {role: set().union(*things.values()) for role, things in rights.items()} == {
        "ciapol_reader": {"SELECT"},
        "ciapol_loader": {"INSERT"},
        "ciapol_forecaster": {"SELECT", "INSERT"},
        "ciapol_scheduler_role": {"SELECT", "INSERT", "ALTER"},
        "ciapol_smoke_role": {"SELECT", "INSERT", "DELETE"},
        "ciapol_registrar_role": {"SELECT", "INSERT", "DELETE"},
    }
    for things in rights.values():
        assert all(re.search(r"(IN DATABASE ciapol_analytics$| ciapol_analytics\.)", thing) for thing in things)
    assert {t for t, p in rights["ciapol_scheduler_role"].items() if "ALTER" in p} == {
        "TABLE ciapol_analytics.sensor_measurements_zeta"
    }
    assert {t for t, p in rights["ciapol_smoke_role"].items() if "INSERT" in p} == {
        "TABLE ciapol_analytics.test_stations"
    }
    assert set(rights["ciapol_loader"]) == {f"TABLE ciapol_analytics.{name}" for name in INGESTED}


def test_roles_of_the_platform_have_privileges_on_its_tables_only() -> None:
    everything = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    tables = [f"TABLE kappastack.{name}" for name in PLATFORM_TABLES]
    # The deployment writes this table as root.
    of_tasks = [table for table in tables if not table.endswith(".planned_restarts")]
    assert roles(ddl.PLATFORM) == {
        "platform_reader_role": {table: {"SELECT"} for table in tables},
        "platform_scheduler_role": dict.fromkeys(of_tasks, everything),
    }


def test_no_migration_contains_a_password() -> None:
    text = "\n".join(path.read_text() for path in ddl.MIGRATIONS)
    assert "PASSWORD" not in text.upper().replace("PASSWORDS", "")
