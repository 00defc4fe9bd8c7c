"""Metrics of the pipeline's runs and of quality reports."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from apps.liontrack.api.metrics import measure
from apps.liontrack.pipeline.__main__ import main
from apps.web.settings import Settings
from apps.web.starrocks import Pool
from tests.integration.liontrack.comparison import NOW, TODAY
from tests.integration.liontrack.lake import Lake
from tests.integration.liontrack.runs import Pipeline

pytestmark = pytest.mark.integration

RANGE = (TODAY, TODAY + timedelta(days=1))
FAILED = "liontrack_pipeline_last_run_failed"


@pytest.fixture
def pool(lake: Lake, password_file: Path) -> Pool:
    """Connections of the API's user."""
    settings = Settings(
        starrocks_host="127.0.0.1",
        starrocks_port=lake.server.mysql_port,
        starrocks_database="liontrack_bronze",
        starrocks_user="liontrack_api",
        starrocks_password_file=password_file,
    )
    return Pool(settings)


def values(pool: Pool, name: str) -> Mapping[str, float]:
    """The values of a metric by their last label."""
    [metric] = [metric for metric in measure(pool) if metric.name == name]
    return {list(sample.labels.values())[-1]: sample.value for sample in metric.samples}


def test_a_run_has_failed_only_after_the_last_attempt_of_a_step(
    lake: Lake, pipeline: Pipeline, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert values(pool, FAILED) == {"batch_processor": 0}
    pipeline("1", *RANGE, steps=())
    healthy = pipeline.pulsar_admin
    seen = []
    for last in ("0", "1"):
        monkeypatch.setenv("PULSAR_ADMIN_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("KAPPASTACK_LAST_ATTEMPT", last)
        assert main(["health"]) == 1
        [run] = lake.query("SELECT status, error FROM liontrack_metadata.pipeline_runs")
        assert "Pulsar at http://127.0.0.1:1 does not respond" in str(run["error"])
        seen.append((run["status"], values(pool, FAILED)["batch_processor"]))
    assert seen == [("running", 0), ("failed", 1)]
    assert values(pool, "liontrack_pipeline_runs_total") == {"success": 0, "failed": 1}
    monkeypatch.setenv("PULSAR_ADMIN_URL", healthy)
    pipeline("1", *RANGE)
    assert values(pool, FAILED) == {"batch_processor": 0}
    assert values(pool, "liontrack_pipeline_runs_total") == {"success": 1, "failed": 0}


def test_a_run_that_is_active_does_not_hide_the_failure_of_the_last(lake: Lake, pool: Pool) -> None:
    columns = "run_id, pipeline_name, status, range_from, range_to, started_at, ended_at"
    for number, (status, ended) in enumerate([("success", 1), ("failed", 2), ("running", None)]):
        at = (NOW - timedelta(hours=5 - number)).replace(tzinfo=None)
        end = None if ended is None else at + timedelta(minutes=ended)
        lake.query(
            f"INSERT INTO liontrack_metadata.pipeline_runs ({columns}) "
            "VALUES (%s, 'batch_processor', %s, %s, %s, %s, %s)",
            (str(number), status, *RANGE, at, end),
        )
    assert values(pool, FAILED) == {"batch_processor": 1}


def test_the_score_is_of_the_latest_reports_of_three_days(lake: Lake, pool: Pool) -> None:
    now = NOW.replace(tzinfo=None)
    days = {"fresh": (0, 1), "old": (4,), "replaced": (1, 2), "with a wrong clock": (-300, 1)}
    for table, ages in days.items():
        for number, age in enumerate(ages):
            report(lake, table, now - timedelta(days=age, minutes=1), 90 - 50 * (number if age > 0 else 0))
    report(lake, "with a wrong clock", now - timedelta(hours=1), 30)
    assert values(pool, "liontrack_data_quality_score") == {"fresh": 90, "replaced": 90, "with a wrong clock": 30}


def report(lake: Lake, table: str, at: datetime, percentage: float) -> None:
    lake.query(
        "INSERT INTO liontrack_metadata.data_quality_checks "
        "(table_name, check_name, checked_at, quality_percentage, received_at, message_id) "
        "VALUES (%s, 'reported', %s, %s, %s, '1')",
        (table, at, percentage, at),
    )
