"""How the steps of the workflows last went, and the streaming jobs."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from apps.api.models import Pipeline, PipelineStep, StreamingJob
from apps.api.starrocks import Pool, Row
from apps.api.times import now

LATE_AFTER_PERIODS: Final = 2.5
"""One run may fail and the next may still be under way; from then on somebody should look."""

_STEPS: Final = """
SELECT product, workflow, task, state, started_at, ended_at, last_succeeded_at, last_failed_at, last_error, details
FROM {database}.pipeline_steps
ORDER BY product, workflow, task
"""

_JOBS: Final = """
SELECT product, name, wanted, state, failures, reason, checked_at, restarted_at
FROM {database}.streaming_jobs
ORDER BY product, name
"""

_JOB_LIST: Final = TypeAdapter(list[StreamingJob])


class _Details(BaseModel):
    """What a step tells of itself besides its columns."""

    model_config = ConfigDict(extra="ignore")

    every_seconds: float | None = Field(default=None, gt=0)


def every(details: object) -> timedelta | None:
    """The usual period of a step, from its `details`: a JSON object with `every_seconds`; None where it tells none."""
    try:
        seconds = _Details.model_validate_json(details if isinstance(details, str) else "{}").every_seconds
        return None if seconds is None else timedelta(seconds=seconds)
    except (ValidationError, OverflowError):
        return None


def late(step: PipelineStep, period: timedelta | None, moment: datetime) -> bool | None:
    """Whether a step has not succeeded for more than 2.5 of its usual periods; None where its period is not known.

    One that never succeeded is late as soon as a run of it has failed, or has been running for that long.
    """
    if period is None:
        return None
    if step.last_succeeded_at is None and step.state != "running":
        return True
    return moment - (step.last_succeeded_at or step.started_at) > LATE_AFTER_PERIODS * period


def _step(row: Row, moment: datetime) -> PipelineStep:
    step = PipelineStep.model_validate({**row, "late": None})
    return step.model_copy(update={"late": late(step, every(row["details"]), moment)})


def pipeline(pool: Pool, database: str) -> Pipeline:
    """Every step and job that `database`, the platform's, knows of."""
    moment = now()
    steps = [_step(row, moment) for row in pool.query(_STEPS.format(database=database))]
    jobs = _JOB_LIST.validate_python(pool.query(_JOBS.format(database=database)))
    return Pipeline(checked_at=moment, steps=steps, jobs=jobs)
