"""StarRocks itself, from its published images: frontends, which plan and keep metadata, and backends, which store data.

The first frontend is the service `starrocks`, like the emulator. The others start with `--helper` and query it every
five seconds until `infra/resources/starrocks/nodes.py` has added them to the cluster. Nodes address each other by host
name, because a container may get another address at each start.

The images' own entrypoints are not used: they add nodes as user root without a password, but root has a password here.
"""

from pydantic import JsonValue

from infra.distributions import Distribution
from infra.platform import secret
from infra.services import ports
from infra.services.java import properties
from infra.services.model import HttpGet, Metrics, OperatedPods, Operator, Port, PublishedImage, Service, Volume
from infra.settings import StarRocksSettings, mebibytes, millicores
from infra.versions import STARROCKS

NAME = "starrocks"
_HOME = "/opt/starrocks"
_POLICY = f"{_HOME}/fe/conf/udf_security.policy"
_META = "20Gi"
_LOGS = "5Gi"
_ROOT = "root-password"
"""File with the password of user root."""
_OPEN_FILES = 655_350
"""Limit of open files. Source: StarRocks manual, "Check environment configurations", nofile."""

_START_FRONTEND = f"""\
#!/bin/bash
set -eu
cp @{{files}}/fe.conf {_HOME}/fe/conf/fe.conf
# The file has the id of the previous process, and in a restarted container the new process has the same id.
rm -f {_HOME}/fe/bin/fe.pid
# A frontend writes the type of its host to this file when it is a member of the cluster and has read the metadata.
# A start before that needs a helper: without one, the frontend would create a new cluster. A later start needs none.
helper=(@{{helper}})
if grep -qs '^hostType=FQDN' {_HOME}/fe/meta/image/ROLE; then helper=(); fi
exec {_HOME}/fe/bin/start_fe.sh --host_type FQDN --logconsole "${{helper[@]}}"
"""

_START_BACKEND = f"""\
#!/bin/bash
set -eu
cp @{{files}}/be.conf {_HOME}/be/conf/be.conf
rm -f {_HOME}/be/bin/be.pid
exec {_HOME}/be/bin/start_be.sh --logconsole
"""


def frontends(settings: StarRocksSettings) -> list[Service]:
    """All frontends, the first of which is the others' helper."""
    return [_frontend(settings, number) for number in range(1, settings.frontends + 1)]


def backends(settings: StarRocksSettings) -> list[Service]:
    """All backends."""
    return [_backend(settings, number) for number in range(1, settings.backends + 1)]


def published_images(settings: StarRocksSettings) -> dict[str, str]:
    """References of StarRocks' images in a stack, by distribution; empty for the emulator."""
    if settings.edition == "emulator":
        return {}
    nodes = [*frontends(settings), *backends(settings)]
    return {node.distribution.name: node.image.reference for node in nodes if node.image}


def _frontend(settings: StarRocksSettings, number: int) -> Service:
    first = number == 1
    helper = "" if first else f"--helper {NAME}:{ports.STARROCKS_EDIT_LOG}"
    memory = mebibytes(settings.frontend_memory)
    return Service(
        name=NAME if first else f"{NAME}-fe-{number}",
        kind="StarRocksFrontend",
        distribution=Distribution("starrocks-fe", STARROCKS),
        image=PublishedImage(f"starrocks/fe-ubuntu:{STARROCKS}"),
        command=("/bin/bash", "@{files}/start.sh"),
        files={
            "start.sh": _START_FRONTEND.replace("@{helper}", helper),
            "fe.conf": properties(
                JAVA_OPTS=f'"-Xmx{memory * 3 // 4}m -XX:+UseG1GC -Djava.security.policy={_POLICY}"',
                LOG_DIR=f"{_HOME}/fe/log",
                sys_log_level="INFO",
                meta_dir=f"{_HOME}/fe/meta",
                http_port="@{port.fe-http}",
                rpc_port="@{port.rpc}",
                query_port="@{port.query}",
                edit_log_port="@{port.edit-log}",
                default_replication_num=settings.replication_num,
            ),
        },
        ports={
            "query": Port(ports.STARROCKS_QUERY, scheme="mysql", internal=not first),
            "fe-http": Port(ports.STARROCKS_FE_HTTP, internal=not first),
            "rpc": Port(ports.STARROCKS_FE_RPC, scheme="thrift", internal=True),
            "edit-log": Port(ports.STARROCKS_EDIT_LOG, scheme="bdb", internal=True),
        },
        volumes={"meta": Volume(_META, path=f"{_HOME}/fe/meta")},
        health=HttpGet("fe-http", "/api/health", start_within=300),
        memory=memory,
        cpu=millicores(settings.frontend_cpu),
        group=f"{NAME}-fe",
        open_files=_OPEN_FILES,
        stop_grace=60,
        metrics=(Metrics("fe-http", job="starrocks_fe"),),
    )


def _backend(settings: StarRocksSettings, number: int) -> Service:
    return Service(
        name=f"{NAME}-be-{number}",
        kind="StarRocksBackend",
        distribution=Distribution("starrocks-be", STARROCKS),
        image=PublishedImage(f"starrocks/be-ubuntu:{STARROCKS}"),
        command=("/bin/bash", "@{files}/start.sh"),
        files={
            "start.sh": _START_BACKEND,
            "be.conf": properties(
                be_port="@{port.thrift}",
                be_http_port="@{port.be-http}",
                heartbeat_service_port="@{port.heartbeat}",
                brpc_port="@{port.brpc}",
                starlet_port="@{port.starlet}",
                storage_root_path=f"{_HOME}/be/storage",
                sys_log_level="INFO",
                # Share of the container's memory limit. The rest is for the kernel and for the JVM of UDFs.
                mem_limit="85%",
            ),
        },
        ports={
            "thrift": Port(ports.STARROCKS_BE_THRIFT, scheme="thrift", internal=True),
            "be-http": Port(ports.STARROCKS_BE_HTTP, internal=True),
            "heartbeat": Port(ports.STARROCKS_HEARTBEAT, scheme="thrift", internal=True),
            "brpc": Port(ports.STARROCKS_BRPC, scheme="brpc", internal=True),
            "starlet": Port(ports.STARROCKS_STARLET, scheme="brpc", internal=True),
        },
        volumes={"storage": Volume(settings.storage, path=f"{_HOME}/be/storage")},
        health=HttpGet("be-http", "/api/health", start_within=300, contains="OK"),
        memory=mebibytes(settings.memory),
        cpu=millicores(settings.cpu),
        group=f"{NAME}-be",
        open_files=_OPEN_FILES,
        stop_grace=60,
        metrics=(Metrics("be-http", job="starrocks_be"),),
    )


def operated(settings: StarRocksSettings) -> Service:
    """The cluster as one service, for targets where StarRocks' operator runs its nodes.

    The operator starts the nodes with the images' entrypoints. These add a node to the cluster as user root, with the
    password from MYSQL_PWD; without it, a backend could not join again once root has a password.
    """
    frontend, backend = _frontend(settings, 1), _backend(settings, 1)
    fields = {"fe": "starRocksFeSpec", "be": "starRocksBeSpec"}
    pods = (
        OperatedPods(
            name="fe",
            host=f"{NAME}-fe-service",
            ports=tuple(frontend.ports),
            replicas=settings.frontends,
            cpu=millicores(settings.frontend_cpu),
            memory=mebibytes(settings.frontend_memory),
            storage=(_META, _LOGS),
            members=_members("fe", settings.frontends),
        ),
        OperatedPods(
            name="be",
            host=f"{NAME}-be-service",
            ports=tuple(backend.ports),
            replicas=settings.backends,
            cpu=millicores(settings.cpu),
            memory=mebibytes(settings.memory),
            storage=(settings.storage, _LOGS),
            members=_members("be", settings.backends),
        ),
    )
    spec: dict[str, JsonValue] = {fields[each.name]: _component(each) for each in pods}
    return Service(
        name=NAME,
        kind="StarRocksCluster",
        distribution=frontend.distribution,
        command=(),
        files={"fe.conf": frontend.files["fe.conf"], "be.conf": backend.files["be.conf"]},
        ports={**frontend.ports, **backend.ports},
        secrets={_ROOT: secret("root")},
        health=frontend.health,
        memory=frontend.memory,
        metrics=(*frontend.metrics, *backend.metrics),
        operated_by=Operator(
            api_version="starrocks.com/v1",
            kind="StarRocksCluster",
            # Backends are changed once all frontends run the new revision, never both at the same time.
            spec={**spec, "waitForFullRollout": True},
            pods=pods,
            images={
                "fe": PublishedImage(f"starrocks/fe-ubuntu:{STARROCKS}"),
                "be": PublishedImage(f"starrocks/be-ubuntu:{STARROCKS}"),
            },
            unconfined=("the operator sets no seccomp profile, and the images' programs write below /opt/starrocks"),
        ),
    )


def _members(kind: str, count: int) -> tuple[str, ...]:
    """Host names of the pods that the operator creates: a StatefulSet behind a headless Service of this name."""
    return tuple(f"{NAME}-{kind}-{number}.{NAME}-{kind}-search" for number in range(count))


def _component(pods: OperatedPods) -> JsonValue:
    """The specification of the frontends (`fe`) or the backends (`be`)."""
    kind = pods.name
    folders = {"fe": ("meta", "log"), "be": ("storage", "log")}[kind]
    names = {"fe": ("fe-meta", "fe-log"), "be": ("be-data", "be-log")}[kind]
    volumes: list[JsonValue] = [
        {
            "name": name,
            "storageClassName": "@{class}",
            "storageSize": size,
            "mountPath": f"{_HOME}/{kind}/{folder}",
        }
        for name, size, folder in zip(names, pods.storage, folders, strict=True)
    ]
    resources: dict[str, JsonValue] = {"cpu": f"{pods.cpu}m", "memory": f"{pods.memory}Mi"}
    password: JsonValue = {
        "name": "MYSQL_PWD",
        "valueFrom": {"secretKeyRef": {"name": "@{object.secrets}", "key": _ROOT}},
    }
    return {
        "image": f"@{{image.{kind}}}",
        "imagePullSecrets": "@{pull}",
        "replicas": pods.replicas,
        "requests": resources,
        "limits": {"cpu": f"{2 * pods.cpu}m", "memory": f"{pods.memory}Mi"},
        "service": {"type": "ClusterIP"},
        "storageVolumes": volumes,
        "configMapInfo": {"configMapName": "@{object.files}", "resolveKey": f"{kind}.conf"},
        # With LOG_CONSOLE, the program writes its log to the pod's output, where `kubectl logs` reads it.
        f"{kind}EnvVars": [{"name": "TZ", "value": "UTC"}, {"name": "LOG_CONSOLE", "value": "1"}, password],
        "podLabels": f"@{{labels.{kind}}}",
        "affinity": f"@{{spread.{kind}}}",
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "terminationGracePeriodSeconds": 120,
        # After an outage of all nodes, frontends replay their log and backends load their tablets.
        "startupProbeFailureSeconds": 1200,
        "livenessProbeFailureSeconds": 120,
        "readinessProbeFailureSeconds": 15,
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "@{retention}"},
    }
