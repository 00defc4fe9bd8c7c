"""The order that every environment shares: secrets, services, and what each must know of the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from pulumi import Output, Resource, ResourceOptions

from infra.distributions import tasks as tasks_distribution
from infra.resources.connections import ConnectionsFile
from infra.resources.dolphinscheduler.database import SECRETS as DATABASE_SECRETS
from infra.resources.dolphinscheduler.database import DolphinSchedulerDatabase
from infra.resources.pulsar.tokens import signed
from infra.resources.seatunnel.drain import SeaTunnelDrain
from infra.resources.seatunnel.placeholders import filled
from infra.resources.secret import RandomSecret
from infra.resources.starrocks.nodes import StarRocksNodes
from infra.services import dolphinscheduler, pulsar_cluster, pulsar_roles, seatunnel, starrocks_cluster
from infra.services.model import Endpoint, Service
from infra.services.postgres import postgres
from infra.services.pulsar import pulsar
from infra.services.starrocks import starrocks_emulator
from infra.services.tasks import PLATFORM_DATABASE, Product, Tasks
from infra.services.web import api, frontend
from infra.settings import DolphinSchedulerSettings, Settings, StarRocksSettings
from infra.targets.base import Running, Target

STARROCKS_USERS = ("root", "api", "sink", "predictor", "scheduler", "smoke", "registrar")
ALERT_WEBHOOK = "alert-webhook"


class Run(Protocol):
    """Has the target run a service, after some resources are there."""

    def __call__(self, service: Service, after: Sequence[Resource] = ()) -> Running:
        """Run it."""


@dataclass(frozen=True)
class Platform:
    """A platform that products are put on.

    Args:
        services: all of them by name.
        streaming: those that a streaming job needs: where one is replaced, the jobs are stopped before and go on after.
        secrets: that were generated, by name.
        tokens: of Pulsar's roles, by the names of their secrets.
        tenant: the user that tasks run as.
        alert_webhook: where alerts are posted to, if anywhere.
    """

    stack: str
    settings: Settings
    services: Mapping[str, Running]
    streaming: Sequence[Running]
    secrets: Mapping[str, RandomSecret]
    tokens: Mapping[str, Output[str]]
    connections: Resource
    tenant: str
    alert_webhook: Output[str] | None

    @property
    def pulsar(self) -> Running:
        """The event bus."""
        return self.services["pulsar"]

    @property
    def seatunnel(self) -> Running:
        """The engine that moves data."""
        return self.services["seatunnel"]

    @property
    def starrocks(self) -> Running:
        """The only store of application data."""
        return self.services["starrocks"]

    @property
    def dolphinscheduler(self) -> Running:
        """The API of what runs the workflows."""
        return self.services[dolphinscheduler.NAME]


def platform(target: Target, settings: Settings, *, stack: str, products: Mapping[str, Product]) -> Platform:
    """Have a target run the services; they start side by side.

    Args:
        target: where.
        settings: sizes and choices.
        stack: name of the stack.
        products: what is put on it, by name; the API shows the first.
    """
    names = (*(f"starrocks-{user}" for user in STARROCKS_USERS), *DATABASE_SECRETS, pulsar_roles.TOKEN_KEY)
    secrets = {name: RandomSecret(name) for name in names}
    values: dict[str, Output[str]] = {name: secret.value for name, secret in secrets.items()}
    values |= {name: signed(values[pulsar_roles.TOKEN_KEY], pulsar_roles.role(name)) for name in pulsar_roles.TOKENS}
    if settings.alert_webhook is not None:
        values[ALERT_WEBHOOK] = Output.secret(settings.alert_webhook.get_secret_value())
    services: dict[str, Running] = {}
    drained: list[str] = []

    def run(service: Service, after: Sequence[Resource] = ()) -> Running:
        services[service.name] = target.run(service, values, after=after)
        return services[service.name]

    def streaming(service: Service, after: Sequence[Resource] = ()) -> Running:
        services[service.name] = target.run(service, values, after=after, drained=partial(_drain, stack, service.name))
        drained.append(service.name)
        return services[service.name]

    postgres_ = run(postgres(settings.postgres))
    metadata = DolphinSchedulerDatabase(
        "dolphinscheduler-database",
        stack=stack,
        service=postgres_.service.name,
        tenant=target.user,
        secret_ids={name: secrets[name].id for name in DATABASE_SECRETS},
        # Not on the connections, which tell of services that wait for this: it looks them up when they are there.
        opts=ResourceOptions(depends_on=[postgres_.resource], deleted_with=postgres_.resource),
    )
    _run_pulsar(settings, run, streaming)
    seatunnel_, *_ = [streaming(node) for node in seatunnel.nodes(settings.seatunnel)]
    starrocks_, nodes = _run_starrocks(settings.starrocks, run, streaming)
    database = next(iter(products.values())).database
    # A target lays down a few services at a time. These two are up in a second or two, where DolphinScheduler, which
    # waits for PostgreSQL, takes as long as Pulsar: so PostgreSQL goes before them.
    later = [postgres_.resource]
    api_ = run(api(settings.api, starrocks=starrocks_.endpoints["query"], database=database), later)
    run(frontend(settings.frontend, api=api_.endpoints["http"]), later)
    tasks = Tasks(
        distribution=tasks_distribution(),
        stack=stack,
        zeta=seatunnel_.endpoints["rest"],
        starrocks=starrocks_.endpoints["query"],
        placeholders=filled(lambda service, port: services[service].endpoints[port], seatunnel_.secret_files),
        products=products,
        alerts=ALERT_WEBHOOK in values,
    )
    _run_dolphinscheduler(settings.dolphin_scheduler, run, postgres_.endpoints["sql"], tasks, metadata)
    connections = ConnectionsFile("connections", stack=stack, running=list(services.values()), secrets=values)
    target.healthy(list(services.values()))
    if nodes is not None:
        # What is inside StarRocks waits for its members, and is deleted with them.
        services[starrocks_.service.name] = replace(starrocks_, resource=nodes(stack, connections))
    return Platform(
        stack,
        settings,
        services,
        [services[name] for name in drained],
        secrets,
        {name: values[name] for name in pulsar_roles.TOKENS},
        connections,
        target.user,
        values.get(ALERT_WEBHOOK),
    )


def _run_pulsar(settings: Settings, run: Run, streaming: Run) -> None:
    """One process, or a cluster behind its proxy, each part of which is taken away before what it leans on: else it
    waits for that when it is told to stop."""
    if settings.pulsar.topology == "standalone":
        streaming(pulsar(settings.pulsar, authenticated=settings.pulsar_asks_for_tokens))
        return
    zookeepers = [run(each).resource for each in pulsar_cluster.zookeepers(settings.pulsar)]
    bookies = [streaming(each, zookeepers).resource for each in pulsar_cluster.bookies(settings.pulsar)]
    brokers = [streaming(each, bookies).resource for each in pulsar_cluster.brokers(settings.pulsar)]
    streaming(pulsar_cluster.proxy(settings.pulsar), brokers)


Nodes = Callable[[str, Resource], StarRocksNodes]
"""Makes the resource that has the members of the cluster join, on a stack with its connections."""


def _run_starrocks(settings: StarRocksSettings, run: Run, streaming: Run) -> tuple[Running, Nodes | None]:
    """The emulator, or the first frontend of a cluster with all the other nodes."""
    if settings.edition == "emulator":
        return streaming(starrocks_emulator(settings)), None
    first, *followers = starrocks_cluster.frontends(settings)
    starrocks = streaming(first)
    # The first one knows of nobody, and need not be told of itself.
    joined = [run(each, [starrocks.resource]) for each in followers]
    backends = [run(each) for each in starrocks_cluster.backends(settings)]

    def nodes(stack: str, connections: Resource) -> StarRocksNodes:
        return StarRocksNodes(
            "starrocks-nodes",
            stack=stack,
            service=starrocks.service.name,
            followers=[each.endpoints["edit-log"].address for each in joined],
            backends=[each.endpoints["heartbeat"].address for each in backends],
            instances={each.service.name: each.instance for each in (starrocks, *joined, *backends)},
            opts=ResourceOptions(
                depends_on=[connections, *(each.resource for each in (*joined, *backends))],
                deleted_with=starrocks.resource,
            ),
        )

    return starrocks, nodes


def _drain(stack: str, service: str, instance: Output[str]) -> SeaTunnelDrain:
    return SeaTunnelDrain(
        service,
        stack=stack,
        instance=instance,
        seatunnel="seatunnel",
        starrocks="starrocks",
        database=PLATFORM_DATABASE,
    )


def _run_dolphinscheduler(
    settings: DolphinSchedulerSettings,
    run: Run,
    database: Endpoint,
    tasks: Tasks,
    metadata: Resource,
) -> None:
    """All of its servers, each once its metadata are there."""
    if settings.topology == "standalone":
        run(dolphinscheduler.standalone(settings, postgres=database, tasks=tasks), [metadata])
        return
    registry = run(dolphinscheduler.registry())
    alert = run(dolphinscheduler.alert_server(settings, postgres=database), [metadata])
    for service in dolphinscheduler.separate(
        settings,
        postgres=database,
        registry=registry.endpoints["client"],
        alert=alert.endpoints["rpc"],
        tasks=tasks,
    ):
        run(service, [metadata, registry.resource])
