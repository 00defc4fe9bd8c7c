"""Grafana, which shows the dashboards of `monitoring/dashboards/`."""

from collections.abc import Mapping

import yaml

from infra.distributions import Distribution
from infra.services import ports
from infra.services.model import Endpoint, HttpGet, Metrics, Need, Port, PublishedImage, Service, Volume
from infra.settings import PROJECT, MonitoringSettings, mebibytes
from infra.versions import GRAFANA, GRAFANA_IMAGE

ADMIN_SECRET = "grafana-admin"  # noqa: S105 # the name of a secret
_PROVISIONING = "provisioning"


def grafana(
    settings: MonitoringSettings, *, prometheus: Endpoint, source: str, dashboards: Mapping[str, str]
) -> Service:
    """Grafana with Prometheus as its data source. Only user `admin` can log in, with the generated password.

    Args:
        settings: settings of the stack's monitoring.
        prometheus: endpoint of Prometheus.
        source: identifier of the data source in dashboards.
        dashboards: JSON of each dashboard by its identifier.
    """
    source_file = {
        "apiVersion": 1,
        "datasources": [
            {
                "name": "Prometheus",
                "uid": source,
                "type": "prometheus",
                "access": "proxy",
                "url": prometheus.url,
                "isDefault": True,
                "editable": False,
                "jsonData": {"timeInterval": f"{settings.interval}s"},
            }
        ],
    }
    provider = {
        "apiVersion": 1,
        "providers": [
            {
                "name": PROJECT,
                "type": "file",
                "disableDeletion": True,
                "allowUiUpdates": False,
                "options": {"path": "@{files}/dashboards"},
            }
        ],
    }
    return Service(
        name="grafana",
        kind="Grafana",
        distribution=Distribution("grafana", GRAFANA),
        # The image's own user is 472. Its volume belongs to group 0.
        image=PublishedImage(GRAFANA_IMAGE, user="472:0", starts_itself=True, confined=True, checker="wget"),
        command=("/run.sh",),
        environment={
            "GF_SERVER_HTTP_PORT": "@{port.http}",
            "GF_PATHS_PROVISIONING": f"@{{files}}/{_PROVISIONING}",
            "GF_SECURITY_ADMIN_PASSWORD__FILE": f"@{{secret.{ADMIN_SECRET}}}",
            "GF_AUTH_ANONYMOUS_ENABLED": "false",
            "GF_USERS_ALLOW_SIGN_UP": "false",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
            "GF_PLUGINS_PREINSTALL_DISABLED": "true",
            "GF_LOG_MODE": "console",
            "GF_LOG_CONSOLE_FORMAT": "json",
        },
        files={
            f"{_PROVISIONING}/datasources/prometheus.yaml": yaml.safe_dump(source_file, sort_keys=False),
            f"{_PROVISIONING}/dashboards/provider.yaml": yaml.safe_dump(provider, sort_keys=False),
            **{f"dashboards/{name}.json": text for name, text in dashboards.items()},
        },
        ports={"http": Port(ports.GRAFANA)},
        volumes={"data": Volume(settings.grafana.storage, path="/var/lib/grafana")},
        secrets={ADMIN_SECRET: ADMIN_SECRET},
        health=HttpGet("http", "/api/health", start_within=180),
        memory=mebibytes(settings.grafana.memory),
        needs=(Need("prometheus", "http"),),
        metrics=(Metrics("http"),),
    )
