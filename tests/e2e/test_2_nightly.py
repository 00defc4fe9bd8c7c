"""LionTrack's nightly workflow: a service is killed during each of its six steps, and late events arrive.

All tables are compared with an independent computation. `test_2_products.py` removes the product.
"""

import contextlib
import random
from collections.abc import Callable

import psutil
import pytest
from machine import TestStack
from scheduler import Scheduler
from tracking import WORKFLOW, Tracking

from apps.liontrack.pipeline.__main__ import STEPS
from apps.shared.starrocks import Cell
from infra.resources.dolphinscheduler.runs import RunState
from tests.integration.liontrack.comparison import check, wild
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(5400)]

RESULTS = {
    "liontrack_silver.position_checks": "lion_id, measured_at, excluded_reason, distance_km",
    "liontrack_silver.weight_checks": "weight_id, weight_date, kilograms, excluded_reason",
    "liontrack_silver.challenges": "challenge_id, user_id, title, status, updated_at",
    "liontrack_silver.users": "user_id, username, updated_at",
    "liontrack_gold.lions_metrics": "lion_id, metric_date, avg_weight, weight_trend, tracking_frequency, health_score",
    "liontrack_gold.lions_positions_history": "lion_id, position_date, lat, lng, accuracy",
    "liontrack_gold.users_activity": "user_id, activity_date, engagement_score",
    "liontrack_gold.daily_health_mv": "metric_date, lions, above_80, from_60_to_80, below_60",
}
"""Columns of each computed table that a repeated run must not change. The first two contain the key.

The average health is not among them, because the last digits of a mean depend on the order of its rows.
"""


class Nightly(Tracking):
    """Runs of the workflow of a stack."""

    def run(self, in_step: Callable[[str], None] | None = None) -> None:
        """Run the workflow; it must succeed.

        Args:
            in_step: called with the name of each step, while its process is suspended in its work.
        """
        scheduler = Scheduler(self.stack, "liontrack")
        run = scheduler.start(WORKFLOW)
        if in_step is not None:
            for step in STEPS:
                process = self._suspended(step, lambda: scheduler.log(run))
                try:
                    in_step(step)
                finally:
                    process.resume()
        ended = scheduler.ended(run, within=4 * PATIENCE)
        assert ended.state == RunState.SUCCESS, scheduler.log(run)

    def results(self) -> dict[str, list[dict[str, Cell]]]:
        """The rows of all computed tables in the order of their keys."""
        return {table: self.query(f"SELECT {columns} FROM {table} ORDER BY 1, 2") for table, columns in RESULTS.items()}

    def kill(self, service: str) -> None:
        """Kill the process of a service alone, once it has restarted after its last kill."""
        wait_until(lambda: self.stack.processes()[service].state == "RUNNING", f"{service} after its last kill")
        self.stack.kill_without_children(service)

    def _suspended(self, step: str, log: Callable[[], str]) -> psutil.Process:
        """The process of a step, suspended once it is connected to StarRocks."""
        port = self.stack.connections.endpoint("starrocks", "query").port
        found: list[psutil.Process] = []

        def has_begun() -> bool:
            found[:] = _processes(step, port)
            return bool(found)

        wait_until(has_begun, log, pause=0.01)
        [process] = found
        process.suspend()
        starrocks = psutil.Process(self.stack.processes()["starrocks"].pid)
        # The step cannot end while StarRocks does not respond. The kernel accepts its connection nevertheless.
        starrocks.suspend()
        try:
            process.resume()
            wait_until(lambda: _is_connected(process, port), log, pause=0.01)
            process.suspend()
        finally:
            starrocks.resume()
        return process


def _is_connected(process: psutil.Process, port: int) -> bool:
    return any(each.raddr and each.raddr.port == port for each in process.net_connections("tcp"))


def _processes(step: str, port: int) -> list[psutil.Process]:
    """The processes of a step that use the StarRocks at a port; other stacks may run on this machine."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[-2:] == ["apps.liontrack.pipeline", step]:
            with contextlib.suppress(psutil.Error):
                if process.environ().get("STARROCKS_PORT") == str(port):
                    found.append(process)
    return found


@pytest.fixture(scope="module")
def nightly(both: TestStack) -> Nightly:
    """The workflow of the shared stack; no other test has left events there."""
    made = Nightly(both)
    assert made.query("SELECT COUNT(*) AS n FROM liontrack_bronze.messages") == [{"n": 0}]
    return made


@pytest.mark.parametrize("service", ["seatunnel", "starrocks", "dolphinscheduler"])
def test_results_are_correct_after_kills_of_a_service_in_all_steps(nightly: Nightly, service: str) -> None:
    """Only the server's own process is killed, as `kill -9` does; tasks of the scheduler continue without it."""
    nightly.publish(wild(len(nightly.events), service))
    nightly.wait_until_stored()
    killed = []

    def kill(step: str) -> None:
        nightly.kill(service)
        killed.append(step)

    nightly.run(kill)
    assert killed == list(STEPS)
    check(nightly, nightly.events)
    wait_until(lambda: nightly.stack.command("status").status == 0, "a healthy stack")


def test_the_next_run_computes_events_that_arrived_during_a_run_and_a_repeated_run_changes_nothing(
    nightly: Nightly,
) -> None:
    """Some events of all days arrive in each step, and Zeta is killed after they are published."""
    chance = random.Random(1)
    events = wild(len(nightly.events), "late")
    late = [event for event in events if chance.random() < 0.2]
    nightly.publish([event for event in events if event not in late])
    nightly.wait_until_stored()

    def publish_and_kill(step: str) -> None:
        nightly.publish(late[list(STEPS).index(step) :: len(STEPS)])
        nightly.kill("seatunnel")

    nightly.run(publish_and_kill)
    nightly.wait_until_stored()
    nightly.run()
    check(nightly, nightly.events)
    results = nightly.results()
    assert all(results.values())

    nightly.run()
    assert nightly.results() == results
    check(nightly, nightly.events)
