from collections.abc import Sequence

import pytest

from apps.shared.starrocks import Argument, Row, StarRocksError
from apps.tasks.asked import Asked, asked
from apps.tasks.steps import Step

TABLE = "kappastack.run_ranges"
STEP = Step("ciapol", "aqi_hourly", "aqi", "17")
RANGE = Asked(True, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")


class Memory:
    """A table of ranges; it answers what this module sends."""

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


def look(store: Memory, given: Asked = Asked(), step: Step = STEP) -> Asked:  # noqa: B008 # frozen
    return asked(store, TABLE, step, given, needed=True)


def test_a_run_that_is_begun_again_without_its_range_works_on_the_same() -> None:
    store = Memory()
    assert look(store, RANGE) == RANGE
    assert look(store) == RANGE


def test_a_range_alone_makes_a_run_manual() -> None:
    assert look(Memory(), Asked(False, RANGE.begin, RANGE.end)) == RANGE


def test_a_manual_run_over_the_usual_window_stays_manual() -> None:
    store = Memory()
    assert look(store, Asked(manual=True)) == Asked(manual=True)
    again = look(store)
    assert again == Asked(manual=True)
    assert not again.backfill


def test_another_task_of_the_run_works_on_it_too() -> None:
    store = Memory()
    look(store, RANGE)
    assert look(store, step=Step("ciapol", "aqi_hourly", "other", "17")) == RANGE


def test_other_runs_and_scheduled_ones_have_their_own_window() -> None:
    store = Memory()
    look(store, RANGE)
    assert look(store, step=Step("ciapol", "aqi_hourly", "aqi", "18")) == Asked()
    assert look(store, step=Step("ciapol", "quality_hourly", "aqi", "17")) == Asked()


def test_an_open_end_is_kept_open() -> None:
    store = Memory()
    look(store, Asked(True, RANGE.begin, ""))
    assert look(store) == Asked(True, RANGE.begin, "")


class Refusing(Memory):
    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        raise StarRocksError("StarRocks refused it")


def test_a_range_that_cannot_be_looked_up_fails_the_attempt() -> None:
    with pytest.raises(StarRocksError, match="refused"):
        look(Refusing())


def test_it_does_not_fail_a_step_without_a_range() -> None:
    assert asked(Refusing(), TABLE, STEP, Asked(), needed=False) == Asked()
