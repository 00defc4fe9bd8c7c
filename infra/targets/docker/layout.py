"""Ports and placeholder values of a service in its container on a Docker Engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.services.model import Endpoint, Port
from infra.targets.container import FILES, ContainerLayout


@dataclass(frozen=True)
class Published:
    """A container's port that is published on an address of the engine's machine."""

    internal: int
    external: int
    ip: str


@dataclass(frozen=True)
class Layout(ContainerLayout):
    """A service in its container.

    Args:
        service: description of the service.
        port_offset: added to the numbers of published ports.
        publish_address: IPv4 address on which public ports are published.
        operator_address: IPv4 address on which the other ports are published, for the deployment and operators.
    """

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
        """The published ports. Of a port with an entrance, only the entrance is published."""
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
        return super().values() | {f"outside.{name}": each.address for name, each in self.operator_endpoints().items()}

    def command(self) -> list[str]:
        """Program and arguments; arguments only, if the image starts the program itself."""
        words = super().command()
        return words[1:] if self.service.image and self.service.image.starts_itself else words

    def environment(self) -> list[str]:
        """Environment variables as `NAME=value`, sorted."""
        return [f"{name}={value}" for name, value in self.variables().items()]

    def files(self) -> Mapping[str, str]:
        """Text of each configuration file, by path in the container."""
        return {f"{FILES}/{path}": text for path, text in self.texts().items()}

    def health_test(self) -> list[str]:
        """The command of Docker's health check."""
        return ["CMD", *self.program(self.service.health)]


def _reached(address: str) -> str:
    """The address at which this machine connects to ports that are published on `address`."""
    return "127.0.0.1" if address == "0.0.0.0" else address
