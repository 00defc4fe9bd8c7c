"""What the CREATE statements have in common."""

from collections.abc import Sequence

from starrocks_emulator.catalog import SYSTEM_DATABASES, check_new_name
from starrocks_emulator.context import Context
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table, TableColumn
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.types import from_stored


def target(context: Context, words: Words, privilege: str) -> tuple[bool, str, str]:
    """What a CREATE statement makes: whether it may be there already, its database and its name."""
    lenient = words.accept("IF", "NOT", "EXISTS")
    database, name = words.qualified()
    database = context.services.catalog.database(database or context.database)
    if database in SYSTEM_DATABASES:
        raise SqlError(1044, f"Access denied for user '{context.user}' to database '{database}'", "42000")
    context.access.require_database(privilege, database)
    check_new_name("table", name)
    return lenient, database, name


def physical(table: Table) -> str:
    """DuckDB's CREATE TABLE for a table."""
    columns = ", ".join(
        f"{quote(column.name)} {column.type.stored()}{'' if column.nullable else ' NOT NULL'}"
        for column in table.columns
    )
    return f"CREATE TABLE {table.stored} ({columns})"


def query_after_as(context: Context, words: Words) -> str:
    """The query after AS, checked."""
    if words.at_end:
        raise words.unexpected("SELECT")
    text = words.rest()
    context.queries().query(parse(text)[0])
    return text


def columns_of(context: Context, query: str, names: Sequence[str]) -> tuple[TableColumn, ...]:
    """The columns that a query answers, under these names if some are given."""
    text = context.queries().query(parse(query)[0])
    rows = context.cursor.execute(f"DESCRIBE {text}").fetchall()
    if names and len(names) != len(rows):
        raise SqlError(1353, "View's SELECT and view's field list have different column counts")
    found = tuple(names) or tuple(str(row[0]) for row in rows)
    lower = [name.lower() for name in found]
    if len(set(lower)) != len(lower):
        double = next(name for name in lower if lower.count(name) > 1)
        raise SqlError(1060, f"Duplicate column name '{double}'", "42S21")
    return tuple(TableColumn(name, from_stored(str(row[1]))) for name, row in zip(found, rows, strict=True))


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
    """Columns with the comments that were given."""
    if not named:
        return tuple(columns)
    return tuple(
        TableColumn(column.name, column.type, comment=comment)
        for column, (_, comment) in zip(columns, named, strict=True)
    )
