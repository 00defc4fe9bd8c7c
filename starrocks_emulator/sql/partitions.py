"""Names, bounds and conditions of partitions."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from starrocks_emulator import errors
from starrocks_emulator.functions.calendar import parse_datetime
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Partition, Partitioning, Table
from starrocks_emulator.types import SqlType

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
            else "NULL"
            if value is None
            else str(value)
        )
        parts.append("".join(character if character.isalnum() else "_" for character in text))
    texts = tuple(None if value is None else str(value) for value in values)
    low = texts[0] if len(texts) == 1 else None
    return Partition("p" + "_".join(parts), low, low, texts)


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
        values = partition.values or (partition.low,)
        if len(partitioning.columns) != len(values):
            raise errors.unsupported("one partition of a table that is partitioned by several columns")
        return "(" + " AND ".join(map(_is_value, partitioning.columns, values)) + ")"
    condition = range_condition(partitioning.columns[0], partition.low, partition.high)
    if partitioning.kind == "range" and partition.low is None:  # NULL sorts before every value
        return f'({condition} OR "{partitioning.columns[0]}" IS NULL)'
    return condition


def _is_value(column: str, value: str | None) -> str:
    name = '"' + column.replace('"', '""') + '"'
    return f"{name} IS NULL" if value is None else f"CAST({name} AS VARCHAR) = {literal(value)}"


LOWEST = {
    "date": "0000-01-01", "datetime": "0000-01-01 00:00:00", "tinyint": "-128", "smallint": "-32768",
    "int": "-2147483648", "bigint": "-9223372036854775808",
    "largeint": "-170141183460469231731687303715884105728",
}  # fmt: skip
"""The smallest value of a type, where a partition without a lower bound begins."""


def checked_ranges(partitions: Sequence[Partition], kind: SqlType) -> tuple[Partition, ...]:
    """Fixed RANGE partitions in the order of their bounds, which must be values of the column and not overlap.

    Raises:
        SqlError: 1517 for a name that is used twice, 1064 for a bad or overlapping bound.
    """
    partitions = [replace(one, low=_written(one.low, kind), high=_written(one.high, kind)) for one in partitions]
    seen: set[str] = set()
    for partition in partitions:
        if partition.name.lower() in seen:
            raise SqlError(1517, f"Duplicate partition name {partition.name}")
        seen.add(partition.name.lower())
    bounds = [(_bound(one.low, kind), _bound(one.high, kind), one) for one in partitions]
    for low, high, one in bounds:
        if low is not None and high is not None and low >= high:
            raise errors.analysis(f"The range of partition {one.name} is empty or intersects with another one")
    for place, (low, high, one) in enumerate(bounds):
        for other_low, other_high, other in bounds[:place]:
            below = high is not None and other_low is not None and high <= other_low
            above = low is not None and other_high is not None and low >= other_high
            if not below and not above:
                raise errors.analysis(f"The range of partition {one.name} is intersected with that of {other.name}")
    bounds.sort(key=lambda found: float("-inf") if found[0] is None else found[0])
    return tuple(one for _, _, one in bounds)


def _written(text: str | None, kind: SqlType) -> str | None:
    """A bound as StarRocks stores it; None if the partition has no lower bound."""
    if text is None or text == LOWEST.get(kind.name):
        return None
    if not kind.is_temporal:
        return str(int(text)) if text.lstrip("-").isdigit() else text
    try:
        moment = parse_datetime(text)
    except errors.RefusedError:
        moment = None
    if moment is None:
        raise errors.analysis(f"Invalid {kind.name} literal {text} as a bound of a partition")
    return f"{moment:%Y-%m-%d}" if kind.name == "date" else f"{moment:%Y-%m-%d %H:%M:%S}"


def _bound(text: str | None, kind: SqlType) -> float | None:
    """A bound as a number with the same order."""
    if text is None:
        return None
    try:
        if not kind.is_temporal:
            return int(text)
        # Bounds have no time zone.
        return (datetime.fromisoformat(text) - datetime(1, 1, 1)) / timedelta(microseconds=1)  # noqa: DTZ001
    except ValueError:
        raise errors.analysis(f"Invalid {kind.name} literal {text} as a bound of a partition") from None


def shown_values(table: Table, partition: Partition) -> str:
    """The range or the values of a partition, as SHOW PARTITIONS and `partitions_meta` print them."""
    if table.partitioning is None:
        return ""
    if table.partitioning.kind == "column":
        values = partition.values or (partition.low,)
        if len(values) != len(table.partitioning.columns):
            return ""
        return json.dumps(
            [["NULL" if value is None else value for value in values]], ensure_ascii=False, separators=(",", ":")
        )
    column = table.column(table.partitioning.columns[0])
    kind = column.type.name if column else "datetime"
    low = LOWEST.get(kind, "") if partition.low is None else _key(partition.low, kind)
    high = "MAXVALUE" if partition.high is None else _key(partition.high, kind)
    types = f"types: [{kind.upper()}]; keys: "
    return f"[{types}[{low}]; ..{types}[{high}]; )"


def _key(bound: str, kind: str) -> str:
    return bound[:10] if kind == "date" else bound


def find_partition(table: Table, name: str) -> Partition:
    """A partition by name.

    Raises:
        SqlError: 1064 if the table has no such partition.
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
