"""The interface of all targets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulumi import Alias, Input, Output, Resource, ResourceOptions

from infra.services.model import Endpoint, Service, TcpAnswer

Drained = Callable[[Output[str]], Resource]
"""Creates the resource that drains a service before the target replaces its process. Its argument changes with the
process."""


@dataclass(frozen=True)
class Running:
    """A service on a target.

    Args:
        service: its description.
        resource: the process or container; resources inside the service are deleted with it.
        endpoints: addresses for other services, by name of the port.
        operator_endpoints: addresses for this machine, by name of the port.
        secret_files: paths for the service itself, by name of the secret.
        instance: changes when the target replaces the process; empty where the target does not know.
        own_check: URL of the target's own health check, for a service whose health check is unreachable from here.
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
        """Bytes in hexadecimal that its health check sends; empty for HTTP."""
        health = self.service.health
        return health.send if isinstance(health, TcpAnswer) else ""


def renamed(service: Service) -> ResourceOptions:
    """Options that give a resource the identity of the one with the service's former name."""
    return ResourceOptions(aliases=[Alias(name=service.formerly)] if service.formerly else [])


class Target(Protocol):
    """A place to run services."""

    @property
    def user(self) -> str:
        """Operating-system user that services run as."""

    def run(
        self,
        service: Service,
        secrets: Mapping[str, Input[str]],
        *,
        after: Sequence[Resource] = (),
        drained: Drained | None = None,
    ) -> Running:
        """Declare the resources of a service.

        Args:
            service: its description.
            secrets: all generated secrets by name. The service gets those that its description names.
            after: resources that must exist before the first start. Few services need that.
            drained: drains the service before its replacement, on a target that replaces processes during a deployment.
        """

    def healthy(self, running: Sequence[Running]) -> Resource:
        """A resource that exists when all services are healthy."""
