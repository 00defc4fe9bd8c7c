"""Pulsar's own files, out of the release that its project publishes."""

import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from infra.distributions.maven import fetch
from infra.distributions.model import Distribution, Report
from infra.versions import PULSAR

KEPT = {"lib", "conf", "bin", "LICENSE", "NOTICE"}
"""Left out are `instances` (Pulsar Functions) and `examples`: 14 MB that nothing here starts."""


def distribution() -> Distribution:
    """Pulsar."""
    return Distribution("pulsar", PULSAR.version)


def build(target: Path, report: Report) -> None:
    """Unpack into a folder: `lib/`, `conf/`, `bin/`."""
    [archive] = fetch([PULSAR], report)
    report("unpacking (250 MB)")
    with tarfile.open(archive) as release:
        release.extractall(target, members=_members(release), filter="data")


def _members(release: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Members to unpack, with the release's top folder taken off their paths."""
    for member in release:
        path = PurePosixPath(*PurePosixPath(member.name).parts[1:])
        if path.parts and path.parts[0] in KEPT:
            member.name = str(path)
            yield member
