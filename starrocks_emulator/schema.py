"""The definition of a table, view or materialized view, and its JSON form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starrocks_emulator.types import SqlType, parse_brief

UNITS = ("hour", "day", "week", "month", "quarter", "year")
"""Units of an expression partition, finest first."""


@dataclass(frozen=True)
class TableColumn:
    """A column of a table. `default`: the text of a literal, CURRENT_TIMESTAMP, or None."""

    name: str
    type: SqlType
    nullable: bool = True
    default: str | None = None
    aggregation: str | None = None
    comment: str = ""
    first_name: str = ""
    """The first name of a renamed column, which StarRocks keeps as the column's id."""


@dataclass(frozen=True)
class Partitioning:
    """The assignment of rows to partitions.

    `expression`: by `date_trunc(unit, column)`; `column`: by the columns' values; `range`: by bounds of a column."""

    kind: str
    columns: tuple[str, ...]
    unit: str | None = None
    written: str = ""
    """The expression with its unit and column as the statement has them."""


@dataclass(frozen=True)
class Partition:
    """A partition: rows with `low` <= value < `high` (None: no bound), as texts of the column's type.

    `values`: for a partition by columns, the value of each column; empty in data of an older revision."""

    name: str
    low: str | None = None
    high: str | None = None
    values: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Refresh:
    """The refresh schedule of a materialized view; `every` in seconds, `upto`: the last included data version."""

    mode: str
    start: str | None = None
    every: int | None = None
    every_text: str = ""
    upto: int = -1
    immediate: bool = True
    made: int = -1
    """The data version that the last refresh created."""

    def with_upto(self, upto: int) -> "Refresh":
        """A copy that includes the changes up to this data version."""
        return replace(self, upto=upto)


@dataclass(frozen=True)
class Table:
    """A table (`kind` table), view (view) or materialized view (mv) of a database."""

    id: int
    database: str
    name: str
    kind: str
    columns: tuple[TableColumn, ...]
    created: str
    model: str = "DUPLICATE"
    keys: tuple[str, ...] = ()
    partitioning: Partitioning | None = None
    partitions: tuple[Partition, ...] = ()
    distribution: str = "RANDOM"
    distributed_by: tuple[str, ...] = ()
    buckets: int | None = None
    order_by: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    query: str = ""
    query_database: str = ""
    refresh: Refresh | None = None
    active: bool = True
    base: int | None = None
    """The base table of a synchronous materialized view, whose rows are always those of its query."""
    inactive_reason: str = ""
    output: tuple[int, ...] = ()
    """For each column of a materialized view, its index in the query's result; empty for the same order."""

    @property
    def stored(self) -> str:
        """The quoted name of DuckDB's table that holds the rows."""
        return f'"tables"."t{self.id}"'

    @property
    def full_name(self) -> str:
        """`database.name`."""
        return f"{self.database}.{self.name}"

    def column(self, name: str) -> TableColumn | None:
        """The column of that name; names of columns ignore case."""
        return next((column for column in self.columns if column.name.lower() == name.lower()), None)

    def query_order(self, count: int) -> tuple[int, ...]:
        """The indexes of the query's `count` columns in the order of the table's columns."""
        return self.output or tuple(range(count))

    def to_json(self) -> str:
        """The JSON form that `table_from_json` reads."""
        document = dict(self.__dict__)
        document["columns"] = [{**column.__dict__, "type": column.type.brief()} for column in self.columns]
        document["partitioning"] = self.partitioning.__dict__ if self.partitioning else None
        document["partitions"] = [partition.__dict__ for partition in self.partitions]
        document["properties"] = dict(self.properties)
        document["refresh"] = self.refresh.__dict__ if self.refresh else None
        return json.dumps(document)


def table_from_json(text: str) -> Table:
    """Parse the result of `Table.to_json`."""
    document = json.loads(text)
    document["columns"] = tuple(
        TableColumn(**{**column, "type": parse_brief(column["type"])}) for column in document["columns"]
    )
    if document["partitioning"]:
        partitioning = document["partitioning"]
        document["partitioning"] = Partitioning(**{**partitioning, "columns": tuple(partitioning["columns"])})
    document["partitions"] = tuple(
        Partition(**{**partition, "values": tuple(partition.get("values", ()))}) for partition in document["partitions"]
    )
    document["refresh"] = Refresh(**document["refresh"]) if document["refresh"] else None
    for name in ("keys", "distributed_by", "order_by", "output"):
        document[name] = tuple(document.get(name, ()))
    return Table(**document)
