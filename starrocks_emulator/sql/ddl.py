"""CREATE and DROP."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from starrocks_emulator import errors
from starrocks_emulator.catalog import SYSTEM_DATABASES, check_new_name, now_text
from starrocks_emulator.context import Context
from starrocks_emulator.results import Ok, ResultSet, SqlError
from starrocks_emulator.schema import Table, TableColumn
from starrocks_emulator.sql import backup, materialized, principals, rows, tasks
from starrocks_emulator.sql.create_table import Definition
from starrocks_emulator.sql.definitions import columns_of, commented, named_columns, query_after_as, target
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.properties import checked
from starrocks_emulator.sql.table_rules import validate
from starrocks_emulator.storage import Transaction
from starrocks_emulator.write import physical


def create(context: Context, words: Words) -> Ok | ResultSet:
    """CREATE DATABASE, TABLE, VIEW, MATERIALIZED VIEW, USER, ROLE or REPOSITORY."""
    words.expect("CREATE")
    replace = words.accept("OR", "REPLACE")
    if words.accept("VIEW"):
        return _create_view(context, words, replace)
    if replace:
        raise errors.unsupported("CREATE OR REPLACE of anything but a view")
    for phrase, handler in _CREATES.items():
        if words.accept(*phrase.split()):
            return handler(context, words)
    raise words.unexpected("DATABASE, TABLE, VIEW, MATERIALIZED VIEW, USER, ROLE or REPOSITORY")


def _create_database(context: Context, words: Words) -> Ok:
    lenient = words.accept("IF", "NOT", "EXISTS")
    name = words.identifier()
    words.finish()
    context.access.require_global("CREATE DATABASE", "CATALOG")
    check_new_name("database", name)
    catalog = context.services.catalog
    with context.services.storage.transaction() as change:
        if name in catalog.databases or name.lower() in SYSTEM_DATABASES:
            if lenient:
                return Ok()
            raise errors.exists("database", name)
        catalog.create_database(change, name)
    return Ok()


def _create_table(context: Context, words: Words) -> Ok:
    lenient, database, name = target(context, words, "CREATE TABLE")
    if words.accept("LIKE"):
        return _create_like(context, words, lenient, database, name)
    bare = words.tokens[words.position + 2].text if len(words.tokens) > words.position + 2 else ""
    named = words.names() if words.peek("(") and bare in {",", ")"} else ()
    definition = Definition(words)
    query = query_after_as(context, words) if words.accept("AS") else None
    words.finish()
    if query is not None:
        if definition.columns:
            raise errors.syntax("CREATE TABLE AS SELECT takes column names only, their types come from the query")
        definition.columns = list(columns_of(context, query, named))
    validate(definition, query is not None)
    services = context.services
    with services.storage.transaction(context.cursor) as change:
        if services.catalog.find(database, name):
            if lenient:
                return Ok()
            raise errors.exists("table", name)
        table = Table(
            id=services.catalog.new_id(change), database=database, name=name, kind="table",
            columns=tuple(definition.columns), created=now_text(), model=definition.model,
            keys=_real_names(definition.columns, definition.keys), partitioning=definition.partitioning,
            partitions=definition.partitions, distribution=definition.distribution,
            distributed_by=definition.distributed_by, buckets=definition.buckets, order_by=definition.order_by,
            properties=checked(definition.properties), comment=definition.comment,
        )  # fmt: skip
        change.cursor.execute(physical(table))
        services.catalog.put(change, table)
    if query is not None:
        names = ", ".join(quote(column.name) for column in table.columns)
        rows.change(context, f"INSERT INTO `{database}`.`{name}` ({names.replace(chr(34), '`')}) {query}")
    return Ok()


def _real_names(columns: Sequence[TableColumn], names: Sequence[str]) -> tuple[str, ...]:
    spelled = {column.name.lower(): column.name for column in columns}
    return tuple(spelled[name.lower()] for name in names)


def _create_like(context: Context, words: Words, lenient: bool, database: str, name: str) -> Ok:
    source_database, source_name = words.qualified()
    words.finish()
    services = context.services
    source = services.catalog.table(services.catalog.database(source_database or context.database), source_name)
    context.access.require("SELECT", source)
    if source.kind != "table":
        raise SqlError(5075, "Create table like does not support create view.", "42000")
    with services.storage.transaction(context.cursor) as change:
        if services.catalog.find(database, name):
            if lenient:
                return Ok()
            raise errors.exists("table", name)
        partitions = source.partitions if source.partitioning and source.partitioning.kind == "range" else ()
        table = replace(
            source,
            id=services.catalog.new_id(change),
            database=database,
            name=name,
            created=now_text(),
            partitions=partitions,
        )
        change.cursor.execute(physical(table))
        services.catalog.put(change, table)
    return Ok()


def _create_view(context: Context, words: Words, replace: bool) -> Ok:
    lenient, database, name = target(context, words, "CREATE VIEW")
    catalog = context.services.catalog
    number = None
    if found := catalog.find(database, name):
        if not replace and lenient:
            return Ok()
        if not replace:
            raise errors.exists("table", name)
        if found.kind != "view":
            raise errors.analysis(f"Table '{name}' already exists and is not a view")
        number = found.id
    return _put_view(context, words, database, name, number)


def alter_view(context: Context, words: Words) -> Ok:
    """`ALTER VIEW name [(columns)] [COMMENT …] AS query`, after the word VIEW."""
    database, name = words.qualified()
    catalog = context.services.catalog
    found = catalog.find(catalog.database(database or context.database), name)
    if found is None:
        raise errors.unknown_table(f"{database or context.database}.{name}")
    if found.kind != "view":
        raise SqlError(1347, f"'{found.database}'.'{name}' is not 'VIEW'")
    context.access.require("ALTER", found)
    return _put_view(context, words, found.database, name, found.id)


def _put_view(context: Context, words: Words, database: str, name: str, number: int | None) -> Ok:
    """Store the view that the rest of the statement defines; `number`: the id of the view that it replaces."""
    named = named_columns(words)
    comment = words.string() if words.accept("COMMENT") else ""
    words.expect("AS")
    query = query_after_as(context, words)
    columns = commented(columns_of(context, query, [one for one, _ in named]), named)
    services = context.services
    with services.storage.transaction(context.cursor) as change:
        found = services.catalog.find(database, name)
        if (found.id if found else None) != number:
            raise errors.exists("table", name)
        if found:
            services.dependents.inactivate(change, found, "base-view changed")
        view = Table(
            found.id if found else services.catalog.new_id(change), database, name, "view", columns, now_text(),
            query=query, comment=comment, query_database=context.database or database,
        )  # fmt: skip
        services.catalog.put(change, view)
    return Ok()


def drop(context: Context, words: Words) -> Ok:
    """DROP DATABASE, TABLE, VIEW, MATERIALIZED VIEW, USER, ROLE, TASK or REPOSITORY."""
    words.expect("DROP")
    for phrase, handler in _DROPS.items():
        if words.accept(*phrase.split()):
            return handler(context, words)
    return _drop_object(context, words)


def _drop_object(context: Context, words: Words) -> Ok:
    kinds = {"TABLE": "table", "VIEW": "view", "MATERIALIZED VIEW": "mv"}
    word = words.one_of("TABLE", "VIEW", "MATERIALIZED VIEW")
    lenient = words.accept("IF", "EXISTS")
    database, name = words.qualified()
    words.accept("FORCE")
    words.finish()
    services = context.services
    if lenient and (database or context.database) not in services.catalog.databases:
        return Ok()
    database = services.catalog.database(database or context.database)
    with services.storage.transaction(context.cursor) as change:
        found = services.catalog.find(database, name)
        if found is None:
            if lenient:
                return Ok()
            raise errors.unknown_table(f"{database}.{name}")
        if found.kind == "mv" and word == "TABLE":
            raise errors.analysis(
                f"The data of '{name}' cannot be dropped because '{name}' is a materialized view, "
                f"use 'drop materialized view {name}' to drop it"
            )
        if found.kind != "mv" and word == "MATERIALIZED VIEW":
            raise errors.analysis(f"Materialized view {name} is not found")
        if found.kind != kinds[word]:
            raise SqlError(1347, f"'{database}'.'{name}' is not '{word}'")
        context.access.require("DROP", found)
        services.dependents.inactivate(change, found, "base-table dropped", without={found.id})
        for view in services.catalog.tables(database):
            if view.base == found.id:  # a synchronous materialized view is dropped with its table
                _remove(context, change, view)
        _remove(context, change, found)
    return Ok()


def _remove(context: Context, change: Transaction, table: Table) -> None:
    context.services.catalog.remove(change, table)
    context.services.users.remove_object(change, {str(table.id)})


def _drop_database(context: Context, words: Words) -> Ok:
    lenient = words.accept("IF", "EXISTS")
    name = words.identifier()
    words.accept("FORCE")
    words.finish()
    services = context.services
    with services.storage.transaction(context.cursor) as change:
        number = services.catalog.databases.get(name)
        if number is None:
            if lenient:
                return Ok()
            raise SqlError(1008, f"Can't drop database '{name}'; database doesn't exist")
        context.access.require_database("DROP", name)
        tables = services.catalog.tables(name)
        for table in tables:
            services.dependents.inactivate(change, table, "base-table dropped", without={one.id for one in tables})
            services.catalog.remove(change, table)
        scopes = {str(table.id) for table in tables} | {str(number), f"db:{number}"}
        services.users.remove_object(change, scopes)
        services.loads.remove_database(change, name)
        services.catalog.drop_database(change, name)
    if context.database == name:
        context.database = None
    return Ok()


_CREATES: dict[str, Callable[[Context, Words], Ok | ResultSet]] = {
    "DATABASE": _create_database,
    "SCHEMA": _create_database,
    "TABLE": _create_table,
    "MATERIALIZED VIEW": materialized.create,
    "USER": principals.create_user,
    "ROLE": principals.create_role,
    "REPOSITORY": partial(backup.create_repository, read_only=False),
    "READ ONLY REPOSITORY": partial(backup.create_repository, read_only=True),
}
_DROPS: dict[str, Callable[[Context, Words], Ok]] = {
    "DATABASE": _drop_database,
    "SCHEMA": _drop_database,
    "USER": principals.drop_user,
    "ROLE": principals.drop_role,
    "TASK": tasks.drop,
    "REPOSITORY": backup.drop_repository,
}
