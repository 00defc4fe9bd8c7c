"""Locks list the jars of a Java server, one line for each: `sha256  group:name:version:type[:classifier]`."""

from dataclasses import dataclass
from pathlib import Path

from infra.versions import Artifact

FOLDER = Path(__file__).with_name("locks")
MISSING_PARENTS = FOLDER / "missing-parents"


@dataclass(frozen=True, slots=True)
class Lock:
    """A file that lists the jars of one Maven dependency resolution. Every machine installs exactly these jars.

    Args:
        name: file name of the lock.
        pom: file name of the POM that it was resolved from.
        properties: Maven properties, for a POM with several locks.
    """

    name: str
    pom: str
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> Path:
        """Path of the lock's file."""
        return FOLDER / f"{self.name}.lock"

    def artifacts(self) -> list[Artifact]:
        """The jars, sorted by coordinates."""
        artifacts = []
        for line in self.path.read_text().splitlines():
            checksum, coordinates = line.split()
            group, name, number, kind, *classifier = coordinates.split(":")
            artifacts.append(Artifact(group, name, number, checksum, kind, *classifier))
        return artifacts


ZETA_ENGINE = Lock("zeta-engine", "zeta-engine.pom.xml")
DOLPHINSCHEDULER = {
    server: Lock(
        f"dolphinscheduler-{server}",
        "dolphinscheduler.pom.xml",
        (("server", artifact), ("missing.parents", str(MISSING_PARENTS))),
    )
    for server, artifact in {
        "standalone": "standalone-server",
        "api": "api",
        "master": "master",
        "worker": "worker",
        "alert": "alert-server",
    }.items()
}
"""Lock of each server, by name. Spring scans the whole class path for components, so each server has its own."""

LOCKS = (ZETA_ENGINE, *DOLPHINSCHEDULER.values())
