"""A backup of a loaded stack, and its restore into another one."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from machine import TestStack
from measurements import Measurement, differences, from_sample, query, raw_counts, write_csv
from replaying import Replay, wait_for_count

from apps.shared.starrocks import Row
from tools.stack.backup import content
from tools.stack.backup.manifest import Manifest, TableContent, read
from tools.stack.backup.server import connected

_PREFIX = "backup"
_EVENTS = 4_000
_LATER_EVENTS = 5_000
_SPEED = 2_500
"""Multiple of real time. The events are published for ten seconds, in which the backup stops the streaming job."""
_OTHERS = (
    f"SELECT COUNT(*), ROUND(SUM(pm25), 3), MIN(measured_at), MAX(measured_at) FROM sensor_measurements_zeta "
    f"WHERE station_id NOT LIKE '{_PREFIX}-%'"
)
_DATABASE = "ciapol_analytics"
_INGESTED = ("raw_measurements_zeta", "sensor_measurements_zeta")
"""Tables that only the streaming job fills. Workflows write the other ones at any time."""


def _contents(stack: TestStack) -> list[TableContent]:
    """Counts and checksums of the ingested measurements."""
    with connected(stack.connections) as root:
        return [content.content(root, _DATABASE, table) for table in _INGESTED]


@dataclass(frozen=True)
class Saved:
    """A backup.

    Args:
        folder: its folder.
        manifest: its manifest.
        others: summary of the measurements that did not change during the backup.
    """

    folder: Path
    manifest: Manifest
    others: list[Row]

    @classmethod
    def of(cls, stack: TestStack, folder: Path) -> Self:
        """Back up a stack while measurements are published. Each of them arrives in the stack."""
        measurements = list(from_sample(_EVENTS, prefix=_PREFIX))
        write_csv(folder / "during.csv", measurements)
        replay = Replay(stack, folder / "during.csv", speed=_SPEED)
        wait_for_count(stack, _PREFIX, 1, at_least=True)
        outcome = stack.command("backup", "--to", str(folder / "made"))
        assert outcome.status == 0, outcome.output[-3000:]
        assert replay.finish() == len(measurements)
        _arrived(stack, measurements)
        return cls(folder / "made", read(folder / "made"), query(stack.name, _OTHERS))

    def restore(self, stack: TestStack) -> None:
        """Restore the backup into a stack without measurements. Every table has its count and checksum."""
        assert query(stack.name, "SELECT COUNT(*) FROM sensor_measurements_zeta") == [(0,)]
        outcome = stack.command("restore", "--from", str(self.folder))
        assert outcome.status == 0, outcome.output[-3000:]
        databases = self.manifest.databases
        exact = sum(each.exact for each in databases[_DATABASE].tables.values())
        assert re.search(rf"^{exact} tables with .* have the counts and checksums of the backup$", outcome.output, re.M)
        saved = [databases[_DATABASE].tables[name] for name in _INGESTED]
        assert [each.exact for each in saved] == [True, True]
        assert _contents(stack) == [TableContent(rows=each.rows, checksum=each.checksum) for each in saved]
        assert query(stack.name, _OTHERS) == self.others

    def publish_again(self, stack: TestStack, folder: Path) -> None:
        """Publish the same measurements and new ones. Each is stored once, whether or not it is in the backup."""
        measurements = list(from_sample(_LATER_EVENTS, prefix=_PREFIX))
        write_csv(folder / "later.csv", measurements)
        assert Replay(stack, folder / "later.csv").finish() == len(measurements)
        _arrived(stack, measurements)


def _arrived(stack: TestStack, measurements: list[Measurement]) -> None:
    wait_for_count(stack, _PREFIX, len(measurements))
    assert differences(stack.name, measurements, _PREFIX) == []
    assert raw_counts(stack.name, _PREFIX)[1] == len(measurements)
