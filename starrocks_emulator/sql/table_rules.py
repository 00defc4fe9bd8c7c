"""Rules for new tables, from StarRocks' CreateTableAnalyzer: keys, distribution and properties."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import TableColumn
from starrocks_emulator.sql.create_table import Definition
from starrocks_emulator.sql.partitions import checked_ranges
from starrocks_emulator.types import SqlType

NO_KEYS = {"float", "double", "json", "array", "varbinary"}
"""Types that a key, sort key or distribution column cannot have."""
_PRIMARY_KEYS = {"boolean", "tinyint", "smallint", "int", "bigint", "largeint", "varchar", "date", "datetime"}
"""Types of the key columns of a PRIMARY KEY table."""
_INDEX_BYTES = {"boolean": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "largeint": 16, "date": 3,
                "datetime": 8, "varchar": 20, "float": 4, "double": 8}  # fmt: skip
_SHORT_KEY_COLUMNS = 3
_SHORT_KEY_BYTES = 36
"""StarRocks: FeConstants.SHORTKEY_MAX_COLUMN_COUNT and SHORTKEY_MAXSIZE_BYTES."""


def default_keys(columns: Sequence[TableColumn]) -> tuple[str, ...]:
    """Key columns of a DUPLICATE KEY table without a key clause: the first ones, up to 3 and 36 bytes."""
    found: list[str] = []
    size = 0
    for one in columns:
        size += index_bytes(one.type)
        if len(found) >= _SHORT_KEY_COLUMNS or size > _SHORT_KEY_BYTES:
            return tuple(found) or ((one.name,) if one.type.is_string else ())
        if one.type.name in NO_KEYS:
            break
        found.append(one.name)
        if one.type.name == "varchar":
            break
    return tuple(found)


def view_keys(columns: Sequence[TableColumn]) -> tuple[str, ...]:
    """Key columns of a materialized view without ORDER BY: `default_keys` from the first possible key column on."""
    for place, one in enumerate(columns):
        if one.type.name not in NO_KEYS:
            return default_keys(columns[place:])
    raise errors.analysis("All columns of materialized view cannot be used for keys")


def index_bytes(kind: SqlType) -> int:
    """Bytes of a type in StarRocks' short key index."""
    if kind.name == "char":
        return kind.arguments[0]
    if kind.name == "decimal":
        return 4 if kind.arguments[0] <= 9 else 8 if kind.arguments[0] <= 18 else 16
    return _INDEX_BYTES.get(kind.name, 16)


def validate(definition: Definition, query: bool = False) -> None:
    """Check keys, partition and distribution columns by StarRocks' rules.

    `query`: the columns come from CREATE TABLE … AS SELECT.

    Raises:
        SqlError: 1064 naming the column.
    """
    names = [one.name.lower() for one in definition.columns]
    if not names:
        raise SqlError(1113, "A table must have at least 1 column", "42000")
    if len(set(names)) != len(names):
        raise errors.duplicate_column(next(name for name in names if names.count(name) > 1))
    if not definition.model:
        _choose_keys(definition, query)
    used = {
        "key": definition.keys,
        "partition": definition.partitioning.columns if definition.partitioning else (),
        "distribution": definition.distributed_by,
        "sort key": definition.order_by,
    }
    for what, columns in used.items():
        for name in columns:
            if name.lower() not in names:
                raise errors.analysis(f"The {what} column ({name}) does not exist")
    keys = [key.lower() for key in definition.keys]
    if keys != names[: len(keys)]:
        raise errors.analysis("Key columns must be the first few columns of the schema, in the order of the schema")
    _validate_keys(definition)
    _validate_values(definition)
    if definition.model != "DUPLICATE":
        for what in ("partition", "distribution"):
            for name in used[what]:
                if name.lower() not in keys:
                    raise errors.analysis(
                        f"The {what} column ({name}) must be a key column of the {definition.model} KEY table"
                    )
    _validate_distribution(definition)
    if definition.partitioning:
        _validate_partition_column(definition)
    _validate_properties(definition)


def _choose_keys(definition: Definition, query: bool) -> None:
    """Set the model and the keys of a table without a key clause."""
    if any(one.aggregation for one in definition.columns):
        definition.model = "AGGREGATE"
        definition.keys = tuple(one.name for one in definition.columns if not one.aggregation)
        return
    definition.model, definition.keys = "DUPLICATE", default_keys(definition.columns)
    if not definition.keys and not query:
        first = definition.columns[0]
        raise errors.analysis(f"Data type of first column cannot be {first.type.brief().upper()}")


def _validate_values(definition: Definition) -> None:
    for one in definition.columns[len(definition.keys) :]:
        if definition.model == "AGGREGATE" and not one.aggregation:
            raise errors.analysis(f"AGG_KEYS table should specify aggregate type for non-key column[{one.name}]")
        if definition.model != "AGGREGATE" and one.aggregation:
            raise errors.analysis(
                f"{definition.model} KEY table should not specify aggregate type for non-key column[{one.name}], "
                "only an AGGREGATE KEY table takes it"
            )


def _validate_keys(definition: Definition) -> None:
    for name in definition.keys:
        if definition.model == "PRIMARY":
            definition.set_key_not_null(name)
        one = next(one for one in definition.columns if one.name.lower() == name.lower())
        if one.aggregation:
            raise errors.analysis(f"Key column[{one.name}] should not specify aggregate type")
        if definition.model == "PRIMARY" and one.nullable:
            raise errors.analysis(f"primary key column[{one.name}] cannot be nullable")
        if definition.model == "PRIMARY" and one.type.name not in _PRIMARY_KEYS:
            raise errors.analysis(f"primary key column[{one.name}] type not supported: {one.type.brief().upper()}")
        if one.type.name in NO_KEYS:
            raise errors.analysis(f"Invalid data type of key column '{one.name}': '{one.type.brief().upper()}'")
    keys, sorted_by = ({name.lower() for name in names} for names in (definition.keys, definition.order_by))
    if sorted_by and definition.model in {"AGGREGATE", "UNIQUE"} and sorted_by != keys:
        raise errors.analysis(f"The sort columns of {definition.model} KEY table must be same with key columns")
    if definition.model == "PRIMARY":
        for one in definition.columns:
            if one.name.lower() in sorted_by and one.type.name not in _PRIMARY_KEYS:
                raise errors.analysis(f"sort key column[{one.name}] type not supported: {one.type.brief().upper()}")


def _validate_distribution(definition: Definition) -> None:
    """Set the distribution of a table without DISTRIBUTED BY and check it."""
    if not definition.distribution:
        if definition.model in {"AGGREGATE", "UNIQUE"}:
            kind = "AGG_KEYS" if definition.model == "AGGREGATE" else "UNIQUE_KEYS"
            raise errors.analysis(f"Currently not support default distribution in {kind}")
        primary = definition.model == "PRIMARY"
        definition.distribution = "HASH" if primary else "RANDOM"
        definition.distributed_by = definition.keys if primary else ()
    if definition.distribution == "RANDOM" and definition.model != "DUPLICATE":
        raise errors.analysis(f"{definition.model} KEY must use hash distribution")
    for one in definition.columns:
        if one.name.lower() in {name.lower() for name in definition.distributed_by} and one.type.name in NO_KEYS:
            raise errors.analysis(
                f"Invalid data type of distribution column '{one.name}': '{one.type.brief().upper()}'"
            )


def _validate_properties(definition: Definition) -> None:
    names = {name.lower() for name in definition.properties}
    if any(name.startswith("dynamic_partition.") for name in names) and (
        definition.partitioning is None or definition.partitioning.kind == "column"
    ):
        raise errors.analysis("Dynamic partition only support single-column range partition")


def _validate_partition_column(definition: Definition) -> None:
    assert definition.partitioning
    first = definition.partitioning.columns[0].lower()
    found = next(one for one in definition.columns if one.name.lower() == first)
    if definition.partitioning.kind == "expression" and not found.type.is_temporal:
        raise errors.analysis(
            f"date_trunc partitions by a DATE or DATETIME column, {found.name} is {found.type.brief()}"
        )
    if definition.partitioning.kind == "range":
        if not found.type.is_temporal and not found.type.is_integer:
            raise errors.analysis(
                f"Column[{found.name}] type[{found.type.brief().upper()}] cannot be a range partition key"
            )
        definition.partitions = checked_ranges(definition.partitions, found.type)
