"""Examines the Docker client and engine for `make doctor`; target `docker` uses them. Standard library only."""

import os
import shutil
import subprocess

_SECONDS = 15
_ONLY = "only stacks of target docker, such as dev, need it"


def rows() -> list[tuple[str, str, bool]]:
    """Rows of the table: the examined object, its state, and whether that suffices.

    A missing engine is no problem unless DOCKER_HOST is set, because the stack `local` needs none.
    """
    host = os.environ.get("DOCKER_HOST", "")
    address = f"DOCKER_HOST={host}" if host else "the default socket (DOCKER_HOST is not set)"
    client = shutil.which("docker")
    if client is None:
        return [("Docker client", f"none; {_ONLY}: apt-get install docker.io", True)]
    version = _server_version(client)
    found = f"{version} at {address}" if version else f"no engine responds at {address}; {_ONLY}"
    return [("Docker client", client, True), ("Docker Engine", found, bool(version) or not host)]


def _server_version(client: str) -> str:
    try:
        done = subprocess.run(
            [client, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
