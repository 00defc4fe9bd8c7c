"""The interface of all targets."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pulumi import Alias, Input, Output, Resource, ResourceOptions

from infra.forwarding import Forward
from infra.services.model import Endpoint, Instances, Service, TcpAnswer

Drained = Callable[[Output[str]], Resource]
"""Creates the resource that drains a service before it is replaced. Its argument changes with the process."""


@dataclass(frozen=True)
class Requests:
    """The resources that a stack's services request from a cluster.

    Args:
        pods: number of pods.
        cpu: cores.
        memory_gib: memory in GiB.
        storage_gib: size of all volumes in GiB.
    """

    pods: int
    cpu: float
    memory_gib: float
    storage_gib: float


@dataclass(frozen=True)
class Running:
    """A service that a target runs.

    Args:
        service: description of the service.
        resource: resource of its process. Resources inside the service are deleted with it.
        endpoints: addresses for other services, by the port's name.
        operator_endpoints: addresses for this machine, by the port's name.
        secret_files: paths of the secret files within the service, by the secret's name.
        instance: text that changes when the target replaces the process; empty if the target does not replace it.
        own_check: URL of the health state that the target reports, if this machine does not check the service's port.
        forwards: ports of this machine, among the operator's endpoints, that are forwarded into a cluster.
        members: each process behind a port, by the port's name; empty if there is one process behind each endpoint.
    """

    service: Service
    resource: Resource
    endpoints: Mapping[str, Endpoint]
    operator_endpoints: Mapping[str, Endpoint]
    secret_files: Mapping[str, str]
    instance: Input[str] = ""
    own_check: str = ""
    forwards: tuple[Forward, ...] = ()
    members: Mapping[str, Instances] = field(default_factory=dict)

    @property
    def instances(self) -> dict[str, Instances]:
        """Each process behind a port, by the port's name."""
        return instances(self.endpoints) | dict(self.members)

    @property
    def health_url(self) -> str:
        """The URL of the service's health check."""
        health = self.service.health
        return self.own_check or self.operator_endpoints[health.port].url + health.path

    @property
    def health_send(self) -> str:
        """Bytes that a TCP health check sends, in hexadecimal; empty for HTTP."""
        health = self.service.health
        return health.send if isinstance(health, TcpAnswer) else ""


def instances(endpoints: Mapping[str, Endpoint]) -> dict[str, Instances]:
    """The only process of a service behind each port."""
    return {name: Instances((endpoint,)) for name, endpoint in endpoints.items()}


def refuse_replicas(service: Service, target: str) -> None:
    """Check that a target with one machine runs one process of a service.

    Raises:
        ValueError: the service has several replicas.
    """
    if service.replicas != 1:
        raise ValueError(f"service {service.name} has {service.replicas} replicas, but target {target} runs only 1")


def digest(parts: Sequence[str]) -> str:
    """A short digest of texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def renamed(service: Service) -> ResourceOptions:
    """Resource options that adopt the resource with the service's former name."""
    return ResourceOptions(aliases=[Alias(name=service.formerly)] if service.formerly else [])


class Target(Protocol):
    """A place to run services.

    Attributes:
        has_operators: whether an operator runs the services that set `operated_by`.
        records_starts: whether the target itself records when it starts a service on purpose.
        awaits_health: whether the creation of a service's resource ends only when the service is healthy.
        requests: resources that the services request; None if the target reserves nothing.
        public: URLs for users and programs outside the stack's network, by service; empty if the target has none.
    """

    has_operators: bool
    records_starts: bool
    awaits_health: bool

    @property
    def requests(self) -> Requests | None:
        """Resources that the services declared so far request."""

    @property
    def public(self) -> Mapping[str, Input[str]]:
        """URLs of the services declared so far."""

    @property
    def user(self) -> str:
        """Name of the operating system's user that services run as."""

    def run(
        self,
        service: Service,
        secrets: Mapping[str, Input[str]],
        *,
        after: Sequence[Resource] = (),
        drained: Drained | None = None,
    ) -> Running:
        """Declare the resources that run a service.

        Args:
            service: description of the service.
            secrets: all generated secrets by name. The service gets only those that its description names.
            after: resources that must exist before the service's first start. Few services need this.
            drained: creates the resource that drains the service before a replacement, on targets that replace
                processes during a deployment.
        """

    def endpoints(self, service: Service) -> Mapping[str, Endpoint]:
        """Addresses of a service for other services, by the port's name. The service need not run."""

    def healthy(self, running: Sequence[Running]) -> Resource:
        """A resource whose creation waits until all services are healthy."""
