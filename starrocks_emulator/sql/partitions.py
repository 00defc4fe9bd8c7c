"""Names, bounds and conditions of partitions."""

from datetime import date, datetime, timedelta

from starrocks_emulator import errors
from starrocks_emulator.schema import Partition, Partitioning, Table

_NAMES = {"hour": "%Y%m%d%H", "day": "%Y%m%d", "week": "%Y%m%d", "month": "%Y%m", "year": "%Y"}


def _add(moment: datetime, unit: str) -> datetime:
    if unit == "hour":
        return moment + timedelta(hours=1)
    if unit in {"day", "week"}:
        return moment + timedelta(days=7 if unit == "week" else 1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = moment.year * 12 + moment.month - 1 + months
    return moment.replace(year=index // 12, month=index % 12 + 1)


def truncate(moment: datetime, unit: str) -> datetime:
    """`date_trunc(unit, moment)`."""
    moment = moment.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return moment
    moment = moment.replace(hour=0)
    if unit == "week":
        return moment - timedelta(days=moment.weekday())
    if unit == "month":
        return moment.replace(day=1)
    if unit == "quarter":
        return moment.replace(day=1, month=(moment.month - 1) // 3 * 3 + 1)
    return moment.replace(day=1, month=1) if unit == "year" else moment


def following(moment: datetime, unit: str) -> datetime:
    """The start of the next unit after the one that starts at `moment`."""
    return _add(moment, unit)


def expression_partition(unit: str, moment: datetime) -> Partition:
    """The partition of `date_trunc(unit, …)` that starts at `moment`."""
    name = f"p{moment:%Y}Q{(moment.month + 2) // 3}" if unit == "quarter" else f"p{moment.strftime(_NAMES[unit])}"
    return Partition(name, str(moment), str(_add(moment, unit)))


def value_partition(values: tuple[object, ...]) -> Partition:
    """The partition of rows whose partition columns have these values."""
    parts = []
    for value in values:
        text = (
            value.strftime("%Y%m%d%H%M%S" if isinstance(value, datetime) else "%Y%m%d")
            if isinstance(value, date)
            else str(value)
        )
        parts.append("".join(character if character.isalnum() else "_" for character in text))
    low = None if len(values) != 1 or values[0] is None else str(values[0])
    return Partition("p" + "_".join(parts), low, low)


def literal(bound: str) -> str:
    """A bound as DuckDB's string literal; DuckDB reads it as the column's type."""
    return "'" + bound.replace("'", "''") + "'"


def range_condition(column: str, low: str | None, high: str | None) -> str:
    """The condition `low <= column < high`."""
    name = '"' + column.replace('"', '""') + '"'
    parts = [f"{name} >= {literal(low)}" for _ in [0] if low is not None]
    parts += [f"{name} < {literal(high)}" for _ in [0] if high is not None]
    return "(" + (" AND ".join(parts) or "TRUE") + ")"


def partition_condition(partitioning: Partitioning, partition: Partition) -> str:
    """The condition that a row is in a partition."""
    if partitioning.kind == "column":
        if len(partitioning.columns) != 1 or partition.low is None:
            raise errors.unsupported("one partition of a table that is partitioned by several columns or by NULL")
        return f'(CAST("{partitioning.columns[0]}" AS VARCHAR) = {literal(partition.low)})'
    condition = range_condition(partitioning.columns[0], partition.low, partition.high)
    if partitioning.kind == "range" and partition.low is None:  # NULL sorts before every value
        return f'({condition} OR "{partitioning.columns[0]}" IS NULL)'
    return condition


def find_partition(table: Table, name: str) -> Partition:
    """A partition by name.

    Raises:
        SqlError: 1064 where the table has none of that name.
    """
    if table.partitioning is None:
        if name == table.name:
            return Partition(name)
        raise errors.analysis(f"Unknown partition '{name}' in table '{table.name}'")
    for partition in table.partitions:
        if partition.name.lower() == name.lower():
            return partition
    raise errors.analysis(f"Unknown partition '{name}' in table '{table.name}'")


def partition_filter(table: Table, name: str) -> str:
    """The condition that a row is in the partition of that name."""
    partition = find_partition(table, name)
    return partition_condition(table.partitioning, partition) if table.partitioning else "TRUE"
