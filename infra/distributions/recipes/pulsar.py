"""Files of the published Pulsar release, and this project's launcher for its standalone mode."""

import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from infra.checkout import environment
from infra.distributions.digest import version
from infra.distributions.downloads import fetch
from infra.distributions.model import AssemblyError, Distribution, Report
from infra.versions import PULSAR, Artifact

KEPT = {"lib", "conf", "bin", "LICENSE", "NOTICE"}
"""Parts of the release to unpack. `instances` (Pulsar Functions) and `examples`, 14 MB, are unused."""


LAUNCHER = Path(__file__).with_name("pulsar_launcher")


def distribution() -> Distribution:
    """Pulsar."""
    own = version([LAUNCHER, Path(__file__)], [PULSAR.sha256]).rsplit("-", 1)[1]
    return Distribution("pulsar", f"{PULSAR.version}-{own}")


def downloads() -> list[Artifact]:
    """The archive of the release."""
    return [PULSAR]


def build(target: Path, report: Report) -> None:
    """Unpack into a folder: `lib/`, `conf/`, `bin/`, and `classes/` with the launcher."""
    [archive] = fetch([PULSAR], report)
    report("unpacking (250 MB)")
    with tarfile.open(archive) as release:
        # Python before 3.11.4 has no extraction filters. The checksum is verified too, so the filter is only a second
        # protection.
        release.extraction_filter = getattr(tarfile, "data_filter", lambda member, _folder: member)
        release.extractall(target, members=_members(release))  # noqa: S202 # see above
    _compile_launcher(target)


def _compile_launcher(target: Path) -> None:
    sources = [str(path) for path in sorted(LAUNCHER.rglob("*.java"))]
    command = ["javac", "-proc:none", "-cp", f"{target}/lib/*", "-d", str(target / "classes"), *sources]
    found = os.environ | environment.variables()
    done = subprocess.run(command, env=found, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssemblyError(f"Pulsar's launcher does not compile:\n{done.stderr}")


def _members(release: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Members to unpack; the release's top folder is removed from their paths."""
    for member in release:
        path = PurePosixPath(*PurePosixPath(member.name).parts[1:])
        if path.parts and path.parts[0] in KEPT:
            member.name = str(path)
            member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
            yield member
