"""Runs commands with their output in a log file, periodic progress lines, and the end of the log on failure."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from infra.checkout.paths import NOTES, ROOT

Report = Callable[[str], None]
Version = tuple[int, int, int]

PROGRESS_SECONDS = 15.0
"""Seconds between two progress lines of a running command."""


class SetupError(Exception):
    """The set-up failed; the message names what is missing and the command that installs it."""


def run(
    command: Sequence[str | Path],
    report: Report,
    *,
    log: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    progress: Callable[[str], str] = lambda _: "",
) -> None:
    """Run a command with its output in a log file.

    Args:
        command: program and arguments.
        report: called with a progress line every 15 seconds while the command runs.
        log: name of the log file, without folder.
        cwd: working directory.
        env: variables to set in addition to this process's own.
        progress: returns the progress as text, from the log so far.

    Raises:
        SetupError: the command failed or cannot be started; the message contains the end of its output.
    """
    path = NOTES / "logs" / log
    path.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with path.open("w") as output:
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=os.environ | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise SetupError(f"{command[0]} cannot be started: {error}") from error
        try:
            while True:
                try:
                    status = process.wait(PROGRESS_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    state = progress(path.read_text(errors="replace"))
                    report(f"{time.monotonic() - started:.0f} s{', ' + state if state else ''} …")
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if status != 0:
        end = "\n".join(path.read_text(errors="replace").splitlines()[-25:])
        raise SetupError(f"`{' '.join(map(str, command))}` failed with status {status}:\n{end}\n(full output: {path})")


def output_of(command: Sequence[str | Path]) -> str | None:
    """The standard output of a quick command; None if the command fails or is missing."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true", "GOTOOLCHAIN": "local", "TERM": "dumb"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def version_in(text: str | None) -> Version | None:
    """The first `1.2` or `1.2.3` in a text; a missing third number is 0."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text or "")
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def dotted(version: Version) -> str:
    """A version with dots, such as `1.2.3`."""
    return ".".join(map(str, version))
