"""Apache Pulsar as a cluster: ZooKeeper, bookies, brokers, and a proxy of whom everybody asks.

The proxy is the service `pulsar`, so that whoever asks Pulsar asks it under the name that the standalone process has
too. A broker sends its clients on to the broker that has their topic, under names that the stack's network alone
knows; the proxy goes there for them.
"""

import shlex
from collections.abc import Sequence

from infra.distributions import pulsar as distribution
from infra.services import ports, pulsar_roles
from infra.services.java import LOG4J2_CONSOLE, properties
from infra.services.model import HttpGet, Port, Service, Volume
from infra.services.pulsar import HEALTH, NAME, bookkeeper, broker, pulsar_java
from infra.services.zookeeper import hosts, zookeeper
from infra.settings import PulsarSettings, mebibytes

_CLUSTER = NAME
_PROXY_HEAP, _PROXY_DIRECT = 192, 192
_SET_UP = "@{volume.data}/metadata-is-there"
"""Tells the first bookie that the cluster's metadata were written."""


def zookeepers(settings: PulsarSettings) -> list[Service]:
    """The members of the group that keeps metadata."""
    return [
        zookeeper(
            _zookeepers(settings),
            number,
            distribution=distribution(),
            class_path="@{dist}/lib/*",
            logging={"log4j2.properties": LOG4J2_CONSOLE},
            options=("-Dlog4j2.configurationFile=@{files}/log4j2.properties",),
        )
        for number in range(1, settings.zookeepers + 1)
    ]


def bookies(settings: PulsarSettings) -> list[Service]:
    """Those that store messages, the first of which sets up the cluster's metadata."""
    return [_bookie(settings, number) for number in range(1, settings.bookies + 1)]


def brokers(settings: PulsarSettings) -> list[Service]:
    """Those that serve topics."""
    return [_broker(settings, number) for number in range(1, settings.brokers + 1)]


def proxy(settings: PulsarSettings) -> Service:
    """The way in to whichever broker has a topic, also for those outside the stack's network."""
    return Service(
        name=NAME,
        kind="PulsarProxy",
        distribution=distribution(),
        command=pulsar_java(
            "org.apache.pulsar.proxy.server.ProxyServiceStarter",
            heap=_PROXY_HEAP,
            direct=_PROXY_DIRECT,
            arguments=("--config", "@{files}/proxy.conf"),
        ),
        files={
            "proxy.conf": properties(
                clusterName=_CLUSTER,
                metadataStoreUrl=_metadata_store(settings),
                configurationMetadataStoreUrl=_metadata_store(settings),
                bindAddress="@{host}",
                advertisedAddress="@{advertised}",
                servicePort="@{port.broker}",
                webServicePort="@{port.admin}",
                statusFilePath="@{files}/proxy.conf",
                # Metrics tell nothing of what is in the messages, and those who collect them have no token.
                authenticateMetricsEndpoint=False,
                numIOThreads=2,
                httpNumThreads=8,
                **pulsar_roles.proxy(),
            ),
            "log4j2.properties": LOG4J2_CONSOLE,
        },
        ports={"broker": Port(ports.PULSAR_BROKER, scheme="pulsar"), "admin": Port(ports.PULSAR_ADMIN)},
        secrets=pulsar_roles.secrets(pulsar_roles.PROXY),
        health=HEALTH,
        memory=_PROXY_HEAP + _PROXY_DIRECT + 192,
        stop_grace=30,
    )


def _bookie(settings: PulsarSettings, number: int) -> Service:
    heap, direct = mebibytes(settings.heap), mebibytes(settings.direct_memory)
    first = _bookies(settings)[0]
    metadata = pulsar_java(
        "org.apache.pulsar.PulsarClusterMetadataSetup",
        heap=128,
        direct=64,
        arguments=(
            *("--cluster", _CLUSTER),
            *("--metadata-store", _metadata_store(settings)),
            *("--configuration-metadata-store", _metadata_store(settings)),
            *("--web-service-url", f"http://{NAME}:{ports.PULSAR_ADMIN}"),
            *("--broker-service-url", f"pulsar://{NAME}:{ports.PULSAR_BROKER}"),
            *("--initial-num-stream-storage-containers", "0"),
        ),
    )
    before = (
        # Once for the cluster, and by one alone; what was done before a crash is left as it is.
        f'if [ ! -f "{_SET_UP}" ]; then {shlex.join(metadata)}; touch "{_SET_UP}"; fi'
        if number == 1
        # One that was there before knows its cluster.
        else f'[ -d "@{{volume.data}}/ledgers/current" ] || {_until(first)}'
    )
    return Service(
        name=_bookies(settings)[number - 1],
        kind="BookKeeper",
        distribution=distribution(),
        command=("/bin/bash", "@{files}/start.sh"),
        files={
            "start.sh": _start(
                before,
                pulsar_java(
                    "org.apache.bookkeeper.server.Main",
                    heap=heap,
                    direct=direct,
                    arguments=("--conf", "@{files}/bookkeeper.conf"),
                ),
            ),
            "bookkeeper.conf": properties(
                **bookkeeper(settings),
                zkServers=hosts(_zookeepers(settings)),
                bookiePort="@{port.bookie}",
                # Its name in the metadata, which must not change with the machine's address.
                advertisedAddress="@{advertised}",
                journalDirectories="@{volume.data}/journal",
                ledgerDirectories="@{volume.data}/ledgers",
                ledgerStorageClass="org.apache.bookkeeper.bookie.storage.ldb.DbLedgerStorage",
                autoRecoveryDaemonEnabled=settings.bookies > 1,
                httpServerEnabled=True,
                httpServerClass="org.apache.bookkeeper.http.vertx.VertxHttpServer",
                httpServerHost="@{host}",
                httpServerPort="@{port.http}",
                statsProviderClass="org.apache.bookkeeper.stats.prometheus.PrometheusMetricsProvider",
            ),
            "log4j2.properties": LOG4J2_CONSOLE,
        },
        ports={
            "bookie": Port(ports.BOOKKEEPER, scheme="bookie", internal=True),
            "http": Port(ports.BOOKKEEPER_HTTP, internal=True),
        },
        volumes={"data": Volume(settings.storage)},
        health=HttpGet("http", "/api/v1/bookie/is_ready", start_within=180),
        memory=heap + direct + 256,
        stop_grace=30,
    )


def _broker(settings: PulsarSettings, number: int) -> Service:
    heap, direct = mebibytes(settings.heap), mebibytes(settings.direct_memory)
    server = pulsar_java(
        "org.apache.pulsar.PulsarBrokerStarter",
        heap=heap,
        direct=direct,
        arguments=("--broker-conf", "@{files}/broker.conf"),
    )
    return Service(
        name=_numbered(f"{NAME}-broker", settings.brokers)[number - 1],
        kind="PulsarBroker",
        distribution=distribution(),
        command=("/bin/bash", "@{files}/start.sh"),
        files={
            "start.sh": _start(_until(*_bookies(settings)), server),
            "broker.conf": properties(
                **broker(bookies=settings.bookies, authenticated=True),
                metadataStoreUrl=_metadata_store(settings),
                configurationMetadataStoreUrl=_metadata_store(settings),
                clusterName=_CLUSTER,
                statusFilePath="@{files}/broker.conf",
                advertisedAddress="@{advertised}",
                loadBalancerEnabled=True,
            ),
            "log4j2.properties": LOG4J2_CONSOLE,
        },
        ports={
            "broker": Port(ports.PULSAR_BROKER, scheme="pulsar", internal=True),
            "admin": Port(ports.PULSAR_ADMIN, internal=True),
        },
        secrets=pulsar_roles.secrets(pulsar_roles.BROKER),
        health=HEALTH,
        memory=heap + direct + 256,
        stop_grace=30,
    )


def _start(before: str, server: Sequence[str]) -> str:
    """A start script: a server of this cluster, after something else."""
    answers = f'answers() {{ (exec 3<>"/dev/tcp/$1/{ports.BOOKKEEPER}") 2>/dev/null; }}'
    return "\n".join(["#!/bin/bash", "set -eu", answers, before, f"exec {shlex.join(server)}", ""])


def _until(*names: str) -> str:
    """Wait for any of these bookies, which answer only once the cluster's metadata are there."""
    return f"until {' || '.join(f'answers {name}' for name in names)}; do sleep 0.5; done"


def _zookeepers(settings: PulsarSettings) -> list[str]:
    return _numbered(f"{NAME}-zookeeper", settings.zookeepers)


def _bookies(settings: PulsarSettings) -> list[str]:
    return _numbered(f"{NAME}-bookkeeper", settings.bookies)


def _numbered(name: str, count: int) -> list[str]:
    return [name, *(f"{name}-{number}" for number in range(2, count + 1))]


def _metadata_store(settings: PulsarSettings) -> str:
    return f"zk:{hosts(_zookeepers(settings))}"
