"""The objects of the catalog that a session may see."""

from collections.abc import Sequence
from contextlib import closing

from starrocks_emulator.results import Value
from starrocks_emulator.schema import Table, TableColumn
from starrocks_emulator.services import Services
from starrocks_emulator.sql.literals import quote
from starrocks_emulator.sql.table_rules import index_bytes
from starrocks_emulator.users import Access

Rows = list[Sequence[Value]]
_SAMPLED_ROWS = 1000


class VisibleObjects:
    """The objects of the catalog that a session may see, with their sizes."""

    def __init__(self, services: Services, access: Access) -> None:
        """Leave out objects for which `access` has no privilege."""
        self.services = services
        self.access = access

    def visible(self) -> list[Table]:
        """Tables on which the session has any privilege."""
        return [table for table in self.services.catalog.tables() if self.access.may_see(table)]

    def may_see(self, user: str) -> bool:
        """Whether the session may see statements of a user: its own, or those of all users with the role root."""
        return user == self.access.user or "root" in self.access.roles

    def count(self, table: Table, condition: str = "TRUE") -> int:
        """Number of rows of a table."""
        if table.base is not None:
            return 0  # Views have no rows of their own.
        cursor = self.services.storage.cursor()
        try:
            row = cursor.execute(f"SELECT count(*) FROM {table.stored} WHERE {condition}").fetchone()
            return int(row[0]) if row else 0
        finally:
            cursor.close()

    def row_bytes(self, table: Table) -> int:
        """Average bytes of a row, uncompressed, by the first thousand rows."""
        if table.base is not None:
            return 0
        with closing(self.services.storage.cursor()) as cursor:
            widths = " + ".join(f"coalesce({_bytes(column)}, 0)" for column in table.columns)
            row = cursor.execute(
                f"SELECT avg({widths}) FROM (SELECT * FROM {table.stored} LIMIT {_SAMPLED_ROWS})"
            ).fetchone()
            return round(row[0]) if row and row[0] else 0


def _bytes(column: TableColumn) -> str:
    """DuckDB's expression for the bytes of one value."""
    name = quote(column.name)
    if column.type.is_string or column.type.name in {"json", "array"}:
        return f"strlen(CAST({name} AS VARCHAR))"
    if column.type.name == "varbinary":
        return f"octet_length({name})"
    return str(index_bytes(column.type))
