"""Runs Maven with a local repository in the cache."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from infra.checkout import environment
from infra.checkout.paths import cache, locked
from infra.distributions import programs
from infra.distributions.model import AssemblyError, Report


def local_repository() -> Path:
    """Folder of this project's local Maven repository."""
    return cache() / "maven"


def run(arguments: Sequence[str], folder: Path, report: Report) -> None:
    """Run Maven in a folder: first offline, then, if files are missing, with the network.

    Raises:
        AssemblyError: Maven failed; the message contains the end of its output.
    """
    # Maven before 3.9 does not lock its local repository, so two processes could damage it.
    with locked(cache() / "maven.lock", lambda: report("waiting for another Maven run")):
        for mode in (["--offline"], []):
            status, output = execute([*mode, *arguments], folder, local_repository())
            if status == 0:
                return
            if not mode or "offline mode" not in output:
                break
            report("downloading files that are missing in the Maven cache")
    raise failure(arguments, folder, output)


def execute(arguments: Sequence[str], folder: Path, repository: Path) -> tuple[int, str]:
    """Run Maven once; return its exit status and its output.

    Args:
        arguments: goals and options.
        folder: folder of the POM.
        repository: local repository; no other process may use it during the run.
    """
    return programs.execute(
        ["mvn", "--batch-mode", "--no-transfer-progress", f"-Dmaven.repo.local={repository}", *arguments],
        folder=folder,
        # TERM=dumb disables colours, because error messages contain the output.
        variables=environment.variables() | {"TERM": "dumb"},
    )


def failure(arguments: Sequence[str], folder: Path, output: str) -> AssemblyError:
    """The error of a failed run. It contains Maven's error lines or, if there are none, the end of the output."""
    tail = "\n".join(line for line in output.splitlines() if "ERROR" in line) or output[-3000:]
    return AssemblyError(f"mvn {' '.join(arguments)} failed in {folder}:\n{tail}")


def sha256(path: Path) -> str:
    """SHA-256 checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
