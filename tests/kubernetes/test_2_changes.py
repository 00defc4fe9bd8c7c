"""Pods that are killed while events flow."""

import time
from pathlib import Path

import pytest
from measurements import differences, from_sample, raw_counts, write_csv
from replaying import Replay, wait_for_count

from tests.cluster.kubernetes_stack import KubernetesStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

SERVICES = ("ciapol-api", "frontend", "postgres", "starrocks", "dolphinscheduler", "pulsar", "seatunnel")
EVENTS = 40_000
SPEED = 2_000


def test_each_killed_pod_is_replaced_and_no_row_is_lost_or_duplicated(stack: KubernetesStack, tmp_path: Path) -> None:
    measurements = list(from_sample(EVENTS, prefix="pods"))
    write_csv(tmp_path / "pods.csv", measurements)
    replay = Replay(stack, tmp_path / "pods.csv", speed=SPEED)
    wait_for_count(stack, "pods", 500, at_least=True)
    for service in SERVICES:
        begin = time.monotonic()
        stack.kill_and_wait(service)
        print(f"{service} was ready again after {time.monotonic() - begin:.1f} s")
    assert replay.finish() == len(measurements)
    # A killed engine loses its jobs. The keeper restarts them within a minute after DolphinScheduler is up.
    wait_for_count(stack, "pods", len(measurements))
    assert differences(stack.name, measurements, "pods") == []
    total, different = raw_counts(stack.name, "pods")
    assert total == different == len(measurements)
