from datetime import datetime

import pytest

from apps.shared.starrocks import Argument, Row, StarRocksError
from apps.tasks.ranges import asked_range
from apps.tasks.steps import Step

TABLE = "kappastack.run_ranges"
STEP = Step("ciapol", "aqi_hourly", "aqi", "17")
RANGE = ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")


class Memory:
    """A table of ranges; it answers what this module asks."""

    def __init__(self) -> None:
        self.ranges: dict[tuple[Argument, ...], Row] = {}

    def execute(self, statement: str, arguments: tuple[Argument, ...] = ()) -> list[Row]:
        assert statement.startswith(f"SELECT range_from, range_to FROM {TABLE}")
        return [self.ranges[arguments]] if arguments in self.ranges else []

    def change(self, statement: str, arguments: tuple[Argument, ...] = ()) -> int:
        if statement.startswith("INSERT"):
            begin, end = arguments[3:]
            assert not isinstance(begin, datetime)
            assert not isinstance(end, datetime)
            self.ranges[arguments[:3]] = (begin, end)
        return 1


def test_a_run_that_is_begun_again_without_its_range_works_on_the_same() -> None:
    store = Memory()
    assert asked_range(store, TABLE, STEP, *RANGE) == RANGE
    assert asked_range(store, TABLE, STEP, "", "") == RANGE


def test_another_task_of_the_run_works_on_it_too() -> None:
    store = Memory()
    asked_range(store, TABLE, STEP, *RANGE)
    assert asked_range(store, TABLE, Step("ciapol", "aqi_hourly", "other", "17"), "", "") == RANGE


def test_other_runs_and_scheduled_ones_have_their_own_window() -> None:
    store = Memory()
    asked_range(store, TABLE, STEP, *RANGE)
    assert asked_range(store, TABLE, Step("ciapol", "aqi_hourly", "aqi", "18"), "", "") == ("", "")
    assert asked_range(store, TABLE, Step("ciapol", "quality_hourly", "aqi", "17"), "", "") == ("", "")


def test_an_open_end_is_kept_open() -> None:
    store = Memory()
    asked_range(store, TABLE, STEP, RANGE[0], "")
    assert asked_range(store, TABLE, STEP, "", "") == (RANGE[0], "")


def test_a_range_that_cannot_be_looked_up_fails_the_attempt() -> None:
    class Refusing(Memory):
        def execute(self, statement: str, arguments: tuple[Argument, ...] = ()) -> list[Row]:
            raise StarRocksError("StarRocks refused it")

    with pytest.raises(StarRocksError, match="refused"):
        asked_range(Refusing(), TABLE, STEP, "", "")
