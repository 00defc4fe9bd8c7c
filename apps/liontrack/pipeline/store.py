"""The interface of the pipeline to StarRocks."""

from collections.abc import Sequence
from typing import Protocol

from apps.shared.starrocks import Argument, Cell


class Store(Protocol):
    """A connection of the pipeline's user; `apps.shared.starrocks.StarRocks` is one."""

    def query(self, statement: str, arguments: Sequence[Argument] = ()) -> list[dict[str, Cell]]:
        """The rows of a statement by column name."""

    def change(self, statement: str, arguments: Sequence[Argument] = ()) -> int:
        """Run a statement that changes rows; return their number."""


def insert(store: Store, table: str, row: dict[str, Argument]) -> None:
    """Insert a row; one with the same key is replaced. `table` is qualified."""
    marks = ", ".join(["%s"] * len(row))
    store.change(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def number(value: object) -> int:
    """A number in a row as int; NULL, the sum of no rows, is 0."""
    return int(str(value or 0))


def not_of_tests(column: str) -> str:
    """The condition that a column names no lion, user or challenge of a smoke test (`docs/decisions/081`)."""
    return f"NOT EXISTS (SELECT 1 FROM liontrack_silver.test_entities AS marked WHERE marked.entity_id = {column})"
