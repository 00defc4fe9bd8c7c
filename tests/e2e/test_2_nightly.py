"""LionTrack's nightly workflow while a service is killed during each of its six steps.

All tables are compared with an independent computation. `test_2_products.py` removes the product.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil
import pytest
from machine import TestStack
from scheduler import Scheduler

from apps.liontrack.pipeline.__main__ import STEPS
from apps.liontrack.producers.events import Event
from apps.liontrack.producers.publisher import Publisher
from apps.shared.starrocks import Cell
from infra.resources.connections import token_file
from infra.resources.dolphinscheduler.runs import RunState
from infra.resources.starrocks.client import session
from infra.services import pulsar_roles
from tests.integration.liontrack.comparison import check, wild
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(5400)]

_SLICE = 0.005
"""Seconds."""
WORKFLOW = "liontrack_bigdata_pipeline"


@dataclass
class Nightly:
    """The workflow of a stack, and the events that the stack has."""

    stack: TestStack
    events: list[Event] = field(default_factory=list)

    def query(self, statement: str) -> list[dict[str, Cell]]:
        """Run a query as root and return its rows."""
        with session(self.stack.name, "starrocks", "root") as root:
            return root.query(statement)

    def publish(self, events: Sequence[Event]) -> None:
        """Publish events, and wait until Pulsar has stored them."""
        token = token_file(self.stack.name, pulsar_roles.token("liontrack-app"))
        with Publisher(self.stack.url("pulsar", "broker"), token) as publisher:
            assert all(publisher.publish(event) for event in events)
            assert publisher.flush()
        self.events += events

    def wait_until_stored(self) -> None:
        """Wait until bronze has every published event."""

        def stored() -> object:
            return self.query("SELECT COUNT(*) AS n FROM liontrack_bronze.messages")[0]["n"]

        wait_until(
            lambda: stored() == len(self.events), lambda: f"{stored()} of {len(self.events)}", within=2 * PATIENCE
        )

    def run(self, in_step: Callable[[str], None] = lambda _: None) -> None:
        """Run the workflow; it must succeed.

        Args:
            in_step: called with the name of each step, while its process is suspended in its work.
        """
        scheduler = Scheduler(self.stack, "liontrack")
        run = scheduler.start(WORKFLOW)
        for step in STEPS:
            process = self._suspended(step, lambda: scheduler.log(run))
            try:
                in_step(step)
            finally:
                process.resume()
        ended = scheduler.ended(run, within=4 * PATIENCE)
        assert ended.state == RunState.SUCCESS, scheduler.log(run)

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
        while not any(each.raddr and each.raddr.port == port for each in process.net_connections("tcp")):
            # It runs in slices that are shorter than a step, so that it cannot end before it is suspended.
            process.resume()
            time.sleep(_SLICE)
            process.suspend()
        return process


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
        wait_until(lambda: nightly.stack.processes()[service].state == "RUNNING", f"{service} after its last kill")
        nightly.stack.kill_without_children(service)
        killed.append(step)

    nightly.run(kill)
    assert killed == list(STEPS)
    check(nightly, nightly.events)
    wait_until(lambda: nightly.stack.command("status").status == 0, "a healthy stack")
