"""Apache Pulsar as a cluster: ZooKeeper, bookies, brokers, and a proxy that clients connect to.

The proxy is the service `pulsar`, like the standalone process. Brokers redirect clients to the broker that serves their
topic, by host names that exist only in the stack's network; the proxy connects there for clients.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace

from infra.distributions import pulsar as distribution
from infra.services import ports, pulsar_roles
from infra.services.java import LOG4J2_CONSOLE, properties
from infra.services.model import HttpGet, Metrics, Need, Port, Service, Volume
from infra.services.pulsar import HEALTH, METRICS, NAME, bookkeeper, broker, pulsar_java
from infra.services.zookeeper import hosts, zookeeper
from infra.settings import PulsarSettings, mebibytes, millicores

_CLUSTER = NAME
_PROXY_HEAP, _PROXY_DIRECT, _PROXY_CPU = 192, 192, 250
_SET_UP = "@{volume.data}/metadata-is-there"
"""File in the first bookie's volume that marks the cluster's metadata as written."""


def zookeepers(settings: PulsarSettings) -> list[Service]:
    """The ZooKeeper ensemble, which stores the cluster's metadata."""
    return [
        zookeeper(
            _zookeepers(settings),
            number,
            distribution=distribution(),
            class_path="@{dist}/lib/*",
            logging={"log4j2.properties": LOG4J2_CONSOLE},
            options=("-Dlog4j2.configurationFile=@{files}/log4j2.properties",),
            metrics=True,
        )
        for number in range(1, settings.zookeepers + 1)
    ]


def bookies(settings: PulsarSettings) -> list[Service]:
    """The bookies, which store messages. The first one initializes the cluster's metadata."""
    return [_bookie(settings, number) for number in range(1, settings.bookies + 1)]


def brokers(settings: PulsarSettings) -> list[Service]:
    """The brokers, which serve topics."""
    return [_broker(settings, number) for number in range(1, settings.brokers + 1)]


def proxy(settings: PulsarSettings) -> Service:
    """The proxy, which forwards clients to the broker of a topic, also from outside the stack's network.

    Replicas are identical: each one knows the brokers from ZooKeeper, and a client may use any of them.
    """
    return Service(
        name=NAME,
        kind="PulsarProxy",
        distribution=distribution(),
        command=pulsar_java(
            "org.apache.pulsar.proxy.server.ProxyServiceStarter",
            heap=_PROXY_HEAP,
            direct=_PROXY_DIRECT,
            cpu=_PROXY_CPU,
            arguments=("--config", "@{files}/proxy.conf"),
        ),
        files={
            "proxy.conf": properties(
                clusterName=_CLUSTER,
                metadataStoreUrl=_metadata_store(settings),
                configurationMetadataStoreUrl=_metadata_store(settings),
                bindAddress="@{host}",
                # Clients connect to the name that all replicas share.
                advertisedAddress=NAME,
                servicePort="@{port.broker}",
                webServicePort="@{port.admin}",
                statusFilePath="@{files}/proxy.conf",
                # Metrics contain no message contents, and their collectors have no token.
                authenticateMetricsEndpoint=False,
                numIOThreads=2,
                httpNumThreads=8,
                **pulsar_roles.proxy(),
            ),
            "log4j2.properties": LOG4J2_CONSOLE,
        },
        ports={
            "broker": Port(ports.PULSAR_BROKER, scheme="pulsar", producers=True),
            "admin": Port(ports.PULSAR_ADMIN),
        },
        secrets=pulsar_roles.secrets(pulsar_roles.PROXY),
        health=HEALTH,
        memory=_PROXY_HEAP + _PROXY_DIRECT + 192,
        cpu=_PROXY_CPU,
        replicas=settings.proxies,
        needs=(
            *_needs(_zookeepers(settings), "client"),
            *_needs(_brokers(settings), "broker", "admin"),
        ),
        stop_grace=30,
        metrics=(replace(METRICS, job=f"{NAME}_proxy"),),
    )


def _bookie(settings: PulsarSettings, number: int) -> Service:
    heap, direct = mebibytes(settings.heap), mebibytes(settings.direct_memory)
    first = _bookies(settings)[0]
    metadata = pulsar_java(
        "org.apache.pulsar.PulsarClusterMetadataSetup",
        heap=128,
        direct=64,
        cpu=millicores(settings.cpu),
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
        # Only the first bookie initializes the metadata, once. After a crash the command runs again and keeps existing
        # entries.
        f'if [ ! -f "{_SET_UP}" ]; then {shlex.join(metadata)}; touch "{_SET_UP}"; fi'
        if number == 1
        # A bookie with ledgers has joined the cluster before, so it does not wait.
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
                    cpu=millicores(settings.cpu),
                    arguments=("--conf", "@{files}/bookkeeper.conf"),
                ),
            ),
            "bookkeeper.conf": properties(
                **bookkeeper(settings),
                zkServers=hosts(_zookeepers(settings)),
                bookiePort="@{port.bookie}",
                # Name of the bookie in the metadata, which must not change with the container's address.
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
        cpu=millicores(settings.cpu),
        group=f"{NAME}-bookkeeper",
        needs=(
            *_needs(_zookeepers(settings), "client"),
            # A bookie copies ledger entries from the other bookies after one of them is lost.
            *_needs([each for each in _bookies(settings) if each != _bookies(settings)[number - 1]], "bookie"),
        ),
        stop_grace=30,
        metrics=(Metrics("http", job="bookkeeper"),),
    )


def _broker(settings: PulsarSettings, number: int) -> Service:
    heap, direct = mebibytes(settings.heap), mebibytes(settings.direct_memory)
    server = pulsar_java(
        "org.apache.pulsar.PulsarBrokerStarter",
        heap=heap,
        direct=direct,
        cpu=millicores(settings.cpu),
        arguments=("--broker-conf", "@{files}/broker.conf"),
    )
    return Service(
        name=_brokers(settings)[number - 1],
        kind="PulsarBroker",
        distribution=distribution(),
        command=("/bin/bash", "@{files}/start.sh"),
        files={
            "start.sh": _start(_until(*_bookies(settings)), server),
            "broker.conf": properties(
                **broker(settings, authenticated=True),
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
        cpu=millicores(settings.cpu),
        group=f"{NAME}-broker",
        needs=(
            *_needs(_zookeepers(settings), "client"),
            *_needs(_bookies(settings), "bookie"),
            *_needs([each for each in _brokers(settings) if each != _brokers(settings)[number - 1]], "broker", "admin"),
        ),
        stop_grace=30,
        metrics=(METRICS,),
    )


def _start(before: str, server: Sequence[str]) -> str:
    """The start script of a server: runs the shell command `before`, then the server."""
    answers = f'answers() {{ (exec 3<>"/dev/tcp/$1/{ports.BOOKKEEPER}") 2>/dev/null; }}'
    return "\n".join(["#!/bin/bash", "set -eu", answers, before, f"exec {shlex.join(server)}", ""])


def _until(*names: str) -> str:
    """A shell command that waits for one of these bookies.

    They accept connections once the cluster's metadata exist.
    """
    return f"until {' || '.join(f'answers {name}' for name in names)}; do sleep 0.5; done"


def _zookeepers(settings: PulsarSettings) -> list[str]:
    return _numbered(f"{NAME}-zookeeper", settings.zookeepers)


def _bookies(settings: PulsarSettings) -> list[str]:
    return _numbered(f"{NAME}-bookkeeper", settings.bookies)


def _brokers(settings: PulsarSettings) -> list[str]:
    return _numbered(f"{NAME}-broker", settings.brokers)


def _needs(services: Sequence[str], *ports_: str) -> tuple[Need, ...]:
    return tuple(Need(service, port) for service in services for port in ports_)


def _numbered(name: str, count: int) -> list[str]:
    return [name, *(f"{name}-{number}" for number in range(2, count + 1))]


def _metadata_store(settings: PulsarSettings) -> str:
    return f"zk:{hosts(_zookeepers(settings))}"
