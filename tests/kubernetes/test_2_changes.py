"""Pods that are killed or changed one after the other, while events flow and users request pages: about ten minutes."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cluster.kubernetes_stack import KubernetesStack
from tests.cluster.loading import Load
from tests.cluster.users import Users
from tests.waiting import is_busy, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(3600)]

EVENTS = 100_000
FIRST = ("pulsar-", "seatunnel-", "starrocks-")
"""Prefixes of the pods on the way of an event. They are changed while the first file is published."""
IN_FLIGHT = 1_000
"""Rows that may be on their way when a pod is killed. Further rows prove that the job goes on."""
SECONDS_TO_GO_ON = 30
SECONDS_WITHOUT_ANSWER = 5
"""A dead pod gets connections until its address is removed from the rules of the node."""
WEB = {"replicas": 2, "memory": "272Mi"}
CHANGES: Mapping[str, Mapping[str, object]] = {
    "pulsar": {"pulsar": {"directMemory": "272Mi"}},
    "seatunnel": {"seatunnel": {"nodes": 3, "cpu": "100m", "heap": "400Mi"}},
    "starrocks": {"starrocks": {"edition": "emulator", "memory": "528Mi"}},
    "postgres": {"postgres": {"memory": "272Mi"}},
    "dolphinscheduler": {"dolphinScheduler": {"heap": "528Mi"}},
    "platform-api": {"platformApi": WEB},
    "ciapol-api": {"products": {"ciapol": {"api": WEB}}},
    "frontend": {"frontend": WEB},
    "prometheus": {"monitoring": {"grafana": {"enabled": False}, "memory": "272Mi"}},
}
"""Settings that change the pods of one service each."""


def observe(load: Load, users: Users, what: str, act: Callable[[], float]) -> None:
    """Change something, wait until further rows are stored, and check the responses that users got meanwhile.

    Args:
        load: the events.
        users: the requests.
        what: description for the output.
        act: makes the change, and returns the seconds until the changed pods were ready.
    """
    begin = time.time()
    rows = load.rows()
    ready = act()
    load.wait_until_more(rows + IN_FLIGHT)
    end = time.time()
    gaps = users.gaps(begin, end)
    shown = ", ".join(f"{name} {gap.answer:.1f} s (status 200: {gap.success:.1f} s)" for name, gap in gaps.items())
    print(f"{what}: ready after {ready:.1f} s, {IN_FLIGHT} rows after {end - begin:.1f} s; longest gaps: {shown}")
    busy = is_busy()
    assert end - begin - ready < SECONDS_TO_GO_ON or busy
    assert all(gap.answer < SECONDS_WITHOUT_ANSWER for gap in gaps.values()) or busy


def test_each_pod_is_killed_in_turn_and_no_event_is_lost_or_stored_twice(
    stack: KubernetesStack, users: Users, tmp_path: Path
) -> None:
    pods = sorted(stack.pods(), key=lambda name: (not name.startswith(FIRST), name))
    with Load(stack, tmp_path, prefix="killed", least=EVENTS) as load:
        for pod in pods:
            observe(load, users, f"{pod} was killed", lambda pod=pod: stack.kill_and_wait(pod))  # type: ignore[misc]
        assert load.finish() >= EVENTS
    wait_until(lambda: stack.command("status").status == 0, "a healthy stack")


def test_each_service_is_changed_in_turn_and_no_event_is_lost_or_stored_twice(
    stack: KubernetesStack, users: Users, tmp_path: Path
) -> None:
    settings: dict[str, object] = {}

    def change(service: str) -> float:
        before = stack.pods_by_service()
        begin = time.monotonic()
        settings.update(CHANGES[service])
        stack.configure(**settings)
        outcome = stack.up()
        seconds = time.monotonic() - begin
        after = stack.pods_by_service()
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {name for name in before if re.fullmatch(rf"{service}(-\d)?", name)}, outcome.output[-5000:]
        # A rollout waits for the new pods only; the old ones end afterwards.
        wait_until(lambda: not before[service] & stack.pods_by_service()[service], f"the end of the old {service} pods")
        return seconds

    with Load(stack, tmp_path, prefix="changed", least=EVENTS) as load:
        for service in CHANGES:
            observe(load, users, f"{service} was changed", lambda service=service: change(service))  # type: ignore[misc]
        assert load.finish() >= EVENTS
    wait_until(lambda: stack.command("status").status == 0, "a healthy stack")


def test_nodes_of_zeta_are_removed_and_added_and_no_event_is_lost_or_stored_twice(
    stack: KubernetesStack, users: Users, tmp_path: Path
) -> None:
    def scale(nodes: int) -> float:
        begin = time.monotonic()
        stack.configure(seatunnel={"nodes": nodes, "cpu": "100m"})
        outcome = stack.up()
        assert sum(name.startswith("seatunnel") for name in stack.pods_by_service()) == nodes, outcome.output[-5000:]
        return time.monotonic() - begin

    with Load(stack, tmp_path, prefix="scaled", least=EVENTS) as load:
        for nodes in (1, 3):
            observe(load, users, f"Zeta has {nodes} nodes", lambda nodes=nodes: scale(nodes))  # type: ignore[misc]
        assert load.finish() >= EVENTS
    wait_until(lambda: stack.command("status").status == 0, "a healthy stack")


def test_kept_data_and_scaled_down_workloads_are_used_again_by_the_next_up(
    stack: KubernetesStack, tmp_path: Path
) -> None:
    autoscaled = {"frontend": {"replicas": 1, "maxReplicas": 2}}
    with Load(stack, tmp_path, prefix="kept", least=IN_FLIGHT) as load:
        rows = load.finish()
    stack.configure(keepData=True, **autoscaled)
    stack.up()
    assert stack.command("down").status == 0
    wait_until(lambda: not stack.pods(), lambda: f"the end of {sorted(stack.pods())}")
    stack.up()
    assert load.rows() == rows
    assert stack.destroy().status == 0
    stack.install_plugin()
    stack.configure(keepData=True, **autoscaled)
    stack.up()
    assert load.rows() == rows
    stack.configure()
    stack.up()
