"""Runs the `docker` command for images."""

import contextlib
import subprocess
from collections.abc import Callable, Sequence
from typing import IO

from infra.images import ImageError

_NO_DOCKER = "docker is not on the PATH: apt-get install docker.io, or Docker's own packages"


def docker(*arguments: str, write: Callable[[IO[bytes]], None] | None = None) -> str:
    """Run `docker` and return its output.

    Args:
        arguments: arguments of the command.
        write: writes the command's standard input.

    Raises:
        ImageError: the command failed; the message contains the end of its output.
    """
    command: Sequence[str] = ["docker", *arguments]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if write else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except FileNotFoundError:
        raise ImageError(_NO_DOCKER) from None
    if write is not None and process.stdin is not None:
        try:
            # If the command closes its input early, its output contains the reason.
            with contextlib.suppress(BrokenPipeError):
                write(process.stdin)
                process.stdin.close()
        except BaseException:
            process.kill()
            process.wait()
            raise
        process.stdin = None
    output = process.communicate()[0].decode(errors="replace")
    if process.returncode != 0:
        tail = "\n".join(output.strip().splitlines()[-25:])
        raise ImageError(f"`{' '.join(command)}` failed with status {process.returncode}:\n{tail}")
    return output


def exists(reference: str) -> bool:
    """Whether the engine has an image.

    Raises:
        ImageError: no engine responds.
    """
    try:
        done = subprocess.run(["docker", "image", "inspect", reference], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ImageError(_NO_DOCKER) from None
    if done.returncode != 0 and "No such image" not in done.stderr:
        raise ImageError(f"the Docker Engine does not respond: {done.stderr.strip()}")
    return done.returncode == 0
