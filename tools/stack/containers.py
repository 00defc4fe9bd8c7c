"""The containers of a stack on a Docker Engine, by the `docker` command."""

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infra.targets.docker import names


class EngineError(Exception):
    """The Docker Engine does not do what was asked; the message has what it said."""


@dataclass(frozen=True)
class Container:
    """A container of a service.

    Args:
        name: of the container.
        state: such as `running` or `exited`.
        memory: bytes that it takes, 0 where it does not run.
        uptime: since its last start.
    """

    name: str
    state: str
    memory: int
    uptime: timedelta


def containers(stack: str) -> dict[str, Container]:
    """Those of a stack's services, by service.

    Raises:
        EngineError: no engine answers.
    """
    listed = _docker("ps", "--all", "--quiet", "--filter", f"label={names.STACK_LABEL}={stack}").split()
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
        found[service] = Container(name, state["Status"], memory.get(each["Id"], 0), uptime)
    return found


def _memory(identities: list[str]) -> dict[str, int]:
    """What each takes without what the kernel keeps for it in passing, from one look."""
    lines = _docker("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}} {{.MemUsage}}", *identities).splitlines()
    return {line.split()[0]: _bytes(line.split()[1]) for line in lines}


def _bytes(text: str) -> int:
    units = {"GiB": 2**30, "MiB": 2**20, "KiB": 2**10, "kB": 1000, "B": 1}
    unit = next(unit for unit in units if text.endswith(unit))
    return round(float(text.removesuffix(unit)) * units[unit])


def stop(stack: str) -> list[str]:
    """Stop all containers of a stack side by side, each as its own settings say; tell which services they were."""
    running = {service: each for service, each in containers(stack).items() if each.state == "running"}
    if running:
        _docker("stop", *(each.name for each in running.values()))
    return sorted(running)


def follow(stack: str, service: str, *, follow: bool) -> int:
    """Show the log of a service's container."""
    arguments = ["docker", "logs", "--tail", "200", *(["--follow"] if follow else []), names.container(stack, service)]
    try:
        return subprocess.run(arguments, check=False).returncode
    except KeyboardInterrupt:
        return 0


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=180)
    except FileNotFoundError:
        raise EngineError("docker is not on the PATH") from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"docker {arguments[0]} did not end within 180 s") from None
    if done.returncode != 0:
        raise EngineError(f"docker {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
