"""Assembling: each distribution once, whole or not at all, old ones cleared away."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from infra.checkout.paths import locked
from infra.distributions.model import DIST, AssemblyError, Distribution, Report
from infra.distributions.registry import recipes

KEPT_VERSIONS = 2
ATTEMPTS = 3
"""How often a build is begun anew because somebody edits the sources meanwhile."""


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
    """Assemble several side by side.

    Args:
        names: names of distributions.
        report: takes progress lines, each with the name in front.

    Returns:
        For each name its folder, or why there is none: one that fails does not stop the others.
    """

    def one(name: str) -> Path | AssemblyError:
        result: Path | AssemblyError = SourcesChanged(name)
        for _ in range(ATTEMPTS):
            try:
                return assemble(recipes()[name].distribution(), lambda line: report(f"{name}: {line}"))
            except SourcesChanged as error:
                report(f"{name}: its sources changed meanwhile; once more")
                result = error
            except AssemblyError as error:
                return error
        return result

    with ThreadPoolExecutor(max_workers=3) as pool:
        return dict(zip(names, pool.map(one, names), strict=True))
