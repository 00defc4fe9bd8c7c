import argparse
import signal
import time
from collections.abc import Callable

import pytest

from apps.tasks import __main__ as tasks
from apps.tasks.errors import InvalidInput, Killed, TaskError, TimedOut, WorkerLost
from apps.tasks.settings import AlertSettings, Platform, StarRocksAddress, TaskSettings, ZetaAddress
from apps.tasks.steps import LastRun, State, Step, StepRecord

SETTINGS = TaskSettings(
    stack="test",
    zeta=ZetaAddress(url="http://127.0.0.1:1"),
    starrocks=StarRocksAddress(host="127.0.0.1", port=1),
    platform=Platform(database="kappastack", user="platform_scheduler", password_file="/run/platform"),
    placeholders={},
    products={},
    alerts=AlertSettings(),
)
Tried = Callable[[list[int]], int]


class Ends(StepRecord):
    """A step's row that records its states."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def begin(self, *, scheduled: bool) -> LastRun:
        return LastRun()

    def retrying(self, error: str) -> None:
        self.states.append(State.RETRYING)

    def end(self, state: State, **_: object) -> None:
        self.states.append(state)


def states(monkeypatch: pytest.MonkeyPatch, command: Callable[..., str]) -> list[State]:
    """The states that a task with two retries records after its attempts."""
    record = Ends()
    monkeypatch.setattr(tasks, "step_record", lambda *_: record)
    monkeypatch.setattr(tasks, "_request", lambda _settings, _step, given, needed: given)
    monkeypatch.setattr(tasks, "_command", command)
    options = argparse.Namespace(manual="", try_timeout=0, retries=2, retry_interval=90)
    tasks._tried(options, SETTINGS, Step("p", "w", "t", "1"), None)
    return record.states


def test_a_task_whose_worker_has_died_ends_and_records_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def command(*_: object) -> str:
        raise WorkerLost

    record = Ends()
    monkeypatch.setattr(tasks, "load_settings", lambda: SETTINGS)
    monkeypatch.setattr(tasks, "step_record", lambda *_: record)
    monkeypatch.setattr(tasks, "_request", lambda _settings, _step, given, needed: given)
    monkeypatch.setattr(tasks, "_command", command)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    keeper = ["keep-running", "--product", "platform", "--workflow", "w", "--task", "t", "--run", "1"]
    assert tasks.main([*keeper, "--retries", "2", "--retry-interval", "90"]) == 143
    assert record.states == []


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Tried:
    """Runs a task with two retries. Its attempts exit with the given statuses, all of which must be used."""

    def run(statuses: list[int]) -> int:
        left = iter(statuses)
        monkeypatch.setattr(tasks, "_run", lambda *_, last: next(left))
        status = tasks._tried(
            argparse.Namespace(retries=2, retry_interval=90), SETTINGS, Step("p", "w", "t", "1"), None
        )
        assert list(left) == []
        return status

    return run


def test_a_failed_task_is_retried_after_a_pause(tried: Tried, pauses: list[float]) -> None:
    assert tried([1, 1, 0]) == 0
    assert pauses == [90, 90]


def test_only_the_failure_of_the_last_attempt_is_final(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    final: list[bool] = []

    def run(*_: object, last: bool) -> int:
        final.append(last)
        return 1

    monkeypatch.setattr(tasks, "_run", run)
    options = argparse.Namespace(retries=2, retry_interval=90)
    assert tasks._tried(options, SETTINGS, Step("p", "w", "t", "1"), None) == 1
    assert final == [False, False, True]
    assert len(pauses) == 2


def test_invalid_input_is_not_retried(tried: Tried, pauses: list[float]) -> None:
    assert tried([2]) == 2
    assert pauses == []


def test_success_and_a_kill_are_not_retried(tried: Tried, pauses: list[float]) -> None:
    assert tried([0]) == 0
    assert tried([143]) == 143
    assert pauses == []


def test_the_task_fails_after_its_last_attempt(tried: Tried, pauses: list[float]) -> None:
    assert tried([1, 1, 1]) == 1
    assert len(pauses) == 2


def test_the_task_can_be_killed_between_two_attempts(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_seconds: float) -> None:
        raise Killed

    record = Ends()
    monkeypatch.setattr(time, "sleep", killed)
    monkeypatch.setattr(tasks, "step_record", lambda *_: record)
    assert tried([1]) == 143
    assert record.states == [State.KILLED], "the row would show a retry for ever"


def test_only_the_last_failed_attempt_ends_the_step(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    def fails(*_: object) -> str:
        raise TaskError("no history")

    assert states(monkeypatch, fails) == [State.RETRYING, State.RETRYING, State.FAILED]
    assert pauses == [90, 90]


def test_invalid_input_ends_the_step_at_once(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    def fails(*_: object) -> str:
        raise InvalidInput("wrong")

    assert states(monkeypatch, fails) == [State.FAILED]
    assert pauses == []


def test_an_attempt_over_its_time_limit_is_killed() -> None:
    begin = time.monotonic()
    with pytest.raises(TimedOut), tasks._at_most(1):
        time.sleep(600)
    assert time.monotonic() - begin < 300
    with tasks._at_most(0):
        pass
