"""Interrupting, stopping, restarting, destroying and restoring a stack."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from machine import TestStack, read_until
from measurements import query
from saving import Saved

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


@pytest.fixture(scope="module")
def saved(stack: TestStack, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """A backup of the shared stack."""
    return Saved.of(stack, tmp_path_factory.mktemp("backup"))


@pytest.fixture(scope="module")
def second(saved: Saved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """Another stack, which the first test that uses it deploys."""
    made = TestStack(tmp_path_factory.mktemp("second") / "state")
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


@pytest.mark.usefixtures("saved")
def test_down_and_destroy_keep_data_until_keep_data_is_false(stack: TestStack) -> None:
    """This test destroys the shared stack, so it is the last one that uses it."""
    rows = query(stack.name, MEASUREMENTS)
    password = stack.connections.secrets["starrocks-root"]
    assert stack.command("down").status == 0
    assert stack.processes_alive() == []

    # An earlier test may have deployed separate servers of DolphinScheduler. One server starts faster.
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


def test_a_killed_and_an_interrupted_up_are_repaired_by_the_next(second: TestStack) -> None:
    up, _ = second.up_until("HostService pulsar")
    os.killpg(up.pid, signal.SIGKILL)
    up.wait(PATIENCE)

    up, output = second.up_until("PlatformHealthy", "creating")
    assert "ended without removing its lock" in output
    # Like a terminal, signal every foreground process. The second signal makes Pulumi exit immediately.
    os.killpg(up.pid, signal.SIGINT)
    read_until(up, "press ^C again")
    os.killpg(up.pid, signal.SIGINT)
    up.communicate(timeout=PATIENCE)
    assert up.returncode != 0
    # Daemons run in separate sessions.
    wait_until(lambda: in_session(up.pid) == [], lambda: f"the end of {in_session(up.pid)}")

    assert second.up().status == 0
    assert second.command("status").status == 0
    # The next command ends the plugins of a killed run.
    assert not [line for line in second.processes_alive() if "pulumi" in line]


def test_a_backup_is_restored_into_an_empty_stack(saved: Saved, second: TestStack, tmp_path: Path) -> None:
    saved.restore(second)
    saved.publish_again(second, tmp_path)
    outcome = second.command("restore", "--from", str(saved.folder))
    assert outcome.status == 1
    assert "has data that the restore would overwrite: ciapol_analytics." in outcome.output


def test_a_restored_stack_restarts_and_destroy_leaves_nothing(second: TestStack) -> None:
    rows = query(second.name, MEASUREMENTS)
    assert second.command("down").status == 0
    assert second.processes_alive() == []
    # The backup has the workflows of the same revision, so no resource is created or replaced.
    assert set(second.up().resources) == {"updated", "unchanged"}
    assert query(second.name, MEASUREMENTS) == rows

    outcome = second.destroy()
    assert outcome.status == 0, outcome.output[-3000:]
    assert second.leftovers() == []


def test_a_service_that_keeps_exiting_ends_the_deployment_with_its_log(fresh: TestStack) -> None:
    # The address space of a process is smaller.
    fresh.configure(pulsar={"heap": "900000Gi"})
    begin = time.monotonic()
    outcome = fresh.command("up", "--no-smoke", timeout=1800)
    assert outcome.status != 0
    assert "its process exited 5 times" in outcome.output
    assert "last lines of the log of pulsar:" in outcome.output
    assert "Run `make up" in outcome.output
    print(f"the deployment ended after {time.monotonic() - begin:.0f} s")
