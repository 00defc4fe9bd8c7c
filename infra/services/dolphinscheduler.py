"""DolphinScheduler, which runs the workflows: one JVM on a laptop, separate servers with a registry in production."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from infra.distributions import Distribution
from infra.distributions import dolphinscheduler as distribution
from infra.services import ports
from infra.services.java import java
from infra.services.model import Endpoint, HttpGet, Port, Service, Volume
from infra.settings import DolphinSchedulerSettings, mebibytes

NAME = "dolphinscheduler"
DATABASE = "dolphinscheduler"
ROLE = "dolphinscheduler"

# What the servers' Netty binds and what they tell each other cannot be set: see docs/decisions/070.
_AGENT = (
    "-javaagent:@{dist}/agent/address-agent.jar=bind=@{host};advertise=@{advertised};"
    "methods=org.apache.dolphinscheduler.common.utils.NetUtils#getHost"
)

_COMMON = """\
data.basedir.path=@{volume.data}/work
resource.storage.type=NONE
# Tasks run as the user that the worker runs as.
sudo.enable=false
setTaskDirToTenant.enable=false
development.state=false
datasource.encryption.enable=false
task.resource.limit.state=false
alert.rpc.port=@{port.alert}
"""

_LOGBACK = """\
<configuration>
  <conversionRule conversionWord="masked"
                  converterClass="org.apache.dolphinscheduler.service.log.SensitiveDataConverter"/>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level [%t] %logger{36} - %msg%n</pattern></encoder>
  </appender>
  <appender name="TASKLOGFILE" class="ch.qos.logback.classic.sift.SiftingAppender">
    <filter class="org.apache.dolphinscheduler.service.log.TaskLogFilter"/>
    <Discriminator class="org.apache.dolphinscheduler.service.log.TaskLogDiscriminator">
      <key>taskAppId</key>
      <logBase>@{volume.data}/logs</logBase>
    </Discriminator>
    <sift>
      <appender name="FILE-${taskAppId}" class="ch.qos.logback.core.FileAppender">
        <file>@{volume.data}/logs/${taskAppId}.log</file>
        <encoder><pattern>[%level] %d{yyyy-MM-dd HH:mm:ss.SSS Z} - %masked%n</pattern></encoder>
        <append>true</append>
      </appender>
    </sift>
  </appender>
  <logger name="org.apache.zookeeper" level="WARN"/>
  <logger name="org.apache.hadoop" level="WARN"/>
  <root level="INFO">
    <appender-ref ref="STDOUT"/>
    <appender-ref ref="TASKLOGFILE"/>
  </root>
</configuration>
"""

_TASK_ENVIRONMENT = """\
export KAPPASTACK_PYTHON="@{python}"
export KAPPASTACK_TASKS="@{files}/tasks.json"
export PYTHONPATH="@{dist.tasks}/lib"
export PYTHONUNBUFFERED=1
"""


@dataclass(frozen=True)
class Product:
    """A product whose workflows run here.

    Args:
        database: of StarRocks.
        settings: what its workflows go by, such as `retention_months`.
        apps: distributions of the programs that its tasks run, by name.
    """

    database: str
    settings: Mapping[str, int | float]
    apps: Mapping[str, Distribution]


@dataclass(frozen=True)
class Tasks:
    """What the programs of tasks must know of the platform.

    Args:
        distribution: the programs.
        stack: name of the stack.
        zeta: REST endpoint of SeaTunnel.
        starrocks: query endpoint.
        placeholders: what job definitions are filled with: addresses, and secret files as SeaTunnel finds them.
        products: by name.
        alerts: whether there is a webhook for alerts.
    """

    distribution: Distribution
    stack: str
    zeta: Endpoint
    starrocks: Endpoint
    placeholders: Mapping[str, str]
    products: Mapping[str, Product]
    alerts: bool

    def document(self) -> str:
        """The settings of the programs, as `apps/tasks` reads them."""
        return json.dumps(
            {
                "stack": self.stack,
                "zeta": {"url": self.zeta.url},
                "starrocks": {"host": self.starrocks.host, "port": self.starrocks.port},
                "users": {user: f"@{{secret.starrocks-{user}}}" for user in ("scheduler", "predictor")},
                "platform_database": "kappastack",
                "placeholders": dict(self.placeholders),
                "products": {
                    name: {
                        "database": product.database,
                        **product.settings,
                        "apps": {app: f"@{{dist.{app}}}/lib" for app in product.apps},
                    }
                    for name, product in self.products.items()
                },
                "alerts": {"webhook_file": "@{secret.alert-webhook}"} if self.alerts else {},
            },
            indent=2,
        )


def dolphinscheduler(settings: DolphinSchedulerSettings, *, postgres: Endpoint, tasks: Tasks) -> Sequence[Service]:
    """The servers; the first answers the REST API.

    Args:
        settings: sizes, and whether it is one process or several.
        postgres: where its metadata are.
        tasks: what its tasks run.
    """
    if settings.topology == "standalone":
        return [_standalone(settings, postgres, tasks)]
    return _cluster(settings, postgres, tasks)


def _standalone(settings: DolphinSchedulerSettings, postgres: Endpoint, tasks: Tasks) -> Service:
    service = _server(
        settings,
        postgres,
        name=NAME,
        kind="DolphinScheduler",
        server="standalone",
        main="org.apache.dolphinscheduler.StandaloneServer",
        ports_={
            "rest": Port(ports.DOLPHINSCHEDULER),
            "master": Port(ports.DOLPHINSCHEDULER_MASTER, scheme="tcp"),
            "worker": Port(ports.DOLPHINSCHEDULER_WORKER, scheme="tcp"),
            "alert": Port(ports.DOLPHINSCHEDULER_ALERT, scheme="tcp"),
        },
        options=(
            "-Dserver.port=@{port.rest}",
            "-Dmaster.listen-port=@{port.master}",
            "-Dworker.listen-port=@{port.worker}",
            "-Dworker.alert-listen-port=@{port.alert}",
            "-Dalert.port=@{port.alert}",
            # Its default is to fill an H2 database.
            "-Dspring.sql.init.schema-locations=optional:classpath:none.sql",
        ),
    )
    return _with_tasks(service, tasks)


def _cluster(settings: DolphinSchedulerSettings, postgres: Endpoint, tasks: Tasks) -> Sequence[Service]:
    raise NotImplementedError


def _server(
    settings: DolphinSchedulerSettings,
    postgres: Endpoint,
    *,
    name: str,
    kind: str,
    server: str,
    main: str,
    ports_: Mapping[str, Port],
    options: Sequence[str],
) -> Service:
    return Service(
        name=name,
        kind=kind,
        distribution=distribution(),
        directory="@{dist}/home",
        command=java(
            main,
            class_path=f"@{{files}}:@{{dist}}/conf/{server}:@{{dist}}/lib/{server}/*",
            heap=mebibytes(settings.heap),
            options=(
                _AGENT,
                f"-XX:MaxMetaspaceSize={settings.metaspace[:-1].lower()}",
                "-XX:TieredStopAtLevel=1",
                "-Dspring.profiles.active=postgresql",
                # The password is a file's content; its name is the property's.
                "-Dspring.config.import=configtree:@{secrets}/",
                f"-Dspring.datasource.url=jdbc:postgresql://{postgres.address}/{DATABASE}",
                f"-Dspring.datasource.username={ROLE}",
                "-Dspring.datasource.password=${database-password}",
                "-Dspring.datasource.hikari.minimum-idle=2",
                "-Dspring.datasource.hikari.maximum-pool-size=20",
                "-Dspring.cloud.kubernetes.enabled=false",
                "-Dspring.cache.type=none",
                "-Dspring.quartz.properties.org.quartz.threadPool.threadCount=5",
                "-Dserver.address=@{host}",
                "-Dpython-gateway.enabled=false",
                # By load average it would take no work on a busy machine, which is when work is there.
                *(f"-D{part}.max-cpu-load-avg=1000" for part in ("master", "worker")),
                *(f"-D{part}.reserved-memory=0.1" for part in ("master", "worker")),
                "-Dmaster.exec-threads=20",
                "-Dworker.exec-threads=10",
                "-Dworker.tenant-auto-create=false",
                *options,
            ),
        ),
        environment={"HOME": "@{volume.data}"},
        files={"common.properties": _COMMON, "logback-spring.xml": _LOGBACK},
        ports=ports_,
        volumes={"data": Volume(settings.storage)},
        secrets={"database-password": "dolphinscheduler-database"},
        health=HttpGet("rest", "/dolphinscheduler/actuator/health", start_within=240, contains='"status":"UP"'),
        memory=mebibytes(settings.heap) + mebibytes(settings.metaspace) + 192,
        stop_grace=30,
    )


def _with_tasks(service: Service, tasks: Tasks) -> Service:
    """The worker also holds the programs that tasks run, and their secrets."""
    secrets = {f"starrocks-{user}": f"starrocks-{user}" for user in ("scheduler", "predictor")}
    if tasks.alerts:
        secrets["alert-webhook"] = "alert-webhook"
    return replace(
        service,
        files={
            **service.files,
            "dolphinscheduler_env.sh": _TASK_ENVIRONMENT,
            "tasks.json": tasks.document(),
        },
        secrets={**service.secrets, **secrets},
        distributions={
            "tasks": tasks.distribution,
            **{app: each for product in tasks.products.values() for app, each in product.apps.items()},
        },
    )
