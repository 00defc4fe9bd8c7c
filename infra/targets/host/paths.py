"""Paths, files and placeholder values of a service on this machine."""

import shlex
import shutil
import sys
from pathlib import Path

from infra.distributions.model import DIST
from infra.services.model import fill
from infra.state import StackState
from infra.targets.host.description import Description

LOOPBACK = "127.0.0.1"


class MissingPrerequisite(Exception):
    """The machine lacks a program that a service needs; the message contains the command that installs it."""


def python_executable() -> Path:
    """The base interpreter of the checkout's virtual environment, without the environment's packages."""
    return Path(sys.executable).resolve()


def java_executable() -> Path:
    """Path of the program `java` on PATH.

    Raises:
        MissingPrerequisite: PATH has no `java`.
    """
    found = shutil.which("java")
    if found is None:
        raise MissingPrerequisite("java is not on the PATH: apt-get install openjdk-17-jdk-headless")
    return Path(found)


class ServicePaths:
    """The files and folders of one service of a stack."""

    def __init__(self, description: Description) -> None:
        """Derive the paths from the names of the stack and the service."""
        self.description = description
        self.state = StackState(description.stack)
        self.folder = self.state.service(description.service)
        self.files = self.folder / "conf"
        self.secrets = self.folder / "secrets"
        self.temporary = self.folder / "tmp"
        self.script = self.folder / "run"
        self.program = self.state.supervisor / "programs" / f"{description.service}.conf"
        self.log = self.state.logs / f"{description.service}.log"
        self.distribution = DIST / description.distribution
        self.distributions = {name: DIST / each for name, each in description.distributions.items()}

    def values(self) -> dict[str, str]:
        """The value of each placeholder."""
        description = self.description
        values = {
            "dist": str(self.distribution),
            "files": str(self.files),
            "secrets": str(self.secrets),
            "tmp": str(self.temporary),
            "host": LOOPBACK,
            "interfaces": LOOPBACK,
            "any": "false",
            "advertised": LOOPBACK,
            "java": str(java_executable()),
            "python": str(python_executable()),
            "planned_starts": str(self.state.planned_starts),
        }
        values |= {f"dist.{name}": str(path) for name, path in self.distributions.items()}
        values |= {f"port.{name}": str(number) for name, number in description.ports.items()}
        values |= {f"outside.{name}": f"{LOOPBACK}:{number}" for name, number in description.ports.items()}
        values |= {f"volume.{name}": str(self.state.volume(description.service, name)) for name in description.volumes}
        return values | {f"secret.{name}": str(self.secrets / name) for name in description.secret_names}

    def rendered_files(self) -> dict[Path, str]:
        """Text of every file except secrets, by path: configuration, start script, the supervisor's program section."""
        values = self.values()
        description = self.description
        rendered = {self.files / path: fill(text, values) for path, text in description.files.items()}
        rendered[self.script] = self._script(values)
        rendered[self.program] = self._program()
        return rendered

    def obsolete_files(self) -> list[Path]:
        """Configuration and secrets of an earlier description that this one does not have."""
        wanted = {*self.rendered_files(), *(self.secrets / name for name in self.description.secret_names)}
        found = [path for folder in (self.files, self.secrets) for path in folder.rglob("*") if path.is_file()]
        return sorted(set(found) - wanted)

    def _script(self, values: dict[str, str]) -> str:
        environment = [
            f"export {name}={shlex.quote(fill(value, values))}"
            for name, value in sorted(self.description.environment.items())
        ]
        command = " \\\n  ".join(shlex.quote(fill(part, values)) for part in self.description.command)
        return "\n".join(
            [
                "#!/bin/sh",
                "set -eu",
                f"cd {shlex.quote(fill(self.description.directory, values) or str(self.folder))}",
                *environment,
                f"exec {command}",
                "",
            ]
        )

    def _program(self) -> str:
        def escaped(path: Path) -> str:
            return str(path).replace("%", "%%")

        return "\n".join(
            [
                f"[program:{self.description.service}]",
                f"command={escaped(self.script)}",
                "autostart=true",
                "autorestart=true",
                "startsecs=5",
                # Each retry waits one second longer than the previous one, about twenty minutes in total.
                "startretries=50",
                "stopasgroup=true",
                "killasgroup=true",
                f"stopwaitsecs={self.description.stop_grace}",
                f"stopsignal={self.description.stop_signal}",
                "redirect_stderr=true",
                f"stdout_logfile={escaped(self.log)}",
                "stdout_logfile_maxbytes=20MB",
                "stdout_logfile_backups=3",
                "",
            ]
        )
