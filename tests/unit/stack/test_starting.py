"""Waits for services end early if a process keeps exiting, and are extended while a service makes progress."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from apps.shared.polling import NeverReady
from infra import container_states, disks, starting
from infra.container_states import ContainerStates
from infra.disks import Disk
from infra.starting import MOST_EXITS, MOST_RESTARTS, Sample, wait_for_service
from infra.state import StackState


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of service `postgres` of stack `test`."""
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    path = StackState("test").logs / "postgres.log"
    path.parent.mkdir(parents=True)
    path.write_text("starting\nunshare: unshare failed: Operation not permitted\n")
    return path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake clock that advances only during pauses."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


def samples(*each: Sample) -> Callable[[], Sample]:
    """Returns the samples in order, then the last one repeatedly."""
    rest: Iterator[Sample] = iter(each)
    return lambda: next(rest, each[-1])


def wait(sample: Callable[[], Sample | None], problem: Callable[[], str], within: float = 180) -> None:
    wait_for_service(
        problem, stack="test", service="postgres", within=within, what="PostgreSQL", pause=1, sample=sample
    )


@pytest.mark.usefixtures("clock")
def test_a_process_that_keeps_exiting_ends_the_wait_with_its_log(log: Path) -> None:
    look = samples(*(Sample(exits, MOST_EXITS, None, running=False) for exits in range(MOST_EXITS + 1)))
    with pytest.raises(NeverReady) as failure:
        wait(look, lambda: "Connection refused")
    assert "PostgreSQL: its process exited 5 times" in str(failure.value)
    assert "  unshare: unshare failed: Operation not permitted" in str(failure.value)
    assert time.monotonic() < 30


@pytest.mark.usefixtures("clock", "log")
def test_the_wait_continues_if_the_process_runs_again() -> None:
    answers = ["no"] * 60 + [""]
    wait(samples(Sample(MOST_EXITS + 3, MOST_EXITS, None, running=True)), lambda: answers.pop(0))
    assert answers == []


@pytest.mark.usefixtures("clock", "log")
def test_only_a_service_that_makes_progress_gets_more_time() -> None:
    begin = time.monotonic()
    answers = ["no"] * 500 + [""]
    busy = iter(range(10_000))
    wait(lambda: Sample(0, MOST_EXITS, next(busy) * 2.0, running=True), lambda: answers.pop(0))
    assert 480 < time.monotonic() - begin < 520
    begin = time.monotonic()
    with pytest.raises(TimeoutError, match="PostgreSQL was not ready within 180 s: no"):
        wait(samples(Sample(0, MOST_EXITS, 7.0, running=True)), lambda: "no")
    assert 180 <= time.monotonic() - begin < 190


@pytest.mark.usefixtures("clock", "log")
def test_the_wait_ends_at_four_times_the_limit_despite_progress() -> None:
    busy = iter(range(10_000))
    with pytest.raises(TimeoutError, match=r"PostgreSQL was not ready within 7[12]\d s: no"):
        wait(lambda: Sample(0, MOST_EXITS, next(busy) * 2.0, running=True), lambda: "no")


@pytest.mark.usefixtures("clock")
def test_a_full_disk_is_in_the_reason(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "problems", lambda _folders: ["the disk of /data is full"])
    with pytest.raises(TimeoutError, match=r"not ready within 180 s: no; the disk of /data is full"):
        wait(samples(Sample(0, MOST_EXITS, None, running=True)), lambda: "no")
    assert log.exists()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that replaces the `docker` command."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(container_states, "_FRESH_SECONDS", 0.0)
    monkeypatch.setattr(starting, "STATES", ContainerStates())
    return program


def test_restarts_of_a_container_are_counted_from_the_start_of_the_wait(engine: Path, tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("40")
    engine.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = logs ]; then echo "no licence"; exit; fi\n'
        '[ "$1" = inspect ] || exit 1\n'
        f"n=$(cat {count}); echo $((n + 4)) >{count}\n"
        'echo "/kappastack-test-starrocks|restarting|starting|$n|false|1"\n'
    )
    look = starting._Contained("test", "starrocks")
    found = [look.sample() for _ in range(4)]
    assert [each.exits for each in found if each] == [0, 4, 8, 12]
    assert [each.exits >= each.limit for each in found if each] == [False, False, False, MOST_RESTARTS <= 12]
    assert starting.last_lines("test", "starrocks") == "  no licence"


def test_the_reason_of_a_killed_container_is_in_the_error(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel kills the process, so the log does not contain the reason."""
    monkeypatch.setattr(starting, "_LOOK_SECONDS", 0.0)
    counted = engine.with_name("counted")
    engine.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = logs ]; then echo "loading"; exit; fi\n'
        '[ "$1" = inspect ] || exit 1\n'
        f"echo >>{counted}; n=$(( $(wc -l <{counted}) * 6 ))\n"
        'echo "/kappastack-test-starrocks|restarting|starting|$n|true|137"\n'
    )
    with pytest.raises(NeverReady) as failure:
        wait_for_service(lambda: "HTTP 503", stack="test", service="starrocks", within=300, what="StarRocks", pause=0)
    assert "exited 12 times, the last time because it needed more than the memory limit" in str(failure.value)
    assert "  loading" in str(failure.value)


def test_without_an_engine_there_is_no_sample_and_no_log(engine: Path) -> None:
    engine.write_text("#!/bin/sh\nexit 1\n")
    assert starting._Contained("test", "starrocks").sample() is None
    assert starting.last_lines("test", "starrocks") == "  (no log)"


def engine_of(engine: Path, *, log: str = "", cpu: str = "", state: str = "running|starting|0|false|0") -> None:
    """Replace the `docker` command by one that returns these texts."""
    engine.write_text(
        "#!/bin/sh\n"
        'case "$1" in\n'
        f"logs) printf '{log}' ;;\n"
        f"top) printf 'PID TIME\\n{cpu}' ;;\n"
        f"inspect) echo '/kappastack-test-api|{state}' ;;\n"
        "esac\n"
    )


def test_a_container_that_writes_log_lines_or_uses_cpu_progresses(
    engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "_ACTIVITY_SECONDS", 0.0)
    look = starting._Contained("test", "api")

    def activity() -> float | None:
        sample = look.sample()
        assert sample is not None
        return sample.activity

    engine_of(engine)
    assert [activity(), activity()] == [0.0, 0.0]
    engine_of(engine, log="starting")
    assert activity() == 1.0
    engine_of(engine, cpu="1 00:00:01\\n7 1-02:03:04\\n")
    assert [activity(), activity()] == [2.0, 2.0]
    engine_of(engine, cpu="1 00:00:02\\n7 1-02:03:04\\n")
    assert activity() == 3.0


def test_an_engine_that_does_not_respond_in_time_counts_as_progress(
    engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "_ACTIVITY_SECONDS", 0.0)
    look = starting._Contained("test", "api")
    engine_of(engine)
    before = look.sample()
    monkeypatch.setattr(container_states, "_ENGINE_SECONDS", 0.1)
    engine.write_text("#!/bin/sh\nexec sleep 60\n")
    after = look.sample()
    assert before is not None
    assert after == replace(before, activity=1.0)


GIB = disks.GIB


@pytest.mark.parametrize(
    ("disk", "problem"),
    [
        (Disk(Path("/data"), 100 * GIB, 50 * GIB), ""),
        (Disk(Path("/data"), GIB, 300 * disks.MIB), ""),
        (
            Disk(Path("/data"), 100 * GIB, 10 * disks.MIB),
            "the disk of /data is full: 10 MiB of 100.0 GiB free, 256 MiB are needed",
        ),
        (
            Disk(Path("/data"), 1000 * GIB, 19 * GIB),
            "the disk of /data is full: 19.0 GiB of 1,000.0 GiB free, and Pulsar refuses writes above 98% usage",
        ),
    ],
)
def test_a_full_disk_is_named_with_its_space(disk: Disk, problem: str) -> None:
    assert disk.problem == problem


def test_folders_of_one_file_system_count_once_and_missing_ones_as_their_parent(tmp_path: Path) -> None:
    found = disks.disks([tmp_path / "not" / "there", tmp_path])
    assert [each.path for each in found] == [tmp_path / "not" / "there"]
    assert found[0].total > found[0].free > 0
