"""Metrics of the pipeline and of its tables, under the names that LionTrack's dashboards use."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from apps.liontrack.api.store import quality
from apps.web.starrocks import Pool

PIPELINE: Final = "batch_processor"
"""Name of the pipeline in the table of its runs."""
BUCKETS: Final = (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)
"""Upper bounds of the histogram of durations, in seconds."""
TABLES: Final = (
    *("bronze.lions_raw", "bronze.weights_raw", "bronze.challenges_raw", "bronze.users_raw"),
    *("bronze.rejected_events", "silver.lions", "silver.positions", "silver.weight_history", "silver.challenges"),
    *("silver.users", "gold.lions_metrics", "gold.users_activity", "gold.lions_positions_history"),
    "metadata.data_quality_checks",
)


def measure(pool: Pool) -> Iterator[Metric]:
    """Read all metrics. Errors of the pool are not caught."""
    # A failed run that a person repeats becomes a successful one, so this is no counter.
    runs = GaugeMetricFamily(
        "liontrack_pipeline_runs_total", "Runs of the pipeline by status", labels=["pipeline_name", "status"]
    )
    runs_by_status = {(PIPELINE, status): 0.0 for status in ("success", "failed")}
    for row in pool.query(
        "SELECT pipeline_name, status, COUNT(*) AS n FROM liontrack_metadata.pipeline_runs "
        "GROUP BY pipeline_name, status"
    ):
        runs_by_status[str(row["pipeline_name"]), str(row["status"])] = _number(row["n"])
    for labels, count in runs_by_status.items():
        runs.add_metric(labels, count)
    yield runs
    yield _last_ended(pool)
    yield _durations(pool)
    scores = GaugeMetricFamily(
        "liontrack_data_quality_score",
        "Lowest result of a table's latest quality checks of the last three days, %",
        labels=["table_name"],
    )
    for row in pool.query(quality.SCORES):
        scores.add_metric([str(row["table_name"])], _number(row["score"]))
    yield scores
    records = GaugeMetricFamily("liontrack_table_records", "Rows of a table", labels=["table_name", "layer"])
    counts = " UNION ALL ".join(f"SELECT '{table}' AS name, COUNT(*) AS n FROM liontrack_{table}" for table in TABLES)
    for row in pool.query(counts):
        name = str(row["name"])
        records.add_metric([name, name.split(".", 1)[0]], _number(row["n"]))
    yield records


def _last_ended(pool: Pool) -> Metric:
    """Whether the run that ended last has failed."""
    failed = GaugeMetricFamily(
        "liontrack_pipeline_last_run_failed",
        "1 if the run that ended last has failed, else 0",
        labels=["pipeline_name"],
    )
    by_pipeline = {PIPELINE: 0.0}
    for row in pool.query(
        "SELECT pipeline_name, MAX_BY(status, ended_at) AS status FROM liontrack_metadata.pipeline_runs "
        "WHERE status IN ('success', 'failed') GROUP BY pipeline_name"
    ):
        by_pipeline[str(row["pipeline_name"])] = float(row["status"] == "failed")
    for pipeline, value in by_pipeline.items():
        failed.add_metric([pipeline], value)
    return failed


def _durations(pool: Pool) -> Metric:
    """Durations of successful runs."""
    seconds = "TIMESTAMPDIFF(SECOND, started_at, ended_at)"
    columns = ", ".join(f"COUNT(CASE WHEN {seconds} <= {limit} THEN 1 END) AS b{limit}" for limit in BUCKETS)
    histogram = HistogramMetricFamily(
        "liontrack_pipeline_duration_seconds", "Duration of successful runs, s", labels=["pipeline_name"]
    )
    for row in pool.query(
        f"SELECT pipeline_name, {columns}, COUNT(*) AS n, SUM({seconds}) AS total "
        "FROM liontrack_metadata.pipeline_runs WHERE status = 'success' GROUP BY pipeline_name"
    ):
        buckets = [(str(limit), _number(row[f"b{limit}"])) for limit in BUCKETS]
        histogram.add_metric(
            [str(row["pipeline_name"])], [*buckets, ("+Inf", _number(row["n"]))], _number(row["total"])
        )
    return histogram


def _number(value: object) -> float:
    return float(str(value))
