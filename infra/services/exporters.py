"""Prometheus exporters for the machine and for PostgreSQL."""

from infra import distributions
from infra.services import ports
from infra.services.model import Endpoint, HttpGet, Metrics, Need, Port, PublishedImage, Service
from infra.services.postgres import MONITORING_ROLE, MONITORING_SECRET
from infra.versions import NODE_EXPORTER_IMAGE, POSTGRES_EXPORTER_IMAGE

_NOBODY = "65534:0"
_CPU = 20
"""An exporter uses CPU only while Prometheus reads it: some milliseconds every few seconds."""
# The default excludes `overlay`, which in a container is the disk with the engine's data.
_FILE_SYSTEMS = (
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|proc|"
    "procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tmpfs|tracefs)$"
)
_COLLECTORS = ("cpu", "diskstats", "filesystem", "loadavg", "meminfo", "textfile", "uname")
_MOUNTS = "^/(dev|proc|run|sys|etc|var/lib/docker/.+|var/lib/containers/.+|var/lib/kubelet/.+)($|/)"


def node_exporter() -> Service:
    """CPU, memory, disks and load of the machine. In a container these are the values of the engine's machine."""
    return Service(
        name="node-exporter",
        kind="NodeExporter",
        distribution=distributions.node_exporter(),
        image=PublishedImage(NODE_EXPORTER_IMAGE, user=_NOBODY, starts_itself=True, confined=True, checker="wget"),
        command=(
            "@{dist}/bin/node_exporter",
            "--web.listen-address=@{host}:@{port.http}",
            "--collector.disable-defaults",
            *(f"--collector.{name}" for name in _COLLECTORS),
            # Without a folder the collector does nothing.
            "--collector.textfile.directory=@{planned_starts}",
            f"--collector.filesystem.fs-types-exclude={_FILE_SYSTEMS}",
            f"--collector.filesystem.mount-points-exclude={_MOUNTS}",
            "--log.format=json",
        ),
        ports={"http": Port(ports.NODE_EXPORTER, internal=True)},
        health=HttpGet("http", "/", start_within=60),
        memory=64,
        cpu=_CPU,
        metrics=(Metrics("http", job="node"),),
    )


def postgres_exporter(*, postgres: Endpoint) -> Service:
    """Connections, sizes and transactions of PostgreSQL, as a role that may read statistics only."""
    return Service(
        name="postgres-exporter",
        kind="PostgresExporter",
        distribution=distributions.postgres_exporter(),
        image=PublishedImage(POSTGRES_EXPORTER_IMAGE, user=_NOBODY, starts_itself=True, confined=True, checker="wget"),
        command=(
            "@{dist}/bin/postgres_exporter",
            "--web.listen-address=@{host}:@{port.http}",
            # These are hundreds of metrics, which no rule reads.
            "--disable-settings-metrics",
            "--log.format=json",
        ),
        environment={
            "DATA_SOURCE_URI": f"{postgres.address}/postgres?sslmode=disable",
            "DATA_SOURCE_USER": MONITORING_ROLE,
            "DATA_SOURCE_PASS_FILE": f"@{{secret.{MONITORING_SECRET}}}",
        },
        ports={"http": Port(ports.POSTGRES_EXPORTER, internal=True)},
        secrets={MONITORING_SECRET: MONITORING_SECRET},
        health=HttpGet("http", "/", start_within=60),
        memory=64,
        cpu=_CPU,
        needs=(Need("postgres", "sql"),),
        metrics=(Metrics("http", job="postgres"),),
    )
