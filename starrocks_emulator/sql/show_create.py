"""SHOW CREATE: the statement that recreates the object."""

from collections.abc import Mapping

from starrocks_emulator.catalog import Catalog
from starrocks_emulator.schema import Partition, Table, TableColumn
from starrocks_emulator.sql.analyzed import analyzed_query
from starrocks_emulator.sql.partitions import LOWEST
from starrocks_emulator.types import SqlType


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _column(column: TableColumn) -> str:
    parts = [f"  `{column.name}` {column.type.show()}"]
    if column.aggregation:
        parts.append(column.aggregation)
    parts.append("NULL" if column.nullable else "NOT NULL")
    if column.default is not None:
        now = column.default == "CURRENT_TIMESTAMP"
        parts.append(f"DEFAULT {column.default if now else _text(column.default)}")
    parts.append(f"COMMENT {_text(column.comment)}")
    return " ".join(parts)


def _range_partition(partition: Partition, kind: SqlType) -> str:
    low = LOWEST.get(kind.name, "") if partition.low is None else partition.low
    high = "MAXVALUE" if partition.high is None else f'"{partition.high}"'
    return f'PARTITION {partition.name} VALUES [("{low}"), ({high}))'


def _partitioned(table: Table) -> list[str]:
    partitioning = table.partitioning
    if partitioning is None:
        return []
    if partitioning.kind == "expression":
        written = partitioning.written or f"date_trunc('{partitioning.unit}', {partitioning.columns[0]})"
        return [f"PARTITION BY ({written})" if table.kind == "mv" else f"PARTITION BY {written}"]
    if partitioning.kind == "column":
        return [f"PARTITION BY ({_names(partitioning.columns)})"]
    column = table.column(partitioning.columns[0])
    assert column
    inner = ",\n".join(_range_partition(partition, column.type) for partition in table.partitions)
    return [f"PARTITION BY RANGE({_names(partitioning.columns)})\n({inner})"]


def _distributed(table: Table) -> str:
    buckets = f" BUCKETS {table.buckets}" if table.buckets else ""
    if not table.distributed_by:
        return f"DISTRIBUTED BY RANDOM{buckets}"
    # StarRocks prints these spaces at the ends of lines too.
    return f"DISTRIBUTED BY HASH({_names(table.distributed_by)}){buckets and buckets + ' '}"


def _properties(table: Table) -> str:
    # The import is here because `information_schema` imports this package.
    from starrocks_emulator.information_schema.storage import all_properties  # noqa: PLC0415

    return _listed(all_properties(table))


def _listed(properties: Mapping[str, str]) -> str:
    lines = ",\n".join(f'"{name}" = "{value}"' for name, value in properties.items())
    return f"PROPERTIES (\n{lines}\n)"


_VIEW_DEFAULTS = {"replication_num": "1", "replicated_storage": "true"}
"""Properties that every materialized view has."""


def create_statement(table: Table, catalog: Catalog) -> str:
    """The CREATE statement of a table, view or materialized view."""
    comment = [f"COMMENT {_text(table.comment)}"] if table.comment else []
    if table.kind == "view":
        names = ", ".join(f"`{column.name}`" for column in table.columns)
        head = f"CREATE VIEW `{table.name}` ({names})"
        return "\n".join([head, *comment, f"AS {table.query};"])
    order = [f"ORDER BY({_names(table.order_by)})"] if table.order_by else []
    partitions = _partitioned(table)
    if table.base is not None:
        return "\n".join([f"CREATE MATERIALIZED VIEW `{table.name}`", *comment, f"AS {table.query};"])
    if table.kind == "mv":
        assert table.refresh
        places = table.query_order(len(table.columns))
        names = ", ".join(f"`{table.columns[places.index(place)].name}`" for place in range(len(places)))
        refresh = f"REFRESH {'' if table.refresh.immediate else 'DEFERRED '}{table.refresh.mode}"
        refresh += f' START("{table.refresh.start}")' if table.refresh.start else ""
        refresh += f" EVERY({table.refresh.every_text})" if table.refresh.every else ""
        head = f"CREATE MATERIALIZED VIEW `{table.name}` ({names})"
        parts = [head, *comment, *partitions, _distributed(table), *order, refresh]
        properties = {**_VIEW_DEFAULTS, **dict(sorted(table.properties.items()))}
        properties["storage_medium"] = properties.pop("storage_medium", "HDD").upper()
        return "\n".join([*parts, _listed(properties), f"AS {analyzed_query(table, catalog)};"])
    columns = ",\n".join(_column(column) for column in table.columns)
    keys = [f"{table.model} KEY({_names(table.keys)})"] if table.keys else []
    parts = [f"CREATE TABLE `{table.name}` (\n{columns}\n) ENGINE=OLAP ", *keys, *comment, *partitions,
             _distributed(table), *order, _properties(table)]  # fmt: skip
    return "\n".join(parts) + ";"
