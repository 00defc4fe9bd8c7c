"""ALTER TABLE, ALTER MATERIALIZED VIEW and ALTER USER."""

from dataclasses import replace

from starrocks_emulator import errors, write
from starrocks_emulator.catalog import check_new_name
from starrocks_emulator.context import Context
from starrocks_emulator.dependents import BY_USER
from starrocks_emulator.results import Ok, SqlError
from starrocks_emulator.schema import Partitioning, Table, TableColumn
from starrocks_emulator.sql import principals
from starrocks_emulator.sql.create_table import column, parsed_column, range_partitions
from starrocks_emulator.sql.ddl import alter_view
from starrocks_emulator.sql.dml import assigned
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import quote, text_literal
from starrocks_emulator.sql.partitions import checked_ranges, find_partition, partition_condition
from starrocks_emulator.sql.properties import checked
from starrocks_emulator.storage import Transaction


def alter(context: Context, words: Words) -> Ok:
    """ALTER TABLE, VIEW, MATERIALIZED VIEW or USER."""
    words.expect("ALTER")
    if words.accept("USER"):
        return principals.alter_user(context, words)
    if words.accept("TABLE"):
        return _alter_table(context, words)
    if words.accept("MATERIALIZED", "VIEW"):
        return _alter_view(context, words)
    if words.accept("VIEW"):
        return alter_view(context, words)
    raise words.unexpected("TABLE, VIEW, MATERIALIZED VIEW or USER")


def _find(context: Context, words: Words, kind: str) -> Table:
    """The table or materialized view that the statement names.

    Raises:
        SqlError: 1064 if it does not exist, 1347 for a view, 5203 without the privilege ALTER.
    """
    database, name = words.qualified()
    catalog = context.services.catalog
    table = catalog.find(catalog.database(database or context.database), name)
    if table is None or (kind == "mv" and table.kind != "mv"):
        raise errors.analysis(f"Can not find {'materialized view' if kind == 'mv' else 'table'} {name}")
    if table.kind == "mv" and kind == "table":
        raise errors.analysis(f"Cannot alter materialized view '{name}' by ALTER TABLE, use ALTER MATERIALIZED VIEW")
    if table.kind != kind:
        raise SqlError(1347, f"'{table.database}'.'{name}' is not '{kind.upper()}'")
    context.access.require("ALTER", table)
    return table


def _alter_table(context: Context, words: Words) -> Ok:
    services = context.services
    with services.storage.transaction(context.cursor) as change:
        table = _find(context, words, "table")
        if words.accept("SWAP", "WITH"):
            _swap(context, change, table, words)
            return Ok()
        while True:
            table = _clause(context, change, table, words)
            if not words.accept(","):
                break
        words.finish()
        services.catalog.put(change, table)
    return Ok()


def _clause(context: Context, change: Transaction, table: Table, words: Words) -> Table:  # noqa: PLR0911, PLR0912
    if words.accept("ADD", "COLUMN"):
        if words.accept("("):
            while True:
                table = _add_column(change, table, words)
                if not words.accept(","):
                    break
            words.expect(")")
            return table
        return _add_column(change, table, words)
    if words.accept("DROP", "COLUMN"):
        return _drop_column(context, change, table, words)
    if words.accept("MODIFY", "COLUMN"):
        return _modify_column(context, change, table, words)
    if words.accept("RENAME", "COLUMN"):
        return _rename_column(context, change, table, words)
    if words.accept("RENAME"):
        name = words.identifier()
        check_new_name("table", name)
        if context.services.catalog.find(table.database, name):
            raise errors.exists("table", name)
        context.services.dependents.inactivate(change, table, "base-table renamed")
        return replace(table, name=name)
    if words.accept("SET"):
        return replace(table, properties={**table.properties, **checked(words.properties())})
    if words.accept("COMMENT"):
        words.expect("=")
        return replace(table, comment=words.string())
    if words.accept("DROP", "PARTITION"):
        return _drop_partition(context, change, table, words)
    if words.accept("DROP", "TEMPORARY") or words.peek("ADD", "TEMPORARY"):
        raise errors.unsupported("temporary partitions")
    if words.peek("ADD", "INDEX") or words.peek("ADD", "ROLLUP"):
        raise errors.unsupported(" ".join(token.text for token in words.tokens[words.position : words.position + 2]))
    if words.accept("ADD"):
        if not table.partitioning or table.partitioning.kind != "range":
            raise errors.analysis(f"Table {table.name} has no fixed range partitions; partitions are made by loads")
        if words.accept("PARTITIONS"):
            pass
        added = range_partitions(words, table.partitions[-1].high if table.partitions else None)
        by = table.column(table.partitioning.columns[0])
        assert by
        return replace(table, partitions=checked_ranges((*table.partitions, *added), by.type))
    raise words.unexpected("a clause of ALTER TABLE")


def _check_new_column(table: Table, name: str) -> None:
    if table.column(name):
        raise errors.analysis(f"Can not add column which already exists in base table: {name}")
    for one in table.columns:
        if one.first_name.lower() == name.lower():
            raise errors.analysis(
                f"Can not add column which already exists in column id: {name}, you can remove `{one.name}` "
                "and try again"
            )


def _add_column(change: Transaction, table: Table, words: Words) -> Table:
    added = column(words)
    _check_new_column(table, added.name)
    _check_aggregation(table, added)
    if table.model == "AGGREGATE" and not added.aggregation:
        raise errors.unsupported("new key columns of an AGGREGATE KEY table")
    if not added.nullable and added.default is None:
        raise errors.analysis(f"Column {added.name} is NOT NULL and has no DEFAULT for the existing rows")
    if words.accept("FIRST"):
        raise errors.analysis("A new column cannot stand before the key columns")
    position = len(table.columns)
    if words.accept("AFTER"):
        after = words.identifier()
        found = table.column(after)
        if found is None:
            raise errors.unknown_column(after, table.name)
        position = table.columns.index(found) + 1
        if position < len(table.keys):
            raise errors.analysis(f"Column {added.name} cannot stand among the key columns")
    default = "NULL"
    if added.default is not None:
        # DuckDB sets NOT NULL in the same transaction only if the rows have a constant value.
        row = change.cursor.execute(f"SELECT CAST({write.default_of(added.default)} AS VARCHAR)").fetchone()
        default = text_literal(str(row[0])) if row else default
    columns = (*table.columns[:position], added, *table.columns[position:])
    if position < len(table.columns):  # DuckDB adds columns at the end only
        value = f"CAST({default} AS {added.type.stored()})"
        write.rewrite(change, table, [(one, value if one is added else quote(one.name)) for one in columns])
        return replace(table, columns=columns)
    definition = f"{quote(added.name)} {added.type.stored()}"
    if added.default is None:
        change.cursor.execute(f"ALTER TABLE {table.stored} ADD COLUMN {definition}")
    else:
        change.cursor.execute(f"ALTER TABLE {table.stored} ADD COLUMN {definition} DEFAULT {default}")
        change.cursor.execute(f"ALTER TABLE {table.stored} ALTER COLUMN {quote(added.name)} DROP DEFAULT")
    if not added.nullable:
        change.cursor.execute(f"ALTER TABLE {table.stored} ALTER COLUMN {quote(added.name)} SET NOT NULL")
    return replace(table, columns=columns)


def _existing(table: Table, name: str) -> TableColumn:
    found = table.column(name)
    if found is None:
        raise errors.unknown_column(name, table.name)
    return found


def _inactivate_readers(context: Context, change: Transaction, table: Table, column: str) -> None:
    """Make the materialized views that read a column inactive before the column changes.

    Raises:
        SqlError: 1064 if a synchronous materialized view reads it.
    """
    dependents = context.services.dependents
    for view in dependents.synchronous_readers(table, column):
        raise errors.analysis(f"Can not drop/modify the column {column}, because the column is used in {view.name}")
    dependents.inactivate(change, table, "base table schema changed for columns", column)


def _drop_column(context: Context, change: Transaction, table: Table, words: Words) -> Table:
    found = _existing(table, words.identifier())
    used = {*table.distributed_by, *table.order_by}
    used |= set(table.partitioning.columns) if table.partitioning else set()
    keys = tuple(name for name in table.keys if name != found.name)
    if found.name in used or (found.name in table.keys and (table.model != "DUPLICATE" or not keys)):
        raise errors.analysis(f"Can not drop key, partition, distribution or sort column {found.name}")
    _inactivate_readers(context, change, table, found.name)
    change.cursor.execute(f"ALTER TABLE {table.stored} DROP COLUMN {quote(found.name)}")
    return replace(table, columns=tuple(one for one in table.columns if one != found), keys=keys)


def _check_aggregation(table: Table, added: TableColumn) -> None:
    """Refuse an aggregation in a table that has none."""
    if added.aggregation and table.model != "AGGREGATE":
        raise errors.analysis(
            f"Can not assign aggregation method on column in {table.model.capitalize()} data model table: {added.name}"
        )


_WIDER = ("tinyint", "smallint", "int", "bigint", "largeint")
_CHANGES = {
    "float": {"double", "varchar"},
    "double": {"varchar"},
    "decimal": {"varchar", "decimal"},
    "date": {"datetime"},
    "datetime": {"date"},
    "int": {"date"},
    "char": {"varchar", "char"},
    "varchar": {*_WIDER, "float", "double", "date", "varchar"},
}


def _check_change(table: Table, found: TableColumn, fresh: TableColumn) -> None:
    """Refuse a change of a column that StarRocks refuses (`Column.checkSchemaChangeAllowed`).

    Raises:
        SqlError: 1064.
    """
    _check_aggregation(table, fresh)
    if fresh.aggregation != found.aggregation:
        raise errors.analysis("Can not change aggregation type")
    if found.nullable and not fresh.nullable:
        raise errors.analysis("Can not change from nullable to non-nullable")
    if fresh.default != found.default:
        raise errors.analysis("Can not change default value")
    if fresh.type == found.type:
        return
    if found.name in table.keys and table.model == "PRIMARY":
        raise errors.analysis(f"Can not modify key column: {found.name} for primary key table")
    old, new = found.type, fresh.type
    allowed = _CHANGES.get(old.name, set())
    if old.name in _WIDER:
        allowed = allowed | {*_WIDER[_WIDER.index(old.name) + 1 :], "double", "varchar"}
    if new.name not in allowed:
        raise errors.analysis(f"Can not change {old.brief().upper()} to {new.brief().upper()}")
    if old.is_string and new.is_string and new.arguments[0] < old.arguments[0]:
        raise errors.analysis("Cannot shorten string length")
    if old.name == new.name == "decimal" and (
        new.arguments[1] < old.arguments[1] or new.arguments[0] - new.arguments[1] < old.arguments[0] - old.arguments[1]
    ):
        raise errors.analysis(f"Can not change {old.brief().upper()} to {new.brief().upper()}")


def _modify_column(context: Context, change: Transaction, table: Table, words: Words) -> Table:
    save = words.position
    name = words.identifier()
    found = _existing(table, name)
    if words.accept("COMMENT"):
        fresh = replace(found, comment=words.string())
    else:
        words.position = save
        fresh, says_null = parsed_column(words)
        if found.name in table.keys and table.model == "PRIMARY" and not says_null:
            fresh = replace(fresh, nullable=False)
        fresh = replace(fresh, name=found.name, first_name=found.first_name)
        _check_change(table, found, fresh)
        if table.model == "PRIMARY" and found.name in table.order_by:
            raise errors.analysis("Can not modify sort column in primary data model table")
        if fresh.type != found.type:
            _inactivate_readers(context, change, table, found.name)
        if fresh.type.stored() != found.type.stored():
            _retype(change, table, found, fresh)
        elif fresh.nullable != found.nullable:
            change.cursor.execute(f"ALTER TABLE {table.stored} ALTER COLUMN {quote(name)} DROP NOT NULL")
    return replace(table, columns=tuple(fresh if one == found else one for one in table.columns))


def _retype(change: Transaction, table: Table, found: TableColumn, fresh: TableColumn) -> None:
    """Change a column's type. DuckDB's own ALTER TYPE cannot choose among macros, nor set NOT NULL after an update."""
    columns = [fresh if one == found else one for one in table.columns]
    write.rewrite(
        change, table, [(one, assigned(quote(one.name), one) if one == fresh else quote(one.name)) for one in columns]
    )


def _rename_column(context: Context, change: Transaction, table: Table, words: Words) -> Table:
    old = words.identifier()
    found = table.column(old)
    if found is None:
        raise SqlError(5509, f"Unknown column '{old}' in '{table.name}'", "42S22")
    words.expect("TO")
    name = words.identifier()
    if table.column(name):
        raise SqlError(1060, f"Duplicate column name '{name}'", "42S21")
    _inactivate_readers(context, change, table, found.name)
    change.cursor.execute(f"ALTER TABLE {table.stored} RENAME COLUMN {quote(found.name)} TO {quote(name)}")

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name if one == found.name else one for one in names)

    partitioning = table.partitioning
    return replace(table,
        columns=tuple(
            replace(one, name=name, first_name=one.first_name or one.name) if one == found else one
            for one in table.columns
        ),
        keys=renamed(table.keys), distributed_by=renamed(table.distributed_by), order_by=renamed(table.order_by),
        partitioning=_renamed(partitioning, found.name, name) if partitioning else None,
    )  # fmt: skip


def _renamed(partitioning: Partitioning, old: str, new: str) -> Partitioning:
    columns = tuple(new if one == old else one for one in partitioning.columns)
    if columns == partitioning.columns or partitioning.kind != "expression":
        return replace(partitioning, columns=columns)
    unit = partitioning.written.partition(",")[0] or f"date_trunc('{partitioning.unit}'"
    return replace(partitioning, columns=columns, written=f"{unit}, `{new}`)")


def _drop_partition(context: Context, change: Transaction, table: Table, words: Words) -> Table:
    lenient = words.accept("IF", "EXISTS")
    name = words.identifier()
    words.accept("FORCE")
    if table.partitioning is None:
        raise errors.analysis(f"Table {table.name} is not partitioned")
    try:
        found = find_partition(table, name)
    except SqlError:
        if lenient:
            return table
        raise SqlError(1507, "Error in list of partitions to DROP") from None
    condition = partition_condition(table.partitioning, found)
    load = context.services.loads.begin(table.database, None, "DELETE", context.user)
    load.tables = [table.name]
    change.cursor.execute(f"DELETE FROM {table.stored} WHERE {condition}")
    load.changed[table.id] = (found.low, found.high)
    context.services.loads.finish(change, load)
    return replace(table, partitions=tuple(one for one in table.partitions if one != found))


def _swap(context: Context, change: Transaction, table: Table, words: Words) -> None:
    name = words.identifier()
    words.finish()
    catalog = context.services.catalog
    other = catalog.find(table.database, name)
    if other is None or other.kind != "table":
        raise errors.analysis(f"Can not find table {name}")
    context.access.require("ALTER", other)
    for one in (table, other):
        context.services.dependents.inactivate(change, one, "base-table swapped")
    # Rows and grants belong to ids, so only the names are swapped.
    first, second = replace(table, name=other.name), replace(other, name=table.name)
    change.put("table", str(first.id), first.to_json())
    change.put("table", str(second.id), second.to_json())
    change.after(lambda: catalog.exchange(first, second))


def _alter_view(context: Context, words: Words) -> Ok:
    services = context.services
    with services.storage.transaction(context.cursor) as change:
        table = _find(context, words, "mv")
        if words.accept("RENAME"):
            name = words.identifier()
            check_new_name("table", name)
            if services.catalog.find(table.database, name):
                raise errors.exists("table", name)
            services.dependents.inactivate(change, table, "base-table renamed")
            table = replace(table, name=name)
        elif words.accept("SET"):
            table = replace(table, properties={**table.properties, **checked(words.properties())})
        elif words.accept("ACTIVE"):
            if not table.active:
                table = services.dependents.activated(table)
        elif words.accept("INACTIVE"):
            if table.active:
                services.dependents.inactivate(change, table, "base-mv inactive")
                table = replace(table, active=False, inactive_reason=BY_USER)
        else:
            raise errors.unsupported(
                "this clause of ALTER MATERIALIZED VIEW; it supports RENAME, SET, ACTIVE and INACTIVE"
            )
        words.finish()
        services.catalog.put(change, table)
    return Ok()
