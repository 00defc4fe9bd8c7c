"""Reads the migrations and finds violations of the rules of StarRocks and of this project."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp

ROOT = Path(__file__).resolve().parents[3]
PLATFORM = sorted((ROOT / "sql" / "platform").glob("*.sql"))
MIGRATIONS = sorted((ROOT / "sql" / "ciapol").glob("*.sql"))
QUERIES = sorted((ROOT / "sql" / "ciapol" / "queries").glob("*.sql"))

PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
OPAQUE = re.compile(r"(CREATE ROLE IF NOT EXISTS|DROP ROLE IF EXISTS|GRANT) ")
"""Statements that sqlglot does not parse in StarRocks' dialect; the integration test's grammar checks them."""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    comment: str | None


@dataclass(frozen=True)
class Table:
    name: str
    columns: dict[str, Column]
    key: list[str]
    comment: str | None
    partition_unit: str | None
    partition_column: str | None
    hash_columns: list[str]
    buckets: int | None
    properties: dict[str, str]


def render(sql: str) -> str:
    return sql.replace("${replication_num}", "1")


def parse(sql: str) -> list[exp.Expr]:
    return [s for s in sqlglot.parse(render(sql), read="starrocks") if s is not None]


def column(definition: exp.ColumnDef) -> Column:
    nullable, comment = True, None
    for constraint in definition.args.get("constraints", []):
        if isinstance(constraint.kind, exp.NotNullColumnConstraint):
            nullable = bool(constraint.kind.args.get("allow_null"))
        elif isinstance(constraint.kind, exp.CommentColumnConstraint):
            comment = constraint.kind.this.this
    return Column(definition.name, definition.args["kind"].sql("starrocks"), nullable, comment)


def _table(create: exp.Create) -> Table:
    schema = create.this
    assert isinstance(schema, exp.Schema), create.sql("starrocks")
    columns = {c.name: column(c) for c in schema.expressions if isinstance(c, exp.ColumnDef)}
    key = next((k for k in schema.expressions if isinstance(k, exp.PrimaryKey)), None)
    comments = list(key.find_all(exp.IndexConstraintOption)) if key else []
    properties = create.args["properties"].expressions
    partition = next((p for p in properties if isinstance(p, exp.PartitionedByProperty)), None)
    trunc = partition.find(exp.TimestampTrunc) if partition else None
    distribution = next((p for p in properties if isinstance(p, exp.DistributedByProperty)), None)
    return Table(
        name=schema.this.name,
        columns=columns,
        key=[k.name for k in key.expressions] if key else [],
        comment=comments[0].args["comment"].this if comments else None,
        partition_unit=trunc.args["unit"].name.lower() if trunc else None,
        partition_column=trunc.this.name if trunc else None,
        hash_columns=[c.name for c in distribution.expressions] if distribution else [],
        buckets=int(distribution.args["buckets"].this) if distribution else None,
        properties={p.this.this: p.args["value"].this for p in properties if type(p) is exp.Property},
    )


def creates(sql: str, kind: str) -> Iterator[exp.Create]:
    for statement in parse(sql):
        materialized = statement.find(exp.MaterializedProperty) is not None
        same = isinstance(statement, exp.Create) and statement.kind == kind.removeprefix("MATERIALIZED ")
        if isinstance(statement, exp.Create) and same and materialized == kind.startswith("MATERIALIZED"):
            yield statement


def tables(sql: str) -> list[Table]:
    return [_table(create) for create in creates(sql, "TABLE")]


def table_faults(table: Table) -> list[str]:
    """Violations in a PRIMARY KEY table: first of StarRocks' rules, then of this project's."""
    faults = []
    if not table.key:
        faults.append("has no PRIMARY KEY")
    if list(table.columns)[: len(table.key)] != table.key:
        faults.append(f"its key {table.key} is not its first columns, in that order")
    for role, names in (("partition", [table.partition_column]), ("distribution", table.hash_columns)):
        faults += [f"{role} column {n} is not in the key" for n in names if n is not None and n not in table.key]
    faults += [f"key column {name} may be NULL" for name in table.key if table.columns[name].nullable]
    if not table.hash_columns or not table.buckets:
        faults.append("has no DISTRIBUTED BY HASH (…) BUCKETS n")
    if table.partition_column is not None and table.columns[table.partition_column].type != "DATETIME":
        faults.append(f"is partitioned by {table.partition_column}, which is not a DATETIME")
    if table.partition_unit not in (None, "month"):
        faults.append(f"is partitioned by {table.partition_unit}, not by month")
    expected = {"replication_num": "1", "compression": "LZ4", "enable_persistent_index": "true"}
    if table.properties != expected:
        faults.append(f"has the properties {table.properties}, not {expected}")
    if not table.comment:
        faults.append("has no COMMENT")
    faults += [f"column {c.name} has no COMMENT" for c in table.columns.values() if not c.comment]
    names = [table.name, *table.columns]
    faults += [f"{n} is not a lower-case name of at most 64 characters" for n in names if not _NAME.fullmatch(n)]
    return faults


_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def replication_faults(sql: str) -> list[str]:
    """Places where replication_num is fixed instead of set by the deployment."""
    faults = [f"replication_num is {value!r}" for value in _REPLICATION.findall(sql) if value != "${replication_num}"]
    stored = len(list(creates(sql, "TABLE"))) + len(list(creates(sql, "MATERIALIZED VIEW")))
    if len(_REPLICATION.findall(sql)) != stored:
        faults.append(f"{stored} tables and materialized views, but {len(_REPLICATION.findall(sql))} replication_num")
    return faults


_REPLICATION = re.compile(r'"replication_num"\s*=\s*"([^"]*)"')
