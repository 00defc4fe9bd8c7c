"""Apache Pulsar, the event bus."""

from infra.distributions import pulsar as distribution
from infra.services import ports
from infra.services.java import LOG4J2_CONSOLE, java, properties
from infra.services.model import HttpGet, Port, Service, Volume
from infra.settings import PulsarSettings, mebibytes

MAX_MESSAGE_BYTES = 512 * 1024
"""A rejected message is kept in base64 in one VARCHAR of StarRocks, which holds 1 MiB."""


def pulsar(settings: PulsarSettings) -> Service:
    """Broker, BookKeeper and metadata store in one process, without ZooKeeper."""
    return Service(
        name="pulsar",
        kind="Pulsar",
        distribution=distribution(),
        command=java(
            "kappastack.Standalone",
            class_path="@{dist}/classes:@{dist}/conf:@{dist}/lib/*",
            heap=mebibytes(settings.heap),
            options=(
                f"-XX:MaxDirectMemorySize={settings.direct_memory[:-1].lower()}",
                "-Dio.netty.tryReflectionSetAccessible=true",
                "-Dio.netty.leakDetection.level=disabled",
                "-Dpulsar.allocator.exit_on_oom=true",
                "-Dlog4j2.configurationFile=@{files}/log4j2.properties",
                "-Djute.maxbuffer=10485760",
            ),
            arguments=(
                *("--config", "@{files}/standalone.conf"),
                "--no-functions-worker",
                "--no-stream-storage",
                *("--metadata-dir", "@{volume.data}/metadata"),
                *("--bookkeeper-dir", "@{volume.data}/bookkeeper"),
                *("--bookkeeper-port", "@{port.bookkeeper}"),
            ),
        ),
        files={"standalone.conf": _standalone(settings), "log4j2.properties": LOG4J2_CONSOLE},
        ports={
            "broker": Port(ports.PULSAR_BROKER, scheme="pulsar", entrance="broker-outside"),
            "broker-outside": Port(ports.PULSAR_OUTSIDE, scheme="pulsar"),
            "admin": Port(ports.PULSAR_ADMIN),
            "bookkeeper": Port(ports.BOOKKEEPER, scheme="bookie", internal=True),
        },
        volumes={"data": Volume(settings.storage)},
        health=HttpGet("admin", "/admin/v2/brokers/health", start_within=180, contains="ok"),
        memory=mebibytes(settings.heap) + mebibytes(settings.direct_memory) + 256,
        stop_grace=30,
    )


def _standalone(settings: PulsarSettings) -> str:
    return properties(
        clusterName="standalone",
        bindAddress="@{host}",
        # Of the bookie, which only the broker of its own process asks: it must not change with the machine's address.
        advertisedAddress="127.0.0.1",
        # A client is told where its topic is served: those who come in from outside another address than those inside.
        advertisedListeners="inside:pulsar://@{advertised}:@{port.broker},outside:pulsar://@{outside.broker-outside}",
        internalListenerName="inside",
        bindAddresses="outside:pulsar://@{host}:@{port.broker-outside}",
        webServicePort="@{port.admin}",
        brokerServicePort="@{port.broker}",
        # Without it the bookie takes a port at random, whatever the command line says.
        allowEphemeralPorts=True,
        # The bookie is asked by the broker of its own process alone.
        listeningInterface="lo",
        allowLoopback=True,
        managedLedgerDefaultEnsembleSize=1,
        managedLedgerDefaultWriteQuorum=1,
        managedLedgerDefaultAckQuorum=1,
        # A power cut loses nothing that was acknowledged; grouping keeps the price of an fsync low.
        journalSyncData=settings.fsync,
        journalMaxGroupWaitMSec=1,
        maxMessageSize=MAX_MESSAGE_BYTES,
        # When an event was received is told by the broker's clock, not by the producer's.
        brokerEntryMetadataInterceptors="org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor",
        exposingBrokerEntryMetadataToClientEnabled=True,
        # A consumer must not bring a deleted topic back without its partitions and schema before anybody sees it.
        allowAutoTopicCreation=False,
        allowAutoSubscriptionCreation=True,
        isAllowAutoUpdateSchemaEnabled=False,
        # Poison must be able to arrive: it is kept with its reason instead of being lost at the door.
        isSchemaValidationEnforced=False,
        brokerDeleteInactiveTopicsEnabled=False,
        topicLevelPoliciesEnabled=True,
        systemTopicEnabled=True,
        loadBalancerEnabled=False,
        managedLedgerCacheSizeMB=32,
        numIOThreads=2,
        numOrderedExecutorThreads=2,
        numHttpServerThreads=8,
        numExecutorThreadPoolSize=2,
        numCacheExecutorThreadPoolSize=1,
        dbStorage_writeCacheMaxSizeMb=32,
        dbStorage_readAheadCacheMaxSizeMb=16,
        dbStorage_rocksDB_blockCacheSize=8388608,
        diskUsageThreshold=0.98,
        diskUsageWarnThreshold=0.95,
    )
