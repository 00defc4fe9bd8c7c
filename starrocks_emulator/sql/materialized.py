"""CREATE and REFRESH of materialized views."""

from collections.abc import Sequence
from datetime import datetime

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.catalog import now_text
from starrocks_emulator.context import Context
from starrocks_emulator.results import Column, ColumnType, Ok, ResultSet
from starrocks_emulator.schema import Refresh, Table, TableColumn
from starrocks_emulator.sql.create_table import partition_clause
from starrocks_emulator.sql.definitions import columns_of, commented, named_columns, query_after_as, target
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.properties import checked
from starrocks_emulator.sql.table_rules import NO_KEYS, view_keys
from starrocks_emulator.write import physical

_MIN_REFRESH_SECONDS = 60
_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}


def create(context: Context, words: Words) -> Ok:  # noqa: PLR0912  one branch a clause
    """`CREATE MATERIALIZED VIEW … REFRESH … AS query`."""
    lenient, database, name = target(context, words, "CREATE MATERIALIZED VIEW")
    named = named_columns(words)
    comment = ""
    schedule: Refresh | None = None
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
            schedule = _schedule(words)
        elif words.accept("PROPERTIES"):
            properties = checked(words.properties())
        else:
            raise words.unexpected("a clause of CREATE MATERIALIZED VIEW")
    query = query_after_as(context, words)
    base = None
    if schedule is None:
        if partitioning or distributed_by or order_by or named:
            raise errors.syntax("A synchronous materialized view takes no clause but PROPERTIES")
        base, schedule = _base(context, query), Refresh("ROLLUP")
    columns = commented(columns_of(context, query, [one for one, _ in named]), named)
    columns, keys, output = _keys_first(columns, order_by) if base is None else (columns, (), ())
    services = context.services
    for used in (*(partitioning.columns if partitioning else ()), *distributed_by, *order_by):
        if used.lower() not in {column.name.lower() for column in columns}:
            raise errors.analysis(f"Column '{used}' is not a column of the materialized view {name}")
    with services.storage.transaction(context.cursor) as change:
        if services.catalog.find(database, name):
            if lenient:
                return Ok()
            raise errors.exists("table", name)
        table = Table(
            services.catalog.new_id(change), database, name, "mv", columns, now_text(), partitioning=partitioning,
            distribution=distribution, distributed_by=distributed_by, buckets=buckets, order_by=order_by,
            properties=properties, comment=comment, query=query, query_database=context.database or database,
            refresh=schedule, base=base, keys=keys, output=output,
        )  # fmt: skip
        if base is None:
            change.cursor.execute(physical(table))
        services.catalog.put(change, table)
    if base is None:
        services.refresher.created(table)
    return Ok()


def _keys_first(
    columns: Sequence[TableColumn], order_by: Sequence[str]
) -> tuple[tuple[TableColumn, ...], tuple[str, ...], tuple[int, ...]]:
    """The columns with the sort key first, the names of the key, and the index of each column in the query's result.

    Raises:
        SqlError: 1064 for a column that cannot be a key.
    """
    chosen = [name.lower() for name in order_by] or [name.lower() for name in view_keys(columns)]
    places = {column.name.lower(): place for place, column in enumerate(columns)}
    for name in chosen:
        if name in places and columns[places[name]].type.name in NO_KEYS:
            kind = columns[places[name]].type.brief().upper()
            raise errors.analysis(f"Type {kind} cannot be sort key: {name}")
    first = [places[name] for name in chosen if name in places]
    order = (*first, *(place for place in range(len(columns)) if place not in first))
    output = order if list(order) != sorted(order) else ()
    return tuple(columns[place] for place in order), tuple(columns[place].name for place in first), output


def _base(context: Context, query: str) -> int:
    """The id of the base table of a synchronous materialized view.

    Such a view stores no rows in the emulator: reading it runs its query, so it is always up to date.

    Raises:
        SqlError: 1064 for a query that is not a plain SELECT from one table.
    """
    tree, _ = parse(query)
    queries = context.queries()
    queries.query(tree)
    plain = isinstance(tree, exp.Select) and not any(
        tree.args.get(part) for part in ("joins", "having", "order", "limit", "offset", "distinct", "with_", "qualify")
    )
    tables = queries.tables
    if not plain or len(tables) != 1 or tables[0].kind != "table" or next(tree.find_all(exp.Subquery), None):
        raise errors.analysis(
            "A synchronous materialized view reads one table, by SELECT … FROM table [WHERE …] [GROUP BY …]; "
            "for anything else add REFRESH ASYNC, MANUAL or DEFERRED"
        )
    return tables[0].id


def _schedule(words: Words) -> Refresh:
    """The refresh clause after REFRESH."""
    immediate = not words.accept("DEFERRED")
    words.accept("IMMEDIATE")
    mode = words.one_of("ASYNC", "MANUAL")
    start, every, text = None, None, ""
    if words.accept("START"):
        words.expect("(")
        start = words.string()
        words.expect(")")
        moment(start)
    if words.accept("EVERY"):
        every, text = interval(words)
        if every < _MIN_REFRESH_SECONDS:
            raise errors.analysis(
                f"Refresh schedule interval {every} is too small which may cost a lot of memory/cpu resources to "
                "refresh the asynchronous materialized view, please config an interval larger than "
                f"Config.materialized_view_min_refresh_interval({_MIN_REFRESH_SECONDS}s)"
            )
    return Refresh(mode, start, every, text, immediate=immediate)


def interval(words: Words) -> tuple[int, str]:
    """`(INTERVAL n unit)` in seconds and as text."""
    words.expect("(", "INTERVAL")
    count, unit = words.integer(), words.identifier().upper().rstrip("S")
    words.expect(")")
    if unit not in _SECONDS or not count:
        raise errors.analysis(f"EVERY (INTERVAL {count} {unit}): expected SECOND, MINUTE, HOUR or DAY")
    return count * _SECONDS[unit], f"INTERVAL {count} {unit}"


def moment(text: str) -> datetime:
    """The time of START.

    Raises:
        SqlError: 1064 for a text that is none.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise errors.analysis(f"START ('{text}'): expected 'YYYY-MM-DD HH:MM:SS'") from None


def refresh(context: Context, words: Words) -> ResultSet:
    """`REFRESH MATERIALIZED VIEW name [FORCE] [WITH SYNC|ASYNC MODE]`."""
    words.expect("REFRESH", "MATERIALIZED", "VIEW")
    database, name = words.qualified()
    force = words.accept("FORCE")
    synchronous = False
    if words.accept("WITH"):
        synchronous = words.one_of("SYNC", "ASYNC") == "SYNC"
        words.expect("MODE")
    words.finish()
    catalog = context.services.catalog
    table = catalog.table(catalog.database(database or context.database), name)
    if table.kind != "mv" or table.base is not None:
        raise errors.analysis(f"Can not refresh non materialized view {name}")
    context.access.require("REFRESH", table)
    query_id = context.services.refresher.request(table, force, synchronous)
    return ResultSet([Column("QUERY_ID", ColumnType.VAR_STRING)], iter([[(query_id,)]]))
