"""Tables of `information_schema` that describe the storage of tables and materialized views."""

import json
from collections.abc import Sequence

from starrocks_emulator.information_schema.objects import Rows, VisibleObjects
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Partition, Table
from starrocks_emulator.sql.analyzed import rewrite_status
from starrocks_emulator.sql.partitions import partition_condition, shown_values
from starrocks_emulator.sql.properties import PRIMARY_DEFAULTS, TABLE_DEFAULTS

_HIDDEN = {"primary_index_cache_expire_sec": "0"}
"""Values of properties that StarRocks does not show."""
_BUCKET_SIZE = str(4 << 30)
"""StarRocks: default_automatic_bucket_size."""
_SHADOW_PARTITION = "$shadow_automatic_partition"
"""The empty partition of each table with automatic partitions, which StarRocks' partitions_meta contains."""


def partition_type(table: Table) -> str:
    """UNPARTITIONED, LIST or RANGE."""
    if table.partitioning is None:
        return "UNPARTITIONED"
    return "LIST" if table.partitioning.kind == "column" and not _by_time(table) else "RANGE"


def _by_time(table: Table) -> bool:
    """Whether the only partition column is a DATE or DATETIME."""
    assert table.partitioning
    columns = [table.column(name) for name in table.partitioning.columns]
    return len(columns) == 1 and columns[0] is not None and columns[0].type.is_temporal


def materialized_views(schema: VisibleObjects) -> Rows:
    """Rows of `materialized_views`."""
    rows: Rows = []
    for table in schema.visible():
        if table.kind != "mv" or table.refresh is None:
            continue
        run = schema.services.refresher.last_run(table.id)
        kind = partition_type(table)
        rows.append([
            table.id, table.database, table.name, table.refresh.mode, "true" if table.active else "false",
            table.inactive_reason, kind, table.id, f"mv-{table.id}",
            run.started if run else None, run.finished if run else None, run.seconds if run else None,
            run.state if run else None, "false", "", "", "{}", "{}", run.error_code if run else None,
            run.error if run else None, schema.count(table), table.query, "{}", rewrite_status(table), "",
        ])  # fmt: skip
    return rows


def all_properties(table: Table) -> dict[str, str]:
    """A table's properties, with defaults for those that are not set."""
    defaults = {**TABLE_DEFAULTS, **(PRIMARY_DEFAULTS if table.model == "PRIMARY" else {})}
    if table.distribution == "RANDOM":
        defaults["bucket_size"] = _BUCKET_SIZE
    shown = {name: value for name, value in table.properties.items() if _HIDDEN.get(name) != value}
    return dict(sorted({**defaults, **shown}.items()))


def tables_config(schema: VisibleObjects) -> Rows:
    """Rows of `tables_config`."""
    models = {"PRIMARY": "PRIMARY_KEYS", "DUPLICATE": "DUP_KEYS", "AGGREGATE": "AGG_KEYS", "UNIQUE": "UNQ_KEYS"}
    rows: Rows = []
    for table in schema.visible():
        if table.kind == "view":
            continue
        rows.append([
            table.database, table.name, "MATERIALIZED_VIEW" if table.kind == "mv" else "OLAP", models[table.model],
            ", ".join(f"`{key}`" for key in table.keys) if table.model == "PRIMARY" else "",
            ", ".join(f"`{name}`" for name in table.partitioning.columns) if table.partitioning else "",
            ", ".join(f"`{name}`" for name in table.distributed_by), table.distribution, table.buckets or 0,
            ", ".join(f"`{name}`" for name in (table.order_by or table.keys)), json.dumps(all_properties(table)), table.id,  # noqa: E501
        ])  # fmt: skip
    return rows


def partitions_of(table: Table) -> Sequence[Partition]:
    """The partitions of a table; an unpartitioned one has one with the table's name."""
    return table.partitions if table.partitioning else (Partition(table.name),)


def partition_rows(schema: VisibleObjects, table: Table) -> list[tuple[Partition, int]]:
    """Partitions with their numbers of rows."""
    found = []
    for partition in partitions_of(table):
        condition = "TRUE"
        if table.partitioning:
            try:
                condition = partition_condition(table.partitioning, partition)
            except SqlError:
                condition = "FALSE"
        found.append((partition, schema.count(table, condition)))
    return found


def partitions_meta(schema: VisibleObjects) -> Rows:
    """Rows of `partitions_meta`."""
    rows: Rows = []
    for table in schema.visible():
        if table.kind == "view":
            continue
        version = schema.services.changes.version(table.id)
        for index, (partition, number) in enumerate(partition_rows(schema, table)):
            key = ", ".join(table.partitioning.columns) if table.partitioning else ""
            rows.append([
                table.database, table.name, partition.name, table.id * 1000 + index, version, None, key,
                shown_values(table, partition),
                ", ".join(table.distributed_by), table.buckets or 1,
                int(all_properties(table)["replication_num"]), "HDD", number,
            ])  # fmt: skip
        if table.partitioning and table.partitioning.kind != "range" and table.kind == "table":
            rows.append([
                table.database, table.name, _SHADOW_PARTITION, table.id * 1000 + 999, 1, None,
                ", ".join(table.partitioning.columns), "", ", ".join(table.distributed_by), table.buckets or 1,
                int(all_properties(table)["replication_num"]), "HDD", 0,
            ])  # fmt: skip
    return rows
