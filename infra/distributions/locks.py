"""Locks: every jar of a Java server with its checksum, a line each: `sha256  group:name:version:type[:classifier]`."""

from dataclasses import dataclass
from pathlib import Path

from infra.versions import Artifact

FOLDER = Path(__file__).with_name("locks")
MISSING_PARENTS = FOLDER / "missing-parents"


@dataclass(frozen=True, slots=True)
class Lock:
    """What Maven once resolved, as it is installed everywhere.

    Args:
        name: of the lock's file.
        pom: file name of the POM that it was resolved from.
        properties: of Maven, for a POM that serves several locks.
    """

    name: str
    pom: str
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> Path:
        """The lock's file."""
        return FOLDER / f"{self.name}.lock"

    def artifacts(self) -> list[Artifact]:
        """The jars, in the order of their coordinates."""
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
"""Each server scans the whole class path for its parts, so each needs a class path of its own."""

LOCKS = (ZETA_ENGINE, *DOLPHINSCHEDULER.values())
