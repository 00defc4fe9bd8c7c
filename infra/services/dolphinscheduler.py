"""DolphinScheduler runs the workflows: one process on a laptop, separate servers in production."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from infra.distributions import dolphinscheduler as distribution
from infra.services import ports
from infra.services.dolphinscheduler_logging import WITH_TASKS, WITHOUT_TASKS
from infra.services.java import QUICK_COMPILER, java
from infra.services.model import Endpoint, HttpGet, Metrics, Need, Port, Service, Volume
from infra.services.postgres import Database
from infra.services.tasks import Tasks, with_tasks
from infra.services.zookeeper import zookeeper
from infra.settings import DolphinSchedulerSettings, mebibytes, millicores
from infra.settings_postgres import DATABASE_PASSWORD

NAME = "dolphinscheduler"

# DolphinScheduler has no setting for the address that its Netty servers bind or advertise: docs/decisions/070.
_AGENT = (
    "-javaagent:@{dist}/agent/address-agent.jar=bind=@{host};advertise=@{advertised};"
    "methods=org.apache.dolphinscheduler.common.utils.NetUtils#getHost;"
    # These two lines repair a worker's retries: it sends a task's result every 15 s until the master acknowledges it
    # (docs/decisions/079).
    "first=org.apache.dolphinscheduler.server.worker.message.MessageRetryRunner#start>init;"
    "minutes=org.apache.dolphinscheduler.server.worker.message.MessageRetryRunner#15000;"
    "last="
)
# After these methods, the agent ends the JVM, so that the target restarts it. A server that loses its ZooKeeper session
# accepts no work, but its JVM keeps running.
_NO_REGISTRY = (
    "org.apache.dolphinscheduler.server.worker.WorkerServer#stop",
    "org.apache.dolphinscheduler.server.master.MasterServer#stop",
)
# These methods end the JVM too: a master that loses its connection to PostgreSQL during a statement continues with a
# state that differs from the database. After a restart, it reads the state again (docs/decisions/079).
_NO_DATABASE = (
    "com.zaxxer.hikari.pool.PoolEntry#evict",
    "com.zaxxer.hikari.pool.HikariPool#createTimeoutException",
)

_LARGEST_POOL = 20
_CONNECTIONS = 80
"""Connections that all servers share. PostgreSQL accepts 100; the rest is for the exporter, backups and people."""

_COMMON = """\
data.basedir.path=@{volume.data}/work
resource.storage.type=NONE
# Tasks run as the worker's own user.
sudo.enable=false
setTaskDirToTenant.enable=false
development.state=false
datasource.encryption.enable=false
task.resource.limit.state=false
"""


def standalone(settings: DolphinSchedulerSettings, *, database: Database, tasks: Tasks) -> Service:
    """API, master, worker, alert server and registry in one process."""
    server = _server(
        "standalone",
        "org.apache.dolphinscheduler.StandaloneServer",
        settings,
        database,
        name=NAME,
        kind="DolphinScheduler",
        ports_={
            "rest": Port(ports.DOLPHINSCHEDULER),
            "master": Port(ports.DOLPHINSCHEDULER_MASTER, scheme="tcp", internal=True),
            "worker": Port(ports.DOLPHINSCHEDULER_WORKER, scheme="tcp", internal=True),
            "alert": Port(ports.DOLPHINSCHEDULER_ALERT, scheme="tcp", internal=True),
        },
        health=_API_HEALTH,
        logback=WITH_TASKS,
        last=(*_NO_REGISTRY, *_NO_DATABASE),
        options=(
            "-Dserver.port=@{port.rest}",
            "-Dmaster.listen-port=@{port.master}",
            "-Dworker.listen-port=@{port.worker}",
            "-Dworker.alert-listen-port=@{port.alert}",
            "-Dalert.port=@{port.alert}",
            # The default creates the schema of an H2 database.
            "-Dspring.sql.init.schema-locations=optional:classpath:none.sql",
        ),
    )
    return with_tasks(server, tasks)


def registry() -> Service:
    """The ZooKeeper in which separate servers register. All its entries end with the servers' sessions."""
    return zookeeper(
        [f"{NAME}-registry"],
        distribution=distribution(),
        class_path="@{files}:@{dist}/lib/master/*",
        logging={"logback.xml": WITHOUT_TASKS},
        # ZooKeeper's JMX support requires Log4j 1, which DolphinScheduler does not ship.
        options=("-Dzookeeper.jmx.log4j.disable=true",),
    )


def alert_server(settings: DolphinSchedulerSettings, *, database: Database, posts: bool) -> Service:
    """Sends the alerts of failed workflows; `posts` is whether it sends them to a webhook outside the stack."""
    server = _server(
        "alert",
        "org.apache.dolphinscheduler.alert.AlertServer",
        settings,
        database,
        name=f"{NAME}-alert",
        kind="DolphinSchedulerAlert",
        ports_={
            "rpc": Port(ports.DOLPHINSCHEDULER_SEPARATE_ALERT, scheme="tcp", internal=True),
            "http": Port(ports.DOLPHINSCHEDULER_SEPARATE_ALERT + 1, internal=True),
        },
        health=_SERVER_HEALTH,
        logback=WITHOUT_TASKS,
        options=("-Dserver.port=@{port.http}", "-Dalert.port=@{port.rpc}"),
    )
    return replace(server, outside=posts)


def separate(
    settings: DolphinSchedulerSettings,
    *,
    database: Database,
    registry: Mapping[str, Endpoint],
    alert: Endpoint,
    tasks: Tasks,
) -> Sequence[Service]:
    """API, master and workers as separate processes, in this order.

    Args:
        settings: numbers and sizes.
        database: database of the metadata.
        registry: client endpoint of each ZooKeeper server, by the name of its service.
        alert: RPC endpoint of the alert server.
        tasks: programs that tasks run.
    """
    common = (
        "-Dregistry.type=zookeeper",
        f"-Dregistry.zookeeper.connect-string={','.join(each.address for each in registry.values())}",
    )
    names = [f"{NAME}-worker-{number}" for number in range(settings.workers)]
    zookeepers = tuple(Need(each, "client") for each in registry)
    workers_ = tuple(Need(each, "rpc") for each in names)
    master_, alert_ = Need(f"{NAME}-master", "rpc"), Need(f"{NAME}-alert", "rpc")
    api = _server(
        "api",
        "org.apache.dolphinscheduler.api.ApiApplicationServer",
        settings,
        database,
        name=NAME,
        # Same kind as the standalone server, so that a change of the topology updates the resource.
        kind="DolphinScheduler",
        ports_={"rest": Port(ports.DOLPHINSCHEDULER)},
        health=_API_HEALTH,
        logback=WITHOUT_TASKS,
        options=("-Dserver.port=@{port.rest}", *common),
        replicas=settings.apis,
        # The API reads the logs of tasks from the workers.
        needs=(*zookeepers, master_, *workers_),
    )
    master = _server(
        "master",
        "org.apache.dolphinscheduler.server.master.MasterServer",
        settings,
        database,
        name=f"{NAME}-master",
        kind="DolphinSchedulerMaster",
        ports_={
            "rpc": Port(ports.DOLPHINSCHEDULER_SEPARATE_MASTER, scheme="tcp", internal=True),
            "http": Port(ports.DOLPHINSCHEDULER_SEPARATE_MASTER + 1, internal=True),
        },
        health=_SERVER_HEALTH,
        logback=WITHOUT_TASKS,
        options=("-Dserver.port=@{port.http}", "-Dmaster.listen-port=@{port.rpc}", *common),
        replicas=settings.masters,
        last=(*_NO_REGISTRY, *_NO_DATABASE),
        # Masters send each other the workflows of sub-processes.
        needs=(*zookeepers, master_, *workers_, alert_),
    )
    workers = [
        with_tasks(
            _server(
                "worker",
                "org.apache.dolphinscheduler.server.worker.WorkerServer",
                settings,
                database,
                name=name,
                kind="DolphinSchedulerWorker",
                ports_={
                    "rpc": Port(ports.DOLPHINSCHEDULER_SEPARATE_WORKER + 2 * number, scheme="tcp", internal=True),
                    "http": Port(ports.DOLPHINSCHEDULER_SEPARATE_WORKER + 2 * number + 1, internal=True),
                },
                health=_SERVER_HEALTH,
                logback=WITH_TASKS,
                options=(
                    "-Dserver.port=@{port.http}",
                    "-Dworker.listen-port=@{port.rpc}",
                    f"-Dworker.alert-listen-host={alert.host}",
                    f"-Dworker.alert-listen-port={alert.port}",
                    *common,
                ),
                group=f"{NAME}-worker",
                needs=(*zookeepers, master_, alert_),
            ),
            tasks,
        )
        for number, name in enumerate(names)
    ]
    return [api, master, *workers]


def _pool(settings: DolphinSchedulerSettings) -> int:
    """Maximum number of connections of a server, so that all servers together leave some for other clients."""
    if settings.topology == "standalone":
        return _LARGEST_POOL
    with_alert_server = settings.apis + settings.masters + 1
    return min(_LARGEST_POOL, _CONNECTIONS // with_alert_server)


_API_HEALTH = HttpGet("rest", "/dolphinscheduler/actuator/health", start_within=240, contains='"status":"UP"')
_SERVER_HEALTH = HttpGet("http", "/actuator/health", start_within=240, contains='"status":"UP"')


def _server(
    server: str,
    main: str,
    settings: DolphinSchedulerSettings,
    database: Database,
    *,
    name: str,
    kind: str,
    ports_: Mapping[str, Port],
    health: HttpGet,
    logback: str,
    options: Sequence[str],
    replicas: int = 1,
    last: Sequence[str] = _NO_REGISTRY,
    group: str = "",
    needs: Sequence[Need] = (),
) -> Service:
    """A server, with the settings that all servers share.

    Each server has its own class path, because Spring scans the whole class path for components.
    """
    return Service(
        name=name,
        kind=kind,
        distribution=distribution(),
        # The API serves the folder `ui/` of its working directory.
        directory="@{dist}/home",
        command=java(
            main,
            class_path=f"@{{files}}:@{{dist}}/conf/{server}:@{{dist}}/lib/{server}/*",
            heap=mebibytes(settings.heap),
            options=(
                f"{_AGENT}{','.join(last)}",
                f"-XX:MaxMetaspaceSize={settings.metaspace[:-1].lower()}",
                QUICK_COMPILER,
                "-Dspring.profiles.active=postgresql",
                # Each file in the folder of secrets becomes a property with the file's name.
                "-Dspring.config.import=configtree:@{secrets}/",
                f"-Dspring.datasource.url={database.jdbc_url}",
                f"-Dspring.datasource.username={database.user}",
                "-Dspring.datasource.password=${database-password}",
                "-Dspring.datasource.hikari.minimum-idle=2",
                f"-Dspring.datasource.hikari.maximum-pool-size={_pool(settings)}",
                # A starting server waits for PostgreSQL. Each connection is tested before its use: it may have broken.
                "-Dspring.datasource.hikari.initialization-fail-timeout=200000",
                "-Dcom.zaxxer.hikari.aliveBypassWindowMs=0",
                "-Dspring.cloud.kubernetes.enabled=false",
                "-Dspring.cache.type=none",
                "-Dspring.quartz.properties.org.quartz.threadPool.threadCount=5",
                "-Dserver.address=@{host}",
                "-Dpython-gateway.enabled=false",
                # The worker serves log files from this folder only.
                "-DDOLPHINSCHEDULER_WORKER_HOME=@{volume.data}",
                # By default, servers accept no tasks above a load average, so none would run on a busy machine.
                *(f"-D{part}.max-cpu-load-avg=1000" for part in ("master", "worker")),
                *(f"-D{part}.reserved-memory=0.1" for part in ("master", "worker")),
                "-Dmaster.exec-threads=20",
                "-Dworker.exec-threads=10",
                "-Dworker.tenant-auto-create=false",
                *options,
            ),
        ),
        environment={"HOME": "@{volume.data}"},
        files={"common.properties": _COMMON, "logback-spring.xml": logback},
        ports=ports_,
        volumes={"data": Volume(settings.storage)},
        secrets={"database-password": DATABASE_PASSWORD},
        health=health,
        memory=mebibytes(settings.heap) + mebibytes(settings.metaspace) + 192,
        cpu=millicores(settings.cpu),
        replicas=replicas,
        group=group,
        needs=(*database.needs, *needs),
        outside_ports=database.outside_ports,
        stop_grace=30,
        # Spring's endpoints share a folder: `…/actuator/health`, `…/actuator/prometheus`.
        metrics=(
            Metrics(
                health.port,
                path=health.path.replace("health", "prometheus"),
                job=f"{NAME}_{server}",
                dropped=("ds_worker_resource_download_.+", "jetty_.+", ".+_seconds_bucket"),
            ),
        ),
    )
