"""Rates, backlogs, shares of rejected messages and resource use, read from Prometheus."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from apps.platform_api.models import Alert, Flow, JobFlow, Machine, Monitored, Rejected, ServiceUse, TopicFlow
from apps.platform_api.prometheus import Firing, Monitoring, MonitoringUnavailable, Sample
from apps.web.times import now

log = logging.getLogger(__name__)

# Two minutes contain several collections at any interval that the settings permit.
_WINDOW: Final = "2m"

_RECENT: Final = (
    'sum by (product) (label_replace({{__name__=~".+_recent_events", outcome="{outcome}"}}, '
    '"product", "$1", "__name__", "(.+)_recent_events"))'
)
"""Recent messages by product. The metrics of all products have this name with the product as prefix."""

QUERIES: Final[Mapping[str, str]] = {
    "in": "sum by (namespace, topic) (kappastack:topic_messages:rate2m)",
    "backlog": "sum by (namespace, topic) (kappastack:subscription_backlog:messages)",
    "lag": "max by (namespace, topic) ((time() - kappastack:subscription_acknowledged:timestamp_seconds) "
    "and kappastack:subscription_backlog:messages > 0)",
    "received": f"max by (streaming_job) (rate(seatunnel_zeta_job_source_received_total[{_WINDOW}]))",
    "written": f"max by (streaming_job) (rate(seatunnel_zeta_job_sink_written_total[{_WINDOW}]))",
    "running": "max by (streaming_job) (seatunnel_zeta_job_running)",
    "rejected": " / ".join(_RECENT.format(outcome=outcome) for outcome in ("rejected", "received")),
    "up": "min by (service) (up)",
    "memory": "kappastack:service_memory:bytes",
    "cpu": f"sum by (service) (rate(process_cpu_seconds_total[{_WINDOW}]))",
    "machine_cpu": f'1 - avg(rate(node_cpu_seconds_total{{mode="idle"}}[{_WINDOW}]))',
    "machine_memory": "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    "machine_disk": "max(1 - node_filesystem_avail_bytes / node_filesystem_size_bytes)",
}
"""Expressions by the name of their result."""

_PERSISTENT: Final = "persistent://"
_ORDER: Final = {"critical": 0, "warning": 1}


def monitored(monitoring: Monitoring | None) -> Monitored:
    """Alerts and data flow; without values, but with the reason, if monitoring is off or does not respond."""
    if monitoring is None:
        return Monitored(checked_at=now(), enabled=False, error=None, alerts=[], flow=None)
    try:
        return Monitored(
            checked_at=now(),
            enabled=True,
            error=None,
            alerts=[_alert(each) for each in _sorted(monitoring.firing())],
            flow=flow({name: monitoring.query(expression) for name, expression in QUERIES.items()}),
        )
    except MonitoringUnavailable as error:
        log.warning("monitoring unavailable", extra={"fields": {"reason": str(error)}})
        return Monitored(checked_at=now(), enabled=True, error=str(error), alerts=[], flow=None)


def flow(found: Mapping[str, Sequence[Sample]]) -> Flow:
    """The data flow, from the results of `QUERIES`."""

    def by(name: str, label: str) -> dict[str, float]:
        return {each.labels.get(label, ""): each.value for each in found[name] if each.value is not None}

    def one(name: str) -> float | None:
        return next((each.value for each in found[name]), None)

    rates, backlogs, lags = by("in", "topic"), by("backlog", "topic"), by("lag", "topic")
    received, written, running = (
        by("received", "streaming_job"),
        by("written", "streaming_job"),
        by("running", "streaming_job"),
    )
    up, memory, cpu = by("up", "service"), by("memory", "service"), by("cpu", "service")
    return Flow(
        topics=[
            TopicFlow(
                product=topic.removeprefix(_PERSISTENT).split("/")[0],
                topic=topic.removeprefix(_PERSISTENT),
                in_per_second=rates.get(topic),
                backlog=None if topic not in backlogs else round(backlogs[topic]),
                # Without any acknowledgement in a day, the time since the last one is unknown.
                lag_seconds=lags.get(topic, None if backlogs.get(topic, 1) > 0 else 0.0),
            )
            for topic in sorted(rates.keys() | backlogs.keys())
        ],
        jobs=[
            JobFlow(
                name=job,
                running=running[job] == 1,
                received_per_second=received.get(job),
                written_per_second=written.get(job),
            )
            for job in sorted(running)
        ],
        rejected=[Rejected(product=each.labels.get("product", ""), share=each.value) for each in found["rejected"]],
        machine=Machine(
            cpu_share=one("machine_cpu"), memory_share=one("machine_memory"), disk_share=one("machine_disk")
        ),
        services=[
            ServiceUse(
                service=service,
                up=up[service] == 1,
                memory_bytes=None if service not in memory else round(memory[service]),
                cpu_cores=cpu.get(service),
            )
            for service in sorted(up)
        ],
    )


def _sorted(alerts: Sequence[Firing]) -> list[Firing]:
    """Critical alerts first, then the newest."""
    return sorted(
        alerts, key=lambda each: (_ORDER.get(each.labels.get("severity", ""), 2), -each.started_at.timestamp())
    )


def _alert(found: Firing) -> Alert:
    labels, annotations = found.labels, found.annotations
    summary = annotations.get("summary", "")
    return Alert(
        name=labels.get("alertname", ""),
        severity=labels.get("severity", ""),
        owner=labels.get("owner", ""),
        summary=summary,
        summary_fr=annotations.get("summary_fr", summary),
        runbook=annotations.get("runbook"),
        started_at=found.started_at,
    )
