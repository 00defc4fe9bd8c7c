"""A node that loses its power while events flow and users request pages: about five minutes."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cluster import stack_images
from tests.cluster.kubernetes_stack import API, PAGE, KubernetesStack
from tests.cluster.loading import Load
from tests.cluster.namespaces import FIRST, SECOND
from tests.cluster.users import Users
from tests.waiting import is_busy, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(3600)]

EVENTS = 20_000
IN_FLIGHT = 1_000
"""Rows that may be on their way when the node is lost. Further rows prove that the job goes on."""
SECONDS_TO_GO_ON = 60
"""Zeta removes a member 20 s after its last heartbeat, and then restores the job from a checkpoint."""
SECONDS_WITHOUT_ANSWER = 10
"""Until Kubernetes notices the loss after 40 s, every second connection goes to a pod of the lost node."""
ZETA = "seatunnel"


def test_a_node_is_lost_and_no_event_is_lost_or_stored_twice(
    stack: KubernetesStack, users: Users, tmp_path: Path
) -> None:
    cluster = stack.running
    with cluster.second_node(stack_images.archive()) as node:
        move_to_second_node(stack)
        with Load(stack, tmp_path, prefix="node", least=EVENTS) as load:
            rows, begin = load.rows(), time.time()
            node.cut_power()
            load.wait_until_more(rows + IN_FLIGHT)
            end = time.time()
            gaps = users.gaps(begin, end)
            shown = ", ".join(f"{name} {gap.answer:.1f} s" for name, gap in gaps.items())
            print(f"a node was lost: {IN_FLIGHT} rows after {end - begin:.1f} s; longest gaps: {shown}")
            assert end - begin < SECONDS_TO_GO_ON or is_busy()
            assert all(gap.answer < SECONDS_WITHOUT_ANSWER for gap in gaps.values()) or is_busy()
            cluster.kubectl("wait", f"node/{SECOND.node}", "--for=condition=Ready=Unknown", "--timeout=600s")
            cluster.kubectl("delete", "node", SECOND.node)
            replaced = time.time()
            wait_until(lambda: pods_on(stack, SECOND.node) == [], lambda: f"the end of {pods_on(stack, SECOND.node)}")
            wait_until(lambda: stack.command("status").status == 0, "a healthy stack")
            print(f"its pods were replaced {time.time() - replaced:.1f} s after the node was deleted")
            assert load.finish() >= EVENTS
    outcome = stack.up()
    assert set(outcome.resources) == {"unchanged"}, outcome.output[-5000:]


def move_to_second_node(stack: KubernetesStack) -> None:
    """Move the master of Zeta, a pod of the page and a pod of the API to the second node."""
    cluster = stack.running
    master, *others = pods_of(stack, ZETA)
    web = [pods_of(stack, service)[0] for service in (PAGE, API)]
    # The oldest member is the master, so the others restart after it.
    for pods, unused in (([master], FIRST), (others, SECOND), (web, FIRST)):
        cluster.kubectl("cordon", unused.node)
        for pod in pods:
            stack.kill_and_wait(pod)
        cluster.kubectl("uncordon", unused.node)
    there = pods_on(stack, SECOND.node)
    assert len(there) == 1 + len(web), there
    assert master in there


def pods_of(stack: KubernetesStack, service: str) -> Sequence[str]:
    """Names of the pods of a service."""
    return sorted(name for name in stack.pods() if name.startswith(f"{service}-"))


def pods_on(stack: KubernetesStack, node: str) -> list[str]:
    """Names of the stack's pods on a node."""
    selector = f"spec.nodeName={node}"
    listed = stack.running.kubectl("get", "pods", "-n", stack.namespace, "--field-selector", selector, "-o", "name")
    return [line.removeprefix("pod/") for line in listed.split()]
