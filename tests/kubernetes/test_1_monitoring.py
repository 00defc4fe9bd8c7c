"""Monitoring on Kubernetes: every panel has data, and missing pods raise alerts that clear."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alerting import Exercise, Expected, Watch, shown
from panels import check_panels

from tests.cluster import stack_images
from tests.cluster.kubernetes_stack import API, KubernetesStack
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

PACE = 0.05
INTERVAL = 2
MISSING = Expected("ServiceProcessesMissing", {"service": API})
DOWN = Expected("ServiceDown", {"service": API})


def test_every_query_of_every_panel_has_data(stack: KubernetesStack, tmp_path: Path) -> None:
    check_panels(stack, tmp_path, list(stack.settings.products))


@pytest.fixture(scope="module")
def watch(stack: KubernetesStack) -> Iterator[Watch]:
    """The alerts of the stack with short durations in rules."""
    stack.configure(monitoring={**stack_images.MONITORING, "interval": INTERVAL, "alertPace": PACE})
    stack.up()
    with Watch(stack) as watching:
        yield watching
    stack.configure()
    stack.up()


@pytest.mark.long
@pytest.mark.parametrize(
    ("pods", "alert"), [pytest.param(1, MISSING, id="one-is-missing"), pytest.param(0, DOWN, id="all-are-missing")]
)
def test_missing_pods_raise_an_alert(stack: KubernetesStack, watch: Watch, pods: int, alert: Expected) -> None:
    workload = f"deployment/{API}"
    replicas = stack.running.kubectl("get", workload, "-n", stack.namespace, "-o", "jsonpath={.spec.replicas}")

    @contextmanager
    def scaled() -> Iterator[None]:
        stack.running.kubectl("scale", workload, "--replicas", str(pods), "-n", stack.namespace)
        wait_until(lambda: alert.name in shown(stack), "the alert on the page")
        yield
        stack.running.kubectl("scale", workload, "--replicas", replicas, "-n", stack.namespace)

    print(watch.exercise(Exercise(scaled, [alert])))
    wait_until(lambda: alert.name not in shown(stack), "the end of the alert on the page")
