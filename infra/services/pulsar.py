"""Apache Pulsar, the event bus, as one process for a laptop; `pulsar_cluster.py` describes the cluster."""

from collections.abc import Sequence

from infra.distributions import pulsar as distribution
from infra.services import ports, pulsar_roles
from infra.services.java import LOG4J2_CONSOLE, QUICK_COMPILER, java, properties
from infra.services.model import HttpGet, Metrics, Port, Service, Volume
from infra.settings import PulsarSettings, mebibytes, millicores

NAME = "pulsar"
"""Name that clients connect to: the standalone process or a cluster's proxy."""
HEALTH = HttpGet("admin", "/status.html", start_within=180, contains="OK")
"""Health check of a server with a `statusFilePath`. Pulsar's deeper health check requires a token."""
METRICS = Metrics(
    "admin",
    path="/metrics/",
    job=NAME,
    dropped=(
        ".+_created",
        "caffeine_.+",
        "jvm_memory_pool_.+",
        "pulsar_metadata_store_ops_latency_ms_bucket",
        "pulsar_ml_.+Buckets",
        "pulsar_txn_.+",
        ".+_write_latency_.+",
    ),
)
"""Metrics of a broker, a proxy or the standalone process. Without the trailing slash, Pulsar redirects."""
_CORE = 1000
MAX_MESSAGE_BYTES = 512 * 1024
"""Rejected messages are stored in base64 in a VARCHAR of StarRocks, whose limit is 1 MiB."""


def pulsar(settings: PulsarSettings, *, authenticated: bool) -> Service:
    """Broker, BookKeeper and metadata store in one process, without ZooKeeper.

    Args:
        settings: sizes.
        authenticated: whether clients need a token.
    """
    heap, direct = mebibytes(settings.heap), mebibytes(settings.direct_memory)
    return Service(
        name=NAME,
        kind="Pulsar",
        distribution=distribution(),
        command=pulsar_java(
            "kappastack.Standalone",
            heap=heap,
            direct=direct,
            cpu=millicores(settings.cpu),
            arguments=(
                *("--config", "@{files}/standalone.conf"),
                "--no-functions-worker",
                "--no-stream-storage",
                *("--metadata-dir", "@{volume.data}/metadata"),
                *("--bookkeeper-dir", "@{volume.data}/bookkeeper"),
                *("--bookkeeper-port", "@{port.bookkeeper}"),
            ),
        ),
        files={
            "standalone.conf": _standalone(settings, authenticated=authenticated),
            "log4j2.properties": LOG4J2_CONSOLE,
        },
        ports={
            "broker": Port(ports.PULSAR_BROKER, scheme="pulsar", entrance="broker-outside"),
            "broker-outside": Port(ports.PULSAR_OUTSIDE, scheme="pulsar"),
            "admin": Port(ports.PULSAR_ADMIN),
            "bookkeeper": Port(ports.BOOKKEEPER, scheme="bookie", internal=True),
        },
        volumes={"data": Volume(settings.storage)},
        secrets=pulsar_roles.secrets(pulsar_roles.BROKER) if authenticated else {},
        health=HEALTH,
        memory=heap + direct + 256,
        cpu=millicores(settings.cpu),
        stop_grace=30,
        metrics=(METRICS,),
    )


def pulsar_java(main: str, *, heap: int, direct: int, cpu: int, arguments: Sequence[str]) -> tuple[str, ...]:
    """The command line of a Pulsar server.

    Args:
        main: name of the main class.
        heap: maximum heap in MiB.
        direct: maximum direct memory in MiB.
        cpu: CPU request in thousandths of a core.
        arguments: arguments of the main class.
    """
    return java(
        main,
        class_path="@{dist}/classes:@{dist}/conf:@{dist}/lib/*",
        heap=heap,
        options=(
            f"-XX:MaxDirectMemorySize={direct}m",
            # With less than one core, the threads of C2 would take most of it after a start.
            *((QUICK_COMPILER,) if cpu < _CORE else ()),
            "-Dio.netty.tryReflectionSetAccessible=true",
            "-Dio.netty.leakDetection.level=disabled",
            "-Dpulsar.allocator.exit_on_oom=true",
            "-Dlog4j2.configurationFile=@{files}/log4j2.properties",
            "-Djute.maxbuffer=10485760",
        ),
        arguments=arguments,
    )


def bookkeeper(settings: PulsarSettings) -> dict[str, object]:
    """Properties of a bookie, of a cluster or within the standalone process.

    Its caches use a part of its direct memory.
    """
    direct = mebibytes(settings.direct_memory)
    return {
        # With fsync, acknowledged events survive a power failure. Group commit shares one fsync among many events.
        "journalSyncData": settings.fsync,
        "journalMaxGroupWaitMSec": 1,
        "dbStorage_writeCacheMaxSizeMb": max(32, direct // 8),
        "dbStorage_readAheadCacheMaxSizeMb": max(16, direct // 16),
        "dbStorage_rocksDB_blockCacheSize": max(8, direct // 32) * 2**20,
        "diskUsageThreshold": 0.98,
        "diskUsageWarnThreshold": 0.95,
    }


def broker(settings: PulsarSettings, *, authenticated: bool) -> dict[str, object]:
    """Properties of a broker, of a cluster or within the standalone process.

    Args:
        settings: number of bookies, direct memory and cores.
        authenticated: whether clients need a token.
    """
    ensemble, write, ack = settings.quorums
    threads = max(2, millicores(settings.cpu) // _CORE)
    return {
        "bindAddress": "@{host}",
        "webServicePort": "@{port.admin}",
        "brokerServicePort": "@{port.broker}",
        "managedLedgerDefaultEnsembleSize": ensemble,
        "managedLedgerDefaultWriteQuorum": write,
        "managedLedgerDefaultAckQuorum": ack,
        # While too few bookies are up for the full number of copies, writes continue with the available ones.
        **({"bookkeeper_delayEnsembleChange": True} if ack < write else {}),
        "maxMessageSize": MAX_MESSAGE_BYTES,
        # The broker's clock sets the time of receipt, because producers' clocks may be wrong.
        "brokerEntryMetadataInterceptors": (
            "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor"
        ),
        "exposingBrokerEntryMetadataToClientEnabled": True,
        # Otherwise a consumer would silently recreate a deleted topic without its partitions and schema.
        "allowAutoTopicCreation": False,
        "allowAutoSubscriptionCreation": True,
        "isAllowAutoUpdateSchemaEnabled": False,
        # The broker accepts invalid messages, so that the ingest job stores each with the reason of its rejection.
        "isSchemaValidationEnforced": False,
        "brokerDeleteInactiveTopicsEnabled": False,
        # Only policies of namespaces are used. A broker reads topic policies before it serves any topic of the
        # namespace. If this read hangs after a crash, the broker serves none of these topics.
        "topicLevelPoliciesEnabled": False,
        "systemTopicEnabled": False,
        "managedLedgerCacheSizeMB": max(32, mebibytes(settings.direct_memory) // 8),
        "numIOThreads": threads,
        "numOrderedExecutorThreads": threads,
        # Producers without a native client publish to /ws on the HTTP port.
        "webSocketServiceEnabled": True,
        "webSocketNumServiceThreads": 2,
        "numHttpServerThreads": 8,
        "numExecutorThreadPoolSize": 2,
        "numCacheExecutorThreadPoolSize": 1,
        **(pulsar_roles.broker() if authenticated else {}),
    }


def _standalone(settings: PulsarSettings, *, authenticated: bool) -> str:
    return properties(
        **broker(settings, authenticated=authenticated),
        **bookkeeper(settings),
        clusterName="standalone",
        statusFilePath="@{files}/standalone.conf",
        # Address of the bookie, to which only the broker in the same process connects. The metadata store records this
        # address, so it must not change with the machine's address.
        advertisedAddress="127.0.0.1",
        # The broker sends clients the address of their topic; clients outside the network need another address.
        advertisedListeners="inside:pulsar://@{advertised}:@{port.broker},outside:pulsar://@{outside.broker-outside}",
        internalListenerName="inside",
        bindAddresses="outside:pulsar://@{host}:@{port.broker-outside}",
        # Otherwise the bookie takes a random port instead of the one on the command line.
        allowEphemeralPorts=True,
        # Only the broker in the same process connects to the bookie.
        listeningInterface="lo",
        allowLoopback=True,
        loadBalancerEnabled=False,
    )
