"""`python -m infra.distributions.relock` resolves `zeta-engine.pom.xml` into `zeta-engine.lock`.

For maintainers, after the versions in that file changed. Resolving once and listing the result keeps what is installed
the same everywhere, and lets a checksum be compared for every jar.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.distributions import maven
from infra.distributions.model import AssemblyError
from infra.distributions.recipes.seatunnel import ENGINE_LOCK
from infra.versions import MAVEN_DEPENDENCY_PLUGIN, Artifact
from tools.setup.paths import write_atomically

POM = ENGINE_LOCK.with_name("zeta-engine.pom.xml")


def artifact(listed: str) -> Artifact:
    """An artifact without checksum, from a line of Maven's list: `group:name:type[:classifier]:version:scope …`."""
    coordinates, *_ = listed.split()
    group, name, kind, *classifier, version, _scope = coordinates.split(":")
    return Artifact(group, name, version, "", kind, *classifier)


def lock() -> str:
    """The text of the lock: a line for each jar, in the order of coordinates."""
    with TemporaryDirectory(prefix="kappastack-relock-") as name:
        folder = Path(name)
        shutil.copyfile(POM, folder / "pom.xml")
        goals = [f"{MAVEN_DEPENDENCY_PLUGIN}:resolve", "-DincludeScope=runtime", "-DoutputFile=list.txt"]
        maven.run(goals, folder, lambda line: print(line, file=sys.stderr))  # noqa: T201 # this is a command
        found = [artifact(line) for line in (folder / "list.txt").read_text().splitlines() if ":jar:" in line]
    repository = maven.local_repository()
    lines = [f"{maven.sha256(repository / jar.repository_path)}  {jar.coordinates}\n" for jar in found]
    return "".join(sorted(lines, key=lambda line: line.split()[1]))


if __name__ == "__main__":
    try:
        write_atomically(ENGINE_LOCK, lock())
    except AssemblyError as error:
        sys.exit(str(error))
