"""`information_schema` with StarRocks' tables and columns, built from the catalog."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.information_schema.objects import Rows, VisibleObjects
from starrocks_emulator.information_schema.tables import TABLES
from starrocks_emulator.information_schema.work import loads_of
from starrocks_emulator.sql.literals import quote, value_literal
from starrocks_emulator.types import SqlType, from_stored

_TYPES = {"V": "VARCHAR", "I": "BIGINT", "D": "TIMESTAMP", "F": "DOUBLE"}


class InformationSchema(VisibleObjects):
    """The tables of information_schema for one session."""

    def query(self, name: str) -> str:
        """DuckDB's query for a table of information_schema.

        Raises:
            SqlError: 5502 for an unknown table.
        """
        found = TABLES.get(name.lower())
        if found is None:
            raise errors.unknown_table(f"information_schema.{name}")
        fields, make = found
        if name.lower() == "loads":
            return loads_of(self.access)
        return relation(_fields(fields), make(self))

    def columns(self, name: str) -> list[tuple[str, SqlType]]:
        """Names and types of the columns of a table of information_schema; empty for an unknown one."""
        found = TABLES.get(name.lower())
        return [(column, from_stored(kind)) for column, kind in _fields(found[0])] if found else []


def _fields(text: str) -> list[tuple[str, str]]:
    """Parse `NAME:V OTHER:I` into names with DuckDB types: V or none VARCHAR, I BIGINT, D DATETIME, F DOUBLE."""
    return [(part.partition(":")[0], _TYPES[part.partition(":")[2] or "V"]) for part in text.split()]


def relation(fields: Sequence[tuple[str, str]], rows: Rows) -> str:
    """A query that returns these rows."""
    if not rows:
        return "SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {quote(name)}" for name, kind in fields) + " WHERE FALSE"
    names = ", ".join(f"c{index}" for index in range(len(fields)))
    columns = ", ".join(f"CAST(c{index} AS {kind}) AS {quote(name)}" for index, (name, kind) in enumerate(fields))
    values = ", ".join("(" + ", ".join(map(value_literal, row)) + ")" for row in rows)
    return f"SELECT {columns} FROM (VALUES {values}) AS v ({names})"
