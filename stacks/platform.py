"""The platform: secrets, services in their order of creation, and the platform's own database."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pulumi import Output, Resource, ResourceOptions

from infra import platform as own
from infra.platform import secret
from infra.products.model import Product
from infra.resources.connections import ConnectionsFile
from infra.resources.dolphinscheduler.database import SECRETS as DATABASE_SECRETS
from infra.resources.dolphinscheduler.database import DolphinSchedulerDatabase
from infra.resources.seatunnel.drain import SeaTunnelDrain
from infra.resources.seatunnel.placeholders import filled
from infra.resources.secrets_file import SecretsFile
from infra.resources.starrocks.planned_restarts import PlannedRestarts
from infra.resources.starrocks.schema import StarRocksSchema
from infra.resources.starrocks.users import StarRocksUsers
from infra.services import dolphinscheduler, pulsar_cluster, seatunnel
from infra.services.model import Endpoint, Service
from infra.services.postgres import Database, external, postgres
from infra.services.pulsar import pulsar
from infra.services.tasks import ALERT_WEBHOOK, Tasks
from infra.services.web import frontend, platform_api, product_api
from infra.settings import DolphinSchedulerSettings, ProductSettings, Settings
from infra.targets.base import Running, Target
from stacks import monitoring
from stacks.secrets import secrets
from stacks.starrocks import Complete, Run, run_starrocks


class Platform:
    """The platform that products run on.

    Attributes:
        stack: name of the stack.
        settings: settings of the stack.
        services: all services by name.
        secrets: generated secrets, and tokens.
        streaming: services that streaming jobs need. Jobs stop before one of them is replaced, and resume afterwards.
        tenant: operating-system user that tasks run as.
        requests: resources that the services request; None if the target reserves nothing.
        public: URLs for users and programs outside the stack's network, by service.
        connections: the file with addresses and secrets that the resources inside the services read.
        schema: the platform's own tables.
        users: the platform's own StarRocks users.
    """

    def __init__(
        self, target: Target, settings: Settings, stack: str, products: Sequence[tuple[Product, ProductSettings]]
    ) -> None:
        """Declare the services of a platform. Services without a dependency on each other start in parallel.

        Args:
            target: target that runs the services.
            settings: settings of the stack.
            stack: name of the stack.
            products: the stack's data products with their settings.
        """
        self.stack, self.settings = stack, settings
        self.tenant = target.user
        self.services: dict[str, Running] = {}
        self.secrets = secrets(settings, [product for product, _ in products], stack)
        self._secrets_file = SecretsFile(
            "secrets", stack=stack, generated=self.secrets.generated, values=self.secrets.values
        )
        self.streaming: list[Running] = []
        self._target = target
        self._products = products
        self._monitoring = monitoring.addresses(target, settings.monitoring)
        complete = self._run_services()
        running = list(self.services.values())
        self.connections = ConnectionsFile(
            "connections",
            stack=stack,
            running=running,
            database=self.database,
            opts=ResourceOptions(depends_on=[self._secrets_file]),
        )
        target.healthy(running)
        self._first = () if target.awaits_health else tuple(each.resource for each in running)
        self.requests = target.requests
        self.public = target.public
        if complete is not None:
            # Resources inside StarRocks wait for the cluster's members, and are deleted with them.
            self.services["starrocks"] = replace(self.starrocks, resource=complete(stack, self.connections))
        self.schema = StarRocksSchema(
            "platform-schema",
            stack=stack,
            service=self.starrocks.service.name,
            database=own.DATABASE,
            migrations=own.MIGRATIONS,
            replication_num=settings.starrocks.replication_num,
            keep_data=settings.keep_data,
            opts=self.inside(self.starrocks.resource),
        )
        self.users = StarRocksUsers(
            "platform-users",
            stack=stack,
            service=self.starrocks.service.name,
            roles=own.ROLES,
            # The first session with a new password of root sets this password in StarRocks. The version of root's
            # password is therefore an input.
            password_ids={user: self.secrets.generated[secret(user)].version for user in ("root", *own.ROLES)},
            all_users=[*own.ROLES, *(user for product, _ in products for user in product.users)],
            opts=self.inside(self.starrocks.resource, self.schema),
        )
        if not target.records_starts:
            PlannedRestarts(
                "planned-restarts",
                stack=stack,
                starrocks=self.starrocks.service.name,
                database=own.DATABASE,
                instances={name: each.instance for name, each in self.services.items()},
                opts=self.inside(self.starrocks.resource, self.schema),
            )

    @property
    def pulsar(self) -> Running:
        """The event bus."""
        return self.services["pulsar"]

    @property
    def seatunnel(self) -> Running:
        """The engine that runs streaming and batch jobs."""
        return self.services[seatunnel.NAME]

    @property
    def starrocks(self) -> Running:
        """The only store of application data."""
        return self.services["starrocks"]

    @property
    def dolphinscheduler(self) -> Running:
        """The API server of DolphinScheduler."""
        return self.services[dolphinscheduler.NAME]

    @property
    def database(self) -> Database:
        """The database of DolphinScheduler's metadata."""
        chosen = self.settings.postgres.external
        if chosen is not None:
            return external(chosen)
        return Database(self._target.endpoints(postgres(self.settings.postgres))["sql"])

    @property
    def alert_webhook(self) -> Output[str] | None:
        """The URL that alerts are posted to, if there is one."""
        return self.secrets.values.get(ALERT_WEBHOOK)

    @property
    def scheduler_alerts(self) -> Output[str] | None:
        """The URL that DolphinScheduler posts alerts to; None if the monitoring alerts of its workflows."""
        return self.alert_webhook if self._monitoring is None else None

    def inside(self, service: Resource, *needs: Resource) -> ResourceOptions:
        """Options of a resource inside a service.

        The resource is deleted with the service, so that `destroy` works after `make down`.
        """
        # Pulumi creates only a few resources at a time. Resources that wait for Pulsar or StarRocks to be healthy would
        # delay the start of other services, so all services start first.
        return ResourceOptions(
            depends_on=[service, self.connections, *self._first, *needs],
            deleted_with=service,
        )

    def _run(self, service: Service, after: Sequence[Resource] = ()) -> Running:
        running = self._target.run(service, self.secrets.files, after=after)
        self.services[service.name] = running
        return running

    def _run_streaming(self, service: Service, after: Sequence[Resource] = ()) -> Running:
        running = self._target.run(
            service, self.secrets.files, after=after, drained=partial(_drain, self.stack, service.name)
        )
        self.services[service.name] = running
        self.streaming.append(running)
        return running

    def _run_services(self) -> Complete | None:
        settings = self.settings
        server = None if settings.postgres.external else self._run(postgres(settings.postgres))
        servers = [] if server is None else [server.resource]
        metadata = DolphinSchedulerDatabase(
            "dolphinscheduler-database",
            stack=self.stack,
            database=self.database,
            tenant=self.tenant,
            secret_ids=self.secrets.versions(DATABASE_SECRETS),
            # The metadata cannot depend on the connections file, which depends on services that depend on the metadata.
            opts=ResourceOptions(
                depends_on=[*servers, self._secrets_file], deleted_with=None if server is None else server.resource
            ),
        )
        zookeepers = _run_pulsar(settings, self._run, self._run_streaming)
        registry = zookeepers if settings.dolphin_scheduler.registry == "pulsar" else []
        job_secrets = [secret(product.user(user)) for product, _ in self._products for user in product.job_users]
        engine, *_ = [self._run_streaming(node) for node in seatunnel.nodes(settings.seatunnel, secrets=job_secrets)]
        starrocks = run_starrocks(
            settings.starrocks,
            operated=self._target.has_operators,
            outside=bool(settings.backup.location),
            run=self._run,
            streaming=self._run_streaming,
        )
        query = starrocks.running.endpoints["query"]
        tasks = Tasks(
            stack=self.stack,
            zeta=engine.endpoints["rest"],
            starrocks=query,
            placeholders=filled(lambda service, port: self.services[service].endpoints[port], engine.secret_files),
            products=self._products,
            webhook=self.alert_webhook is not None,
            alertmanager=None if self._monitoring is None else self._monitoring.alertmanager,
        )
        _run_dolphinscheduler(
            settings.dolphin_scheduler,
            self._run,
            database=self.database,
            tasks=tasks,
            metadata=metadata,
            registry=registry,
        )
        # Pulumi creates only a few resources at a time. DolphinScheduler waits for PostgreSQL and starts as slowly as
        # Pulsar. APIs, page and monitoring start within two seconds, so the process of DolphinScheduler starts first.
        # Where a resource is created only when its service is healthy, that would delay them until then.
        later = [] if self._target.awaits_health else [self.dolphinscheduler.resource]
        self._run_web(query, later, engine.endpoints["rest"])
        if self._monitoring is not None:
            for service in monitoring.services(
                self._target,
                settings.monitoring,
                stack=self.stack,
                products=[product.name for product, _ in self._products],
                with_grafana=settings.has_grafana,
                running=self.services,
                postgres=None if server is None else server.endpoints["sql"],
                webhook=self.alert_webhook is not None,
            ):
                self._run(service, later)
        return starrocks.complete

    def _run_web(self, starrocks: Endpoint, later: Sequence[Resource], zeta: Endpoint) -> None:
        ingress = self.settings.kubernetes.ingress
        platform = self._run(
            platform_api(
                self.settings.platform_api,
                starrocks=starrocks,
                zeta=zeta,
                monitoring=self._monitoring,
                hosts=tuple(ingress.hosts.values()),
                ingress=ingress.address,
            ),
            later,
        )
        apis = {
            product.name: self._run(product_api(product, product.api, settings.api, starrocks=starrocks), later)
            for product, settings in self._products
            if product.api is not None
        }
        page = frontend(
            self.settings.frontend,
            platform_api=platform.endpoints["http"],
            products={name: each.endpoints["http"] for name, each in apis.items()},
        )
        self._run(page, later)


def _run_pulsar(settings: Settings, run: Run, streaming: Run) -> list[Running]:
    """Run one process, or a cluster behind its proxy; return the servers of its ZooKeeper.

    Servers are deleted before their dependencies; otherwise their shutdown blocks.
    """
    if settings.pulsar.topology == "standalone":
        streaming(pulsar(settings.pulsar, authenticated=settings.pulsar_requires_tokens))
        return []
    zookeepers = [run(each) for each in pulsar_cluster.zookeepers(settings.pulsar)]
    there = [each.resource for each in zookeepers]
    bookies = [streaming(each, there).resource for each in pulsar_cluster.bookies(settings.pulsar)]
    brokers = [streaming(each, bookies).resource for each in pulsar_cluster.brokers(settings.pulsar)]
    streaming(pulsar_cluster.proxy(settings.pulsar), brokers)
    return zookeepers


def _drain(stack: str, service: str, instance: Output[str]) -> SeaTunnelDrain:
    """Create the resource that drains the jobs before a service is replaced."""
    return SeaTunnelDrain(
        service,
        stack=stack,
        instance=instance,
        seatunnel=seatunnel.NAME,
        starrocks="starrocks",
        database=own.DATABASE,
    )


def _run_dolphinscheduler(
    settings: DolphinSchedulerSettings,
    run: Run,
    *,
    database: Database,
    tasks: Tasks,
    metadata: Resource,
    registry: Sequence[Running],
) -> None:
    """Run all servers of DolphinScheduler after its metadata exist.

    Args:
        settings: settings of the servers.
        run: runs a service on the target.
        database: database of the metadata.
        tasks: programs that tasks run.
        metadata: resource after which the servers may start.
        registry: ZooKeeper servers to register in; if empty, a separate ZooKeeper is created.
    """
    if settings.topology == "standalone":
        run(dolphinscheduler.standalone(settings, database=database, tasks=tasks), [metadata])
        return
    zookeepers = registry or [run(dolphinscheduler.registry())]
    alert = run(dolphinscheduler.alert_server(settings, database=database, posts=tasks.posts), [metadata])
    for service in dolphinscheduler.separate(
        settings,
        database=database,
        registry={each.service.name: each.endpoints["client"] for each in zookeepers},
        alert=alert.endpoints["rpc"],
        tasks=tasks,
    ):
        run(service, [metadata, *(each.resource for each in zookeepers)])
