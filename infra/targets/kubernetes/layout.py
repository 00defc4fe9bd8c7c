"""Paths, ports and placeholder values of a service in its pods."""

import math
from dataclasses import dataclass
from typing import Literal

from pulumi_kubernetes import core

from infra.services.model import Endpoint, HttpGet, Instances, Service, TcpAnswer
from infra.targets.container import ContainerLayout
from infra.targets.kubernetes.cluster import LOOPBACK

POD_NAME = "POD_NAME"
"""Environment variable with the name of the pod."""
_ADVERTISED = "@{advertised}"
_PERIOD = 5
_LONGEST = 4
"""Factor by which a start may exceed its usual limit, such as on a busy node or after an outage."""


@dataclass(frozen=True)
class _Timing:
    """Timing of a probe.

    Args:
        period: seconds between two attempts.
        timeout: time limit of one attempt, in seconds.
        failures: number of consecutive failures after which Kubernetes acts.
    """

    period: int
    timeout: int
    failures: int


_READINESS = _Timing(_PERIOD, 5, 3)
# A process that pauses, such as for garbage collection, is killed only after two minutes.
_LIVENESS = _Timing(20, 10, 6)


@dataclass(frozen=True)
class PodLayout(ContainerLayout):
    """A service in its pods.

    Args:
        service: description of the service.
        port_offset: added to the ports of this machine that are forwarded to the service.
    """

    port_offset: int

    def __post_init__(self) -> None:
        """Check the description.

        Raises:
            ValueError: replicas would advertise the same address.
        """
        service = self.service
        if service.replicas > 1 and any(_ADVERTISED in text for text in service.files.values()):
            raise ValueError(
                f"files of service {service.name} contain {_ADVERTISED}, but its {service.replicas} replicas have "
                "different addresses: use it in the command, or describe numbered members"
            )

    @property
    def has_identity(self) -> bool:
        """Whether each pod keeps its name, because it has volumes or advertises its address."""
        service = self.service
        texts = [*service.command, *service.environment.values(), *service.files.values()]
        return bool(service.volumes) or any(_ADVERTISED in text for text in texts)

    @property
    def members(self) -> str:
        """Name of the headless Service that gives each pod its own host name, or its own DNS record."""
        return f"{self.service.name}-members" if self.is_replicated else self.service.name

    @property
    def is_replicated(self) -> bool:
        """Whether the service may have several pods."""
        return max(self.service.replicas, self.service.most_replicas) > 1

    @property
    def any_member(self) -> str:
        """Name of the Service that stands for all members of the group."""
        return f"{self.group}-any"

    def host(self, port: str) -> str:
        """Name of the Service that clients of a port connect to."""
        return self.any_member if self.service.ports[port].any_member else self.service.name

    @property
    def group(self) -> str:
        """Label value that the service's pods share with the other members of its group."""
        return self.service.group or self.service.name

    def endpoints(self) -> dict[str, Endpoint]:
        """Endpoints for other pods, by the port's name."""
        service = self.service
        return {name: Endpoint(port.scheme, self.host(name), port.number) for name, port in service.ports.items()}

    def instances(self) -> dict[str, Instances]:
        """The endpoints of the pods, by the port's name; one that Prometheus looks up if pods have no host name."""
        service = self.service
        hosts = [service.name]
        if self.is_replicated:
            hosts = [self.members]
        if self.is_replicated and self.has_identity:
            hosts = [f"{service.name}-{number}.{self.members}" for number in range(service.replicas)]
        return {
            name: Instances(
                tuple(Endpoint(port.scheme, host, port.number) for host in hosts),
                looked_up=self.is_replicated and not self.has_identity,
            )
            for name, port in service.ports.items()
        }

    def operator_endpoints(self) -> dict[str, Endpoint]:
        """Endpoints for this machine, which forwards its loopback ports; internal ports have none."""
        return operator_endpoints(self.service, self.port_offset)

    def values(self) -> dict[str, str]:
        """The value of each placeholder."""
        values = super().values()
        if self.service.replicas > 1:
            # Kubernetes replaces `$(POD_NAME)` in commands and environment variables.
            values["advertised"] = f"$({POD_NAME}).{self.members}"
        return values | {f"outside.{name}": each.address for name, each in self.operator_endpoints().items()}

    def startup(self) -> core.v1.ProbeArgs:
        """The probe that ends when the service has started."""
        attempts = math.ceil(_LONGEST * self.service.health.start_within / _PERIOD)
        return self._probe(self.service.health, _Timing(_PERIOD, 5, attempts))

    def readiness(self) -> core.v1.ProbeArgs:
        """The probe whose failure removes the pod from its Service."""
        return self._probe(self.service.health, _READINESS)

    def liveness(self) -> core.v1.ProbeArgs:
        """The probe whose repeated failure restarts the container."""
        return self._probe(self.service.alive, _LIVENESS)

    def _probe(self, check: HttpGet | TcpAnswer | None, timing: _Timing) -> core.v1.ProbeArgs:
        """The probe of a check; without a check, whether the port of the health check accepts connections."""
        service = self.service
        port = service.ports[(check or service.health).port].number
        get = command = connect = None
        if check is None:
            connect = core.v1.TCPSocketActionArgs(port=port)
        elif isinstance(check, HttpGet) and not check.contains:
            get = core.v1.HTTPGetActionArgs(path=check.path, port=port)
        else:
            # Kubernetes' own probes do not read the body, and support no other protocols.
            command = core.v1.ExecActionArgs(command=escaped(self.program(check)))
        return core.v1.ProbeArgs(
            http_get=get,
            exec_=command,
            tcp_socket=connect,
            period_seconds=timing.period,
            timeout_seconds=timing.timeout,
            failure_threshold=timing.failures,
        )


def operator_endpoints(service: Service, port_offset: int) -> dict[str, Endpoint]:
    """Endpoints of a service for this machine, by the port's name; internal ports have none."""
    ports = service.ports
    return {
        name: Endpoint(port.scheme, LOOPBACK, (ports[port.entrance] if port.entrance else port).number + port_offset)
        for name, port in ports.items()
        if not port.internal
    }


def escaped(command: list[str]) -> list[str]:
    """A command in which Kubernetes replaces no variables except the pod's name."""
    return [part.replace("$(", "$$(").replace(f"$$({POD_NAME})", f"$({POD_NAME})") for part in command]


Access = Literal["ReadWriteOnce", "ReadWriteMany"]
