"""Settings that have no effect because of another setting. They are refused, so that nothing is ignored in silence."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic.alias_generators import to_camel

from infra.settings import Settings
from infra.targets.traits import flat


@dataclass(frozen=True)
class _Rule:
    """Keys that another setting makes useless.

    Args:
        keys: patterns of dotted keys.
        applies: whether the other setting has the value that makes them useless.
        reason: names the other setting and its value.
    """

    keys: tuple[str, ...]
    applies: Callable[[Settings], bool]
    reason: str


_RULES = (
    _Rule(
        ("dolphinScheduler.workers",),
        lambda settings: settings.dolphin_scheduler.topology == "standalone",
        "dolphinScheduler.topology is standalone, which has no separate workers",
    ),
    _Rule(
        ("starrocks.frontendMemory", "starrocks.frontendCpu"),
        lambda settings: settings.starrocks.edition == "emulator",
        "starrocks.edition is emulator, which has no frontends",
    ),
    _Rule(
        ("backup.*", "backupAccessKey", "backupSecretKey"),
        lambda settings: settings.starrocks.edition == "emulator",
        "starrocks.edition is emulator, whose snapshots are files of a backup",
    ),
    _Rule(
        ("backup.region", "backup.endpoint", "backupAccessKey", "backupSecretKey"),
        lambda settings: settings.starrocks.edition == "cluster" and not settings.backup.location,
        "backup.location names no object store",
    ),
    _Rule(
        ("postgres.memory", "postgres.storage", "postgres.cpu"),
        lambda settings: settings.postgres.external is not None,
        "postgres.external replaces the stack's own server",
    ),
    _Rule(
        (
            *("monitoring.interval", "monitoring.retention*", "monitoring.alertPace", "monitoring.memory"),
            *("monitoring.storage", "monitoring.grafana.memory", "monitoring.grafana.storage"),
        ),
        lambda settings: not settings.monitoring.enabled,
        "monitoring.enabled is false",
    ),
    _Rule(
        ("monitoring.grafana.memory", "monitoring.grafana.storage"),
        lambda settings: settings.monitoring.enabled and not settings.monitoring.grafana.enabled,
        "monitoring.grafana.enabled is false",
    ),
    _Rule(
        ("kubernetes.operatorNamespace",),
        lambda settings: settings.starrocks.edition == "emulator",
        "starrocks.edition is emulator, which needs no operator",
    ),
    _Rule(
        ("kubernetes.producers.annotations*",),
        lambda settings: not settings.kubernetes.producers.load_balancer,
        "kubernetes.producers.loadBalancer is false",
    ),
    _Rule(
        ("kubernetes.nodeSettings.nodeLabels*",),
        lambda settings: not settings.kubernetes.node_settings.enabled,
        "kubernetes.nodeSettings.enabled is false",
    ),
    _Rule(
        ("kubernetes.prometheusOperator.labels*", "kubernetes.prometheusOperator.namespace"),
        lambda settings: not settings.kubernetes.prometheus_operator.enabled,
        "kubernetes.prometheusOperator.enabled is false",
    ),
    _Rule(
        tuple(f"kubernetes.ingress.{name}" for name in ("className", "issuer", "namespace", "address")),
        lambda settings: not settings.kubernetes.ingress.hosts,
        "kubernetes.ingress.hosts names no service",
    ),
)


def set_keys(document: Mapping[str, object]) -> Iterator[str]:
    """The dotted keys that a stack's file sets, in camel case."""
    for key, _ in flat(document):
        yield ".".join(to_camel(part) if "_" in part else part for part in key.split("."))


def without_effect(settings: Settings, own: Collection[str]) -> Iterator[str]:
    """One error message for each key without effect.

    Args:
        settings: all settings.
        own: dotted keys that the stack's file sets; a preset sets others.
    """
    for rule in _RULES:
        if rule.applies(settings):
            for key in sorted(own):
                if any(fnmatchcase(key, pattern) for pattern in rule.keys):
                    yield f"{key} has no effect, because {rule.reason}; leave it out"
