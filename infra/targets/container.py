"""Paths and placeholder values of a service in a container, on every target that runs containers."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.images import HEALTHY, HOME
from infra.services.model import HttpGet, Service, TcpAnswer, fill

CONFIGURATION = "/run/kappastack"
"""Folder of read-only configuration files and secrets."""
FILES = f"{CONFIGURATION}/conf"
SECRETS = f"{CONFIGURATION}/secrets"
VOLUMES = "/var/lib/kappastack"
TEMPORARY = "/tmp"  # noqa: S108 # a file system of the container's own
JAVA = "/usr/bin/java"
PYTHON = "/usr/bin/python3"
USER_ID = 10001
GROUP_ID = 0
USER = f"{USER_ID}:{GROUP_ID}"
"""User and group that run a service and own its volumes. Only this group can read the configuration."""


@dataclass(frozen=True)
class ContainerLayout:
    """A service in its container.

    Args:
        service: description of the service.
    """

    service: Service

    def values(self) -> dict[str, str]:
        """The value of each placeholder, except those that the target adds."""
        service = self.service
        values = {
            "dist": service.image.home if service.image else f"{HOME}/{service.distribution.name}",
            "files": FILES,
            "secrets": SECRETS,
            "tmp": TEMPORARY,
            "host": "0.0.0.0",
            "interfaces": "*.*.*.*",
            # Port-forwards into a pod come from its loopback interface.
            "any": "true",
            "advertised": service.name,
            "java": JAVA,
            "python": PYTHON,
            "planned_starts": "",
        }
        values |= {f"dist.{name}": f"{HOME}/{each.name}" for name, each in service.distributions.items()}
        values |= {f"port.{name}": str(port.number) for name, port in service.ports.items()}
        values |= {f"volume.{name}": self.folder(name) for name in service.volumes}
        return values | {f"secret.{name}": f"{SECRETS}/{name}" for name in service.secrets}

    def folder(self, volume: str) -> str:
        """Mount path of a volume."""
        return self.service.volumes[volume].path or f"{VOLUMES}/{volume}"

    def command(self) -> list[str]:
        """Program and arguments."""
        values = self.values()
        return [fill(part, values) for part in self.service.command]

    def directory(self) -> str:
        """Working directory."""
        return fill(self.service.directory, self.values()) or TEMPORARY

    def variables(self) -> dict[str, str]:
        """Environment variables, sorted by name."""
        values = self.values()
        return {name: fill(value, values) for name, value in sorted(self.service.environment.items())}

    def texts(self) -> Mapping[str, str]:
        """Text of each configuration file, by path below the folder of configuration files."""
        values = self.values()
        return {path: fill(text, values) for path, text in sorted(self.service.files.items())}

    def program(self, check: HttpGet | TcpAnswer) -> list[str]:
        """The command that runs a check in the container."""
        port = str(self.service.ports[check.port].number)
        if self.service.image and self.service.image.checker == "wget":
            return ["wget", "-q", "-O", "-", f"http://127.0.0.1:{port}{check.path}"]
        # Other published images lack the program `healthy` but contain bash.
        program = ["bash", "-c", HEALTHY.read_text(), "healthy"] if self.service.image else ["healthy"]
        if isinstance(check, HttpGet):
            return [*program, port, check.path, check.contains]
        return [*program, "--send", check.send, port, check.contains]
