from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from apps.ciapol.api.settings import Settings
from apps.platform_api import pipeline
from apps.platform_api.models import PipelineStep
from apps.web.starrocks import Parameter, Row
from tests.unit.api.conftest import RecordedPool

NOW = datetime(2026, 1, 31, 12, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(**changes: object) -> Row:
    return {
        "product": "ciapol",
        "workflow": "aqi_hourly",
        "task": "aqi",
        "state": "succeeded",
        "started_at": NOW - HOUR,
        "ended_at": NOW - HOUR,
        "last_succeeded_at": NOW - HOUR,
        "last_failed_at": None,
        "last_error": None,
        "run_id": "7",
        "details": "12 rows",
        "every_seconds": 3600,
        **changes,
    }


def step(**changes: object) -> PipelineStep:
    return PipelineStep.model_validate({**row(), "late": None, **changes})


def test_the_period_comes_from_the_row() -> None:
    assert pipeline.every({"every_seconds": 3600}) == HOUR
    assert [pipeline.every({"every_seconds": value}) for value in (None, 0, -5)] == [None, None, None]
    assert pipeline.every({"details": "a row of an older schema"}) is None


@pytest.mark.parametrize(
    ("ago", "late"),
    [(timedelta(0), False), (2.5 * HOUR, False), (2.5 * HOUR + timedelta(seconds=1), True), (100 * HOUR, True)],
)
@pytest.mark.parametrize("state", ["succeeded", "running", "failed", "killed"])
def test_a_step_is_late_after_two_and_a_half_periods_without_success(ago: timedelta, late: bool, state: str) -> None:
    assert pipeline.late(step(state=state, last_succeeded_at=NOW - ago), HOUR, NOW) is late


@pytest.mark.parametrize(
    ("state", "ago", "late"),
    [("running", HOUR, False), ("running", 3 * HOUR, True), ("failed", HOUR, True), ("killed", HOUR, True)],
)
def test_a_step_that_never_succeeded_is_late_once_a_run_failed_or_hangs(state: str, ago: timedelta, late: bool) -> None:
    never = step(state=state, started_at=NOW - ago, last_succeeded_at=None)
    assert pipeline.late(never, HOUR, NOW) is late


@pytest.mark.parametrize("state", ["succeeded", "running", "failed"])
def test_lateness_is_unknown_without_a_period(state: str) -> None:
    assert pipeline.late(step(state=state, last_succeeded_at=None), None, NOW) is None


def test_the_platforms_tables_are_read(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "now", lambda: NOW)

    def reply(sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        return [row(), row(task="x", every_seconds=None)] if "pipeline_steps" in sql else []

    pool = RecordedPool(settings, reply)
    found = pipeline.pipeline(pool)
    assert found.checked_at == NOW
    assert [(s.task, s.late) for s in found.steps] == [("aqi", False), ("x", None)]
    assert not {"details", "run_id", "every_seconds"} & found.steps[0].model_dump().keys()
    assert ["FROM pipeline_steps" in pool.queries[0][0], "FROM streaming_jobs" in pool.queries[1][0]] == [True, True]
    assert "definition" not in pool.queries[1][0]
