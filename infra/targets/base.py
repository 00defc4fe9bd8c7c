"""What every target offers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulumi import Alias, Input, Output, Resource, ResourceOptions

from infra.services.model import Endpoint, Service, TcpAnswer

Drained = Callable[[Output[str]], Resource]
"""Makes the resource that empties a service before the target puts another process in its place; it is given what
changes with the process."""


@dataclass(frozen=True)
class Running:
    """A service that the target has been told to run.

    Args:
        service: its description.
        resource: what resources inside it are deleted with.
        endpoints: by name of the port, as other services reach them.
        operator_endpoints: the same, as this machine reaches them.
        secret_files: by name of the secret, as the service itself finds them.
        instance: changes where the target puts another process in the place of this one; empty where it cannot tell.
        own_check: URL by which the target tells how the service is, for one whose health check cannot be asked from
            here.
    """

    service: Service
    resource: Resource
    endpoints: Mapping[str, Endpoint]
    operator_endpoints: Mapping[str, Endpoint]
    secret_files: Mapping[str, str]
    instance: Input[str] = ""
    own_check: str = ""

    @property
    def health_url(self) -> str:
        """The URL of its health check."""
        health = self.service.health
        if health.port not in self.operator_endpoints:
            return self.own_check
        return self.operator_endpoints[health.port].url + health.path

    @property
    def health_send(self) -> str:
        """What its health check sends where it speaks no HTTP: bytes in hexadecimal."""
        health = self.service.health
        return health.send if isinstance(health, TcpAnswer) else ""


def renamed(service: Service) -> ResourceOptions:
    """Options by which a resource takes the place of the one with the service's former name."""
    return ResourceOptions(aliases=[Alias(name=service.formerly)] if service.formerly else [])


class Target(Protocol):
    """A place to run services."""

    @property
    def user(self) -> str:
        """Name of the user of the operating system that services run as."""

    def run(
        self,
        service: Service,
        secrets: Mapping[str, Input[str]],
        *,
        after: Sequence[Resource] = (),
        drained: Drained | None = None,
    ) -> Running:
        """Have a service run there.

        Args:
            service: its description.
            secrets: all generated secrets by name; the target hands the service those that it asks for.
            after: what must be there before it is started for the first time. Few services need that.
            drained: empties it before it is replaced, on a target that replaces processes during a deployment.
        """

    def healthy(self, running: Sequence[Running]) -> Resource:
        """A resource that exists when all services are healthy."""
