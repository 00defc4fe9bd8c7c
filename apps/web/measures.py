"""Metrics that queries on StarRocks compute: amount, age and quality of the data."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from apps.web.metrics import Measure
from apps.web.starrocks import Pool, Row, StarRocksRefused, StarRocksUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class QueryMetric:
    """A metric whose series are the rows of a query.

    Args:
        name: name of the metric, without the suffix `_total` of counters.
        help: description with the unit.
        query: SELECT whose rows have a column `value`, a number or a time, and a column for each label.
        labels: names of the labels.
        kind: `counter` for a number that only grows.
    """

    name: str
    help: str
    query: str
    labels: tuple[str, ...] = ()
    kind: Literal["gauge", "counter"] = "gauge"


def queries(metrics: Sequence[QueryMetric]) -> Measure:
    """Create a reader of these metrics.

    If a query fails, its metric has no series and `api_measure_failed` is 1.
    """

    def measure(pool: Pool) -> Iterable[Metric]:
        failed = GaugeMetricFamily("api_measure_failed", "1 if the metric's query failed", labels=["measure"])
        found: list[Metric] = [failed]
        for metric in metrics:
            try:
                rows = pool.query(metric.query)
            except (StarRocksRefused, StarRocksUnavailable) as error:
                log.warning("measure failed", extra={"fields": {"measure": metric.name, "reason": str(error)}})
                failed.add_metric([metric.name], 1)
                continue
            failed.add_metric([metric.name], 0)
            found.append(_family(metric, rows))
        return found

    return measure


def _family(metric: QueryMetric, rows: Sequence[Row]) -> Metric:
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for row in rows:
        value = _number(row["value"])
        if value is not None:
            family.add_metric([str(row[label]) for label in metric.labels], value)
    return family


def _number(value: object) -> float | None:
    """A number; of a time, the seconds since the epoch; None for NULL."""
    if isinstance(value, datetime):
        return value.timestamp()
    return None if value is None else float(str(value))
