"""Last runs of the workflows' steps, and the streaming jobs."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter

from apps.platform_api.models import Pipeline, PipelineStep, PlannedRestart, StreamingJob
from apps.web.starrocks import Pool, Row
from apps.web.times import now

LATE_AFTER_PERIODS: Final = 2.5
"""Periods without success after which a step is late: one run may fail while the next is still running."""

# All columns are selected, because `every_seconds` may be missing before its migration.
_STEPS: Final = "SELECT * FROM pipeline_steps ORDER BY product, workflow, task"

_JOBS: Final = """
SELECT product, name, wanted, state, failures, reason, checked_at, restarted_at,
    COALESCE(held_by <> '' AND held_until > UTC_TIMESTAMP(), FALSE) AS held
FROM streaming_jobs
ORDER BY product, name
"""

_RESTARTS: Final = "SELECT service, restarted_at FROM planned_restarts ORDER BY service"

_JOB_LIST: Final = TypeAdapter(list[StreamingJob])
_RESTART_LIST: Final = TypeAdapter(list[PlannedRestart])


def every(row: Row) -> timedelta | None:
    """The longest pause between two scheduled runs of a step; None if it has no schedule."""
    seconds = row.get("every_seconds")
    return timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None


def late(step: PipelineStep, period: timedelta | None, moment: datetime) -> bool | None:
    """Whether the last success of a step is more than 2.5 periods ago; None if its period is unknown.

    A step that never succeeded is late if its last run failed or was killed, or started more than 2.5 periods ago. A
    run over a past range does not count as a success of the schedule.
    """
    if period is None:
        return None
    if step.last_succeeded_at is None and step.state in ("failed", "killed"):
        return True
    return moment - (step.last_succeeded_at or step.started_at) > LATE_AFTER_PERIODS * period


def _step(row: Row, moment: datetime) -> PipelineStep:
    step = PipelineStep.model_validate({**row, "late": None})
    return step.model_copy(update={"late": late(step, every(row), moment)})


def pipeline(pool: Pool) -> Pipeline:
    """Every step and job in the platform's tables."""
    moment = now()
    steps = [_step(row, moment) for row in pool.query(_STEPS)]
    jobs = _JOB_LIST.validate_python(pool.query(_JOBS))
    return Pipeline(checked_at=moment, steps=steps, jobs=jobs)


def planned_restarts(pool: Pool) -> list[PlannedRestart]:
    """The last planned restart of each service."""
    return _RESTART_LIST.validate_python(pool.query(_RESTARTS))
