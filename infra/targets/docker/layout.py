"""Paths, ports and placeholder values of a service in its container."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.images import HEALTHY, HOME
from infra.services.model import Endpoint, HttpGet, Port, Service, fill

CONFIGURATION = "/run/kappastack"
"""Mount path of the read-only volume with configuration files and secrets."""
FILES = f"{CONFIGURATION}/conf"
SECRETS = f"{CONFIGURATION}/secrets"
VOLUMES = "/var/lib/kappastack"
TEMPORARY = "/tmp"  # noqa: S108 # a file system of the container's own
JAVA = "/usr/bin/java"
PYTHON = "/usr/bin/python3"
USER = "10001:0"
"""User and group that run a service and own its volumes. Only this group can read the configuration."""


@dataclass(frozen=True)
class Published:
    """A container's port that is published on an address of the engine's machine."""

    internal: int
    external: int
    ip: str


@dataclass(frozen=True)
class Layout:
    """A service in its container.

    Args:
        service: description of the service.
        port_offset: added to the numbers of published ports.
        publish_address: IPv4 address on which public ports are published.
        operator_address: IPv4 address on which the other ports are published, for the deployment and operators.
    """

    service: Service
    port_offset: int
    publish_address: str
    operator_address: str

    def endpoints(self) -> dict[str, Endpoint]:
        """Endpoints for other containers, by the port's name."""
        service = self.service
        return {name: Endpoint(port.scheme, service.name, port.number) for name, port in service.ports.items()}

    def operator_endpoints(self) -> dict[str, Endpoint]:
        """Endpoints for this machine, by the port's name; internal ports are not published."""
        ports = self.service.ports
        return {
            name: Endpoint(
                port.scheme,
                _reached(self._address(port)),
                (ports[port.entrance] if port.entrance else port).number + self.port_offset,
            )
            for name, port in ports.items()
            if not port.internal
        }

    def published(self) -> list[Published]:
        """The published ports; instead of a port with an entrance, its entrance is published."""
        found = [
            Published(port.number, port.number + self.port_offset, self._address(port))
            for port in self.service.ports.values()
            if not port.internal and not port.entrance
        ]
        return sorted(found, key=lambda port: port.internal)

    def _address(self, port: Port) -> str:
        return self.publish_address if port.public else self.operator_address

    def values(self) -> dict[str, str]:
        """The value of each placeholder."""
        service = self.service
        values = {
            "dist": f"{HOME}/{service.distribution.name}",
            "files": FILES,
            "secrets": SECRETS,
            "tmp": TEMPORARY,
            "host": "0.0.0.0",
            "interfaces": "*.*.*.*",
            "advertised": service.name,
            "java": JAVA,
            "python": PYTHON,
        }
        values |= {f"dist.{name}": f"{HOME}/{each.name}" for name, each in service.distributions.items()}
        values |= {f"port.{name}": str(port.number) for name, port in service.ports.items()}
        values |= {f"outside.{name}": each.address for name, each in self.operator_endpoints().items()}
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

    def environment(self) -> list[str]:
        """Environment variables as `NAME=value`, sorted."""
        values = self.values()
        return sorted(f"{name}={fill(value, values)}" for name, value in self.service.environment.items())

    def files(self) -> Mapping[str, str]:
        """Text of each configuration file, by path in the container."""
        values = self.values()
        return {f"{FILES}/{path}": fill(text, values) for path, text in sorted(self.service.files.items())}

    def health_test(self) -> list[str]:
        """The command of Docker's health check."""
        health = self.service.health
        port = str(self.service.ports[health.port].number)
        # Published images lack the program `healthy` but contain bash.
        program = ["bash", "-c", HEALTHY.read_text(), "healthy"] if self.service.image else ["healthy"]
        if isinstance(health, HttpGet):
            return ["CMD", *program, port, health.path, health.contains]
        return ["CMD", *program, "--send", health.send, port, health.contains]


def _reached(address: str) -> str:
    """The address at which this machine connects to ports that are published on `address`."""
    return "127.0.0.1" if address == "0.0.0.0" else address
