"""Waits for services end early if a process keeps exiting, and are extended while a service makes progress."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from apps.shared.files import write_private
from apps.shared.polling import NeverReady
from infra import container_states, disks, starting
from infra.container_states import ContainerStates
from infra.disks import Disk
from infra.forwarding import Forward
from infra.observing import Sample
from infra.resources.connections import Connections
from infra.starting import Starting, wait_for_service
from infra.state import StackState
from infra.targets.docker import observer
from infra.targets.docker.observer import MOST_RESTARTS, ContainerObserver
from infra.targets.host.observer import MOST_EXITS, ProcessObserver
from infra.targets.kubernetes.observer import PodObserver


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake clock that advances only during pauses."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


@dataclass
class Scripted:
    """Observes what a test describes."""

    next_sample: Callable[[], Sample]

    def sample(self) -> Sample:
        """The next sample."""
        return self.next_sample()

    def log(self, lines: int) -> str:
        """A log of two lines."""
        return "\n".join(["starting", "unshare: unshare failed: Operation not permitted"][-lines:])


def samples(*each: Sample) -> Callable[[], Sample]:
    """Returns the samples in order, then the last one repeatedly."""
    rest: Iterator[Sample] = iter(each)
    return lambda: next(rest, each[-1])


def wait(sample: Callable[[], Sample], problem: Callable[[], str], within: float = 180) -> None:
    wait_for_service(
        problem, stack="test", service="postgres", within=within, what="PostgreSQL", pause=1, observer=Scripted(sample)
    )


@pytest.mark.usefixtures("clock")
def test_a_process_that_keeps_exiting_ends_the_wait_with_its_log() -> None:
    look = samples(*(Sample(exits, MOST_EXITS, None, running=False) for exits in range(MOST_EXITS + 1)))
    with pytest.raises(NeverReady) as failure:
        wait(look, lambda: "Connection refused")
    assert "PostgreSQL: its process exited 5 times" in str(failure.value)
    assert "  unshare: unshare failed: Operation not permitted" in str(failure.value)
    assert time.monotonic() < 30


@pytest.mark.usefixtures("clock")
def test_the_wait_continues_if_the_process_runs_again() -> None:
    answers = ["no"] * 60 + [""]
    wait(samples(Sample(MOST_EXITS + 3, MOST_EXITS, None, running=True)), lambda: answers.pop(0))
    assert answers == []


@pytest.mark.usefixtures("clock")
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


@pytest.mark.usefixtures("clock")
def test_the_wait_ends_at_four_times_the_limit_despite_progress() -> None:
    busy = iter(range(10_000))
    with pytest.raises(TimeoutError, match=r"PostgreSQL was not ready within 7[12]\d s: no"):
        wait(lambda: Sample(0, MOST_EXITS, next(busy) * 2.0, running=True), lambda: "no")


@pytest.mark.usefixtures("clock")
def test_a_full_disk_is_in_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "problems", lambda _folders: ["the disk of /data is full"])
    with pytest.raises(TimeoutError, match=r"not ready within 180 s: no; the disk of /data is full"):
        wait(samples(Sample(0, MOST_EXITS, None, running=True)), lambda: "no")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that replaces the `docker` command."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(container_states, "_FRESH_SECONDS", 0.0)
    monkeypatch.setattr(observer, "STATES", ContainerStates())
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
    look = ContainerObserver("test", "starrocks")
    found = [look.sample() for _ in range(4)]
    assert [each.exits for each in found if each] == [0, 4, 8, 12]
    assert [each.exits >= each.limit for each in found if each] == [False, False, False, MOST_RESTARTS <= 12]
    assert look.log(8) == "no licence\n"


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
    assert ContainerObserver("test", "starrocks").sample() is None
    assert ContainerObserver("test", "starrocks").log(8) == ""


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
    monkeypatch.setattr(observer, "_ACTIVITY_SECONDS", 0.0)
    look = ContainerObserver("test", "api")

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
    monkeypatch.setattr(observer, "_ACTIVITY_SECONDS", 0.0)
    look = ContainerObserver("test", "api")
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


def test_the_files_of_a_stack_select_the_observer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    state = StackState("test")
    assert isinstance(Starting("test", "api")._observer, ContainerObserver)
    state.logs.mkdir(parents=True)
    assert isinstance(Starting("test", "api")._observer, ProcessObserver)
    forward = Forward(context="here", namespace="team", service="api", remote=8000, local=9000)
    known = Connections(endpoints={}, secret_files={}, health={}, forwards=[forward])
    write_private(state.connections, known.model_dump_json())
    assert isinstance(Starting("test", "api")._observer, PodObserver)


def test_the_end_of_a_process_log_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPPASTACK_STATE", str(tmp_path))
    seen = ProcessObserver("test", "api")
    assert seen.log(2) == ""
    log = StackState("test").logs / "api.log"
    log.parent.mkdir(parents=True)
    log.write_text("x" * 50_000 + "\none\ntwo\nthree\n")
    assert seen.log(2) == "two\nthree"
