"""Assembling: each distribution once, whole or not at all, old ones cleared away."""

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
"""Files from Maven's repository, by the distribution that needs them."""
KEPT_VERSIONS = 2
ATTEMPTS = 3
"""How often a build starts again because its sources changed meanwhile."""


class SourcesChanged(AssemblyError):
    """What was built is not what the sources are now."""


def assemble(distribution: Distribution, report: Report) -> Path:
    """The folder of a distribution, built where it is not there yet.

    Args:
        distribution: one that `registry` knows.
        report: takes progress lines.

    Raises:
        AssemblyError: something cannot be downloaded, compiled or verified; nothing half-made stays behind.
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
    # The lock is held: what lies here was left by a run that was killed.
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    recipe = recipes()[distribution.name]
    try:
        recipe.build(draft, report)
        if recipe.distribution() != distribution:
            raise SourcesChanged(f"the sources of {distribution.name} changed while it was built: run again")
        draft.rename(distribution.path)
    except OSError as error:
        raise AssemblyError(f"{distribution.name}: {error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    prune(distribution)


def prune(distribution: Distribution) -> None:
    """Remove older versions of a distribution: all but the last two, and none that a process runs from."""
    versions = [path for path in DIST.glob(f"{distribution.name}-*") if path.is_dir() and path != distribution.path]
    versions.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in versions[KEPT_VERSIONS - 1 :]:
        if not in_use(path):
            shutil.rmtree(path, ignore_errors=True)


def in_use(folder: Path) -> bool:
    """Whether the command line or the environment of a process that we may look at names this folder."""
    name = str(folder)
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = [*(process.info["cmdline"] or []), *(process.info["environ"] or {}).values()]
        if any(name in word for word in words):
            return True
    return False


def assemble_all(names: list[str], report: Report) -> dict[str, Path | AssemblyError]:
    """Assemble several side by side; files from Maven's repository are downloaded together first.

    Args:
        names: names of distributions.
        report: takes progress lines, each with the name in front.

    Returns:
        For each name its folder, or why there is none: one that fails does not stop the others.
    """
    with ThreadPoolExecutor(max_workers=len(names) + 1) as pool:
        begun = threading.Event()
        pool.submit(_download, names, report, begun)
        # Else the download of a single distribution would begin first, and all others would wait for it.
        begun.wait()
        built = {name: pool.submit(_assemble_again, name, report) for name in names}
        return {name: future.result() for name, future in built.items()}


def _download(names: list[str], report: Report, begun: threading.Event) -> None:
    """Download together what the distributions that are not there yet need from Maven's repository.

    Where that fails, the build of a distribution tries again and reports the file that it lacks.

    Args:
        names: of the distributions.
        report: takes progress lines.
        begun: set as soon as the download runs, or where there is none.
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
    """Assemble one, anew where its sources changed meanwhile."""

    def named(line: str) -> None:
        report(f"{name}: {line}")

    result: Path | AssemblyError = SourcesChanged(name)
    for _ in range(ATTEMPTS):
        try:
            return assemble(recipes()[name].distribution(), named)
        except SourcesChanged as error:
            named("its sources changed meanwhile; once more")
            result = error
        except AssemblyError as error:
            return error
    return result
