"""Maven: its runs, and its local repository in the cache."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from infra.checkout import environment
from infra.checkout.paths import cache, locked
from infra.distributions.model import AssemblyError, Report


def local_repository() -> Path:
    """Maven's local repository of this project."""
    return cache() / "maven"


def run(arguments: Sequence[str], folder: Path, report: Report) -> None:
    """Run Maven in a folder, without the network first, and with it where something is missing.

    Raises:
        AssemblyError: Maven failed; the message has the end of its output.
    """
    # Maven before 3.9 lets two processes write one local repository at the same time and damage it.
    with locked(cache() / "maven.lock", lambda: report("waiting for another Maven run")):
        for mode in (["--offline"], []):
            status, output = execute([*mode, *arguments], folder, local_repository())
            if status == 0:
                return
            if not mode or "offline mode" not in output:
                break
            report("downloading what the Maven cache lacks")
    raise failure(arguments, folder, output)


def execute(arguments: Sequence[str], folder: Path, repository: Path) -> tuple[int, str]:
    """Run Maven once; return its exit status and its output.

    Args:
        arguments: goals and options.
        folder: has the POM.
        repository: the local repository; no other process may use it meanwhile.
    """
    done = subprocess.run(
        ["mvn", "--batch-mode", "--no-transfer-progress", f"-Dmaven.repo.local={repository}", *arguments],
        cwd=folder,
        # TERM: no colours, as the output goes into messages.
        env=os.environ | environment.variables() | {"TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def failure(arguments: Sequence[str], folder: Path, output: str) -> AssemblyError:
    """The error of a failed run, with Maven's own error lines, or else with the end of its output."""
    tail = "\n".join(line for line in output.splitlines() if "ERROR" in line) or output[-3000:]
    return AssemblyError(f"mvn {' '.join(arguments)} failed in {folder}:\n{tail}")


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
