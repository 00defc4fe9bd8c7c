"""CREATE, DROP and REFRESH."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from starrocks_emulator import errors
from starrocks_emulator.catalog import SYSTEM_DATABASES, check_new_name, now_text
from starrocks_emulator.results import Column, ColumnType, Ok, ResultSet, SqlError
from starrocks_emulator.schema import Refresh, Table, TableColumn
from starrocks_emulator.sql import admin
from starrocks_emulator.sql.create_table import Definition, partition_clause, validate
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.properties import checked
from starrocks_emulator.sql.render import quote
from starrocks_emulator.storage import Transaction
from starrocks_emulator.types import from_stored

if TYPE_CHECKING:
    from starrocks_emulator.session import Session

_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}


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
        return _create_materialized_view(session, words)
    if words.accept("USER"):
        return admin.create_user(session, words)
    if words.accept("ROLE"):
        return admin.create_role(session, words)
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


def _target(session: Session, words: Words, privilege: str) -> tuple[bool, str, str]:
    lenient = words.accept("IF", "NOT", "EXISTS")
    database, name = words.qualified()
    database = session.engine.catalog.database(database or session.database)
    if database in SYSTEM_DATABASES:
        raise SqlError(1044, f"Access denied for user '{session.user}' to database '{database}'", "42000")
    session.access.require_database(privilege, database)
    check_new_name("table", name)
    return lenient, database, name


def physical(table: Table) -> str:
    """DuckDB's CREATE TABLE for a table."""
    columns = ", ".join(
        f"{quote(column.name)} {column.type.stored()}{'' if column.nullable else ' NOT NULL'}"
        for column in table.columns
    )
    return f"CREATE TABLE {table.stored} ({columns})"


def _create_table(session: Session, words: Words) -> Ok:
    lenient, database, name = _target(session, words, "CREATE TABLE")
    if words.accept("LIKE"):
        return _create_like(session, words, lenient, database, name)
    bare = words.tokens[words.position + 2].text if len(words.tokens) > words.position + 2 else ""
    named = words.names() if words.peek("(") and bare in {",", ")"} else ()
    definition = Definition(words)
    query = _query_after_as(session, words) if words.accept("AS") else None
    words.finish()
    if query is not None:
        if definition.columns:
            raise errors.syntax("CREATE TABLE AS SELECT takes column names only, their types come from the query")
        definition.columns = list(_columns_of(session, query, named))
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


def _query_after_as(session: Session, words: Words) -> str:
    if words.at_end:
        raise words.unexpected("SELECT")
    text = words.rest()
    session.queries().query(parse(text)[0], top=True)
    return text


def _columns_of(session: Session, query: str, names: Sequence[str]) -> tuple[TableColumn, ...]:
    text = session.queries().query(parse(query)[0], top=True)
    rows = session.cursor.execute(f"DESCRIBE {text}").fetchall()
    if names and len(names) != len(rows):
        raise SqlError(1353, "View's SELECT and view's field list have different column counts")
    found = tuple(names) or tuple(str(row[0]) for row in rows)
    lower = [name.lower() for name in found]
    if len(set(lower)) != len(lower):
        double = next(name for name in lower if lower.count(name) > 1)
        raise SqlError(1060, f"Duplicate column name '{double}'", "42S21")
    return tuple(TableColumn(name, from_stored(str(row[1]))) for name, row in zip(found, rows, strict=True))


def _named_columns(words: Words) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if words.accept("("):
        while True:
            name = words.identifier()
            found.append((name, words.string() if words.accept("COMMENT") else ""))
            if not words.accept(","):
                break
        words.expect(")")
    return tuple(found)


def _create_view(session: Session, words: Words, replace: bool) -> Ok:
    lenient, database, name = _target(session, words, "CREATE VIEW")
    named = _named_columns(words)
    comment = words.string() if words.accept("COMMENT") else ""
    words.expect("AS")
    query = _query_after_as(session, words)
    columns = _commented(_columns_of(session, query, [one for one, _ in named]), named)
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


def _commented(columns: Sequence[TableColumn], named: Sequence[tuple[str, str]]) -> tuple[TableColumn, ...]:
    if not named:
        return tuple(columns)
    return tuple(
        TableColumn(column.name, column.type, comment=comment)
        for column, (_, comment) in zip(columns, named, strict=True)
    )


def _create_materialized_view(session: Session, words: Words) -> Ok:  # noqa: PLR0912, PLR0915
    lenient, database, name = _target(session, words, "CREATE MATERIALIZED VIEW")
    named = _named_columns(words)
    comment, mode, start, every, every_text, immediate = "", "", None, None, "", True
    partitioning, distribution, buckets = None, "RANDOM", None
    distributed_by: tuple[str, ...] = ()
    order_by: tuple[str, ...] = ()
    properties: dict[str, str] = {}
    while not words.accept("AS"):
        if words.accept("COMMENT"):
            comment = words.string()
        elif words.accept("PARTITION", "BY"):
            partitioning, _ = partition_clause(words)
        elif words.accept("DISTRIBUTED", "BY"):
            distribution = words.one_of("HASH", "RANDOM")
            distributed_by = words.names() if distribution == "HASH" else ()
            buckets = words.integer() if words.accept("BUCKETS") else None
        elif words.accept("ORDER", "BY"):
            order_by = words.names()
        elif words.accept("REFRESH"):
            immediate = not words.accept("DEFERRED")
            words.accept("IMMEDIATE")
            mode = words.one_of("ASYNC", "MANUAL")
            if words.accept("START"):
                words.expect("(")
                start = words.string()
                words.expect(")")
                _moment(start)
            if words.accept("EVERY"):
                words.expect("(", "INTERVAL")
                count, unit = words.integer(), words.identifier().upper().rstrip("S")
                words.expect(")")
                if unit not in _SECONDS or not count:
                    raise errors.analysis(f"EVERY (INTERVAL {count} {unit}): expected SECOND, MINUTE, HOUR or DAY")
                every, every_text = count * _SECONDS[unit], f"INTERVAL {count} {unit}"
        elif words.accept("PROPERTIES"):
            properties = checked(words.properties())
        else:
            raise words.unexpected("a clause of CREATE MATERIALIZED VIEW")
    if not mode:
        raise errors.unsupported("synchronous materialized views; add REFRESH ASYNC, MANUAL or DEFERRED")
    query = _query_after_as(session, words)
    columns = _commented(_columns_of(session, query, [one for one, _ in named]), named)
    engine = session.engine
    for used in (*(partitioning.columns if partitioning else ()), *distributed_by, *order_by):
        if used.lower() not in {column.name.lower() for column in columns}:
            raise errors.analysis(f"Column '{used}' is not a column of the materialized view {name}")
    with engine.storage.transaction(session.cursor) as change:
        if engine.catalog.find(database, name):
            if lenient:
                return Ok()
            raise errors.exists("table", name)
        table = Table(
            engine.catalog.new_id(change), database, name, "mv", columns, now_text(), partitioning=partitioning,
            distribution=distribution, distributed_by=distributed_by, buckets=buckets, order_by=order_by,
            properties=properties, comment=comment, query=query, query_database=session.database or database,
            refresh=Refresh(mode, start, every, every_text, immediate=immediate),
        )  # fmt: skip
        change.cursor.execute(physical(table))
        engine.catalog.put(change, table)
    engine.refresher.created(table)
    return Ok()


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise errors.analysis(f"START ('{text}'): expected 'YYYY-MM-DD HH:MM:SS'") from None


def drop(session: Session, words: Words) -> Ok:
    """DROP DATABASE, TABLE, VIEW, MATERIALIZED VIEW, USER or ROLE."""
    words.expect("DROP")
    if words.accept("DATABASE") or words.accept("SCHEMA"):
        return _drop_database(session, words)
    if words.accept("USER"):
        return admin.drop_user(session, words)
    if words.accept("ROLE"):
        return admin.drop_role(session, words)
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
        engine.catalog.drop_database(change, name)
    if session.database == name:
        session.database = None
    return Ok()


def refresh(session: Session, words: Words) -> ResultSet:
    """`REFRESH MATERIALIZED VIEW name [FORCE] [WITH SYNC|ASYNC MODE]`."""
    words.expect("REFRESH", "MATERIALIZED", "VIEW")
    database, name = words.qualified()
    force = words.accept("FORCE")
    synchronous = False
    if words.accept("WITH"):
        synchronous = words.one_of("SYNC", "ASYNC") == "SYNC"
        words.expect("MODE")
    words.finish()
    catalog = session.engine.catalog
    table = catalog.table(catalog.database(database or session.database), name)
    if table.kind != "mv":
        raise errors.analysis(f"Can not refresh non materialized view {name}")
    session.access.require("REFRESH", table)
    query_id = session.engine.refresher.request(table, force, synchronous)
    return ResultSet([Column("QUERY_ID", ColumnType.VAR_STRING)], iter([[(query_id,)]]))
