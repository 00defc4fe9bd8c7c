"""The models of a stack's configuration (`Pulumi.<stack>.yaml`); `infra.configuration` reads it."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, SerializeAsAny, field_validator, model_validator

from infra.services.pages import unreachable_pages
from infra.settings_backup import BackupSettings
from infra.settings_base import (
    PROJECT,
    ROOT,
    SECRET_KEYS,
    Cpu,
    Memory,
    Model,
    SettingsError,
    at_least,
    is_web_address,
    mebibytes,
    millicores,
)
from infra.settings_of_targets import DockerSettings, ImageSettings, KubernetesSettings
from infra.settings_postgres import PostgresSettings
from infra.targets.traits import TRAITS

__all__ = [
    "PROJECT",
    "ROOT",
    "SECRET_KEYS",
    "Cpu",
    "DockerSettings",
    "KubernetesSettings",
    "Memory",
    "Model",
    "PostgresSettings",
    "SettingsError",
    "mebibytes",
    "millicores",
]


_HEAP = at_least("128Mi")
_METASPACE = at_least("128Mi")


class PulsarSettings(Model):
    """Apache Pulsar, the event bus."""

    topology: Literal["standalone", "cluster"] = Field(
        "standalone", description="one process, or a separate server for each role"
    )
    zookeepers: Literal[1, 3] = Field(1, description="ZooKeeper servers of topology cluster")
    bookies: Annotated[
        int, Field(ge=1, le=9, description="bookies of topology cluster; three tolerate the loss of one")
    ] = 1
    brokers: Annotated[int, Field(ge=1, le=9, description="brokers of topology cluster")] = 1
    proxies: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="proxies of topology cluster, which clients connect to; only Kubernetes runs more than 1",
        ),
    ] = 1
    ensemble: (
        Annotated[
            int, Field(ge=1, le=9, description="bookies that store a ledger; default: number of bookies, at most 2")
        ]
        | None
    ) = None
    write_quorum: Annotated[int, Field(ge=1, le=9, description="copies of an event; default: ensemble")] | None = None
    ack_quorum: (
        Annotated[int, Field(ge=1, le=9, description="copies before an event is acknowledged; default: writeQuorum")]
        | None
    ) = None
    fsync: bool = Field(True, description="whether acknowledged events survive a power failure")
    heap: Annotated[Memory, _HEAP] = Field(
        "320Mi", description="Java heap of the one process, or of each broker and bookie"
    )
    direct_memory: Annotated[Memory, at_least("64Mi")] = Field(
        "256Mi", description="direct memory of the one process, or of each broker and bookie"
    )
    storage: Memory = Field("10Gi", description="volume of the one process, or of each bookie")
    cpu: Cpu = Field("500m", description="CPU reserved for the one process, or for each broker and bookie")

    @model_validator(mode="after")
    def _quorums_fit(self) -> Self:
        ensemble, write, ack = self.quorums
        if not ack <= write <= ensemble <= self.bookies:
            msg = (
                f"ackQuorum {ack}, writeQuorum {write}, ensemble {ensemble}, bookies {self.bookies}: "
                "each value must be at most the next one"
            )
            raise ValueError(msg)
        return self

    @property
    def quorums(self) -> tuple[int, int, int]:
        """Ensemble size, write quorum and ack quorum of a ledger.

        Two copies are Pulsar's default. With three bookies, one may be unavailable.
        """
        ensemble = self.ensemble or min(self.bookies, 2)
        write = self.write_quorum or ensemble
        return ensemble, write, self.ack_quorum or write

    @model_validator(mode="after")
    def _counts_are_of_a_cluster(self) -> Self:
        counts = {
            "zookeepers": self.zookeepers,
            "bookies": self.bookies,
            "brokers": self.brokers,
            "proxies": self.proxies,
        }
        if self.topology == "standalone" and set(counts.values()) != {1}:
            given = ", ".join(f"{name} {count}" for name, count in counts.items())
            msg = f"{given} require topology cluster; topology standalone has 1 of each"
            raise ValueError(msg)
        return self


class SeaTunnelSettings(Model):
    """SeaTunnel Zeta, the engine that runs data jobs."""

    nodes: Annotated[int, Field(ge=1, le=9, description="nodes of the engine; several tolerate the loss of one")] = 1
    heap: Annotated[Memory, _HEAP] = Field("384Mi", description="Java heap of each node")
    metaspace: Annotated[Memory, _METASPACE] = Field("256Mi", description="Java metaspace of each node")
    storage: Memory = Field("2Gi", description="volume with the checkpoints of all jobs")
    cpu: Cpu = Field("500m", description="CPU reserved for each node")


class StarRocksSettings(Model):
    """StarRocks, the only store of application data."""

    edition: Literal["emulator", "cluster"] = Field("emulator", description="the emulator, or StarRocks' own servers")
    frontends: Literal[1, 3, 5] = Field(1, description="frontends of edition cluster")
    backends: Annotated[int, Field(ge=1, le=99, description="backends of edition cluster")] = 1
    replication_num: Annotated[
        int, Field(ge=1, le=3, description="copies of each tablet, at most one on each backend")
    ] = 1
    memory: Annotated[Memory, at_least("384Mi")] = Field(
        "512Mi", description="memory of the emulator, or of each backend"
    )
    frontend_memory: Annotated[Memory, at_least("1Gi")] = Field("2Gi", description="memory of each frontend")
    storage: Memory = Field("20Gi", description="volume of the emulator, or of each backend")
    cpu: Cpu = Field("500m", description="CPU reserved for the emulator, or for each backend")
    frontend_cpu: Cpu = Field("1", description="CPU reserved for each frontend")

    @model_validator(mode="after")
    def _replicas_have_homes(self) -> Self:
        if self.replication_num > self.backends:
            msg = f"replicationNum {self.replication_num} needs as many backends, but backends is {self.backends}"
            raise ValueError(msg)
        if self.edition == "emulator" and (self.frontends, self.backends) != (1, 1):
            msg = "the emulator is one process: frontends and backends must be 1 with edition emulator"
            raise ValueError(msg)
        return self


class IngestSettings(Model):
    """The ingest job from Pulsar into StarRocks; products with an ingest job have this section."""

    flush_interval: Annotated[int, Field(ge=50, le=60_000, description="milliseconds between two loads")] = 200
    batch_max_rows: Annotated[int, Field(ge=1, le=500_000, description="maximum number of rows of one load")] = 20_000
    parallelism: Annotated[int, Field(ge=1, le=16, description="readers and writers of the job")] = 1
    checkpoint_interval: Annotated[
        int, Field(ge=500, le=60_000, description="milliseconds between two checkpoints of the job")
    ] = 5_000

    def placeholders(self) -> dict[str, str]:
        """Values of the placeholders `ingest.…` in job files."""
        return {
            "ingest.flush_interval_ms": str(self.flush_interval),
            "ingest.batch_max_rows": str(self.batch_max_rows),
            "ingest.parallelism": str(self.parallelism),
            "ingest.checkpoint_interval_ms": str(self.checkpoint_interval),
        }


class DolphinSchedulerSettings(Model):
    """DolphinScheduler, which runs the workflows."""

    topology: Literal["standalone", "cluster"] = Field(
        "standalone", description="one process, or a separate server for each role"
    )
    apis: Annotated[int, Field(ge=1, le=4, description="API servers of topology cluster")] = 1
    masters: Annotated[int, Field(ge=1, le=4, description="masters of topology cluster")] = 1
    workers: Annotated[int, Field(ge=1, le=10, description="workers of topology cluster")] = 2
    registry: Literal["own", "pulsar"] = Field("own", description="ZooKeeper of topology cluster: its own or Pulsar's")
    heap: Annotated[Memory, _HEAP] = Field("512Mi", description="Java heap of the one process, or of each server")
    metaspace: Annotated[Memory, _METASPACE] = Field(
        "320Mi", description="Java metaspace of the one process, or of each server"
    )
    storage: Memory = Field("5Gi", description="volume with the resources and logs of tasks")
    cpu: Cpu = Field("250m", description="CPU reserved for the one process, or for each server")

    @model_validator(mode="after")
    def _counts_are_of_a_cluster(self) -> Self:
        if self.topology == "standalone" and (self.apis, self.masters, self.registry) != (1, 1, "own"):
            msg = (
                f"apis {self.apis}, masters {self.masters}, registry {self.registry} require topology cluster; "
                "topology standalone has 1, 1 and own"
            )
            raise ValueError(msg)
        return self


class WebSettings(Model):
    """Sizes of an API or of the frontend."""

    replicas: Annotated[int, Field(ge=1, le=10, description="pods of the service")] = 1
    max_replicas: Annotated[
        int, Field(ge=0, le=50, description="maximum number of replicas under load; 0: no autoscaling")
    ] = 0
    memory: Annotated[Memory, at_least("64Mi")] = Field("256Mi", description="memory of each replica")
    cpu: Cpu = Field("200m", description="CPU reserved for each replica")

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.max_replicas and self.max_replicas < self.replicas:
            msg = f"maxReplicas {self.max_replicas} must be 0 or at least replicas {self.replicas}"
            raise ValueError(msg)
        return self


class GrafanaSettings(Model):
    """Grafana, which shows the dashboards of `monitoring/dashboards/`.

    Grafana runs from an image, so target `host` does not run it.
    """

    enabled: bool = Field(True, description="whether the stack runs Grafana")
    memory: Annotated[Memory, at_least("128Mi")] = Field("256Mi", description="memory of Grafana")
    storage: Memory = Field("1Gi", description="volume of Grafana")


class MonitoringSettings(Model):
    """Prometheus, Alertmanager, the exporters and Grafana."""

    enabled: bool = Field(True, description="whether the stack runs Prometheus, Alertmanager, exporters and Grafana")
    # The page and the dashboards compute rates over two minutes, which need several collections.
    interval: Annotated[int, Field(ge=1, le=30, description="seconds between two collections of all metrics")] = 15
    retention_days: Annotated[int, Field(ge=1, le=400, description="metrics older than this are deleted")] = 15
    retention_size: Memory = Field("1Gi", description="total size above which the oldest metrics are deleted")
    alert_pace: Annotated[
        float, Field(gt=0, le=10, description="factor of all durations in alert rules; tests shorten them")
    ] = 1.0
    memory: Annotated[Memory, at_least("64Mi")] = Field("256Mi", description="memory of Prometheus")
    storage: Memory = Field("5Gi", description="volume of Prometheus")
    grafana: GrafanaSettings = GrafanaSettings()


class ProductSettings(Model):
    """The section of one product; products with further settings derive a class from it."""

    api: WebSettings = WebSettings()

    def job_settings(self) -> Mapping[str, str]:
        """Values of the placeholders in the product's job files, such as `ingest.parallelism`."""
        return {}

    def task_parameters(self) -> Mapping[str, int | float]:
        """Parameters of the product's workflows, such as `retention_months`."""
        return {}


class Settings(Model):
    """The configuration of a stack: target, sizes, whether data are kept."""

    target: Literal["host", "docker", "kubernetes"] = Field(description="platform on which the stack runs")
    port_offset: Annotated[
        int, Field(ge=0, le=15_000, description="number added to every port; ports stay below 32768")
    ] = 0
    keep_data: bool = Field(description="whether data survive the deletion of their service or schema")
    demonstration: bool = Field(False, description="whether demonstration data are published after the deployment")
    docker: DockerSettings = DockerSettings()
    kubernetes: KubernetesSettings = KubernetesSettings()
    size: Literal["small", "medium", "large"] | None = Field(
        None, description="preset of sizes; explicit settings override it"
    )
    rehearsal: bool = Field(False, description="permits the emulator on Kubernetes, for tests")
    pulsar: PulsarSettings = PulsarSettings()
    seatunnel: SeaTunnelSettings = SeaTunnelSettings()
    starrocks: StarRocksSettings = StarRocksSettings()
    postgres: PostgresSettings = PostgresSettings()
    postgres_password: SecretStr | None = Field(
        None, description="password of postgres.external.user; set it as a secret"
    )
    dolphin_scheduler: DolphinSchedulerSettings = DolphinSchedulerSettings()
    alert_webhook: SecretStr | None = Field(None, description="URL that alerts are posted to; set it as a secret")
    backup: BackupSettings = BackupSettings()
    backup_access_key: SecretStr | None = Field(None, description="access key of backup.location; set it as a secret")
    backup_secret_key: SecretStr | None = Field(None, description="secret key of backup.location; set it as a secret")
    products: dict[str, SerializeAsAny[ProductSettings]] = Field(
        {}, description="the stack's data products and their settings"
    )
    monitoring: MonitoringSettings = MonitoringSettings()
    platform_api: WebSettings = WebSettings()
    frontend: WebSettings = WebSettings()

    @model_validator(mode="after")
    def _registry_is_there(self) -> Self:
        if self.dolphin_scheduler.registry == "pulsar" and self.pulsar.topology == "standalone":
            msg = "dolphinScheduler.registry pulsar needs the ZooKeeper of pulsar.topology cluster"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _external_postgres_has_a_password(self) -> Self:
        if (self.postgres.external is None) != (self.postgres_password is None):
            msg = (
                "postgres.external needs postgresPassword, the password of its user, and postgresPassword needs "
                "postgres.external: set both or none (pulumi config set --secret postgresPassword …)"
            )
            raise ValueError(msg)
        return self

    @property
    def pulsar_requires_tokens(self) -> bool:
        """Whether Pulsar requires tokens, because other machines can reach it."""
        return TRAITS[self.target].requires_tokens

    @property
    def images(self) -> ImageSettings:
        """Base image, registry and digests of the target's images."""
        sections: Mapping[str, ImageSettings] = {"docker": self.docker, "kubernetes": self.kubernetes}
        return sections[TRAITS[self.target].image_section]

    @property
    def has_grafana(self) -> bool:
        """Whether the stack runs Grafana."""
        return self.monitoring.enabled and self.monitoring.grafana.enabled and TRAITS[self.target].runs_images

    @field_validator("port_offset")
    @classmethod
    def _browsers_open_each_page(cls, value: int) -> int:
        for name, port in unreachable_pages(value).items():
            msg = f"puts {name} on port {port}, which browsers refuse to open; choose another offset"
            raise ValueError(msg)
        return value

    @field_validator("alert_webhook")
    @classmethod
    def _webhook_is_a_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not is_web_address(value.get_secret_value()):
            msg = "must begin with http:// or https://, followed by a host"
            raise ValueError(msg)
        return value

    @model_validator(mode="before")
    @classmethod
    def _production_keeps_its_data(cls, values: object) -> object:
        """The default of `keepData` depends on the target."""
        if isinstance(values, dict) and not values.keys() & {"keepData", "keep_data"}:
            traits = TRAITS.get(str(values.get("target")))
            return {**values, "keepData": traits is not None and traits.keeps_data}
        return values
