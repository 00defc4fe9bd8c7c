"""The order that every environment shares: secrets, services, and what each must know of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from pulumi import Output, Resource

from infra.resources.connections import ConnectionsFile
from infra.resources.seatunnel_drain import SeaTunnelDrain
from infra.resources.secret import RandomSecret
from infra.services.model import Service
from infra.services.pulsar import pulsar
from infra.services.seatunnel import seatunnel
from infra.services.starrocks import starrocks_emulator
from infra.services.web import api, frontend
from infra.settings import Settings
from infra.targets.base import Running, Target

PLATFORM_DATABASE = "kappastack"
STARROCKS_USERS = ("root", "api", "sink", "predictor", "scheduler", "smoke", "registrar")


@dataclass(frozen=True)
class Platform:
    """A platform that products are put on."""

    stack: str
    settings: Settings
    pulsar: Running
    seatunnel: Running
    starrocks: Running
    api: Running
    frontend: Running
    secrets: Mapping[str, RandomSecret]
    connections: Resource

    @property
    def streaming(self) -> tuple[Running, ...]:
        """Those that a streaming job needs: where one is replaced, the jobs are stopped before and go on after."""
        return (self.pulsar, self.seatunnel, self.starrocks)

    @property
    def services(self) -> tuple[Running, ...]:
        """All of them."""
        return (self.pulsar, self.seatunnel, self.starrocks, self.api, self.frontend)


def platform(target: Target, settings: Settings, *, stack: str, database: str) -> Platform:
    """Have a target run the services; they start side by side.

    Args:
        target: where.
        settings: sizes and choices.
        stack: name of the stack.
        database: what the API shows.
    """
    secrets = {f"starrocks-{user}": RandomSecret(f"starrocks-{user}") for user in STARROCKS_USERS}
    values = {name: secret.value for name, secret in secrets.items()}

    def streaming(service: Service) -> Running:
        return target.run(service, values, drained=partial(_drain, stack, service.name))

    pulsar_ = streaming(pulsar(settings.pulsar))
    seatunnel_ = streaming(seatunnel(settings.seatunnel))
    starrocks_ = streaming(starrocks_emulator(settings.starrocks))
    api_ = target.run(api(settings.api, starrocks=starrocks_.endpoints["query"], database=database), values)
    frontend_ = target.run(frontend(settings.frontend, api=api_.endpoints["http"]), values)
    running = (pulsar_, seatunnel_, starrocks_, api_, frontend_)
    connections = ConnectionsFile(
        "connections",
        stack=stack,
        running=running,
        secrets=values,
    )
    target.healthy(running)
    return Platform(stack, settings, pulsar_, seatunnel_, starrocks_, api_, frontend_, secrets, connections)


def _drain(stack: str, service: str, instance: Output[str]) -> SeaTunnelDrain:
    return SeaTunnelDrain(
        service,
        stack=stack,
        instance=instance,
        seatunnel="seatunnel",
        starrocks="starrocks",
        database=PLATFORM_DATABASE,
    )
