"""Changes of a running stack: an image, and processes that die, while events flow."""

import os
import time
from pathlib import Path

import pytest
from measurements import differences, from_sample, raw_counts, write_csv
from replaying import Replay, counted, wait_for_count

from tests.cluster.docker_stack import DockerStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

SECONDS_TO_HEAL = 150


def test_a_changed_image_replaces_its_container_alone_around_a_savepoint(stack: DockerStack, tmp_path: Path) -> None:
    measurements = list(from_sample(20_000, prefix="image"))
    write_csv(tmp_path / "image.csv", measurements)
    before = {service: each.id for service, each in stack.containers().items()}
    replay = Replay(stack, tmp_path / "image.csv", speed=20_000)
    wait_for_count(stack, "image", 500, within=90, at_least=True)
    stack.change_image("seatunnel")

    outcome = stack.up()

    after = {service: each.id for service, each in stack.containers().items()}
    assert [service for service in before if before[service] != after[service]] == ["seatunnel"]
    # The jobs' stop before, and their start after.
    assert outcome.resources["updated"] == 2, outcome.output[-5000:]
    assert outcome.resources["replaced"] == 1
    assert replay.finish() == len(measurements)
    wait_for_count(stack, "image", len(measurements))
    assert differences(stack.name, measurements, "image") == []
    total, different = raw_counts(stack.name, "image")
    assert total == different == len(measurements)


def test_each_process_that_dies_comes_back_and_nothing_is_lost_or_doubled(stack: DockerStack, tmp_path: Path) -> None:
    measurements = list(from_sample(40_000, prefix="kill"))
    write_csv(tmp_path / "kill.csv", measurements)
    replay = Replay(stack, tmp_path / "kill.csv", speed=2_000)
    wait_for_count(stack, "kill", 500, within=90, at_least=True)
    for service in ("api", "frontend", "postgres", "dolphinscheduler", "starrocks", "pulsar", "seatunnel"):
        pid = stack.containers()[service].attrs["State"]["Pid"]
        begin = time.monotonic()
        stack.kill(service)
        healed(stack, service, pid)
        print(f"{service} was healthy again after {time.monotonic() - begin:.1f} s")
    assert replay.finish(within=400) == len(measurements)
    # The engine forgot its jobs: the keeper puts them back, within a minute of DolphinScheduler's being there.
    wait_for_count(stack, "kill", len(measurements), within=300)
    assert differences(stack.name, measurements, "kill") == []
    assert stack.command("status").status == 0


def healed(stack: DockerStack, service: str, pid: int) -> None:
    """Wait until another process of the service is healthy by the engine's own check."""
    deadline = time.monotonic() + SECONDS_TO_HEAL
    while True:
        state = stack.containers()[service].attrs["State"]
        if state["Pid"] not in (0, pid) and state["Health"]["Status"] == "healthy":
            return
        assert time.monotonic() < deadline, f"{service}: {state}"
        time.sleep(0.5)


@pytest.mark.parametrize("victim", ["seatunnel", pytest.param("seatunnel-2", marks=pytest.mark.long)])
def test_the_job_goes_on_when_one_of_three_nodes_dies(stack: DockerStack, tmp_path: Path, victim: str) -> None:
    stack.configure(seatunnel={"nodes": 3})
    stack.up()
    prefix = f"node{victim[-1]}"
    measurements = list(from_sample(20_000, prefix=prefix))
    write_csv(tmp_path / "nodes.csv", measurements)
    replay = Replay(stack, tmp_path / "nodes.csv", speed=2_500)
    wait_for_count(stack, prefix, 500, within=90, at_least=True)

    pid = stack.containers()[victim].attrs["State"]["Pid"]
    stack.kill(victim)
    begin = time.monotonic()
    # What was on its way when the node died may still arrive; more than that comes from those that are left.
    before = counted(stack, prefix)
    wait_for_count(stack, prefix, before + 2_000, within=90, at_least=True)
    seconds = time.monotonic() - begin
    print(f"the job went on {seconds:.1f} s after {victim} died, 2,000 rows included")
    assert seconds < 15 or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)

    assert replay.finish() == len(measurements)
    wait_for_count(stack, prefix, len(measurements), within=120)
    assert differences(stack.name, measurements, prefix) == []
    healed(stack, victim, pid)
