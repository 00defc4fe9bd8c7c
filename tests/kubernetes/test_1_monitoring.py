"""Monitoring on Kubernetes: every panel has data, and a workload without pods raises an alert that clears."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alerting import Exercise, Expected, Watch, series, shown

from infra.monitoring.dashboards import dashboards
from tests.cluster import stack_images
from tests.cluster.kubernetes_stack import API, KubernetesStack
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

PACE = 0.05
INTERVAL = 2
MISSING = Expected("ServiceProcessesMissing", {"service": API})


def test_every_query_of_every_panel_has_data(stack: KubernetesStack) -> None:
    queries = {
        f"{dashboard.title}, {panel.title}: {query.expr}": query.expr
        for dashboard in dashboards(list(stack.settings.products)).values()
        for panel in dashboard.panels
        for query in panel.queries
    }
    assert len(queries) > 60

    def empty() -> list[str]:
        return [name for name, expression in queries.items() if not series(stack, expression)]

    wait_until(lambda: not empty(), empty, pause=5)


@pytest.fixture
def watch(stack: KubernetesStack) -> Iterator[Watch]:
    """The alerts of the stack with short durations in rules."""
    stack.configure(monitoring={**stack_images.MONITORING, "interval": INTERVAL, "alertPace": PACE})
    stack.up()
    with Watch(stack) as watching:
        yield watching
    stack.configure()
    stack.up()


@pytest.mark.long
def test_a_workload_without_pods_raises_an_alert(stack: KubernetesStack, watch: Watch) -> None:
    @contextmanager
    def scaled_to_zero() -> Iterator[None]:
        workload = f"deployment/{API}"
        replicas = stack.running.kubectl("get", workload, "-n", stack.namespace, "-o", "jsonpath={.spec.replicas}")
        stack.running.kubectl("scale", workload, "--replicas", "0", "-n", stack.namespace)
        wait_until(lambda: MISSING.name in shown(stack), "the alert on the page")
        yield
        stack.running.kubectl("scale", workload, "--replicas", replicas, "-n", stack.namespace)

    print(watch.exercise(Exercise(scaled_to_zero, [MISSING])))
    wait_until(lambda: MISSING.name not in shown(stack), "the end of the alert on the page")
