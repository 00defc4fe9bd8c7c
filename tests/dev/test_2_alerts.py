"""Restarts of a container: crashes again and again raise an alert, planned restarts do not."""

import time
from collections.abc import Iterator

import pytest
from alerting import Exercise, Expected, Watch, series
from causes import RESTARTS, killed

from tests.cluster.docker_stack import DockerStack
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(2400)]

SERVICE = "postgres-exporter"
PACE = 0.2
"""Factor of all durations of the rules."""
INTERVAL = 2
WINDOW, SETTLING = (round(minutes * 60 * PACE) for minutes in (15, 5))
"""Seconds of the alert's ranges."""
RAISED = Expected("ServiceRestarting", {"service": SERVICE})


@pytest.fixture(scope="module")
def watch(stack: DockerStack) -> Iterator[Watch]:
    """The alerts of a stack with short durations in rules."""
    usual = {"grafana": {"enabled": False}}
    stack.configure(monitoring={**usual, "interval": INTERVAL, "alertPace": PACE})
    stack.up()
    with Watch(stack) as watching:
        yield watching
    stack.configure(monitoring=usual)
    stack.up()


def test_a_container_that_crashes_repeatedly_raises_an_alert(stack: DockerStack, watch: Watch) -> None:
    settled = f"time() - max(kappastack_planned_restart_timestamp_seconds) > {2 * SETTLING}"
    wait_until(lambda: series(stack, settled), "the end of the deployment's restarts", pause=INTERVAL)
    # The rule does not count the process that the deployment started, so the first crash does not count.
    times = watch.exercise(Exercise(lambda: killed(stack, SERVICE, RESTARTS + 1), [RAISED]))
    print(times)


def test_planned_restarts_of_a_container_raise_no_alert(stack: DockerStack, watch: Watch) -> None:
    since = time.monotonic()
    for _ in range(RESTARTS):
        outcome = stack.command("restart", SERVICE)
        assert outcome.status == 0, outcome.output
    restarts = f'changes(process_start_time_seconds{{service="{SERVICE}"}}[{WINDOW}s]) > 2'
    wait_until(lambda: series(stack, restarts), "three restarts in Prometheus", pause=INTERVAL)
    wait_until(lambda: not series(stack, restarts), "the end of the window", pause=INTERVAL)
    assert watch.fired(RAISED, since) == []
