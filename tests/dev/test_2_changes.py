"""Changes of a running stack while events flow: a new image, a new setting, killed processes."""

from pathlib import Path

import pytest
from measurements import differences, from_sample, raw_counts, write_csv
from replaying import Replay, wait_for_count

from tests.cluster.docker_stack import DockerStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]


def test_a_changed_image_replaces_only_its_container_after_a_savepoint(stack: DockerStack, tmp_path: Path) -> None:
    measurements = list(from_sample(20_000, prefix="image"))
    write_csv(tmp_path / "image.csv", measurements)
    before = {service: each.id for service, each in stack.containers().items()}
    replay = Replay(stack, tmp_path / "image.csv", speed=20_000)
    wait_for_count(stack, "image", 500, at_least=True)
    stack.change_image("seatunnel")
    planned = stack.preview().resources
    assert (planned["to update"], planned["to replace"]) == (3, 1)

    outcome = stack.up()

    after = {service: each.id for service, each in stack.containers().items()}
    assert [service for service in before if before[service] != after[service]] == ["seatunnel"]
    # The drain before the replacement, the restart of the job after it, and the record of the planned restart.
    assert outcome.resources["updated"] == 3, outcome.output[-5000:]
    assert outcome.resources["replaced"] == 1
    assert replay.finish() == len(measurements)
    wait_for_count(stack, "image", len(measurements))
    assert differences(stack.name, measurements, "image") == []
    total, different = raw_counts(stack.name, "image")
    assert total == different == len(measurements)


def test_jobs_are_stopped_before_a_changed_setting_replaces_the_engine(stack: DockerStack) -> None:
    before = {service: each.id for service, each in stack.containers().items()}
    stack.configure(seatunnel={"heap": "400Mi"})
    outcome = stack.up()
    after = {service: each.id for service, each in stack.containers().items()}
    assert [service for service in before if before[service] != after[service]] == ["seatunnel"]
    steps = [line.strip() for line in outcome.output.splitlines()]
    drained = next(index for index, line in enumerate(steps) if "SeaTunnelDrain seatunnel-drain updated" in line)
    gone = next(index for index, line in enumerate(steps) if "Container seatunnel deleting original" in line)
    assert drained < gone, outcome.output[-5000:]
    assert "the jobs could not be stopped" not in outcome.output
    assert stack.command("status").status == 0


def test_each_killed_process_restarts_and_no_row_is_lost_or_duplicated(stack: DockerStack, tmp_path: Path) -> None:
    measurements = list(from_sample(40_000, prefix="kill"))
    write_csv(tmp_path / "kill.csv", measurements)
    replay = Replay(stack, tmp_path / "kill.csv", speed=2_000)
    wait_for_count(stack, "kill", 500, at_least=True)
    web = ("ciapol-api", "platform-api", "frontend")
    for services in (web, ("postgres", "starrocks"), ("dolphinscheduler",), ("pulsar",), ("seatunnel",)):
        print(f"{', '.join(services)} were healthy again after {stack.kill_and_wait(*services):.1f} s")
    assert replay.finish() == len(measurements)
    # A killed engine loses its jobs. The keeper restarts them within a minute after DolphinScheduler is up.
    wait_for_count(stack, "kill", len(measurements))
    assert differences(stack.name, measurements, "kill") == []
    stack.wait_until_healthy()
    outcome = stack.command("status")
    assert outcome.status == 0, outcome.output
