"""The target `host`: processes on this machine, which listen on the loopback interface."""

import getpass
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pulumi import ComponentResource, Input, Resource, ResourceOptions

from infra.resources.health import PlatformHealthy
from infra.resources.provider import DynamicResource
from infra.services.model import Endpoint, Service
from infra.settings import PROJECT
from infra.state import StackState
from infra.targets.base import Drained, Requests, Running, refuse_replicas, renamed
from infra.targets.host.paths import LOOPBACK
from infra.targets.host.provider import HostHealthProvider, HostServiceProvider, MachineProvider


class Machine(DynamicResource, module="kappastack", name="Machine"):
    """The stack's folders and supervisor on this machine."""

    provider = MachineProvider

    def __init__(self, name: str, *, stack: str, opts: ResourceOptions | None = None) -> None:
        """Declare the machine, once for each stack."""
        super().__init__(name, {"stack": stack}, opts)


class HostPlatformHealthy(PlatformHealthy, module="kappastack", name="PlatformHealthy"):
    """Waits for the services, and records how long each took to start."""

    provider = HostHealthProvider


class HostService(DynamicResource, module="kappastack", name="HostService"):
    """The files and the supervised process of one service."""

    provider = HostServiceProvider

    def __init__(
        self,
        service: Service,
        *,
        stack: str,
        port_offset: int,
        keep_data: bool,
        secrets: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a service.

        Args:
            service: description of the service.
            stack: name of the stack.
            port_offset: added to every port number.
            keep_data: whether deletion of the service keeps its volumes.
            secrets: secrets of the service by file name.
            opts: resource options.
        """
        super().__init__(
            service.name,
            {
                "stack": stack,
                "service": service.name,
                "distribution": service.distribution.path.name,
                "distributions": {name: each.path.name for name, each in service.distributions.items()},
                "command": list(service.command),
                "environment": dict(service.environment),
                "files": dict(service.files),
                "ports": {name: port.number + port_offset for name, port in service.ports.items()},
                "volumes": sorted(service.volumes),
                "secret_names": sorted(service.secrets),
                "secrets": dict(secrets),
                "rereads": sorted(service.rereads),
                "health": vars(service.health),
                "directory": service.directory,
                "stop_grace": service.stop_grace,
                "stop_signal": service.stop_signal,
                "keep_data": keep_data,
            },
            ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=["secrets"])),
        )


class HostTarget:
    """Runs each service as a process under a supervisor of the stack."""

    has_operators = False
    records_starts = True
    awaits_health = False
    requests: Requests | None = None
    public: Mapping[str, Input[str]] = MappingProxyType({})

    def __init__(self, *, stack: str, port_offset: int, keep_data: bool) -> None:
        """Declare the stack's machine.

        Args:
            stack: name of the stack.
            port_offset: added to every port number.
            keep_data: whether deletion of a service keeps its volumes.
        """
        self._stack = stack
        self._port_offset = port_offset
        self._keep_data = keep_data
        self._machine = Machine("machine", stack=stack)

    @property
    def user(self) -> str:
        """The user who runs the deployment."""
        return getpass.getuser()

    def run(
        self,
        service: Service,
        secrets: Mapping[str, Input[str]],
        *,
        after: Sequence[Resource] = (),
        drained: Drained | None = None,
    ) -> Running:
        """Declare the service's files and supervised process; another resource waits for its health."""
        refuse_replicas(service, "host")
        component = ComponentResource(f"{PROJECT}:services:{service.kind}", service.name, opts=renamed(service))
        own = {file: secrets[secret] for file, secret in service.secrets.items()}
        process = HostService(
            service,
            stack=self._stack,
            port_offset=self._port_offset,
            keep_data=self._keep_data,
            secrets=own,
            opts=ResourceOptions.merge(
                renamed(service), ResourceOptions(parent=component, depends_on=[self._machine, *after])
            ),
        )
        component.register_outputs({})
        folder = StackState(self._stack).service(service.name) / "secrets"
        endpoints = self.endpoints(service)
        return Running(service, process, endpoints, endpoints, {file: str(folder / file) for file in service.secrets})

    def endpoints(self, service: Service) -> dict[str, Endpoint]:
        """Addresses on the loopback interface, by the port's name."""
        return {
            name: Endpoint(port.scheme, LOOPBACK, port.number + self._port_offset)
            for name, port in service.ports.items()
        }

    def healthy(self, running: Sequence[Running]) -> PlatformHealthy:
        """Declare the resource that waits until all services are healthy."""
        return HostPlatformHealthy(
            "healthy",
            stack=self._stack,
            running=running,
            opts=ResourceOptions(depends_on=[each.resource for each in running]),
        )
