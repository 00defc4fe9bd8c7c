"""Waits for a schema change: StarRocks converts the rows of a table after ALTER TABLE has returned."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from apps.shared.polling import wait_until
from infra.resources.starrocks.migrations import MigrationError

_WITHIN = 3600
"""Time limit for the conversion of a large table, in seconds."""
_ENDED = ("FINISHED", "CANCELLED")
"""States of a schema change that has ended. Source: StarRocks manual, "SHOW ALTER TABLE"."""


class Tables(Protocol):
    """A session that returns rows by column name."""

    def query(self, statement: str) -> Sequence[Mapping[str, object]]:
        """Run a statement."""


def wait_for_schema_change(root: Tables, table: str) -> None:
    """Wait for the end of a table's schema change. Until then, SHOW CREATE TABLE prints the former columns.

    Args:
        root: session in the table's database.
        table: name of the table.

    Raises:
        MigrationError: StarRocks cancelled the schema change.
        TimeoutError: it takes too long. It continues, and the next deployment waits again.
    """
    seen: set[object] = set()

    def problem() -> str:
        jobs = [each for each in root.query("SHOW ALTER TABLE COLUMN") if each["TableName"] == table]
        for each in jobs:
            if each["JobId"] in seen and each["State"] == "CANCELLED":
                raise MigrationError(f"StarRocks cancelled the schema change of table {table}: {each['Msg']}")
        running = [each for each in jobs if each["State"] not in _ENDED]
        seen.update(each["JobId"] for each in running)
        return "; ".join(f"it is {each['State']} ({each['Progress']})" for each in running)

    wait_until(problem, within=_WITHIN, what=f"the schema change of table {table}", longest_pause=5)
