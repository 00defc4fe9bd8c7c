"""ZooKeeper, in which the servers of a cluster register: one server or an ensemble of three."""

import shlex
from collections.abc import Mapping, Sequence

from infra.distributions import Distribution
from infra.services import ports
from infra.services.java import QUICK_COMPILER, java
from infra.services.model import Metrics, Need, Port, Service, TcpAnswer, Volume

_CONFIGURATION = """\
tickTime=2000
initLimit=10
syncLimit=5
dataDir=@{volume.data}
clientPortAddress=@{host}
clientPort=@{port.client}
admin.enableServer=false
maxClientCnxns=0
autopurge.purgeInterval=24
4lw.commands.whitelist=ruok
"""

_METRICS = """\
metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider
metricsProvider.httpHost=@{host}
metricsProvider.httpPort=@{port.metrics}
"""


def zookeeper(
    members: Sequence[str],
    number: int = 1,
    *,
    distribution: Distribution,
    class_path: str,
    logging: Mapping[str, str],
    options: Sequence[str] = (),
    metrics: bool = False,
) -> Service:
    """One server of an ensemble.

    Args:
        members: names of all servers, which are also their host names.
        number: number of this server, from 1.
        distribution: distribution that contains ZooKeeper's jars.
        class_path: class path of these jars.
        logging: logging configuration, text by file name.
        options: further JVM options.
        metrics: whether the distribution contains ZooKeeper's metrics provider for Prometheus.
    """
    command = java(
        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
        class_path=class_path,
        heap=96,
        options=(QUICK_COMPILER, "-Djute.maxbuffer=10485760", *options),
        arguments=("@{files}/zoo.cfg",),
    )
    files = {"zoo.cfg": _CONFIGURATION, **logging}
    group_ports: dict[str, Port] = {}
    metrics_ports: dict[str, Port] = {}
    if metrics:
        metrics_ports = {"metrics": Port(ports.ZOOKEEPER_METRICS, internal=True)}
        files["zoo.cfg"] += _METRICS
    if len(members) > 1:
        group_ports = {
            "peers": Port(ports.ZOOKEEPER_PEERS, scheme="zookeeper", internal=True),
            "election": Port(ports.ZOOKEEPER_ELECTION, scheme="zookeeper", internal=True),
        }
        # A server's own name may have no DNS record yet when it starts.
        files["zoo.cfg"] += "quorumListenOnAllIPs=true\n"
        files["zoo.cfg"] += "".join(
            f"server.{index}={name}:@{{port.peers}}:@{{port.election}}\n" for index, name in enumerate(members, 1)
        )
        # A server reads its number in the ensemble from the file `myid` in its data folder.
        own = f'echo {number} >"@{{volume.data}}/myid"'
        files["start.sh"] = "\n".join(["#!/bin/sh", "set -eu", own, f"exec {shlex.join(command)}", ""])
        command = ("/bin/sh", "@{files}/start.sh")
    return Service(
        name=members[number - 1],
        kind="ZooKeeper",
        distribution=distribution,
        command=command,
        files=files,
        ports={"client": Port(ports.ZOOKEEPER, scheme="zookeeper", internal=True), **group_ports, **metrics_ports},
        volumes={"data": Volume("1Gi")},
        health=TcpAnswer("client", send=b"ruok".hex(), contains="imok", start_within=60),
        memory=256,
        cpu=100,
        group=members[0],
        needs=tuple(
            Need(member, port) for member in members if member != members[number - 1] for port in ("peers", "election")
        ),
        metrics=(Metrics("metrics", job="zookeeper"),) if metrics else (),
    )


def hosts(members: Sequence[str]) -> str:
    """The connect string of an ensemble: `host:port,host:port`."""
    return ",".join(f"{name}:{ports.ZOOKEEPER}" for name in members)
