"""No alert fires under normal load and during planned work: deployments, a change of all servers, `down` and `up`.

`docs/monitoring.md` has the command that runs this file alone. Rules and intervals are those of a stack with default
settings.
"""

import time
from collections.abc import Iterator

import pytest
from alerting import series
from causes_of_data import events, requests
from machine import TestStack
from measurements import query

from tests.waiting import PATIENCE, is_busy, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(6000)]

NORMAL_LOAD = 30 * 60.0
"""Seconds of normal load."""
AFTERWARDS = 6 * 60.0
"""Seconds of load after planned work, longer than the duration after which a stopped job or service raises an alert."""
STATIONS = 5
ON_BUSY_MACHINES = {"ApiSlow", "CheckpointSlow", "StarRocksSlowQueries"}
"""Alerts about durations, which other programs on this machine can raise."""
CHANGED = {
    "pulsar": {"heap": "336Mi"},
    "seatunnel": {"heap": "400Mi"},
    "dolphinScheduler": {"heap": "496Mi"},
}
"""Settings whose change replaces processes."""


class Alerts:
    """The alerts of a stack since a time, as its Prometheus has stored them."""

    def __init__(self, stack: TestStack) -> None:
        """Begin now."""
        self._stack = stack
        self._begin = time.time()

    def found(self, state: str) -> set[str]:
        """Alerts that were `pending` or `firing`, each with its labels."""
        since = max(1, round(time.time() - self._begin))
        found = series(self._stack, f'count_over_time(ALERTS{{alertstate="{state}"}}[{since}s])')
        return {_shown(each.metric) for each in found}

    def check(self, during: str) -> None:
        """Print the alerts that were pending; fail if one fired."""
        for each in sorted(self.found("pending")):
            print(f"{during}: pending: {each}")
        steps = query(self._stack.name, "SELECT * FROM kappastack.pipeline_steps")
        assert self.unexpected() == set(), f"{during}; steps: {steps}"

    def unexpected(self) -> set[str]:
        """Alerts that fired, on a busy machine without those about durations."""
        tolerated = ON_BUSY_MACHINES if is_busy() else set()
        return {each for each in self.found("firing") if each.split("{")[0] not in tolerated}


def _shown(labels: dict[str, str]) -> str:
    others = {name: value for name, value in labels.items() if name not in {"alertname", "alertstate"}}
    return f"{labels['alertname']}{others}"


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """A stack with both products that no other test has disturbed."""
    made = TestStack(tmp_path_factory.mktemp("calm") / "state", products=("ciapol", "liontrack"))
    try:
        made.up()
        yield made
    finally:
        made.destroy()


@pytest.fixture(scope="module")
def found(calm: TestStack) -> Alerts:
    return Alerts(calm)


def under_load(stack: TestStack, alerts: Alerts, seconds: float) -> None:
    """Publish events and call the APIs for some time, or until an alert fires."""
    began = time.monotonic()
    with events(stack, "calm-1", a_second=STATIONS), requests(stack):
        wait_until(
            lambda: alerts.unexpected() or time.monotonic() - began >= seconds,
            "the end of the load",
            within=seconds + PATIENCE,
            pause=15,
        )


def test_a_second_up_raises_no_alert(calm: TestStack, found: Alerts) -> None:
    calm.up()
    found.check("a second up")


def test_normal_load_raises_no_alert(calm: TestStack, found: Alerts) -> None:
    under_load(calm, found, NORMAL_LOAD)
    found.check("normal load")


def test_a_change_of_all_servers_raises_no_alert(calm: TestStack, found: Alerts) -> None:
    before = calm.processes()
    calm.configure(**CHANGED)
    calm.up()
    after = calm.processes()
    changed = {name for name in before if before[name].pid != after[name].pid}
    assert {"pulsar", "seatunnel", "dolphinscheduler"} <= changed
    under_load(calm, found, AFTERWARDS)
    found.check("a change of all servers")


def test_down_and_up_raise_no_alert(calm: TestStack, found: Alerts) -> None:
    outcome = calm.command("down")
    assert outcome.status == 0, outcome.output
    calm.up()
    under_load(calm, found, AFTERWARDS)
    found.check("down and up")
