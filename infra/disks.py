"""Free space of the disks that a stack writes to."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

GIB = 1024**3
MIB = 1024**2
LEAST_FREE = 256 * MIB
"""Free bytes below which a deployment is refused."""
FULLEST = 0.98
"""Used share of a disk above which Pulsar's bookie refuses writes (`diskUsageThreshold`)."""


@dataclass(frozen=True)
class Disk:
    """A file system.

    Args:
        path: a folder on it, for messages.
        total: size in bytes.
        free: bytes available to unprivileged users.
    """

    path: Path
    total: int
    free: int

    @property
    def used(self) -> float:
        """Used share from 0 to 1, as BookKeeper computes it."""
        return 1 - self.free / self.total if self.total else 1.0

    @property
    def problem(self) -> str:
        """Error message if the disk is full, else an empty string."""
        if self.free < LEAST_FREE:
            return f"the disk of {self.path} is full: {self.size}, {LEAST_FREE // MIB} MiB are needed"
        if self.used > FULLEST:
            return f"the disk of {self.path} is full: {self.size}, and Pulsar refuses writes above {FULLEST:.0%} usage"
        return ""

    @property
    def size(self) -> str:
        """Free and total space as text."""
        free = f"{self.free / GIB:.1f} GiB" if self.free >= GIB else f"{self.free / MIB:.0f} MiB"
        return f"{free} of {self.total / GIB:,.1f} GiB free"


def disks(folders: Iterable[Path]) -> list[Disk]:
    """The file systems of these folders, each once. For a missing folder, its nearest existing parent counts."""
    found: dict[int, Disk] = {}
    for folder in folders:
        place = folder
        while not place.exists():
            place = place.parent
        usage = shutil.disk_usage(place)
        found.setdefault(place.stat().st_dev, Disk(folder, usage.total, usage.free))
    return list(found.values())


def problems(folders: Iterable[Path]) -> list[str]:
    """One error message for each full file system of these folders."""
    return [each.problem for each in disks(folders) if each.problem]
