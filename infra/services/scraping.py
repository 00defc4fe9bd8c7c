"""What Prometheus collects: a target for each process of each service."""

import re
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from infra.services.model import Instances, Metrics, Service

Targets = Mapping[str, tuple[Service, Mapping[str, Instances]]]
"""Services with each of their processes by port, by the service's name."""
WANTED = "kappastack:service_processes:wanted"
"""Number of processes of each service. Prometheus does not find a process that has no DNS record."""


def scrape_configs(targets: Targets, interval: int) -> list[dict[str, object]]:
    """A scrape configuration for each job. Services of a job share its path and the metrics that it drops.

    Each process is a target of its own. If the processes of a service took turns in responding, their counters would
    look like one counter that is reset again and again.

    Args:
        targets: services with their processes, by name.
        interval: seconds between two lookups of the processes of services whose number changes.

    Raises:
        ValueError: services of one job have different paths.
    """
    jobs: dict[str, tuple[Metrics, list[tuple[str, Instances]]]] = {}
    for name, (service, instances) in targets.items():
        for metrics in service.metrics:
            job = metrics.job or name
            first, found = jobs.setdefault(job, (metrics, []))
            if (first.path, first.dropped) != (metrics.path, metrics.dropped):
                raise ValueError(f"service {name}: the metrics of job {job} differ from those of its other services")
            found.append((name, instances[metrics.port]))
    return [
        {
            "job_name": job,
            "metrics_path": metrics.path,
            **_discovered(found, interval),
            **({"metric_relabel_configs": _dropping(metrics.dropped)} if metrics.dropped else {}),
        }
        for job, (metrics, found) in jobs.items()
    ]


def _discovered(found: Sequence[tuple[str, Instances]], interval: int) -> dict[str, object]:
    """The part of a scrape configuration with its targets: known addresses, and names to look up."""
    static = [
        {"targets": [endpoint.address for endpoint in each.endpoints], "labels": {"service": name}}
        for name, each in found
        if not each.looked_up
    ]
    looked_up = [(name, endpoint) for name, each in found if each.looked_up for endpoint in each.endpoints]
    lookups = [
        {"names": [endpoint.host], "type": "A", "port": endpoint.port, "refresh_interval": f"{interval}s"}
        for _, endpoint in looked_up
    ]
    # Targets that were looked up have no other label that names their service.
    labels = [
        {
            "source_labels": ["__meta_dns_name"],
            "regex": re.escape(endpoint.host),
            "target_label": "service",
            "replacement": name,
        }
        for name, endpoint in looked_up
    ]
    return {
        **({"static_configs": static} if static else {}),
        **({"dns_sd_configs": lookups, "relabel_configs": labels} if lookups else {}),
    }


def wanted(targets: Targets, stack: str = "") -> JsonValue:
    """A group of rules that record how many targets each service should have.

    Args:
        targets: services with their processes, by name.
        stack: value of the label `stack`, for a Prometheus that has the metrics of other stacks too; empty for none.
    """
    labels: dict[str, JsonValue] = {"stack": stack} if stack else {}
    counts = {
        name: sum(
            service.replicas if each.looked_up else len(each.endpoints)
            for each in (instances[metrics.port] for metrics in service.metrics)
        )
        for name, (service, instances) in targets.items()
        if service.metrics
    }
    return {
        "name": f"{stack}-processes" if stack else "processes",
        "rules": [
            {"record": WANTED, "expr": f"vector({count})", "labels": {"service": name, **labels}}
            for name, count in counts.items()
        ],
    }


def _dropping(names: tuple[str, ...]) -> list[dict[str, object]]:
    return [{"source_labels": ["__name__"], "regex": "|".join(names), "action": "drop"}]
