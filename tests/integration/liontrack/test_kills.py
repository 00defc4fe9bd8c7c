"""The pipeline with a kill during each of its steps: of the step's process, or of StarRocks."""

from datetime import timedelta

import pytest

from apps.liontrack.pipeline.__main__ import STEPS
from tests.integration.liontrack.comparison import NOW, TODAY, check, wild
from tests.integration.liontrack.lake import Lake
from tests.integration.liontrack.runs import Pipeline

pytestmark = pytest.mark.integration

RANGE = (TODAY, TODAY + timedelta(days=1))
WRITES = {"health": 1, "quality": 3, "silver": 4, "gold": 3, "refresh": 2, "report": 2}
"""The changing statement of each step, counted from 1, at which the kill happens; of three or more, a middle one."""


def test_the_writes_are_those_of_all_six_steps() -> None:
    assert list(WRITES) == list(STEPS)


def test_a_further_attempt_removes_no_day_and_loses_no_message(lake: Lake, pipeline: Pipeline) -> None:
    """Two attempts run at once if only the worker of the first was killed. The next step reads the days of both."""
    events = wild(6)
    lake.store(events[:-1], loaded=NOW - timedelta(hours=2))
    pipeline("1", *RANGE, steps=["health", "quality"])
    days = lake.query("SELECT * FROM liontrack_metadata.run_days ORDER BY day")
    lake.store(events[-1:], loaded=NOW - timedelta(hours=1))
    pipeline.kill_process("quality", 1, before=False)
    assert lake.query("SELECT * FROM liontrack_metadata.run_days ORDER BY day") == days
    pipeline("1", *RANGE, steps=["quality"])
    [row] = lake.query("SELECT loaded_until FROM liontrack_metadata.pipeline_runs")
    assert row["loaded_until"] == (NOW - timedelta(hours=2)).replace(tzinfo=None)


def test_the_next_run_records_the_failure_of_a_run_that_ended_without_a_record(lake: Lake, pipeline: Pipeline) -> None:
    lake.store(wild(7))
    pipeline("1", *RANGE, steps=["health"])
    pipeline.kill_process("quality", 1, before=False)
    pipeline("2", *RANGE)
    runs = lake.query("SELECT status, error, ended_at FROM liontrack_metadata.pipeline_runs ORDER BY run_id")
    assert [row["status"] for row in runs] == ["failed", "success"]
    assert "ended without a record" in str(runs[0]["error"])
    assert None not in [row["ended_at"] for row in runs]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_results_are_correct_after_a_kill_of_each_step(lake: Lake, pipeline: Pipeline, *, before: bool) -> None:
    """DolphinScheduler restarts the task of a killed worker with the same run and step."""
    events = wild(4)
    lake.store(events)
    pipeline("1", *RANGE, steps=())
    for step, write in WRITES.items():
        pipeline.kill_process(step, write, before=before)
        pipeline("1", *RANGE, steps=[step])
    check(lake, events)
    assert lake.query("SELECT status, error FROM liontrack_metadata.pipeline_runs") == [
        {"status": "success", "error": None}
    ]


def test_results_are_correct_after_a_kill_of_starrocks_in_each_step(lake: Lake, pipeline: Pipeline) -> None:
    """A step that loses its connection fails, and its retry succeeds."""
    events = wild(5)
    lake.store(events)
    pipeline("1", *RANGE, steps=())
    for number, (step, write) in enumerate(WRITES.items()):
        if not pipeline.kill_starrocks(step, write, before=number % 2 == 0):
            pipeline("1", *RANGE, steps=[step])
    check(lake, events)
    assert lake.query("SELECT status, error FROM liontrack_metadata.pipeline_runs") == [
        {"status": "success", "error": None}
    ]
