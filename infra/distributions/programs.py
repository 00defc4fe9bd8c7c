"""Runs programs that assemble distributions, and captures their output."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.checkout.paths import ROOT
from infra.distributions.model import AssemblyError

_SHOWN = 5000
"""Characters at the end of a failed program's output that the error contains."""


def execute(
    command: Sequence[str | Path], *, folder: Path = ROOT, variables: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a program without input; return its exit status and its output.

    Args:
        command: program and arguments.
        folder: working directory.
        variables: environment variables to set in addition to this process's own.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | dict(variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def run(
    command: Sequence[str | Path],
    failure: str,
    *,
    folder: Path = ROOT,
    variables: Mapping[str, str] | None = None,
) -> str:
    """Run a program without input; return its output.

    Args:
        command: program and arguments.
        failure: first line of the error message, such as `npm ci failed`.
        folder: working directory.
        variables: environment variables to set in addition to this process's own.

    Raises:
        AssemblyError: the exit status is not 0; the message contains the end of the output.
    """
    status, output = execute(command, folder=folder, variables=variables)
    if status != 0:
        raise AssemblyError(f"{failure}:\n{output[-_SHOWN:]}")
    return output
