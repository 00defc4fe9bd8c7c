"""Metrics of workflow steps, streaming jobs and restarts, from the platform's tables and from SeaTunnel Zeta."""

import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from apps.platform_api.models import Pipeline, PlannedRestart
from apps.platform_api.pipeline import pipeline, planned_restarts
from apps.web.starrocks import Pool

log = logging.getLogger(__name__)

_STEP = ["product", "workflow", "task"]
_JOB = ["product", "streaming_job"]
_ZETA_SECONDS = 3.0
_COUNT = re.compile(r"[0-9]+")


def pipeline_metrics(pool: Pool) -> Iterator[Metric]:
    """Metrics of steps, jobs and planned restarts, from the platform's tables."""
    found = pipeline(pool)
    yield from _steps(found)
    yield from _jobs(found)
    yield _restarts(planned_restarts(pool))


def _steps(found: Pipeline) -> Iterator[Metric]:
    failed = GaugeMetricFamily("kappastack_step_failed", "1 if the last run of the step failed", labels=_STEP)
    late = GaugeMetricFamily("kappastack_step_late", "1 if the step is late", labels=_STEP)
    succeeded = GaugeMetricFamily(
        "kappastack_step_last_success_timestamp_seconds", "Time of the step's last success", labels=_STEP
    )
    took = GaugeMetricFamily("kappastack_step_duration_seconds", "Duration of the last ended run", labels=_STEP)
    for step in found.steps:
        labels = [step.product, step.workflow, step.task]
        # A killed step has not failed: a person or a restart ended it. WorkflowRunFailed reports exceeded time limits.
        failed.add_metric(labels, step.state == "failed")
        late.add_metric(labels, step.late or False)
        if step.last_succeeded_at is not None:
            succeeded.add_metric(labels, step.last_succeeded_at.timestamp())
        if step.ended_at is not None and step.ended_at >= step.started_at:
            took.add_metric(labels, (step.ended_at - step.started_at).total_seconds())
    yield from (failed, late, succeeded, took)


def _jobs(found: Pipeline) -> Iterator[Metric]:
    wanted = GaugeMetricFamily("kappastack_job_wanted", "1 if the streaming job should run", labels=_JOB)
    running = GaugeMetricFamily("kappastack_job_running", "1 if the job ran at the keeper's last check", labels=_JOB)
    held = GaugeMetricFamily("kappastack_job_held", "1 if a lease or a deployment keeps the job stopped", labels=_JOB)
    failures = GaugeMetricFamily("kappastack_job_failures", "Consecutive failures of the job", labels=_JOB)
    checked = GaugeMetricFamily(
        "kappastack_job_checked_timestamp_seconds", "Time of the keeper's last check", labels=_JOB
    )
    for job in found.jobs:
        labels = [job.product, job.name]
        wanted.add_metric(labels, job.wanted == "running")
        running.add_metric(labels, job.state == "running")
        held.add_metric(labels, job.held or job.wanted != "running")
        failures.add_metric(labels, job.failures)
        if job.checked_at is not None:
            checked.add_metric(labels, job.checked_at.timestamp())
    yield from (wanted, running, held, failures, checked)


def _restarts(found: list[PlannedRestart]) -> Metric:
    # The label is not `service`, which is a label of the API itself.
    restarted = GaugeMetricFamily(
        "kappastack_planned_restart_timestamp_seconds",
        "Time of the last restart of a service by a deployment or a command",
        labels=["restarted"],
    )
    for each in found:
        restarted.add_metric([each.service], each.restarted_at.timestamp())
    return restarted


class _Running(BaseModel):
    """A job in the response to `GET /running-jobs`."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(alias="jobName")
    status: str = Field(alias="jobStatus")
    metrics: dict[str, object] = {}

    def count(self, name: str) -> float | None:
        """A counter of the job; None before its first report."""
        value = self.metrics.get(name)
        return float(value) if isinstance(value, str) and _COUNT.fullmatch(value) else None


_RUNNING = TypeAdapter(list[_Running])


class Increases:
    """The increases of counters, summed from the first time that each counter was seen.

    The engine's counters are sums over tasks. When a job restarts, each task continues with the number that it stored
    some seconds before, so the sum falls a little. Prometheus treats a falling counter as one that restarted at 0, and
    would count millions of old rows as new ones.
    """

    def __init__(self) -> None:
        """No counter was seen yet."""
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}
        self._sums: dict[str, float] = {}

    def add(self, counts: Mapping[str, float | None]) -> dict[str, float]:
        """The sums of increases.

        Args:
            counts: all counters by name; None for an unknown number, which changes nothing.
        """
        # Two servers may collect the metrics at the same time.
        with self._lock:
            self._seen = {name: value for name, value in self._seen.items() if name in counts}
            self._sums = {name: self._sums.get(name, 0.0) for name in counts}
            for name, value in counts.items():
                if value is not None:
                    self._sums[name] += max(0.0, value - self._seen.get(name, value))
                    self._seen[name] = value
            return dict(self._sums)


class ZetaMetrics(Collector):
    """Metrics of the engine's jobs.

    The engine's own metrics, which Prometheus collects separately, do not count rows.
    """

    def __init__(self, url: str) -> None:
        """`url` is the engine's REST interface."""
        self._url = f"{url.rstrip('/')}/hazelcast/rest/maps/running-jobs"
        self._opener = build_opener(ProxyHandler({}))
        self._received = Increases()
        self._written = Increases()

    def describe(self) -> list[Metric]:
        """Return nothing; otherwise the registry would collect the metrics at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics; only `seatunnel_zeta_up` if the engine does not respond."""
        up = GaugeMetricFamily("seatunnel_zeta_up", "1 if the engine responds with its jobs")
        try:
            with self._opener.open(self._url, timeout=_ZETA_SECONDS) as answer:
                jobs = _RUNNING.validate_python(json.load(answer))
        except (URLError, OSError, ValueError, ValidationError) as error:
            log.warning("jobs unknown", extra={"fields": {"reason": str(error)}})
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        running = GaugeMetricFamily("seatunnel_zeta_job_running", "1 if the job runs", labels=["streaming_job"])
        received = CounterMetricFamily(
            "seatunnel_zeta_job_source_received",
            "Messages that the source of the job read since this API first saw the job",
            labels=["streaming_job"],
        )
        written = CounterMetricFamily(
            "seatunnel_zeta_job_sink_written",
            "Rows that the sinks of the job wrote since this API first saw the job",
            labels=["streaming_job"],
        )
        for job in jobs:
            running.add_metric([job.name], job.status == "RUNNING")
        for family, increases, name in (
            (received, self._received, "SourceReceivedCount"),
            (written, self._written, "SinkWriteCount"),
        ):
            for job_name, number in increases.add({job.name: job.count(name) for job in jobs}).items():
                family.add_metric([job_name], number)
        yield from (up, running, received, written)
