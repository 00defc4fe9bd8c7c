"""The statements of the archive, for tables of any columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Month:
    """A calendar month and the name of its partition."""

    partition: str
    start: datetime

    @property
    def end(self) -> datetime:
        """Start of the next month."""
        return later(self.start, 1)

    def __str__(self) -> str:
        """The text for logs."""
        return f"{self.start:%Y-%m}"


def later(month: datetime, months: int) -> datetime:
    """The start of the month `months` later; negative numbers give earlier months."""
    index = month.year * 12 + month.month - 1 + months
    return datetime(index // 12, index % 12 + 1, 1)  # noqa: DTZ001 # as StarRocks has it: UTC without a zone


@dataclass(frozen=True)
class Tables:
    """A real-time table, its archive, and their columns.

    Args:
        live: real-time table.
        archive: table with the same columns and key.
        key: columns of the primary key.
        columns: all columns.
        time: column that both are partitioned by.
        version: column that decides between two rows with the same key: the later one is kept.
    """

    live: str
    archive: str
    key: Sequence[str]
    columns: Sequence[str]
    time: str
    version: str

    def copy(self, month: Month) -> str:
        """Upsert live rows into the archive, except rows that it contains unchanged or in a later version."""
        changed = " OR ".join(f"NOT (live.{name} <=> archived.{name})" for name in self.columns)
        return (
            f"INSERT INTO {self.archive} ({', '.join(self.columns)})\n"
            f"SELECT {', '.join(f'live.{name}' for name in self.columns)}\n"
            f"FROM {self._rows(self.live, month)} AS live\n"
            f"LEFT JOIN {self._rows(self.archive, month)} AS archived ON {self._same_key}\n"
            f"WHERE archived.{self.key[0]} IS NULL\n"
            f"    OR (archived.{self.version} <= live.{self.version} AND ({changed}))"
        )

    def live_side(self, month: Month) -> str:
        """Number and checksum of the live rows, without rows of which the archive has a later version."""
        return (
            f"SELECT COUNT(*), {self._checksum('live')}\n"
            f"FROM {self._rows(self.live, month)} AS live\n"
            f"LEFT JOIN {self._rows(self.archive, month)} AS archived ON {self._same_key}\n"
            f"WHERE archived.{self.key[0]} IS NULL OR archived.{self.version} <= live.{self.version}"
        )

    def archive_side(self, month: Month) -> str:
        """Number and checksum of the archived rows with the same keys."""
        return (
            f"SELECT COUNT(*), {self._checksum('archived')}\n"
            f"FROM {self._rows(self.archive, month)} AS archived\n"
            f"INNER JOIN {self._rows(self.live, month)} AS live ON {self._same_key}\n"
            f"WHERE archived.{self.version} <= live.{self.version}"
        )

    def drop(self, month: Month) -> str:
        """Drop the live partition; StarRocks keeps it in its recycle bin for a day."""
        return f"ALTER TABLE {self.live} DROP PARTITION IF EXISTS {month.partition}"

    @property
    def _same_key(self) -> str:
        return " AND ".join(f"archived.{name} = live.{name}" for name in self.key)

    def _rows(self, table: str, month: Month) -> str:
        """The condition for the rows of a month; it is applied to both tables, so that each reads one partition."""
        return (
            f"(SELECT {', '.join(self.columns)} FROM {table} "
            f"WHERE {self.time} >= '{month.start}' AND {self.time} < '{month.end}')"
        )

    def _checksum(self, side: str) -> str:
        """A checksum over all values of all rows, independent of their order. NULL differs from the empty text."""
        values = ", ".join(f"COALESCE(CAST({side}.{name} AS VARCHAR), '\\\\N')" for name in self.columns)
        return f"COALESCE(SUM(CAST(murmur_hash3_32(CONCAT_WS('|', {values})) AS BIGINT)), 0)"
