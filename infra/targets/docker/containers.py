"""Lists, stops and removes a stack's objects on a Docker Engine, with the `docker` command."""

import json
import subprocess
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apps.shared.polling import Pending, poll
from infra.targets.docker import names
from infra.targets.operations import OperationsError, RunningService

_COMMAND_SECONDS = 600
_REMOVAL_SECONDS = 120
_REMOVING = "already in progress"
"""Part of the engine's error for an object that it is removing."""


class EngineError(OperationsError):
    """The Docker Engine refused a command or does not respond; the message contains the engine's error text."""


def containers(stack: str) -> dict[str, RunningService]:
    """The containers of a stack's services, by service.

    Raises:
        EngineError: no engine responds.
    """
    listed = _ids("container", stack)
    if not listed:
        return {}
    memory = _memory(listed)
    found = {}
    for each in json.loads(_docker("inspect", *listed)):
        service = each["Config"]["Labels"].get(names.SERVICE_LABEL)
        if service is None:
            continue
        state = each["State"]
        # The engine writes nanoseconds, which are more digits than Python reads.
        started = datetime.fromisoformat(state["StartedAt"][:19]).replace(tzinfo=UTC)
        uptime = datetime.now(UTC).replace(microsecond=0) - started if state["Running"] else timedelta()
        name = each["Name"].lstrip("/")
        found[service] = RunningService(name, state["Status"], memory.get(each["Id"], 0), uptime)
    return found


def _memory(identities: list[str]) -> dict[str, int]:
    """Memory per container without page cache, from one `docker stats` sample."""
    lines = _docker("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}} {{.MemUsage}}", *identities).splitlines()
    return {line.split()[0]: _bytes(line.split()[1]) for line in lines}


def _bytes(text: str) -> int:
    """A number of bytes; 0 for `--`, which the command prints for a container that has just ended."""
    units = {"TiB": 2**40, "GiB": 2**30, "MiB": 2**20, "KiB": 2**10, "kB": 1000, "B": 1}
    unit = next((unit for unit in units if text.endswith(unit)), None)
    if unit is None:
        return 0
    return round(float(text.removesuffix(unit)) * units[unit])


def stop(stack: str) -> list[str]:
    """Stop all containers of a stack in parallel, each with its own stop signal and grace period.

    Returns:
        The services that were running.
    """
    running = {service: each for service, each in containers(stack).items() if each.state == "running"}
    if running:
        _docker("stop", *(each.name for each in running.values()))
    return sorted(running)


def restart(container: str) -> None:
    """Restart a container with its own stop signal and grace period."""
    _docker("restart", container)


def remove(stack: str, *, keep: Collection[str], volumes: bool) -> list[str]:
    """Remove objects that carry a stack's label but are not in its state, such as those of a killed deployment.

    A later deployment would fail on the names of such containers. It adopts volumes.

    Args:
        stack: name of the stack.
        keep: ids of containers and networks, and names of volumes, in the stack's state.
        volumes: whether to remove volumes with data too; those with configuration are always removed.

    Returns:
        A line for each removed object.

    Raises:
        EngineError: the engine refused.
    """
    removed: list[str] = []
    data = frozenset() if volumes else frozenset(kept_volumes(stack))
    for kind in ("container", "network", "volume"):
        for identity in _ids(kind, stack):
            if identity in keep or identity in data:
                continue
            try:
                name = _docker(kind, "inspect", "--format", "{{.Name}}", identity).strip().lstrip("/")
                _docker(kind, "rm", *(["--force"] if kind != "network" else []), identity)
            except EngineError as error:
                # The engine may still carry out a removal that the interrupted command requested.
                if not _disappears(kind, stack, identity, within=_REMOVAL_SECONDS if _REMOVING in str(error) else 0):
                    raise
                continue
            removed.append(f"{kind} {name} was left by an interrupted deployment: removed.")
    return removed


def _disappears(kind: str, stack: str, identity: str, *, within: float) -> bool:
    def look() -> Pending | None:
        return Pending("it is still listed") if identity in _ids(kind, stack) else None

    try:
        poll(look, within=within, what=f"the removal of {kind} {identity}")
    except TimeoutError:
        return False
    return True


def kept_volumes(stack: str) -> list[str]:
    """Names of a stack's volumes with data of its services."""
    return [each for each in _ids("volume", stack) if "-configuration-" not in each]


def engine_folder() -> Path | None:
    """The folder of the engine's images and volumes; None if the engine runs on another machine."""
    try:
        folder = Path(_docker("info", "--format", "{{.DockerRootDir}}").strip())
    except EngineError:
        return None
    try:
        return folder if folder.is_absolute() and folder.is_dir() else None
    except PermissionError:
        return None


def _ids(kind: str, stack: str) -> list[str]:
    whole = [] if kind == "volume" else ["--no-trunc"]
    everything = ["--all"] if kind == "container" else []
    label = f"label={names.STACK_LABEL}={stack}"
    return _docker(kind, "ls", *everything, *whole, "--quiet", "--filter", label).split()


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, check=False, timeout=_COMMAND_SECONDS
        )
    except FileNotFoundError:
        raise EngineError(
            "docker is not on the PATH: apt-get install docker.io, or Docker's own packages; DOCKER_HOST names the "
            "engine"
        ) from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"docker {arguments[0]} did not end within {_COMMAND_SECONDS} s") from None
    if done.returncode != 0:
        raise EngineError(f"docker {' '.join(arguments[:2])}: {done.stderr.strip()}")
    return done.stdout
