"""Apache Pulsar, the event bus: one process on a laptop; its cluster is in `pulsar_cluster.py`."""

from collections.abc import Sequence

from infra.distributions import pulsar as distribution
from infra.services import ports, pulsar_roles
from infra.services.java import LOG4J2_CONSOLE, java, properties
from infra.services.model import HttpGet, Port, Service, Volume
from infra.settings import PulsarSettings, mebibytes

NAME = "pulsar"
"""Of whom everybody asks: the one process, or the proxy of a cluster."""
HEALTH = HttpGet("admin", "/status.html", start_within=180, contains="OK")
"""Answered by a server that has started and has a `statusFilePath`; Pulsar's deeper check is for those with a token."""
MAX_MESSAGE_BYTES = 512 * 1024
"""A rejected message is kept in base64 in one VARCHAR of StarRocks, which holds 1 MiB."""


def pulsar(settings: PulsarSettings, *, authenticated: bool) -> Service:
    """Broker, BookKeeper and metadata store in one process, without ZooKeeper.

    Args:
        settings: sizes.
        authenticated: whether only those are let in who have a token.
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
        stop_grace=30,
    )


def pulsar_java(main: str, *, heap: int, direct: int, arguments: Sequence[str]) -> tuple[str, ...]:
    """The command of any of Pulsar's servers; `heap` and `direct` memory in MiB."""
    return java(
        main,
        class_path="@{dist}/classes:@{dist}/conf:@{dist}/lib/*",
        heap=heap,
        options=(
            f"-XX:MaxDirectMemorySize={direct}m",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "-Dio.netty.leakDetection.level=disabled",
            "-Dpulsar.allocator.exit_on_oom=true",
            "-Dlog4j2.configurationFile=@{files}/log4j2.properties",
            "-Djute.maxbuffer=10485760",
        ),
        arguments=arguments,
    )


def bookkeeper(settings: PulsarSettings) -> dict[str, object]:
    """Properties of a bookie, in a process of its own or not."""
    return {
        # A power cut loses nothing that was acknowledged; grouping keeps the price of an fsync low.
        "journalSyncData": settings.fsync,
        "journalMaxGroupWaitMSec": 1,
        "dbStorage_writeCacheMaxSizeMb": 32,
        "dbStorage_readAheadCacheMaxSizeMb": 16,
        "dbStorage_rocksDB_blockCacheSize": 8388608,
        "diskUsageThreshold": 0.98,
        "diskUsageWarnThreshold": 0.95,
    }


def broker(*, bookies: int, authenticated: bool) -> dict[str, object]:
    """Properties of a broker, in a process of its own or not.

    Args:
        bookies: how many there are.
        authenticated: whether only those are let in who have a token.
    """
    # Two copies are Pulsar's own default; of three bookies one may then be away.
    copies = min(bookies, 2)
    return {
        "bindAddress": "@{host}",
        "webServicePort": "@{port.admin}",
        "brokerServicePort": "@{port.broker}",
        "managedLedgerDefaultEnsembleSize": copies,
        "managedLedgerDefaultWriteQuorum": copies,
        "managedLedgerDefaultAckQuorum": copies,
        "maxMessageSize": MAX_MESSAGE_BYTES,
        # When an event was received is told by the broker's clock, not by the producer's.
        "brokerEntryMetadataInterceptors": (
            "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor"
        ),
        "exposingBrokerEntryMetadataToClientEnabled": True,
        # A consumer must not bring a deleted topic back without its partitions and schema before anybody sees it.
        "allowAutoTopicCreation": False,
        "allowAutoSubscriptionCreation": True,
        "isAllowAutoUpdateSchemaEnabled": False,
        # Poison must be able to arrive: it is kept with its reason instead of being lost at the door.
        "isSchemaValidationEnforced": False,
        "brokerDeleteInactiveTopicsEnabled": False,
        # Policies are kept by namespace: those of single topics are read before any topic of the namespace is served,
        # and where that reading hangs after a crash, none of them ever is.
        "topicLevelPoliciesEnabled": False,
        "systemTopicEnabled": False,
        "managedLedgerCacheSizeMB": 32,
        "numIOThreads": 2,
        "numOrderedExecutorThreads": 2,
        "numHttpServerThreads": 8,
        "numExecutorThreadPoolSize": 2,
        "numCacheExecutorThreadPoolSize": 1,
        **(pulsar_roles.broker() if authenticated else {}),
    }


def _standalone(settings: PulsarSettings, *, authenticated: bool) -> str:
    return properties(
        **broker(bookies=1, authenticated=authenticated),
        **bookkeeper(settings),
        clusterName="standalone",
        statusFilePath="@{files}/standalone.conf",
        # Of the bookie, which only the broker of its own process asks: it must not change with the machine's address.
        advertisedAddress="127.0.0.1",
        # A client is told where its topic is served: those who come in from outside another address than those inside.
        advertisedListeners="inside:pulsar://@{advertised}:@{port.broker},outside:pulsar://@{outside.broker-outside}",
        internalListenerName="inside",
        bindAddresses="outside:pulsar://@{host}:@{port.broker-outside}",
        # Without it the bookie takes a port at random, whatever the command line says.
        allowEphemeralPorts=True,
        # The bookie is asked by the broker of its own process alone.
        listeningInterface="lo",
        allowLoopback=True,
        loadBalancerEnabled=False,
    )
