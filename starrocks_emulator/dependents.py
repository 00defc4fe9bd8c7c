"""Materialized views that read a table: they become inactive when the table changes in a way that breaks them."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import replace

import duckdb

from starrocks_emulator import errors
from starrocks_emulator.catalog import Catalog
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.sql.select import Queries, Scope
from starrocks_emulator.storage import Storage, Transaction
from starrocks_emulator.types import from_stored

BY_USER = "user use alter materialized view set status to inactive"
"""The reason after ALTER MATERIALIZED VIEW … INACTIVE; such a view is not activated automatically."""


def no_system_table(name: str) -> str:
    """Refuse information_schema in a materialized view."""
    raise SqlError(1064, f"A materialized view cannot read information_schema.{name}")


class Dependents:
    """Finds, inactivates and activates the materialized views that read a table."""

    def __init__(self, storage: Storage, catalog: Catalog) -> None:
        """`storage` and `catalog` belong to the data folder."""
        self._storage, self._catalog = storage, catalog

    def readers(self, table: Table, column: str | None = None) -> list[Table]:
        """Active materialized views whose query reads `table`, also through views; with `column`: reads that column."""
        return [
            view for view in self._views() if view.base is None and view.active and self._reads(view, table, column)
        ]

    def synchronous_readers(self, table: Table, column: str) -> list[Table]:
        """Synchronous materialized views on `table` that read `column`."""
        return [view for view in self._views() if view.base == table.id and self._reads(view, table, column)]

    def _views(self) -> list[Table]:
        return [table for table in self._catalog.tables() if table.kind == "mv"]

    def _queries(self, view: Table, substitutes: dict[int, str] | None = None) -> Queries:
        return Queries(
            Scope(
                self._catalog, view.query_database, lambda _: None, no_system_table, substitutes=substitutes or {}
            )
        )  # fmt: skip

    def _reads(self, view: Table, table: Table, column: str | None) -> bool:
        queries = self._queries(view)
        try:
            queries.query(parse(view.query)[0])
        except SqlError:
            return False  # The view is invalid already.
        if table.id not in {one.id for one in queries.tables}:
            return False
        if column is None:
            return True
        without = f"(SELECT * EXCLUDE ({quote(column)}) FROM {table.stored})"
        try:
            return len(self._described(view, {table.id: without})) != len(view.columns)
        except (SqlError, duckdb.Error):
            return True

    def _described(self, view: Table, substitutes: dict[int, str]) -> list[str]:
        """DuckDB's types of the columns of the view's query."""
        text = self._queries(view, substitutes).query(parse(view.query)[0])
        with closing(self._storage.cursor()) as cursor:
            return [str(row[1]) for row in cursor.execute(f"DESCRIBE {text}").fetchall()]

    def inactivate(
        self, change: Transaction, table: Table, reason: str, column: str | None = None, without: Collection[int] = ()
    ) -> None:
        """Make the views that read `table` inactive, and in turn those that read these views.

        Args:
            change: the transaction that changes or drops `table`.
            table: the table before the change.
            reason: StarRocks' text, before the name of the table.
            column: if set, only views that read this column.
            without: ids of views that are dropped in the same transaction.
        """
        pending = [(table, f"{reason}: {column or table.name}", column)]
        done = set(without)
        while pending:
            base, text, used = pending.pop()
            for view in self.readers(base, used):
                if view.id not in done:
                    done.add(view.id)
                    self._catalog.put(change, replace(view, active=False, inactive_reason=text))
                    pending.append((view, f"base-mv inactive: {view.name}", None))

    def activated(self, view: Table) -> Table:
        """The view with status active; its next refresh is complete.

        Raises:
            SqlError: 1064 if its query is invalid for the current tables.
        """
        try:
            found = self._described(view, {})
        except (SqlError, duckdb.Error) as error:
            reason = error.message if isinstance(error, SqlError) else "its query fails"
            raise errors.analysis(
                f"Can not active materialized view [{view.name}] because analyze materialized view define sql: {reason}"
            ) from error
        wanted = [column.type.stored() for column in view.columns]
        given = [from_stored(stored).stored() for stored in found]
        if [given[place] for place in view.query_order(len(given))] != wanted:
            raise errors.analysis(
                f"Can not active materialized view [{view.name}] because its columns and those of its query differ"
            )
        assert view.refresh
        return replace(view, active=True, inactive_reason="", refresh=view.refresh.with_upto(-1))
