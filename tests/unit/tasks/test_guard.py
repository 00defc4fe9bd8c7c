"""The guard with real processes: it acts only if the guarded process was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apps.shared.polling import Pending, poll
from infra.settings import ROOT

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from apps.tasks.guard import Guard
def orphaned(job):
    Path("orphaned").write_text(f"{job} {os.getpid()} {os.getsid(0)} {os.getppid()}")
guard = Guard(orphaned)
guard.watch(41)
guard.watch(42)
print("ready", flush=True)
"""


def start(folder: Path, rest: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM + rest]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)


def found(folder: Path, within: float) -> str:
    def look() -> str | Pending:
        file = folder / "orphaned"
        return (file.read_text() if file.exists() else "") or Pending("it is not there")

    try:
        return poll(look, within=within, what=str(folder), pause=0.02)
    except TimeoutError:
        return ""


def test_the_job_of_a_killed_process_is_stopped(tmp_path: Path) -> None:
    process = start(tmp_path, "time.sleep(60)")
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGKILL)
    # The guard must not keep the log open, because DolphinScheduler reads it until end of file.
    assert process.communicate(timeout=300)[0] == ""
    job, guard, session, parent = map(int, found(tmp_path, 300).split())
    assert job == 42
    assert len({guard, process.pid, os.getpid()}) == 3
    assert session not in {os.getsid(0), os.getsid(os.getpid())}
    assert parent != process.pid


@pytest.mark.parametrize("rest", ["guard.watch(None); guard.done()", "guard.done(); os.kill(os.getpid(), 9)"])
def test_nothing_is_stopped_once_the_guard_is_released(tmp_path: Path, rest: str) -> None:
    process = start(tmp_path, rest)
    process.communicate(timeout=300)
    assert found(tmp_path, 0.5) == ""


def test_a_finished_job_is_not_stopped(tmp_path: Path) -> None:
    process = start(tmp_path, "guard.watch(None); os.kill(os.getpid(), 9)")
    process.communicate(timeout=300)
    assert found(tmp_path, 300).startswith("None ")


def test_the_task_continues_without_its_guard(tmp_path: Path) -> None:
    rest = "os.close(guard._write); guard.watch(3); guard.done(); print('went on', flush=True)"
    process = start(tmp_path, rest)
    assert process.communicate(timeout=300)[0] == "ready\nwent on\n"
