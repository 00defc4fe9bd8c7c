"""Shared parts of the CREATE statements."""

from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.catalog import SYSTEM_DATABASES, check_new_name
from starrocks_emulator.context import Context
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import TableColumn
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.select import Queries
from starrocks_emulator.types import SqlType, from_stored


def target(context: Context, words: Words, privilege: str) -> tuple[bool, str, str]:
    """The target of a CREATE statement: whether IF NOT EXISTS is given, the database and the name."""
    lenient = words.accept("IF", "NOT", "EXISTS")
    database, name = words.qualified()
    database = context.services.catalog.database(database or context.database)
    if database in SYSTEM_DATABASES:
        raise SqlError(1044, f"Access denied for user '{context.user}' to database '{database}'", "42000")
    context.access.require_database(privilege, database)
    check_new_name("table", name)
    return lenient, database, name


def query_after_as(context: Context, words: Words) -> str:
    """Parse and check the query after AS."""
    if words.at_end:
        raise words.unexpected("SELECT")
    text = words.rest()
    context.queries().query(parse(text)[0])
    return text


def columns_of(context: Context, query: str, names: Sequence[str]) -> tuple[TableColumn, ...]:
    """The result columns of a query, with these names if any are given."""
    tree, _ = parse(query)
    queries = context.queries()
    text = queries.query(tree)
    rows = context.cursor.execute(f"DESCRIBE {text}").fetchall()
    if names and len(names) != len(rows):
        raise SqlError(1353, "View's SELECT and view's field list have different column counts")
    found = tuple(names) or tuple(str(row[0]) for row in rows)
    lower = [name.lower() for name in found]
    if len(set(lower)) != len(lower):
        double = next(name for name in lower if lower.count(name) > 1)
        raise errors.duplicate_column(double)
    types = [from_stored(str(row[1])) for row in rows]
    if any(kind.name == "time" for kind in types):
        raise errors.unsupported("the type TIME")
    return tuple(map(TableColumn, found, _with_lengths(tree, queries, types)))


def _with_lengths(tree: exp.Expr, queries: Queries, types: Sequence[SqlType]) -> list[SqlType]:
    """The result types; a result that is a plain string column gets the length of that column."""
    known = queries.columns_of(tree)
    nodes = tree.expressions if isinstance(tree, exp.Select) else []
    if len(known) != len(types) or len(nodes) != len(types):
        return list(types)
    found = []
    for node, (_, kind), given in zip(nodes, known, types, strict=True):
        plain = isinstance(node.unalias(), exp.Column) and given.is_string
        if plain and isinstance(kind, SqlType) and kind.is_string and kind.arguments:
            found.append(SqlType("varchar", kind.arguments))
        else:
            found.append(given)
    return found


def named_columns(words: Words) -> tuple[tuple[str, str], ...]:
    """Names of columns with their comments."""
    found: list[tuple[str, str]] = []
    if words.accept("("):
        while True:
            name = words.identifier()
            found.append((name, words.string() if words.accept("COMMENT") else ""))
            if not words.accept(","):
                break
        words.expect(")")
    return tuple(found)


def commented(columns: Sequence[TableColumn], named: Sequence[tuple[str, str]]) -> tuple[TableColumn, ...]:
    """Columns with the given comments."""
    if not named:
        return tuple(columns)
    return tuple(
        TableColumn(column.name, column.type, comment=comment)
        for column, (_, comment) in zip(columns, named, strict=True)
    )
