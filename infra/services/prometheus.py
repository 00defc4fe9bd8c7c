"""Prometheus collects the metrics of all services and evaluates alert rules; Alertmanager sends the alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import yaml
from pydantic import JsonValue

from infra import distributions
from infra.services import ports
from infra.services.model import (
    Collection,
    Endpoint,
    HttpGet,
    Metrics,
    Need,
    Port,
    PublishedImage,
    Service,
    Volume,
)
from infra.services.scraping import Targets, scrape_configs, wanted
from infra.services.tasks import ALERT_WEBHOOK
from infra.settings import PROJECT, MonitoringSettings, mebibytes
from infra.versions import (
    ALERTMANAGER_IMAGE,
    GRAFANA_IMAGE,
    NODE_EXPORTER_IMAGE,
    POSTGRES_EXPORTER_IMAGE,
    PROMETHEUS_IMAGE,
)

PROMETHEUS = "prometheus"
ALERTMANAGER = "alertmanager"
_NOBODY = "65534:0"
"""User of the published images, with the group that may read configuration and secrets."""

_TITLE = (
    '{{ if eq .Status "firing" }}[{{ .CommonLabels.severity }}]{{ else }}[resolved]{{ end }} '
    "{{ .CommonLabels.stack }}: {{ .GroupLabels.alertname }}"
)
_SHOWN = 30
"""Alerts of a group that a message describes, because chat programs limit its length."""

_TEXT = (
    f"{{{{ range $index, $alert := .Alerts }}}}{{{{ if lt $index {_SHOWN} }}}}{{{{ .Annotations.summary }}}}\n"
    "{{ if .Annotations.description }}{{ .Annotations.description }}\n{{ end }}{{ end }}{{ end }}"
    f"{{{{ if gt (len .Alerts) {_SHOWN} }}}}… {{{{ len .Alerts }}}} alerts{{{{ end }}}}"
)


def monitoring_images(settings: MonitoringSettings) -> dict[str, str]:
    """References of the images that the monitoring runs, by distribution; empty if monitoring is off."""
    if not settings.enabled:
        return {}
    return {
        "prometheus": PROMETHEUS_IMAGE,
        "alertmanager": ALERTMANAGER_IMAGE,
        "node_exporter": NODE_EXPORTER_IMAGE,
        "postgres_exporter": POSTGRES_EXPORTER_IMAGE,
        **({"grafana": GRAFANA_IMAGE} if settings.grafana.enabled else {}),
    }


def prometheus(settings: MonitoringSettings) -> Service:
    """The server without its configuration, which `configured` adds once all services are described."""
    memory = mebibytes(settings.memory)
    return Service(
        name=PROMETHEUS,
        kind="Prometheus",
        distribution=distributions.prometheus(),
        image=PublishedImage(PROMETHEUS_IMAGE, user=_NOBODY, starts_itself=True, confined=True, checker="wget"),
        command=(
            "@{dist}/bin/prometheus",
            "--config.file=@{files}/prometheus.yml",
            "--storage.tsdb.path=@{volume.data}",
            f"--storage.tsdb.retention.time={settings.retention_days}d",
            f"--storage.tsdb.retention.size={mebibytes(settings.retention_size)}MB",
            "--web.listen-address=@{host}:@{port.http}",
            "--log.format=json",
        ),
        # More frequent garbage collections keep the heap small; with few metrics they cost little CPU.
        environment={"GOGC": "50", "GOMEMLIMIT": f"{memory * 4 // 5}MiB"},
        ports={"http": Port(ports.PROMETHEUS)},
        volumes={"data": Volume(settings.storage, path="/prometheus")},
        health=HttpGet("http", "/-/ready", start_within=120, contains="Ready"),
        memory=memory,
        stop_grace=30,
        metrics=(Metrics("http"),),
    )


def configured(
    service: Service,
    settings: MonitoringSettings,
    *,
    stack: str,
    targets: Targets,
    alertmanager: Endpoint,
    rules: Mapping[str, str],
    scoped: Mapping[str, Sequence[JsonValue]],
) -> Service:
    """Prometheus with its configuration.

    Args:
        service: Prometheus without configuration.
        settings: settings of the stack's monitoring.
        stack: name of the stack, which becomes a label of alerts.
        targets: every service with its processes, by name.
        alertmanager: endpoint of Alertmanager.
        rules: text of each rule file, by a name that begins with `rules-`.
        scoped: groups of rules by the name of their file, restricted to series with the label `stack`.
    """
    # Prometheus refuses a timeout longer than the interval.
    timeout = min(settings.interval, 10)
    document = {
        "global": {
            "scrape_interval": f"{settings.interval}s",
            "scrape_timeout": f"{timeout}s",
            "evaluation_interval": f"{settings.interval}s",
            "external_labels": {"stack": stack},
        },
        "rule_files": ["rules-*.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager.address]}]}]},
        "scrape_configs": scrape_configs(targets, settings.interval),
    }
    own_group: JsonValue = {"groups": [wanted(targets)]}
    collected = [Need(name, each.port) for name, (other, _) in targets.items() for each in other.metrics]
    return replace(
        service,
        files={
            "prometheus.yml": yaml.safe_dump(document, sort_keys=False),
            "rules-processes.yml": yaml.safe_dump(own_group, sort_keys=False),
            **rules,
        },
        needs=tuple(each for each in [Need(ALERTMANAGER, "http"), *collected] if each.service != service.name),
        collects=Collection(settings.interval, timeout, {**scoped, "processes": [wanted(targets, stack)]}),
    )


def alertmanager(settings: MonitoringSettings, *, webhook: bool) -> Service:
    """The server that groups alerts and sends them to the stack's webhook.

    Args:
        settings: settings of the stack's monitoring.
        webhook: whether the stack has a webhook; without one, alerts are only shown.
    """
    return Service(
        name=ALERTMANAGER,
        kind="Alertmanager",
        distribution=distributions.alertmanager(),
        image=PublishedImage(ALERTMANAGER_IMAGE, user=_NOBODY, starts_itself=True, confined=True, checker="wget"),
        command=(
            "@{dist}/bin/alertmanager",
            "--config.file=@{files}/alertmanager.yml",
            "--storage.path=@{volume.data}",
            "--web.listen-address=@{host}:@{port.http}",
            # One server needs no cluster of Alertmanagers.
            "--cluster.listen-address=",
            "--log.format=json",
        ),
        environment={"GOGC": "50"},
        directory="@{dist}",
        files={"alertmanager.yml": yaml.safe_dump(_routes(settings, webhook=webhook), sort_keys=False)},
        ports={"http": Port(ports.ALERTMANAGER)},
        volumes={"data": Volume("1Gi", path="/alertmanager")},
        secrets={ALERT_WEBHOOK: ALERT_WEBHOOK} if webhook else {},
        outside=webhook,
        health=HttpGet("http", "/-/ready", start_within=60, contains="OK"),
        cpu=20,
        memory=128,
        metrics=(Metrics("http"),),
    )


def _routes(settings: MonitoringSettings, *, webhook: bool) -> dict[str, object]:
    def paced(seconds: int) -> str:
        return f"{max(1, round(seconds * settings.alert_pace))}s"

    slack = {
        # Slack and Mattermost display this form without conversion. The URL is a secret, so only its file is named
        # here.
        "api_url_file": f"@{{secret.{ALERT_WEBHOOK}}}",
        "send_resolved": True,
        "username": PROJECT,
        "title": _TITLE,
        "text": _TEXT,
        "fallback": _TITLE,
        "fields": [
            {"title": "source", "value": PROJECT, "short": True},
            {"title": "status", "value": "{{ .Status }}", "short": True},
            *(
                {"title": label, "value": f"{{{{ .CommonLabels.{label} }}}}", "short": True}
                for label in ("severity", "stack", "alertname", "product", "workflow", "service", "owner")
            ),
            {"title": "runbook", "value": "{{ .CommonAnnotations.runbook }}", "short": False},
        ],
    }
    return {
        "route": {
            "receiver": "webhook",
            "group_by": ["alertname", "product", "workflow"],
            "group_wait": paced(10),
            "group_interval": paced(60),
            "repeat_interval": "4h",
        },
        "receivers": [{"name": "webhook", **({"slack_configs": [slack]} if webhook else {})}],
        # A warning is suppressed while a critical alert about the same thing fires. An alert has only some of these
        # labels; a label that both alerts lack is equal.
        "inhibit_rules": [
            {
                "source_matchers": ["severity = critical"],
                "target_matchers": ["severity = warning"],
                "equal": ["alertname", "product", "service", "workflow", "task", "subject"],
            }
        ],
    }
