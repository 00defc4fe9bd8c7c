"""The models of a stack's configuration (`Pulumi.<stack>.yaml`); `infra.configuration` reads it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, SerializeAsAny, field_validator, model_validator
from pydantic.alias_generators import to_camel

from infra.services.ports import FRONTEND

PROJECT = "kappastack"
ROOT = Path(__file__).resolve().parent.parent

_IPV4 = r"^\d{1,3}(\.\d{1,3}){3}$"
Memory = Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi)$", description="a size such as 384Mi or 2Gi")]


def mebibytes(memory: Memory) -> int:
    """Convert a size such as `384Mi` or `2Gi` to MiB."""
    return int(memory[:-2]) * (1024 if memory.endswith("Gi") else 1)


class SettingsError(Exception):
    """A stack's configuration is invalid; the message names each key, its value and what is expected."""


class Model(BaseModel):
    """A section of the configuration: immutable, without unknown keys, with keys in camel case as in Pulumi's files."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)


class PulsarSettings(Model):
    """Apache Pulsar, the event bus."""

    topology: Literal["standalone", "cluster"] = "standalone"
    zookeepers: Literal[1, 3] = Field(1, description="of topology cluster")
    bookies: Annotated[int, Field(ge=1, le=9, description="of topology cluster; three tolerate the loss of one")] = 1
    brokers: Annotated[int, Field(ge=1, le=9, description="of topology cluster")] = 1
    fsync: bool = Field(True, description="an acknowledged event survives a power cut")
    heap: Memory = Field("320Mi", description="of the one process, or of each broker and bookie")
    direct_memory: Memory = Field("256Mi", description="of the one process, or of each broker and bookie")
    storage: Memory = Field("10Gi", description="of the one process, or of each bookie")

    @model_validator(mode="after")
    def _counts_are_of_a_cluster(self) -> Self:
        if self.topology == "standalone" and (self.zookeepers, self.bookies, self.brokers) != (1, 1, 1):
            msg = "zookeepers, bookies and brokers are of topology cluster; with topology standalone leave them out"
            raise ValueError(msg)
        return self


class SeaTunnelSettings(Model):
    """SeaTunnel Zeta, the engine that runs data jobs."""

    nodes: Literal[1, 3] = 1
    heap: Memory = "384Mi"
    metaspace: Memory = "256Mi"
    storage: Memory = "2Gi"


class StarRocksSettings(Model):
    """StarRocks, the only store of application data."""

    edition: Literal["emulator", "cluster"] = "emulator"
    frontends: Literal[1, 3] = 1
    backends: Literal[1, 3] = 1
    replication_num: Annotated[int, Field(ge=1, le=3)] = 1
    memory: Memory = Field("512Mi", description="of the emulator, or of each backend")
    frontend_memory: Memory = Field("2Gi", description="of each frontend")
    storage: Memory = "20Gi"

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

    flush_interval: Annotated[int, Field(ge=50, le=60_000, description="milliseconds")] = 200
    batch_max_rows: Annotated[int, Field(ge=1, le=500_000)] = 20_000
    parallelism: Annotated[int, Field(ge=1, le=16)] = 1
    checkpoint_interval: Annotated[int, Field(ge=500, le=600_000, description="milliseconds")] = 5_000

    def placeholders(self) -> dict[str, str]:
        """Values of the placeholders `ingest.…` in job files."""
        return {
            "ingest.flush_interval_ms": str(self.flush_interval),
            "ingest.batch_max_rows": str(self.batch_max_rows),
            "ingest.parallelism": str(self.parallelism),
            "ingest.checkpoint_interval_ms": str(self.checkpoint_interval),
        }


class PostgresSettings(Model):
    """PostgreSQL, which stores DolphinScheduler's metadata."""

    memory: Memory = "256Mi"
    storage: Memory = "5Gi"


class DolphinSchedulerSettings(Model):
    """DolphinScheduler, which runs the workflows."""

    topology: Literal["standalone", "cluster"] = "standalone"
    workers: Annotated[int, Field(ge=1, le=10, description="of topology cluster")] = 2
    heap: Memory = "512Mi"
    metaspace: Memory = "320Mi"
    storage: Memory = "5Gi"


class WebSettings(Model):
    """Sizes of an API or of the frontend."""

    replicas: Annotated[int, Field(ge=1, le=10)] = 1
    memory: Memory = "256Mi"


class ProductSettings(Model):
    """The section of one product; products with further settings derive a class from it."""

    api: WebSettings = WebSettings()

    def job_settings(self) -> Mapping[str, str]:
        """Values of the placeholders in the product's job files, such as `ingest.parallelism`."""
        return {}

    def task_parameters(self) -> Mapping[str, int | float]:
        """Parameters of the product's workflows, such as `retention_months`."""
        return {}


class DockerSettings(Model):
    """The Docker Engine at DOCKER_HOST, and the images that it runs."""

    publish_address: Annotated[str, Field(pattern=_IPV4)] = "127.0.0.1"
    operator_address: Annotated[str, Field(pattern=_IPV4)] = "127.0.0.1"
    base_image: str = "debian:bookworm-slim"
    registry: str = Field("", description="where images are pulled from, such as registry.example:5000/team")
    digests: dict[str, Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]] = {}


class Settings(Model):
    """The configuration of a stack: target, sizes, whether data are kept."""

    target: Literal["host", "docker", "kubernetes"]
    port_offset: Annotated[int, Field(ge=0, le=15_000, description="added to every port; ports stay below 32768")] = 0
    keep_data: bool = Field(description="a deleted service or schema keeps its data; default: on Kubernetes only")
    demonstration: bool = Field(False, description="publish demonstration data after the deployment")
    docker: DockerSettings = DockerSettings()
    pulsar: PulsarSettings = PulsarSettings()
    seatunnel: SeaTunnelSettings = SeaTunnelSettings()
    starrocks: StarRocksSettings = StarRocksSettings()
    postgres: PostgresSettings = PostgresSettings()
    dolphin_scheduler: DolphinSchedulerSettings = DolphinSchedulerSettings()
    alert_webhook: SecretStr | None = Field(None, description="URL that alerts are posted to; set it as a secret")
    products: Annotated[
        dict[str, SerializeAsAny[ProductSettings]], Field(description="the stack's data products and their settings")
    ] = {}
    platform_api: WebSettings = WebSettings()
    frontend: WebSettings = WebSettings()

    @property
    def pulsar_asks_for_tokens(self) -> bool:
        """Whether Pulsar requires tokens: on every target except `host`, where it binds the loopback interface."""
        return self.target != "host"

    @field_validator("port_offset")
    @classmethod
    def _browsers_open_the_page(cls, value: int) -> int:
        if FRONTEND + value in REFUSED_BY_BROWSERS:
            msg = f"puts the page on port {FRONTEND + value}, which browsers refuse to open; take another"
            raise ValueError(msg)
        return value

    @field_validator("alert_webhook")
    @classmethod
    def _webhook_is_a_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("http://", "https://")):
            msg = "must begin with http:// or https://"
            raise ValueError(msg)
        return value

    @model_validator(mode="before")
    @classmethod
    def _production_keeps_its_data(cls, values: object) -> object:
        """The default of `keepData` is true for target `kubernetes` and false for the others."""
        if isinstance(values, dict) and not values.keys() & {"keepData", "keep_data"}:
            return {**values, "keepData": values.get("target") == "kubernetes"}
        return values

    @model_validator(mode="after")
    def _production_stores_for_real(self) -> Self:
        if self.target == "kubernetes" and self.starrocks.edition == "emulator":
            msg = "starrocks.edition emulator is for a laptop and for tests; target kubernetes needs edition cluster"
            raise ValueError(msg)
        if self.target == "host" and self.seatunnel.nodes > 1:
            msg = f"seatunnel.nodes {self.seatunnel.nodes} need a host each; target host runs 1 node"
            raise ValueError(msg)
        if self.target == "host" and self.pulsar.topology == "cluster":
            msg = "pulsar.topology cluster needs a host for each server; target host runs topology standalone"
            raise ValueError(msg)
        if self.target == "host" and self.starrocks.edition == "cluster":
            msg = "starrocks.edition cluster needs images; target host runs edition emulator"
            raise ValueError(msg)
        return self


REFUSED_BY_BROWSERS = frozenset(
    [3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080]
)
"""Ports that browsers refuse, within the range of `portOffset`. Source: Fetch Standard (WHATWG), "bad port"."""
