from collections.abc import Sequence

import pytest

from apps.shared.starrocks import Argument, Row
from apps.shared.starrocks_errors import StarRocksError
from apps.tasks.run_request import RunRequest, run_request
from apps.tasks.steps import Step

TABLE = "kappastack.run_ranges"
STEP = Step("ciapol", "aqi_hourly", "aqi", "17")
RANGE = RunRequest(True, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")


class Memory:
    """The table of ranges in memory; it supports the statements of `apps.tasks.run_request`."""

    def __init__(self) -> None:
        self.ranges: dict[tuple[Argument, ...], Row] = {}

    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        assert statement.startswith(f"SELECT range_from, range_to FROM {TABLE}")
        return [self.ranges[tuple(arguments)]] if tuple(arguments) in self.ranges else []

    def change(self, statement: str, arguments: Sequence[Argument] = ()) -> int:
        if statement.startswith("INSERT"):
            begin, end = arguments[3:]
            self.ranges[tuple(arguments[:3])] = (begin, end)
        return 1


def look(store: Memory, given: RunRequest = RunRequest(), step: Step = STEP) -> RunRequest:  # noqa: B008 # frozen
    return run_request(store, TABLE, step, given, needed=True)


def test_a_retried_run_without_its_range_uses_the_recorded_range() -> None:
    store = Memory()
    assert look(store, RANGE) == RANGE
    assert look(store) == RANGE


def test_a_run_with_a_range_counts_as_manual() -> None:
    assert look(Memory(), RunRequest(False, RANGE.begin, RANGE.end)) == RANGE


def test_a_manual_run_with_the_default_window_stays_manual() -> None:
    store = Memory()
    assert look(store, RunRequest(manual=True)) == RunRequest(manual=True)
    again = look(store)
    assert again == RunRequest(manual=True)
    assert not again.backfill


def test_other_tasks_of_the_run_use_the_same_range() -> None:
    store = Memory()
    look(store, RANGE)
    assert look(store, step=Step("ciapol", "aqi_hourly", "other", "17")) == RANGE


def test_a_step_without_a_range_keeps_that_of_the_run() -> None:
    store = Memory()
    look(store, RANGE)
    other = Step("ciapol", "aqi_hourly", "report", "17")
    assert run_request(store, TABLE, other, RunRequest(manual=True), needed=False) == RANGE
    assert look(store) == RANGE


def test_a_step_without_a_range_marks_the_run_as_manual() -> None:
    store = Memory()
    first = Step("ciapol", "aqi_hourly", "report", "17")
    assert run_request(store, TABLE, first, RunRequest(manual=True), needed=False) == RunRequest(manual=True)
    assert look(store) == RunRequest(manual=True)


def test_other_runs_and_workflows_have_their_own_window() -> None:
    store = Memory()
    look(store, RANGE)
    assert look(store, step=Step("ciapol", "aqi_hourly", "aqi", "18")) == RunRequest()
    assert look(store, step=Step("ciapol", "quality_hourly", "aqi", "17")) == RunRequest()


def test_an_open_end_stays_open() -> None:
    store = Memory()
    look(store, RunRequest(True, RANGE.begin, ""))
    assert look(store) == RunRequest(True, RANGE.begin, "")


class Refusing(Memory):
    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        raise StarRocksError("StarRocks refused it")


def test_a_task_fails_if_its_range_cannot_be_read() -> None:
    with pytest.raises(StarRocksError, match="refused"):
        look(Refusing())


def test_a_task_without_a_range_needs_no_stored_parameters() -> None:
    assert run_request(Refusing(), TABLE, STEP, RunRequest(), needed=False) == RunRequest()
