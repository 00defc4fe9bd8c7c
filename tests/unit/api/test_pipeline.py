from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from apps.api.models import PipelineStep
from apps.api.settings import Settings
from apps.api.starrocks import Parameter, Row
from apps.api.store import pipeline
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
        "details": '{"every_seconds": 3600}',
        **changes,
    }


def step(**changes: object) -> PipelineStep:
    return PipelineStep.model_validate({**row(), "late": None, **changes})


@pytest.mark.parametrize(
    ("details", "period"),
    [
        ('{"every_seconds": 3600}', HOUR),
        ('{"every_seconds": 60.5, "rows": 12}', timedelta(seconds=60.5)),
        ('{"rows": 12}', None),
        ('{"every_seconds": 0}', None),
        ('{"every_seconds": -1}', None),
        ('{"every_seconds": 1e300}', None),
        ('{"every_seconds": NaN}', None),
        ('{"every_seconds": null}', None),
        ('{"every_seconds": "often"}', None),
        ("[]", None),
        ("12 rows written", None),
        ("", None),
        (None, None),
    ],
)
def test_a_period_is_what_the_step_tells(details: object, period: timedelta | None) -> None:
    assert pipeline.every(details) == period


@pytest.mark.parametrize(
    ("ago", "late"),
    [(timedelta(0), False), (2.5 * HOUR, False), (2.5 * HOUR + timedelta(seconds=1), True), (100 * HOUR, True)],
)
@pytest.mark.parametrize("state", ["succeeded", "running", "failed", "killed"])
def test_late_is_more_than_two_and_a_half_periods_without_success(ago: timedelta, late: bool, state: str) -> None:
    assert pipeline.late(step(state=state, last_succeeded_at=NOW - ago), HOUR, NOW) is late


@pytest.mark.parametrize(
    ("state", "ago", "late"),
    [("running", HOUR, False), ("running", 3 * HOUR, True), ("failed", HOUR, True), ("killed", HOUR, True)],
)
def test_a_step_that_never_succeeded_is_late_once_a_run_failed_or_hangs(state: str, ago: timedelta, late: bool) -> None:
    never = step(state=state, started_at=NOW - ago, last_succeeded_at=None)
    assert pipeline.late(never, HOUR, NOW) is late


@pytest.mark.parametrize("state", ["succeeded", "running", "failed"])
def test_without_a_period_nobody_knows(state: str) -> None:
    assert pipeline.late(step(state=state, last_succeeded_at=None), None, NOW) is None


def test_reads_the_platforms_tables(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "now", lambda: NOW)

    def reply(sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        return [row(), row(task="x", details=None)] if "pipeline_steps" in sql else []

    pool = RecordedPool(settings, reply)
    found = pipeline.pipeline(pool, "other")
    assert found.checked_at == NOW
    assert [(s.task, s.late) for s in found.steps] == [("aqi", False), ("x", None)]
    assert "details" not in found.steps[0].model_dump()
    assert ["other.pipeline_steps" in pool.asked[0][0], "other.streaming_jobs" in pool.asked[1][0]] == [True, True]
    assert "definition" not in pool.asked[1][0]
