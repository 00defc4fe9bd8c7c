"""Causes of alerts about LionTrack, each a context in which the cause exists."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from machine import TestStack
from measurements import query
from pydantic import JsonValue
from scheduler import Scheduler
from tracking import WORKFLOW, Tracking

from apps.liontrack.producers.events import Event, utc_text
from infra.resources.dolphinscheduler.runs import RunState
from tests.waiting import PATIENCE

TABLE = "bronze.lions_raw"
"""Table that a quality report is about."""


@contextmanager
def failed_run(stack: TestStack) -> Iterator[None]:
    """A run of the pipeline has failed, because a grant was revoked. Afterwards a run has succeeded."""
    grant = "INSERT ON TABLE liontrack_metadata.run_days"
    scheduler = Scheduler(stack, "liontrack")
    scheduler.edit_task(WORKFLOW, "quality", failRetryTimes=0)
    query(stack.name, f"REVOKE {grant} FROM ROLE liontrack_pipeline_role")
    try:
        assert scheduler.ended(scheduler.start(WORKFLOW)).state == RunState.FAILURE
        yield
    finally:
        query(stack.name, f"GRANT {grant} TO ROLE liontrack_pipeline_role")
    run = scheduler.ended(scheduler.start(WORKFLOW), within=4 * PATIENCE)
    assert run.state == RunState.SUCCESS, scheduler.log(run)


@contextmanager
def bad_report(stack: TestStack) -> Iterator[None]:
    """A producer reported that the quality of a table is low. Afterwards it has reported that all rows passed."""
    _report(stack, 40)
    yield
    _report(stack, 100)


def _report(stack: TestStack, percentage: float) -> None:
    fields: dict[str, JsonValue] = {
        "check_name": "reported",
        "table_name": TABLE,
        "quality_percentage": percentage,
        "checked_at": utc_text(datetime.now(UTC)),
    }
    Tracking(stack).publish([Event("data.quality.events", TABLE, fields)])
