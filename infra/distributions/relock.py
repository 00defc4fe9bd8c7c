"""`python -m infra.distributions.relock` resolves the POMs in `locks/` and writes the locks beside them.

Maintainers run it after a change of versions in the POMs. With locks, every machine installs the same jars and verifies
the checksum of each.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.checkout.paths import write_atomically
from infra.distributions import maven
from infra.distributions.locks import FOLDER, LOCKS, Lock
from infra.distributions.model import AssemblyError
from infra.versions import MAVEN_DEPENDENCY_PLUGIN, Artifact


def artifact(listed: str) -> Artifact:
    """Parse a line of Maven's list, `group:name:type[:classifier]:version:scope …`; the checksum stays empty."""
    coordinates, *_ = listed.split()
    group, name, kind, *classifier, version, _scope = coordinates.split(":")
    return Artifact(group, name, version, "", kind, *classifier)


def resolved(lock: Lock) -> str:
    """The text of a lock: one line for each jar, sorted by coordinates."""
    with TemporaryDirectory(prefix="kappastack-relock-") as name:
        folder = Path(name)
        shutil.copyfile(FOLDER / lock.pom, folder / "pom.xml")
        properties = [f"-D{key}={value}" for key, value in lock.properties]
        goals = [f"{MAVEN_DEPENDENCY_PLUGIN}:resolve", "-DincludeScope=runtime", "-DoutputFile=list.txt"]
        maven.run([*properties, *goals], folder, lambda line: print(line, file=sys.stderr))  # noqa: T201 # this is a command
        found = [artifact(line) for line in (folder / "list.txt").read_text().splitlines() if ":jar:" in line]
    repository = maven.local_repository()
    lines = [f"{maven.sha256(repository / jar.repository_path)}  {jar.coordinates}\n" for jar in found]
    return "".join(sorted(lines, key=lambda line: line.split()[1]))


if __name__ == "__main__":
    try:
        for each in LOCKS:
            write_atomically(each.path, resolved(each))
    except AssemblyError as error:
        sys.exit(str(error))
