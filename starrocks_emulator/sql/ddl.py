"""CREATE and DROP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starrocks_emulator import errors
from starrocks_emulator.catalog import SYSTEM_DATABASES, check_new_name, now_text
from starrocks_emulator.results import Ok, ResultSet, SqlError
from starrocks_emulator.schema import Table, TableColumn
from starrocks_emulator.sql import materialized, principals, tasks
from starrocks_emulator.sql.create_table import Definition, validate
from starrocks_emulator.sql.definitions import columns_of, commented, named_columns, physical, query_after_as, target
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.properties import checked
from starrocks_emulator.storage import Transaction

if TYPE_CHECKING:
    from starrocks_emulator.session import Session


def create(session: Session, words: Words) -> Ok | ResultSet:
    """CREATE DATABASE, TABLE, VIEW, MATERIALIZED VIEW, USER or ROLE."""
    words.expect("CREATE")
    replace = words.accept("OR", "REPLACE")
    if words.accept("VIEW"):
        return _create_view(session, words, replace)
    if replace:
        raise errors.unsupported("CREATE OR REPLACE of anything but a view")
    if words.accept("DATABASE") or words.accept("SCHEMA"):
        return _create_database(session, words)
    if words.accept("TABLE"):
        return _create_table(session, words)
    if words.accept("MATERIALIZED", "VIEW"):
        return materialized.create(session, words)
    if words.accept("USER"):
        return principals.create_user(session, words)
    if words.accept("ROLE"):
        return principals.create_role(session, words)
    raise words.unexpected("DATABASE, TABLE, VIEW, MATERIALIZED VIEW, USER or ROLE")


def _create_database(session: Session, words: Words) -> Ok:
    lenient = words.accept("IF", "NOT", "EXISTS")
    name = words.identifier()
    words.finish()
    session.access.require_global("CREATE DATABASE", "CATALOG")
    check_new_name("database", name)
    catalog = session.engine.catalog
    with session.engine.storage.transaction() as change:
        if name in catalog.databases or name.lower() in SYSTEM_DATABASES:
            if lenient:
                return Ok()
            raise errors.exists("database", name)
        catalog.create_database(change, name)
    return Ok()


def _create_table(session: Session, words: Words) -> Ok:
    lenient, database, name = target(session, words, "CREATE TABLE")
    if words.accept("LIKE"):
        return _create_like(session, words, lenient, database, name)
    bare = words.tokens[words.position + 2].text if len(words.tokens) > words.position + 2 else ""
    named = words.names() if words.peek("(") and bare in {",", ")"} else ()
    definition = Definition(words)
    query = query_after_as(session, words) if words.accept("AS") else None
    words.finish()
    if query is not None:
        if definition.columns:
            raise errors.syntax("CREATE TABLE AS SELECT takes column names only, their types come from the query")
        definition.columns = list(columns_of(session, query, named))
    validate(definition)
    engine = session.engine
    with engine.storage.transaction(session.cursor) as change:
        if engine.catalog.find(database, name):
            if lenient:
                return Ok()
            raise errors.exists("table", name)
        table = Table(
            id=engine.catalog.new_id(change), database=database, name=name, kind="table",
            columns=tuple(definition.columns), created=now_text(), model=definition.model,
            keys=_real_names(definition.columns, definition.keys), partitioning=definition.partitioning,
            partitions=definition.partitions, distribution=definition.distribution,
            distributed_by=definition.distributed_by, buckets=definition.buckets, order_by=definition.order_by,
            properties=checked(definition.properties), comment=definition.comment,
        )  # fmt: skip
        change.cursor.execute(physical(table))
        engine.catalog.put(change, table)
    if query is not None:
        names = ", ".join(quote(column.name) for column in table.columns)
        session._run(f"INSERT INTO `{database}`.`{name}` ({names.replace(chr(34), '`')}) {query}", ())
    return Ok()


def _real_names(columns: Sequence[TableColumn], names: Sequence[str]) -> tuple[str, ...]:
    spelled = {column.name.lower(): column.name for column in columns}
    return tuple(spelled[name.lower()] for name in names)


def _create_like(session: Session, words: Words, lenient: bool, database: str, name: str) -> Ok:
    source_database, source_name = words.qualified()
    words.finish()
    engine = session.engine
    source = engine.catalog.table(engine.catalog.database(source_database or session.database), source_name)
    session.access.require("SELECT", source)
    if source.kind != "table":
        raise SqlError(5075, "Create table like does not support create view.", "42000")
    with engine.storage.transaction(session.cursor) as change:
        if engine.catalog.find(database, name):
            if lenient:
                return Ok()
            raise errors.exists("table", name)
        partitions = source.partitions if source.partitioning and source.partitioning.kind == "range" else ()
        table = source.with_(
            id=engine.catalog.new_id(change), database=database, name=name, created=now_text(), partitions=partitions
        )
        change.cursor.execute(physical(table))
        engine.catalog.put(change, table)
    return Ok()


def _create_view(session: Session, words: Words, replace: bool) -> Ok:
    lenient, database, name = target(session, words, "CREATE VIEW")
    named = named_columns(words)
    comment = words.string() if words.accept("COMMENT") else ""
    words.expect("AS")
    query = query_after_as(session, words)
    columns = commented(columns_of(session, query, [one for one, _ in named]), named)
    engine = session.engine
    with engine.storage.transaction(session.cursor) as change:
        found = engine.catalog.find(database, name)
        if found and (lenient or not replace or found.kind != "view"):
            if lenient and not replace:
                return Ok()
            raise errors.exists("table", name)
        number = found.id if found else engine.catalog.new_id(change)
        engine.catalog.put(
            change,
            Table(
                number,
                database,
                name,
                "view",
                columns,
                now_text(),
                query=query,
                comment=comment,
                query_database=session.database or database,
            ),
        )
    return Ok()


def drop(session: Session, words: Words) -> Ok:  # noqa: PLR0911
    """DROP DATABASE, TABLE, VIEW, MATERIALIZED VIEW, USER or ROLE."""
    words.expect("DROP")
    if words.accept("DATABASE") or words.accept("SCHEMA"):
        return _drop_database(session, words)
    if words.accept("USER"):
        return principals.drop_user(session, words)
    if words.accept("ROLE"):
        return principals.drop_role(session, words)
    if words.accept("TASK"):
        return tasks.drop(session, words)
    kinds = {"TABLE": "table", "VIEW": "view", "MATERIALIZED VIEW": "mv"}
    word = words.one_of("TABLE", "VIEW", "MATERIALIZED VIEW")
    lenient = words.accept("IF", "EXISTS")
    database, name = words.qualified()
    words.accept("FORCE")
    words.finish()
    engine = session.engine
    if lenient and (database or session.database) not in engine.catalog.databases:
        return Ok()
    database = engine.catalog.database(database or session.database)
    with engine.storage.transaction(session.cursor) as change:
        found = engine.catalog.find(database, name)
        if found is None:
            if lenient:
                return Ok()
            raise errors.unknown_table(f"{database}.{name}")
        if found.kind != kinds[word]:
            raise SqlError(1347, f"'{database}'.'{name}' is not '{word}'")
        session.access.require("DROP", found)
        for view in engine.catalog.tables(database):
            if view.base == found.id:  # a synchronous materialized view goes with its table
                _remove(session, change, view)
        _remove(session, change, found)
    return Ok()


def _remove(session: Session, change: Transaction, table: Table) -> None:
    session.engine.catalog.remove(change, table)
    session.engine.users.forget_object(change, {str(table.id)})


def _drop_database(session: Session, words: Words) -> Ok:
    lenient = words.accept("IF", "EXISTS")
    name = words.identifier()
    words.accept("FORCE")
    words.finish()
    engine = session.engine
    with engine.storage.transaction(session.cursor) as change:
        number = engine.catalog.databases.get(name)
        if number is None:
            if lenient:
                return Ok()
            raise SqlError(1008, f"Can't drop database '{name}'; database doesn't exist")
        session.access.require_database("DROP", name)
        for table in engine.catalog.tables(name):
            engine.catalog.remove(change, table)
        scopes = {str(table.id) for table in engine.catalog.tables(name)} | {str(number), f"db:{number}"}
        engine.users.forget_object(change, scopes)
        engine.loads.forget_database(change, name)
        engine.catalog.drop_database(change, name)
    if session.database == name:
        session.database = None
    return Ok()
