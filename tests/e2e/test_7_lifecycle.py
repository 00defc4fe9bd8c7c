"""Interrupting, stopping, restarting and destroying a stack."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from machine import TestStack
from measurements import query
from replaying import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[TestStack]:
    """A stack that is not deployed."""
    made = TestStack(tmp_path / "state")
    try:
        yield made
    finally:
        made.destroy()


def in_session(leader: int) -> list[list[str]]:
    """Command lines of the processes in a session."""
    found = []
    for each in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(each.pid) == leader and each.info["cmdline"]:
                found.append(each.info["cmdline"])
    return found


def test_an_interrupted_up_is_repaired_by_the_next_and_destroy_leaves_nothing(fresh: TestStack) -> None:
    up = fresh.up_until("PlatformHealthy", "creating")
    # Like a terminal, signal every foreground process. The second signal makes Pulumi exit at once.
    for _ in range(2):
        os.killpg(up.pid, signal.SIGINT)
        time.sleep(0.5)
    up.communicate(timeout=90)
    assert up.returncode != 0
    # Daemons run in separate sessions.
    wait_until(lambda: in_session(up.pid) == [], within=30, what=f"the end of {in_session(up.pid)}")

    assert fresh.up().status == 0
    assert fresh.command("status").status == 0

    assert fresh.command("down").status == 0
    assert fresh.processes_alive() == []
    assert set(fresh.up().resources) == {"updated", "unchanged"}
    assert query(fresh.name, "SELECT COUNT(*) FROM aqi_breakpoints")[0][0]

    outcome = fresh.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert fresh.leftovers() == []


def test_destroy_after_down_works(fresh: TestStack) -> None:
    fresh.up()
    assert fresh.command("down").status == 0
    assert fresh.destroy().status == 0
    assert fresh.leftovers() == []


def test_up_removes_the_lock_of_a_killed_run(fresh: TestStack) -> None:
    up = fresh.up_until("HostService pulsar")
    os.killpg(up.pid, signal.SIGKILL)
    up.wait(30)
    outcome = fresh.up()
    assert "left its lock" in outcome.output
    assert fresh.command("status").status == 0
