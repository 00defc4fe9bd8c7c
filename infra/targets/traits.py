"""Facts about each target, which need only its name.

Settings are checked against them when they are read. A setting that a target ignores is refused.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from apps.shared.hosts import is_loopback
from infra.settings_base import mebibytes

if TYPE_CHECKING:
    from infra.settings import Settings


@dataclass(frozen=True)
class Traits:
    """The facts about one target.

    Args:
        requires_tokens: whether Pulsar requires tokens, because other machines can reach it.
        keeps_data: default of `keepData`.
        uses_plugin: whether its resources need a provider plugin of Pulumi.
        runs_images: whether it runs published images of programs that have no distribution.
        ignores: settings that the target ignores: the reason by pattern of the key, such as `*.storage`.
        impossible: function that returns further error messages, each with the key and the accepted value.
        moved_ports: which ports of the services the setting `portOffset` moves. On Kubernetes it moves only ports of
            the operator's machine.
        image_section: section of the settings that names base image, registry and digests.
        parallel: number of resources that Pulumi creates at a time; 0 for Pulumi's default, four for each core.
    """

    requires_tokens: bool
    keeps_data: bool
    uses_plugin: bool
    runs_images: bool
    ignores: Mapping[str, str]
    impossible: Callable[["Settings"], Iterator[str]]
    moved_ports: Literal["all", "published", "none"]
    image_section: str = "docker"
    parallel: int = 0

    def refused(self, settings: "Settings", own: Collection[str]) -> list[str]:
        """One error message for each setting that the target ignores.

        Args:
            settings: all settings.
            own: dotted keys that the stack's file sets; a preset sets others.
        """
        found = [
            f"{key}: {reason}; leave it out"
            for key, value in flat(settings.model_dump(by_alias=True, exclude_unset=True))
            for pattern, reason in self.ignores.items()
            # In Python, True equals 1.
            if key in own and fnmatchcase(key, pattern) and (isinstance(value, bool) or value != _ONE)
        ]
        return [*found, *self.impossible(settings)]


WEB_PORTS = (80, 443)
"""Ports outside the cluster to which pods that send alerts or backups may connect."""
_FULL = 0.8
"""Share of Prometheus' volume that its data may use; it also writes a log and temporary files."""
_ONE = 1
"""The number of replicas that every target accepts."""
_KUBERNETES_ONLY = {
    "kubernetes*": "is a setting of target kubernetes",
    "rehearsal": "is a setting of target kubernetes",
    "size": "sizes are presets of target kubernetes",
    "*.replicas": "only target kubernetes runs several replicas of a service",
    "*.maxReplicas": "only target kubernetes runs several replicas of a service",
    "*.cpu": "only target kubernetes reserves CPU",
    "*Cpu": "only target kubernetes reserves CPU",
    "*.storage": "only target kubernetes creates volumes of a given size",
    "pulsar.proxies": "only target kubernetes runs several replicas of a service",
    "dolphinScheduler.apis": "only target kubernetes runs several replicas of a service",
    "dolphinScheduler.masters": "only target kubernetes runs several replicas of a service",
}


_NO_LIMIT = "target host does not limit the memory of this process"


def _of_host(settings: "Settings") -> Iterator[str]:
    if settings.seatunnel.nodes > 1:
        yield f"seatunnel.nodes {settings.seatunnel.nodes} need one host each; target host runs 1 node"
    if settings.pulsar.topology == "cluster":
        yield "pulsar.topology cluster needs a host for each server; target host runs topology standalone"
    if settings.starrocks.edition == "cluster":
        yield "starrocks.edition cluster needs images; target host runs edition emulator"


def _of_kubernetes(settings: "Settings") -> Iterator[str]:
    if settings.starrocks.edition == "emulator" and not settings.rehearsal:
        yield (
            "starrocks.edition emulator is for a laptop and for tests; target kubernetes needs edition cluster, "
            "or rehearsal true in a stack for tests"
        )
    if not settings.rehearsal and not settings.kubernetes.registry:
        yield "kubernetes.registry: the nodes of a cluster pull images; name the registry of `make push`"
    kept, volume = settings.monitoring.retention_size, settings.monitoring.storage
    if mebibytes(kept) > _FULL * mebibytes(volume):
        yield f"monitoring.retentionSize {kept} must be at most 80 % of monitoring.storage {volume}"
    webhook = settings.alert_webhook.get_secret_value() if settings.alert_webhook else ""
    for key, url in (("alertWebhook", webhook), ("backup.endpoint", settings.backup.endpoint)):
        if urlsplit(url).port not in (None, *WEB_PORTS):
            yield f"{key}: has port {urlsplit(url).port}; pods may connect to ports 80 and 443 outside the cluster"
    external = settings.postgres.external
    if external is not None and is_loopback(external.host):
        yield f"postgres.external.host {external.host} is the pod itself; name the server as pods reach it"
    if settings.starrocks.edition == "cluster" and "starrocks" in settings.kubernetes.ingress.hosts:
        yield "kubernetes.ingress.hosts.starrocks: StarRocks' operator runs this service; leave it out"
    if settings.kubernetes.prometheus_operator.enabled and not settings.monitoring.enabled:
        yield "kubernetes.prometheusOperator.enabled true needs the exporters of monitoring.enabled true"
    producers = settings.kubernetes.producers
    if (producers.namespaces or producers.networks) and settings.pulsar.topology == "standalone":
        yield (
            "kubernetes.producers: pulsar.topology is standalone, which has no proxy for programs outside the stack; "
            "use cluster"
        )
    if producers.load_balancer != bool(producers.networks):
        yield (
            f"kubernetes.producers: loadBalancer {str(producers.load_balancer).lower()} and networks "
            f"{list(producers.networks)} belong together; set both or none"
        )
    if settings.seatunnel.nodes > 1 and not settings.kubernetes.shared_storage_class:
        yield (
            f"kubernetes.sharedStorageClass: seatunnel.nodes {settings.seatunnel.nodes} write one volume; name a "
            "storage class with access mode ReadWriteMany"
        )


def _of_docker(settings: "Settings") -> Iterator[str]:
    external = settings.postgres.external
    if external is not None and is_loopback(external.host):
        yield f"postgres.external.host {external.host} is the container itself; name the server as containers reach it"


TRAITS: Mapping[str, Traits] = {
    "host": Traits(
        # Services listen on the loopback interface only.
        requires_tokens=False,
        keeps_data=False,
        uses_plugin=False,
        runs_images=False,
        ignores={
            **_KUBERNETES_ONLY,
            "monitoring.grafana*": "Grafana needs images, which target host does not run",
            "docker*": "is a setting of target docker",
            "postgres.memory": _NO_LIMIT,
            "platformApi.memory": _NO_LIMIT,
            "frontend.memory": _NO_LIMIT,
            "products.*.api.memory": _NO_LIMIT,
        },
        impossible=_of_host,
        moved_ports="all",
    ),
    "docker": Traits(
        requires_tokens=True,
        keeps_data=False,
        uses_plugin=True,
        runs_images=True,
        ignores=_KUBERNETES_ONLY,
        impossible=_of_docker,
        moved_ports="published",
    ),
    "kubernetes": Traits(
        requires_tokens=True,
        keeps_data=True,
        uses_plugin=True,
        runs_images=True,
        ignores={"docker*": "is a setting of target docker"},
        impossible=_of_kubernetes,
        moved_ports="none",
        image_section="kubernetes",
        # Each workload counts until its pods are ready. With Pulumi's default, other workloads would wait for them.
        parallel=64,
    ),
}
"""The targets by the value of `kappastack:target`."""


def flat(document: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Dotted keys of a document with their values; a section without settings is a key too."""
    for name, value in document.items():
        key = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{key}.")
        else:
            yield key, value
