"""Pinned files from a Maven repository, by way of the local Maven cache."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from infra.checkout import environment
from infra.checkout.paths import cache, locked
from infra.distributions.locks import MISSING_PARENTS
from infra.distributions.model import AssemblyError, Report
from infra.versions import MAVEN_DEPENDENCY_PLUGIN, Artifact


def local_repository() -> Path:
    """Maven's local repository of this project."""
    return cache() / "maven"


def run(arguments: Sequence[str], folder: Path, report: Report) -> None:
    """Run Maven in a folder, without the network first, and with it where something is missing.

    Raises:
        AssemblyError: Maven failed; the message has the end of its output.
    """
    base = ["mvn", "--batch-mode", "--no-transfer-progress", f"-Dmaven.repo.local={local_repository()}"]
    with locked(cache() / "maven.lock", lambda: report("waiting for another Maven run")):
        for mode in (["--offline"], []):
            # TERM: no colours, as the output goes into messages.
            done = subprocess.run(
                [*base, *mode, *arguments],
                cwd=folder,
                env=os.environ | environment.variables() | {"TERM": "dumb"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                return
            if not mode or "offline mode" not in done.stdout:
                break
            report("downloading what the Maven cache lacks")
    tail = "\n".join(line for line in done.stdout.splitlines() if "ERROR" in line) or done.stdout[-3000:]
    raise AssemblyError(f"mvn {' '.join(arguments)} failed in {folder}:\n{tail}")


def fetch(artifacts: Sequence[Artifact], report: Report) -> list[Path]:
    """Paths of these files in the local repository, downloaded where missing, their checksums compared.

    Dependencies of an artifact are not followed: what is needed is listed.

    Raises:
        AssemblyError: a file cannot be downloaded, or is not the one that was pinned.
    """
    root = local_repository()
    missing = [artifact for artifact in artifacts if not (root / artifact.repository_path).is_file()]
    if missing:
        report(f"downloading {len(missing)} file{'s' if len(missing) > 1 else ''} from Maven's repository")
        _download(missing, report)
    paths = []
    for artifact in artifacts:
        path = root / artifact.repository_path
        found = sha256(path)
        if found != artifact.sha256:
            raise AssemblyError(
                f"{path} has sha256 {found}, but infra/versions.py (or a lock) pins "
                f"{artifact.sha256}: delete the file to have it downloaded again"
            )
        paths.append(path)
    return paths


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(artifacts: Sequence[Artifact], report: Report) -> None:
    items = "".join(
        "<artifactItem>"
        f"<groupId>{escape(artifact.group)}</groupId><artifactId>{escape(artifact.name)}</artifactId>"
        f"<version>{escape(artifact.version)}</version><type>{artifact.type}</type>"
        + (f"<classifier>{escape(artifact.classifier)}</classifier>" if artifact.classifier else "")
        + "</artifactItem>"
        for artifact in artifacts
    )
    group, plugin, version = MAVEN_DEPENDENCY_PLUGIN.split(":")
    pom = (
        "<project><modelVersion>4.0.0</modelVersion><groupId>kappastack</groupId><artifactId>fetch</artifactId>"
        "<version>1</version><packaging>pom</packaging>"
        # To copy a jar the plugin reads its POM with its parents, some of which were never published.
        f"<repositories><repository><id>missing-parents</id><url>{MISSING_PARENTS.as_uri()}</url>"
        "</repository></repositories><build><plugins><plugin>"
        f"<groupId>{group}</groupId><artifactId>{plugin}</artifactId><version>{version}</version>"
        f"<configuration><artifactItems>{items}</artifactItems></configuration>"
        "</plugin></plugins></build></project>"
    )
    with TemporaryDirectory(prefix="kappastack-maven-") as folder:
        (Path(folder) / "pom.xml").write_text(pom)
        run(
            [f"{MAVEN_DEPENDENCY_PLUGIN}:copy", "-DoutputDirectory=copied", "-Dmdep.useBaseVersion=true"],
            Path(folder),
            report,
        )
