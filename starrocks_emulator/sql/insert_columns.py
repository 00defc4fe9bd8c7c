"""The columns that an INSERT lists: their names, their number, and what StarRocks requires of them."""

from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Rendered
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table, TableColumn
from starrocks_emulator.sql.kinds import Kind
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.select import Queries


def check_count(wanted: int, found: int) -> None:
    """Refuse rows with another number of columns.

    Raises:
        SqlError: 5604 with both numbers.
    """
    if wanted != found:
        raise SqlError(
            5604,
            "Getting analyzing error. Detail message: Inserted target column count: "
            f"{wanted} doesn't match select/value column count: {found}.",
            "42601",
        )


BY_NAME: list[str] = []
"""Stands for the names of the query's result columns."""


def label_and_names(words: Words) -> tuple[str | None, Sequence[str] | None]:
    """`WITH LABEL l`, and `(columns)` or `BY NAME`, in any order."""
    label: str | None = None
    names: Sequence[str] | None = None
    while True:
        if label is None and words.accept("WITH", "LABEL"):
            label = words.word_or_string()
        elif words.accept("BY", "NAME"):
            _refuse_second(names)
            names = BY_NAME
        elif words.peek("(") and not words.peek("(", "SELECT") and not words.peek("(", "WITH"):
            _refuse_second(names)
            names = words.names()
        else:
            return label, names


def _refuse_second(names: Sequence[str] | None) -> None:
    if names is not None:
        raise errors.syntax("Cannot use COLUMN LIST and BY NAME clause together in insert")


def result_column(place: int, kinds: Sequence[Kind]) -> str:
    """A column of the query of an INSERT; the type of an array determines how its elements are converted."""
    name, kind = quote(f"c{place}"), kinds[place] if place < len(kinds) else None
    return Rendered(name, lambda: kind) if kind and kind.element else name


def names_of(tree: exp.Expr, queries: Queries) -> list[str]:
    """The names of a query's result columns.

    Raises:
        SqlError: 1064 for VALUES, 1060 for two columns of one name.
    """
    if isinstance(tree, exp.Values):
        raise errors.analysis("Insert match column by name does not support values()")
    queries.query(tree)
    names = [name for name, _ in queries.columns_of(tree)]
    for place, name in enumerate(names):
        if name.lower() in [before.lower() for before in names[:place]]:
            raise SqlError(1060, f"Duplicate column name '{name}'", "42S21")
    return names


def listed_columns(table: Table, names: Sequence[str]) -> list[TableColumn]:
    """The columns of a table by name.

    Raises:
        SqlError: a name is unknown or given twice, or a required column is missing.
    """
    columns: list[TableColumn] = []
    for name in names:
        column = table.column(name)
        if column is None:
            raise errors.analysis(f"Unknown column '{name}' in '{table.name}'")
        if column in columns:
            raise errors.analysis(f"Column '{name}' specified twice")
        columns.append(column)
    required = [column for column in table.columns if column not in columns and column.default is None]
    if table.model == "PRIMARY":
        _check_partial_update(table, columns, [column.name for column in required if column.name in table.keys])
        return columns
    for column in required:
        if not column.nullable:
            names = "  ".join(one.name for one in columns)
            raise errors.analysis(f"'{column.name}' must be explicitly mentioned in column permutation: {names}")
    return columns


def _check_partial_update(table: Table, columns: Sequence[TableColumn], missing_keys: Sequence[str]) -> None:
    """Refuse a column list that cannot identify or sort the rows.

    Raises:
        SqlError: 6014 without a key column, 1064 without a column of ORDER BY.
    """
    if missing_keys:
        raise SqlError(
            6014,
            "Getting analyzing error. Detail message: missing key columns:"
            f"{','.join(name.lower() for name in missing_keys)} for primary key table.",
            "42000",
        )
    given = {column.name for column in columns} | set(table.keys)
    unsorted = [name for name in table.order_by if name not in given]
    if unsorted and len(columns) < len(table.columns):
        raise errors.analysis(f"Partial update must include all sort key columns, missing: {', '.join(unsorted)}")
