"""Facts about each target, which need only its name.

Settings are checked against them when they are read. A setting that a target ignores is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

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
    """

    requires_tokens: bool
    keeps_data: bool
    uses_plugin: bool
    runs_images: bool
    ignores: Mapping[str, str]
    impossible: Callable[["Settings"], Iterator[str]]
    moved_ports: Literal["all", "published", "none"]
    image_section: str = "docker"

    def refused(self, settings: "Settings") -> list[str]:
        """One error message for each setting that the target ignores."""
        found = [
            f"{key}: {reason}; leave it out"
            for key, value in _set_keys(settings.model_dump(by_alias=True, exclude_unset=True))
            for pattern, reason in self.ignores.items()
            # In Python, True equals 1.
            if fnmatchcase(key, pattern) and (isinstance(value, bool) or value != _ONE)
        ]
        return [*found, *self.impossible(settings)]


_ONE = 1
"""The number of replicas that every target runs."""
_KUBERNETES_ONLY = {
    "kubernetes*": "is a setting of target kubernetes",
    "rehearsal": "is a setting of target kubernetes",
    "size": "sizes are presets of target kubernetes",
    "*.replicas": "only target kubernetes runs several replicas of a service",
    "*.maxReplicas": "only target kubernetes runs several replicas of a service",
    "*.cpu": "only target kubernetes reserves CPU",
    "*Cpu": "only target kubernetes reserves CPU",
    "*.storage": "only target kubernetes reserves storage of a size",
    "dolphinScheduler.apis": "only target kubernetes runs several replicas of a service",
    "dolphinScheduler.masters": "only target kubernetes runs several replicas of a service",
}


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
    if settings.kubernetes.prometheus_operator.enabled and not settings.monitoring.enabled:
        yield "kubernetes.prometheusOperator.enabled true needs the exporters of monitoring.enabled true"
    if settings.seatunnel.nodes > 1 and not settings.kubernetes.shared_storage_class:
        yield (
            f"kubernetes.sharedStorageClass: seatunnel.nodes {settings.seatunnel.nodes} write one volume; name a "
            "storage class with access mode ReadWriteMany"
        )


def _nothing(_settings: "Settings") -> Iterator[str]:
    return iter(())


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
        impossible=_nothing,
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
    ),
}
"""The targets by the value of `kappastack:target`."""


def _set_keys(document: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Dotted keys of the settings that a stack sets, with their values; a section without settings is a key too."""
    for name, value in document.items():
        key = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from _set_keys(value, f"{key}.")
        else:
            yield key, value
