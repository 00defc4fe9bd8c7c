"""Monitoring of a platform: Prometheus, Alertmanager and the exporters."""

from collections.abc import Mapping, Sequence

from infra.monitoring.dashboards import SOURCE, dashboards, render
from infra.monitoring.rules import Pace, rendered, scoped_groups
from infra.services import exporters, prometheus
from infra.services.grafana import grafana
from infra.services.model import Endpoint, Service
from infra.services.web import Monitoring
from infra.settings import MonitoringSettings
from infra.targets.base import Running, Target, instances


def addresses(target: Target, settings: MonitoringSettings) -> Monitoring | None:
    """The addresses of Prometheus and Alertmanager; None if monitoring is off."""
    if not settings.enabled:
        return None
    return Monitoring(
        prometheus=target.endpoints(prometheus.prometheus(settings))["http"],
        alertmanager=target.endpoints(prometheus.alertmanager(settings, webhook=False))["http"],
    )


def services(
    target: Target,
    settings: MonitoringSettings,
    *,
    stack: str,
    products: Sequence[str],
    with_grafana: bool,
    running: Mapping[str, Running],
    postgres: Endpoint | None,
    webhook: bool,
) -> list[Service]:
    """Run the services of the monitoring, Prometheus last.

    Args:
        target: the target of the stack.
        settings: settings of the stack's monitoring.
        stack: name of the stack.
        products: names of the stack's products.
        with_grafana: whether Grafana runs too.
        running: all other services, by name.
        postgres: endpoint of the stack's own PostgreSQL; None for an external server, which the stack does not monitor.
        webhook: whether the stack has a webhook for alerts.
    """
    own = [
        exporters.node_exporter(),
        *([] if postgres is None else [exporters.postgres_exporter(postgres=postgres)]),
        prometheus.alertmanager(settings, webhook=webhook),
        prometheus.prometheus(settings),
    ]
    if with_grafana:
        source = target.endpoints(own[-1])["http"]
        shown = {name: render(name, each) for name, each in dashboards(products).items()}
        own.insert(0, grafana(settings, prometheus=source, source=SOURCE, dashboards=shown))
    targets = {name: (each.service, each.instances) for name, each in running.items()}
    targets |= {service.name: (service, instances(target.endpoints(service))) for service in own}
    *others, server = own
    return [
        *others,
        prometheus.configured(
            server,
            settings,
            stack=stack,
            targets=targets,
            alertmanager=target.endpoints(others[-1])["http"],
            rules=rendered(products, Pace.of(settings)),
            scoped=scoped_groups(products, Pace.of(settings), stack),
        ),
    ]
