"""Assembles distributions, each once and atomically, and deletes old versions."""

import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil

from infra.checkout.paths import locked
from infra.distributions import downloads
from infra.distributions.model import DIST, AssemblyError, Distribution, Report
from infra.distributions.recipes import dolphinscheduler, postgres, pulsar, seatunnel
from infra.distributions.registry import recipes
from infra.versions import Artifact

DOWNLOADS: Mapping[str, Callable[[], list[Artifact]]] = {
    "dolphinscheduler": dolphinscheduler.downloads,
    "seatunnel": seatunnel.downloads,
    "pulsar": pulsar.downloads,
    "postgres": postgres.downloads,
}
"""Functions that list the files to download from a Maven repository, by distribution."""
KEPT_VERSIONS = 2
ATTEMPTS = 3
"""Maximum number of build attempts for a distribution whose sources change during the build."""


class SourcesChanged(AssemblyError):
    """The sources changed during the build."""


def assemble(distribution: Distribution, report: Report) -> Path:
    """The folder of a distribution, which is built if it is missing.

    Args:
        distribution: a distribution of `registry`.
        report: called with progress lines.

    Raises:
        AssemblyError: a download, compilation or verification failed; partial results are deleted.
    """
    target = distribution.path
    if not target.is_dir():
        with locked(DIST / f".{distribution.name}.lock", lambda: report("waiting for another run")):
            if not target.is_dir():
                _build(distribution, report)
    target.touch()
    return target


def _build(distribution: Distribution, report: Report) -> None:
    draft = DIST / f".{distribution.name}.draft"
    # This process holds the lock, so an existing draft is from a killed run.
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    recipe = recipes()[distribution.name]
    try:
        recipe.build(draft, report)
        if recipe.distribution() != distribution:
            raise SourcesChanged(f"the sources of {distribution.name} changed during the build: run the command again")
        draft.rename(distribution.path)
    except OSError as error:
        raise AssemblyError(f"{distribution.name}: {error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    prune(distribution)


def prune(distribution: Distribution) -> None:
    """Delete all but the newest two versions of a distribution, except those that a process uses."""
    versions = [path for path in DIST.glob(f"{distribution.name}-*") if path.is_dir() and path != distribution.path]
    versions.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in versions[KEPT_VERSIONS - 1 :]:
        if not in_use(path):
            shutil.rmtree(path, ignore_errors=True)


def in_use(folder: Path) -> bool:
    """Whether the command line or environment of a process contains this folder's path; only readable ones count."""
    name = str(folder)
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = [*(process.info["cmdline"] or []), *(process.info["environ"] or {}).values()]
        if any(name in word for word in words):
            return True
    return False


def assemble_all(names: list[str], report: Report) -> dict[str, Path | AssemblyError]:
    """Assemble several distributions in parallel. Files from Maven's repository are first downloaded together.

    Args:
        names: names of distributions.
        report: called with progress lines, each prefixed with the distribution's name.

    Returns:
        The folder or the error of each distribution, by name. A failure does not stop the others.
    """
    with ThreadPoolExecutor(max_workers=len(names) + 1) as pool:
        begun = threading.Event()
        pool.submit(_download, names, report, begun)
        # Otherwise a single distribution's download could take the lock first, and all others would wait for it.
        begun.wait()
        built = {name: pool.submit(_assemble_again, name, report) for name in names}
        return {name: future.result() for name, future in built.items()}


def _download(names: list[str], report: Report, begun: threading.Event) -> None:
    """Download the Maven files of all missing distributions together.

    If that fails, the build of each distribution retries and reports the missing file.

    Args:
        names: names of distributions.
        report: called with progress lines.
        begun: set as soon as the download runs, or if there is nothing to download.
    """

    def named(line: str) -> None:
        report(f"downloads: {line}")
        begun.set()

    to_build = [name for name in names if name in DOWNLOADS and not recipes()[name].distribution().path.is_dir()]
    try:
        artifacts = downloads.lacking(artifact for name in to_build for artifact in DOWNLOADS[name]())
        if artifacts:
            with suppress(AssemblyError):
                downloads.fetch(artifacts, named)
    finally:
        begun.set()


def _assemble_again(name: str, report: Report) -> Path | AssemblyError:
    """Assemble a distribution, and repeat this if its sources change during the build."""

    def named(line: str) -> None:
        report(f"{name}: {line}")

    result: Path | AssemblyError = SourcesChanged(name)
    for _ in range(ATTEMPTS):
        try:
            return assemble(recipes()[name].distribution(), named)
        except SourcesChanged as error:
            named("its sources changed during the build; building again")
            result = error
        except AssemblyError as error:
            return error
    return result
