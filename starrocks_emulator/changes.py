"""Records which rows of a table changed at which data version, for incremental refreshes of materialized views."""

import json
from collections import defaultdict
from dataclasses import dataclass

from starrocks_emulator.storage import Storage, Transaction

_KEEP = 64
"""Number of ranges for a table above which the older half is merged into one."""


@dataclass(frozen=True)
class Range:
    """A change of a table: rows with `low` <= time column <= `high` (both None: anywhere)."""

    version: int
    low: str | None
    high: str | None

    def joined(self, other: "Range") -> "Range":
        """The smallest range that contains both."""
        version = max(self.version, other.version)
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return Range(version, None, None)
        return Range(version, min(self.low, other.low), max(self.high, other.high))


class Changes:
    """Ranges of changed rows by table. They are stored in the column `changed` of the load records.

    Before load records are removed, `save` stores the ranges in the document `changes`.
    """

    def __init__(self, storage: Storage) -> None:
        """Read the saved ranges and those of the load records."""
        self._ranges: dict[int, list[Range]] = defaultdict(list)
        for _, document in storage.documents("changes"):
            for number, ranges in json.loads(document).items():
                self._ranges[int(number)] = [Range(*values) for values in ranges]
        cursor = storage.cursor()
        rows = cursor.execute(
            "SELECT version, changed FROM meta.loads WHERE changed <> '{}' ORDER BY version"
        ).fetchall()
        cursor.close()
        for version, changed in rows:
            for number, (low, high) in json.loads(changed).items():
                self._add(int(number), Range(version, low, high))

    def _add(self, number: int, change: Range) -> None:
        ranges = self._ranges[number]
        if ranges and ranges[-1].low == change.low and ranges[-1].high == change.high:
            ranges[-1] = change
            return
        ranges.append(change)
        if len(ranges) > _KEEP:
            half = len(ranges) // 2
            joined = ranges[0]
            for one in ranges[1:half]:
                joined = joined.joined(one)
            self._ranges[number] = [joined, *ranges[half:]]

    def record(self, number: int, version: int, low: str | None, high: str | None) -> None:
        """Record a committed change."""
        self._add(number, Range(version, low, high))

    def since(self, number: int, version: int) -> Range | None:
        """One range that contains all changes of a table after `version`; None if nothing changed."""
        found: Range | None = None
        for one in self._ranges.get(number, []):
            if one.version > version:
                found = found.joined(one) if found else one
        return found

    def version(self, number: int) -> int:
        """The version of a table's last change; 0 if it never changed."""
        ranges = self._ranges.get(number)
        return ranges[-1].version if ranges else 0

    def save(self, change: Transaction) -> None:
        """Save the ranges before the load records that contain them are removed."""
        document = {
            str(number): [[one.version, one.low, one.high] for one in ranges] for number, ranges in self._ranges.items()
        }
        change.put("changes", "all", json.dumps(document))
