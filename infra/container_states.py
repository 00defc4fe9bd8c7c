"""States of containers, read from the Docker Engine with one command for all containers that are being waited for."""

import subprocess
import threading
import time
from dataclasses import dataclass

_ENGINE_SECONDS = 60
"""Time limit of one command. An engine that needs longer is overloaded or not reachable."""
_FRESH_SECONDS = 1.0
_SEPARATOR = "|"
_HEALTH = "{{if .State.Health}}{{.State.Health.Status}}{{end}}"
_FORMAT = _SEPARATOR.join(
    (
        "{{.Name}}",
        "{{.State.Status}}",
        _HEALTH,
        "{{.RestartCount}}",
        "{{.State.OOMKilled}}",
        "{{.State.ExitCode}}",
    )
)
"""Format of `docker inspect`."""


@dataclass(frozen=True, slots=True)
class ContainerState:
    """The state of a container.

    Args:
        status: the engine's word, such as `running` or `restarting`.
        health: the engine's word, such as `healthy`; empty without a health check.
        restarts: number of restarts by the engine.
        out_of_memory: whether the last process was killed because of the memory limit.
        exit_code: exit status of the last process.
    """

    status: str
    health: str
    restarts: int
    out_of_memory: bool
    exit_code: int


class ContainerStates:
    """Reads states. Concurrent waits share a command, because each one needs processor time while services start."""

    def __init__(self) -> None:
        """Begin without states."""
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._read = -_FRESH_SECONDS
        self._found: dict[str, ContainerState] = {}
        self._errors = ""

    def state(self, name: str) -> ContainerState | str:
        """The state of a container, at most a second old, or an error message."""
        with self._lock:
            if name not in self._names or time.monotonic() - self._read >= _FRESH_SECONDS:
                self._names.add(name)
                self._read_all()
                self._read = time.monotonic()
            found = self._found.get(name)
            if found is not None:
                return found
            own = [line for line in self._errors.splitlines() if line.endswith(f" {name}")]
            return own[0] if own else self._errors or f"no state of container {name}"

    def _read_all(self) -> None:
        self._found, self._errors = {}, ""
        done = run_docker("inspect", "--type", "container", "--format", _FORMAT, *sorted(self._names))
        if isinstance(done, str):
            self._errors = done
            return
        # The client prints an empty line for a missing container.
        for line in filter(None, done.stdout.splitlines()):
            name, status, health, restarts, out_of_memory, exit_code = line.split(_SEPARATOR)
            self._found[name.lstrip("/")] = ContainerState(
                status, health, int(restarts), out_of_memory == "true", int(exit_code)
            )
        self._errors = done.stderr.strip()


STATES = ContainerStates()
"""The states that all waits of this process share."""


def made_progress(name: str, seconds: int, cpu_before: float) -> tuple[bool, float]:
    """Whether a container made progress, and the CPU seconds that its processes have used.

    Args:
        name: name of the container.
        seconds: a log line of the last `seconds` counts as progress.
        cpu_before: result of an earlier call. CPU use since then counts as progress.

    An engine that does not respond in time counts as progress, because the machine is then busy.
    """
    logged = run_docker("logs", "--since", f"{seconds}s", "--tail", "1", name)
    if isinstance(logged, str) or (logged.returncode == 0 and (logged.stdout or logged.stderr)):
        return True, cpu_before
    used = run_docker("top", name, "-eo", "pid,time")
    if isinstance(used, str):
        return True, cpu_before
    if used.returncode:
        return False, cpu_before
    cpu = sum(_cpu_seconds(line.split()[-1]) for line in used.stdout.splitlines()[1:] if line.strip())
    return cpu > cpu_before, cpu


def _cpu_seconds(text: str) -> float:
    """Seconds of a time in the format of `ps`, such as `1-02:03:04` or `00:00:07`."""
    days, _, clock = text.rpartition("-")
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60.0 + seconds


def log_end(name: str, lines: int) -> str:
    """The last lines of a container's log, or the engine's error message."""
    done = run_docker("logs", "--tail", str(lines), name)
    return done if isinstance(done, str) else done.stdout + done.stderr


def run_docker(*arguments: str) -> "subprocess.CompletedProcess[str] | str":
    """Run the Docker client. The result is an error message if the client is missing or does not end in time."""
    try:
        return subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, check=False, timeout=_ENGINE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"the Docker Engine did not answer `docker {arguments[0]}` within {_ENGINE_SECONDS} s"
    except OSError as error:
        return f"docker: {error}"
