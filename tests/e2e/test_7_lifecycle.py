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

from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

MEASUREMENTS = "SELECT COUNT(*), MAX(measured_at) FROM sensor_measurements_zeta"


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


def test_down_and_destroy_keep_data_until_they_are_no_longer_wanted(stack: TestStack) -> None:
    """This test destroys the shared stack, so it is the last one that uses it."""
    rows = query(stack.name, MEASUREMENTS)
    password = stack.connections.secrets["starrocks-root"]
    assert stack.command("down").status == 0
    assert stack.processes_alive() == []

    # Separate servers of DolphinScheduler, if an earlier test wanted them, would make each start longer.
    stack.configure(keepData=True, dolphinScheduler={})
    stack.up()
    assert query(stack.name, MEASUREMENTS) == rows
    outcome = stack.command("destroy")
    assert outcome.status == 0, outcome.output[-3000:]
    stack.up()
    assert stack.connections.secrets["starrocks-root"] == password
    assert query(stack.name, MEASUREMENTS) == rows

    stack.configure(keepData=False)
    outcome = stack.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert stack.leftovers() == []


def test_a_killed_and_an_interrupted_up_are_repaired_by_the_next_and_destroy_leaves_nothing(fresh: TestStack) -> None:
    up, _ = fresh.up_until("HostService pulsar")
    os.killpg(up.pid, signal.SIGKILL)
    up.wait(PATIENCE)

    up, output = fresh.up_until("PlatformHealthy", "creating")
    assert "ended without removing its lock" in output
    # Like a terminal, signal every foreground process. The second signal makes Pulumi exit immediately.
    for _ in range(2):
        os.killpg(up.pid, signal.SIGINT)
        time.sleep(0.5)
    up.communicate(timeout=PATIENCE)
    assert up.returncode != 0
    # Daemons run in separate sessions.
    wait_until(lambda: in_session(up.pid) == [], lambda: f"the end of {in_session(up.pid)}")

    assert fresh.up().status == 0
    assert fresh.command("status").status == 0
    # The next command ends the plugins of a killed run.
    assert not [line for line in fresh.processes_alive() if "pulumi" in line]

    assert fresh.command("down").status == 0
    assert fresh.processes_alive() == []
    assert set(fresh.up().resources) == {"updated", "unchanged"}
    assert query(fresh.name, "SELECT COUNT(*) FROM aqi_breakpoints")[0][0]

    outcome = fresh.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert fresh.leftovers() == []


def test_a_service_that_keeps_exiting_ends_the_deployment_with_its_log(fresh: TestStack) -> None:
    fresh.configure(pulsar={"heap": "1Mi"})
    begin = time.monotonic()
    outcome = fresh.command("up", "--no-smoke", timeout=1800)
    assert outcome.status != 0
    assert "its process exited 5 times" in outcome.output
    assert "last lines of the log of pulsar:" in outcome.output
    assert "Run `make up" in outcome.output
    print(f"the deployment ended after {time.monotonic() - begin:.0f} s")
