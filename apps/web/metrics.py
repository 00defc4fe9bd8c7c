"""Metrics for Prometheus."""

import logging
from collections.abc import Callable, Iterable, Sequence
from math import nan

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from apps.web.background import Background
from apps.web.health import Health
from apps.web.starrocks import Pool, StarRocksRefused, StarRocksUnavailable

log = logging.getLogger(__name__)

Measure = Callable[[Pool], Iterable[Metric]]
"""Reads metrics from StarRocks."""

_FRESH_SECONDS = 15.0
"""Age in seconds up to which metrics are returned from the cache instead of read again."""

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15)


class Metrics:
    """Requests and latencies by route, connections to StarRocks, and the age of the data."""

    def __init__(
        self,
        pool: Pool,
        health: Callable[[], Health],
        measure: Measure | None = None,
        collectors: Sequence[Collector] = (),
    ) -> None:
        """Create a separate registry, so that several APIs can run in one process.

        Args:
            pool: connections to StarRocks.
            health: reads the health of StarRocks and the data.
            measure: reads further metrics; None for none.
            collectors: further metrics.
        """
        self._registry = CollectorRegistry()
        self._health = Background(health)
        self._measured = (
            None if measure is None else Background(lambda: _read(measure, pool), fresh_seconds=_FRESH_SECONDS)
        )
        for collector in collectors:
            self._registry.register(collector)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Counter(
            "api_requests", "Handled requests", ["method", "route", "status"], registry=self._registry
        )
        self._duration = Histogram(
            "api_request_duration_seconds",
            "Time to answer, s",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        connections = Gauge("api_starrocks_connections", "Connections to StarRocks", ["state"], registry=self._registry)
        connections.labels("open").set_function(lambda: pool.state().open)
        connections.labels("in_use").set_function(lambda: pool.state().in_use)
        connections.labels("limit").set_function(lambda: pool.state().size)
        self._up = Gauge("api_starrocks_up", "1 if StarRocks responds, else 0", registry=self._registry)
        self._fresh = Gauge("api_data_fresh", "1 if the data are fresh", registry=self._registry)
        self._age = Gauge("api_data_age_seconds", "Age of the newest event, s", registry=self._registry)
        self._received = Gauge(
            "api_last_received_timestamp_seconds",
            "Time at which the newest message was received",
            registry=self._registry,
        )
        for gauge in (self._fresh, self._age, self._received):
            gauge.set(nan)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the template of its path, so that labels stay few."""
        self._requests.labels(method, route, str(status)).inc()
        self._duration.labels(method, route).observe(seconds)

    def render(self, within: float) -> tuple[bytes, str]:
        """All metrics in Prometheus' text format, and its media type.

        Args:
            within: seconds to wait for StarRocks. If it does not respond in time, its metrics are omitted.
        """
        self._look(within / 2)
        text = generate_latest(self._registry)
        if self._measured is not None:
            try:
                text += generate_latest(_Read(self._measured.get(within / 2)))
            except TimeoutError:
                log.warning("metrics unavailable", extra={"fields": {"reason": "StarRocks does not respond in time"}})
        return text, CONTENT_TYPE_LATEST

    def _look(self, within: float) -> None:
        try:
            health = self._health.get(within)
        except TimeoutError:
            self._up.set(0)
            return
        self._up.set(health.starrocks.reachable)
        data = health.data
        if data is not None:
            self._fresh.set(data.fresh)
            self._age.set(nan if data.age_seconds is None else data.age_seconds)
            self._received.set(nan if data.last_received_at is None else data.last_received_at.timestamp())


class _Read(Collector):
    """Collector that returns metrics that were read before."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """The metrics."""
        return self._metrics


def _read(measure: Measure, pool: Pool) -> list[Metric]:
    try:
        return list(measure(pool))
    except (StarRocksUnavailable, StarRocksRefused) as error:
        log.warning("metrics unavailable", extra={"fields": {"reason": str(error)}})
        return []
