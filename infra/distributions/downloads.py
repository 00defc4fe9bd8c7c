"""Downloads pinned files from a Maven repository in parallel into the local Maven repository."""

import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from infra.checkout.paths import cache, locked
from infra.distributions import maven
from infra.distributions.locks import MISSING_PARENTS
from infra.distributions.model import AssemblyError, Report
from infra.versions import MAVEN_DEPENDENCY_PLUGIN, Artifact

THREADS = (8, 1)
"""Parallel modules of each attempt. The last attempt is sequential, in case parallel downloads conflict."""
OWN_DRAFTS = "-Daether.connector.resumeDownloads=false"
"""Makes each download write a separate temporary file.

Otherwise Maven before 3.9 writes one `.part` file, and fails when two modules download the same POM at once.
"""
PROGRESS_SECONDS = 15.0
"""Seconds between two progress lines of a download."""


def lacking(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """The artifacts that are missing in the local repository, without duplicates."""
    root = maven.local_repository()
    return [each for each in dict.fromkeys(artifacts) if not (root / each.repository_path).is_file()]


def fetch(artifacts: Sequence[Artifact], report: Report) -> list[Path]:
    """Download missing files, verify all checksums, and return the files' paths in the local repository.

    Dependencies are not resolved: the caller lists every file.

    Raises:
        AssemblyError: a file cannot be downloaded, or its checksum is not the pinned one.
    """
    if lacking(artifacts):
        _download(artifacts, report)
    paths = []
    for artifact in artifacts:
        path = maven.local_repository() / artifact.repository_path
        found = maven.sha256(path)
        if found != artifact.sha256:
            raise AssemblyError(
                f"{path} has sha256 {found}, but infra/versions.py (or a lock) pins "
                f"{artifact.sha256}: delete the file to have it downloaded again"
            )
        paths.append(path)
    return paths


def _download(artifacts: Sequence[Artifact], report: Report) -> None:
    """Download into a separate repository, and move files with the right checksum into the shared one.

    Other Maven runs therefore do not wait for the download, and never read an incomplete POM of a killed download.
    """
    with locked(cache() / "maven-downloads.lock", lambda: report("waiting for another download")):
        scratch = cache() / "maven-downloads"
        _take_over(artifacts, scratch, complete=False)
        error: AssemblyError | None = None
        for threads in THREADS:
            shutil.rmtree(scratch, ignore_errors=True)
            missing = lacking(artifacts)
            if not missing:
                return
            report(f"downloading {len(missing)} file{'s' if len(missing) > 1 else ''} from Maven's repository")
            error = _attempt(missing, threads, scratch, report)
            _take_over(missing, scratch)
        shutil.rmtree(scratch, ignore_errors=True)
        if missing := lacking(artifacts):
            raise error or AssemblyError(f"Maven did not download {missing[0].coordinates}")


def _take_over(artifacts: Sequence[Artifact], scratch: Path, *, complete: bool = True) -> None:
    """Move downloaded files into the local repository.

    Args:
        artifacts: the artifacts to move.
        scratch: the repository that they were downloaded into.
        complete: whether the Maven run completed. After a killed run, incomplete files are deleted without an error.

    Raises:
        AssemblyError: a file's checksum is not the pinned one.
    """
    for artifact in lacking(artifacts):
        path = scratch / artifact.repository_path
        if path.is_file():
            found = maven.sha256(path)
            if found != artifact.sha256:
                path.unlink()
                if not complete:
                    continue
                raise AssemblyError(
                    f"the downloaded {artifact.coordinates} has sha256 {found}, but infra/versions.py (or a lock) "
                    f"pins {artifact.sha256}"
                )
            target = maven.local_repository() / artifact.repository_path
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)


def _attempt(artifacts: Sequence[Artifact], threads: int, scratch: Path, report: Report) -> AssemblyError | None:
    """Copy the artifacts with Maven, which downloads them; return the error, or None.

    The dependency plugin downloads files one by one. Therefore the artifacts are distributed over modules, which one
    Maven process builds in parallel.
    """
    count = min(threads, len(artifacts))
    started = time.monotonic()
    ended = threading.Event()

    def show_progress() -> None:
        while not ended.wait(PROGRESS_SECONDS):
            done = sum((scratch / each.repository_path).is_file() for each in artifacts)
            report(f"{time.monotonic() - started:.0f} s, {done} of {len(artifacts)} files …")

    with TemporaryDirectory(prefix="kappastack-maven-") as name:
        folder = Path(name)
        modules = [f"part-{number}" for number in range(count)]
        for number, module in enumerate(modules):
            (folder / module).mkdir()
            (folder / module / "pom.xml").write_text(_copying_pom(module, artifacts[number::count]))
        listed = "".join(f"<module>{module}</module>" for module in modules)
        (folder / "pom.xml").write_text(f"{_BEGIN}<artifactId>all</artifactId><modules>{listed}</modules></project>")
        arguments = [OWN_DRAFTS, "--threads", str(count), "--fail-at-end", "validate"]
        progress = threading.Thread(target=show_progress, daemon=True)
        progress.start()
        try:
            status, output = maven.execute(arguments, folder, scratch)
        finally:
            ended.set()
            progress.join()
        return maven.failure(arguments, folder, output) if status else None


_BEGIN = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>kappastack</groupId><version>1</version>"
    "<packaging>pom</packaging>"
)


def _copying_pom(name: str, artifacts: Sequence[Artifact]) -> str:
    """The POM of a module that copies these artifacts into its own folder."""
    items = "".join(
        "<artifactItem>"
        f"<groupId>{escape(artifact.group)}</groupId><artifactId>{escape(artifact.name)}</artifactId>"
        f"<version>{escape(artifact.version)}</version><type>{artifact.type}</type>"
        + (f"<classifier>{escape(artifact.classifier)}</classifier>" if artifact.classifier else "")
        + "</artifactItem>"
        for artifact in artifacts
    )
    group, plugin, version = MAVEN_DEPENDENCY_PLUGIN.split(":")
    return (
        f"{_BEGIN}<artifactId>{name}</artifactId>"
        # To copy a jar, the plugin reads its POM and the parent POMs, some of which were never published.
        f"<repositories><repository><id>missing-parents</id><url>{MISSING_PARENTS.as_uri()}</url>"
        "</repository></repositories><build><plugins><plugin>"
        f"<groupId>{group}</groupId><artifactId>{plugin}</artifactId><version>{version}</version>"
        "<executions><execution><phase>validate</phase><goals><goal>copy</goal></goals><configuration>"
        "<outputDirectory>copied</outputDirectory><useBaseVersion>true</useBaseVersion>"
        f"<artifactItems>{items}</artifactItems></configuration></execution></executions>"
        "</plugin></plugins></build></project>"
    )
