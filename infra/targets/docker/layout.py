"""Paths, addresses and placeholder values of a service in its container."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.images import HEALTHY, HOME
from infra.services.model import Endpoint, HttpGet, Port, Service, fill

CONFIGURATION = "/run/kappastack"
"""Mount point of the read-only volume with configuration files and secrets."""
FILES = f"{CONFIGURATION}/conf"
SECRETS = f"{CONFIGURATION}/secrets"
VOLUMES = "/var/lib/kappastack"
TEMPORARY = "/tmp"  # noqa: S108 # a file system of the container's own
JAVA = "/usr/bin/java"
PYTHON = "/usr/bin/python3"
USER = "10001:0"
"""User and group of the services. The group may read the configuration, which root owns."""


@dataclass(frozen=True)
class Published:
    """A port of a container that is published on an address of the engine's machine."""

    internal: int
    external: int
    ip: str


@dataclass(frozen=True)
class Layout:
    """A service in its container.

    Args:
        service: its description.
        port_offset: shifts what is published.
        publish_address: address of public ports.
        operator_address: address of the operator's ports, which the deployment uses too.
    """

    service: Service
    port_offset: int
    publish_address: str
    operator_address: str

    def endpoints(self) -> dict[str, Endpoint]:
        """Addresses of the ports for other containers."""
        service = self.service
        return {name: Endpoint(port.scheme, service.name, port.number) for name, port in service.ports.items()}

    def operator_endpoints(self) -> dict[str, Endpoint]:
        """Addresses of the ports for the operator. Internal ports are not published."""
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
        """Published ports, sorted by number. A port with an entrance is published through that."""
        found = [
            Published(port.number, port.number + self.port_offset, self._address(port))
            for port in self.service.ports.values()
            if not port.internal and not port.entrance
        ]
        return sorted(found, key=lambda port: port.internal)

    def _address(self, port: Port) -> str:
        return self.publish_address if port.public else self.operator_address

    def values(self) -> dict[str, str]:
        """Values of the placeholders."""
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
        """Mount point of a volume."""
        return self.service.volumes[volume].path or f"{VOLUMES}/{volume}"

    def command(self) -> list[str]:
        """Program and arguments."""
        values = self.values()
        return [fill(part, values) for part in self.service.command]

    def directory(self) -> str:
        """Working directory."""
        return fill(self.service.directory, self.values()) or TEMPORARY

    def environment(self) -> list[str]:
        """Variables, sorted."""
        values = self.values()
        return sorted(f"{name}={fill(value, values)}" for name, value in self.service.environment.items())

    def files(self) -> Mapping[str, str]:
        """Configuration files by their paths in the container."""
        values = self.values()
        return {f"{FILES}/{path}": fill(text, values) for path, text in sorted(self.service.files.items())}

    def health_test(self) -> list[str]:
        """The health check as Docker runs it."""
        health = self.service.health
        port = str(self.service.ports[health.port].number)
        # A published image has a shell, but not the program `healthy`.
        program = ["bash", "-c", HEALTHY.read_text(), "healthy"] if self.service.image else ["healthy"]
        if isinstance(health, HttpGet):
            return ["CMD", *program, port, health.path, health.contains]
        return ["CMD", *program, "--send", health.send, port, health.contains]


def _reached(address: str) -> str:
    """Address by which this machine reaches a port that is published on an address."""
    return "127.0.0.1" if address == "0.0.0.0" else address
