"""SeaTunnel Zeta, the engine that runs streaming and batch jobs."""

from collections.abc import Sequence

from infra.distributions import seatunnel as distribution
from infra.services import ports, pulsar_roles
from infra.services.java import LOG4J2_CONSOLE, java
from infra.services.model import HttpGet, Metrics, Need, Port, Service, Volume
from infra.settings import SeaTunnelSettings, mebibytes, millicores

_HAZELCAST = """\
hazelcast:
  cluster-name: seatunnel
  network:
    public-address: "@{advertised}:@{port.rest}"
    rest-api:
      enabled: true
      endpoint-groups:
        CLUSTER_READ: {enabled: true}
        CLUSTER_WRITE: {enabled: true}
        HEALTH_CHECK: {enabled: true}
        DATA: {enabled: true}
    interfaces: {enabled: true, interfaces: ["@{interfaces}"]}
    join:
      multicast: {enabled: false}
      tcp-ip: {enabled: true, member-list: [MEMBERS]}
    port: {auto-increment: false, port: "@{port.rest}"}
  properties:
    # The engine's state is small. With few partitions, rebalancing is fast when a node joins or leaves.
    hazelcast.partition.count: 31
    hazelcast.invocation.max.retry.count: 20
    hazelcast.tcp.join.port.try.count: 30
    hazelcast.logging.type: log4j2
    hazelcast.phone.home.enabled: false
    hazelcast.socket.bind.any: @{any}
    hazelcast.operation.generic.thread.count: 4
    hazelcast.heartbeat.failuredetector.type: phi-accrual
    hazelcast.heartbeat.interval.seconds: 2
    hazelcast.max.no.heartbeat.seconds: 20
"""

_SEATUNNEL = """\
seatunnel:
  engine:
    backup-count: BACKUPS
    queue-type: blockingqueue
    history-job-expire-minutes: 1440
    print-execution-info-interval: 60
    print-job-metrics-info-interval: 60
    slot-service: {dynamic-slot: true}
    # Without this mode every job leaks a class loader, and the process runs out of metaspace after some jobs.
    classloader-cache-mode: true
    checkpoint:
      interval: 10000
      timeout: 120000
      storage:
        type: localfile
        max-retained: 3
        plugin-config:
          namespace: "@{volume.checkpoints}/"
          storage.type: hdfs
          fs.defaultFS: "file:///"
    telemetry:
      metric: {enabled: true}
"""


NAME = "seatunnel"


def nodes(settings: SeaTunnelSettings, *, secrets: Sequence[str]) -> list[Service]:
    """All nodes of the engine. Each one accepts the requests of clients.

    Args:
        settings: number and sizes of the nodes.
        secrets: names of the secrets whose files jobs read.
    """
    return [seatunnel(settings, number, secrets=secrets) for number in range(1, settings.nodes + 1)]


def _name(number: int) -> str:
    return NAME if number == 1 else f"{NAME}-{number}"


def _members(count: int) -> str:
    """Addresses of the cluster's members; with several nodes, each runs on a separate host."""
    if count == 1:
        return '"@{advertised}:@{port.rest}"'
    return ", ".join(f'"{_name(number)}:{ports.ZETA}"' for number in range(1, count + 1))


def _backups(count: int) -> int:
    """Number of copies of the engine's state on other nodes, each of which needs a node.

    With two copies, the state also survives the loss of a second node before it has been copied again, which takes up
    to half a minute.
    """
    return 2 if count > 2 else 1


def seatunnel(settings: SeaTunnelSettings, number: int = 1, *, secrets: Sequence[str] = ()) -> Service:
    """One node of the engine. Its REST API and its cluster protocol share a port.

    When a node dies, another one resumes its jobs from checkpoints in a volume that all nodes share.
    """
    return Service(
        name=_name(number),
        kind="SeaTunnel",
        distribution=distribution(),
        command=java(
            "org.apache.seatunnel.engine.server.SeaTunnelServerStarter",
            class_path="@{dist}/lib/*:@{dist}/starter/*",
            heap=mebibytes(settings.heap),
            options=(
                f"-XX:MaxMetaspaceSize={settings.metaspace[:-1].lower()}",
                "-Dlog4j2.isThreadContextMapInheritable=true",
                "-Dlog4j2.configurationFile=@{files}/log4j2.properties",
                "-Dhazelcast.logging.type=log4j2",
                "-DSEATUNNEL_HOME=@{dist}",
                "-Dseatunnel.config=@{files}/seatunnel.yaml",
                "-Dhazelcast.config=@{files}/hazelcast.yaml",
            ),
        ),
        environment={"SEATUNNEL_HOME": "@{dist}"},
        files={
            "hazelcast.yaml": _HAZELCAST.replace("MEMBERS", _members(settings.nodes)),
            "seatunnel.yaml": _SEATUNNEL.replace("BACKUPS", str(_backups(settings.nodes))),
            "log4j2.properties": LOG4J2_CONSOLE,
        },
        ports={"rest": Port(ports.ZETA, internal=number > 1, any_member=settings.nodes > 1)},
        # Also the volume of a single node is shared where the target permits it, so that nodes can be added later.
        volumes={"checkpoints": Volume(settings.storage, service="" if number == 1 else NAME, shared=True)},
        secrets={name: name for name in (*secrets, pulsar_roles.SEATUNNEL)},
        rereads=(*secrets, pulsar_roles.SEATUNNEL),
        health=HttpGet("rest", "/hazelcast/health", start_within=120, contains="ACTIVE"),
        memory=mebibytes(settings.heap) + mebibytes(settings.metaspace) + 192,
        cpu=millicores(settings.cpu),
        group=NAME,
        needs=(
            Need("pulsar", "broker"),
            *(Need("starrocks", port) for port in ("query", "fe-http", "be-http")),
            *(Need(_name(other), "rest") for other in range(1, settings.nodes + 1) if other != number),
        ),
        stop_grace=30,
        metrics=(
            Metrics(
                "rest",
                path="/hazelcast/rest/instance/metrics",
                job="seatunnel_zeta",
                dropped=(".+_created", "jvm_memory_pool_.+"),
            ),
        ),
    )
