"""Products beside CIAPOL on a real Docker Engine: they are added to a running stack, used, and removed again."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean

import httpx
import pytest
from measurements import count, from_sample, raw_counts, write_csv
from replaying import Replay, wait_for_count
from scheduler import Scheduler
from traces import traces
from tracking import JOBS, WORKFLOW, Tracking

from infra.resources.dolphinscheduler.runs import RunState
from infra.settings import ROOT
from infra.targets.docker import names
from tests.claimed_ports import CLAIMS
from tests.cluster.checkout import copy_checkout
from tests.cluster.docker_stack import DockerStack
from tests.integration.liontrack import reference
from tests.integration.liontrack.comparison import TODAY, check, wild
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(3600)]

KEPT = ("ciapol-api", "postgres", "pulsar", "starrocks")
"""Services that do not depend on the other products of the stack."""
MEASUREMENTS = 1_000


def replay(stack: DockerStack, folder: Path, prefix: str) -> None:
    """Publish measurements of CIAPOL, and wait until all of them are stored."""
    path = folder / f"{prefix}.csv"
    write_csv(path, list(from_sample(MEASUREMENTS, prefix=prefix)))
    assert Replay(stack, path).finish() == MEASUREMENTS
    wait_for_count(stack, prefix, MEASUREMENTS)


def kept(stack: DockerStack, *further: str) -> dict[str, str]:
    """Ids of the containers that must not be replaced."""
    return {service: str(each.id) for service, each in stack.containers().items() if service in (*KEPT, *further)}


def parts(stack: DockerStack, product: str) -> list[str]:
    """Names of a product's containers, volumes, networks and files."""
    prefix = names.container(stack.name, product)
    listed = (
        stack.client.containers.list(all=True, ignore_removed=True),
        stack.client.volumes.list(),
        stack.client.networks.list(),
    )
    found = [str(each.name) for kind in listed for each in kind if str(each.name).startswith(prefix)]
    services = stack.folder / stack.name / "services"
    return found + [str(path) for path in services.rglob("*") if product in path.name]


@pytest.fixture(scope="module")
def both(stack: DockerStack) -> Iterator[DockerStack]:
    """The shared stack with both products. Afterwards it has CIAPOL alone, even if a test failed."""
    before = kept(stack)
    stack.products = ("ciapol", "liontrack")
    stack.configure()
    stack.up()
    assert kept(stack) == before
    yield stack
    stack.products = ("ciapol",)
    stack.configure()
    stack.up()


def test_the_smoke_tests_of_both_products_pass(both: DockerStack) -> None:
    outcome = both.smoke()
    assert outcome.status == 0, outcome.output[-7000:]
    status = both.command("status")
    assert status.status == 0, status.output
    assert "liontrack-api" in status.output


def test_the_workflow_and_the_lists_agree_with_an_independent_computation(both: DockerStack) -> None:
    tracking = Tracking(both)
    assert tracking.query("SELECT COUNT(*) AS n FROM liontrack_bronze.messages") == [{"n": 0}]
    tracking.publish(wild(0, "dev"))
    tracking.wait_until_stored()
    scheduler = Scheduler(both, "liontrack")
    yesterday = TODAY - timedelta(days=1)
    run = scheduler.start(WORKFLOW, **{"from": f"{yesterday}T00:00:00Z", "to": f"{TODAY}T00:00:00Z"})
    assert scheduler.ended(run, within=2 * PATIENCE).state == RunState.SUCCESS, scheduler.log(run)
    check(tracking, tracking.events)

    def listed(path: str, name: str) -> list[dict[str, object]]:
        answer = httpx.get(f"{both.url('liontrack-api', 'http')}/api/analytics/{path}", timeout=PATIENCE)
        rows: list[dict[str, object]] = answer.raise_for_status().json()[name]
        return rows

    [latest] = tracking.query("SELECT MAX(metric_date) AS day FROM liontrack_gold.lions_metrics")
    until = latest["day"]
    # The latest date is later than TODAY if the test runs past midnight.
    assert isinstance(until, date)
    days = reference.lion_days(reference.positions(tracking.events, {}))
    metrics = reference.metrics(days, reference.weights(tracking.events), until)
    today = {lion: each for (lion, day), each in metrics.items() if day == until}
    lions = {str(row["lion_id"]): row for row in listed("lions", "lions")}
    assert lions.keys() == today.keys()
    for lion, each in today.items():
        assert lions[lion]["tracking_frequency"] == each.tracking_frequency
        assert lions[lion]["health_score"] == pytest.approx(each.health_score, abs=1e-4)
    scores = [each["health_score"] for each in listed("leaderboard/lions", "items")]
    expected = sorted((each.health_score for each in today.values() if each.health_score is not None), reverse=True)
    assert scores == pytest.approx(expected, abs=1e-4)

    engagement: dict[str, list[float]] = {}
    for (user, day), (_, _, score) in reference.engagement(tracking.events).items():
        if day > datetime.now(UTC).date() - timedelta(days=30):
            engagement.setdefault(user, []).append(score)
    leaders = {str(row["user_id"]): row["engagement_score"] for row in listed("leaderboard/users", "items")}
    assert leaders == pytest.approx({user: mean(each) for user, each in engagement.items()})


@pytest.fixture
def copied(both: DockerStack, tmp_path: Path) -> Iterator[DockerStack]:
    """The stack, whose commands run in a copy of this checkout. Afterwards they run in this checkout again."""
    products, file = both.products, both.file
    both.root = copy_checkout(tmp_path / "checkout")
    shutil.copy(file, both.file)
    yield both
    both.products, both.root = products, ROOT
    both.configure()
    both.up()


def test_a_generated_product_is_deployed_beside_the_others_and_removed(copied: DockerStack) -> None:
    before = kept(copied, "liontrack-api")
    port = next(port for port in range(4_700, 4_800) if CLAIMS.claim({port + copied.offset}))
    command = [sys.executable, "-m", "tools.new_product", "weather", "--port", str(port), "--stack", copied.name]
    made = copied._run(command, 600)
    assert made.status == 0, made.output
    copied.up()
    smoke = copied.smoke("-v")
    assert smoke.status == 0, smoke.output[-7000:]
    for product in (*copied.products, "weather"):
        assert f"smoke_tests/{product}/" in smoke.output
    assert {"SHOW DATABASES", "tenants of Pulsar", "page", "job ingest"} <= traces(copied, "weather", ["ingest"])

    copied.configure()
    copied.up()
    assert traces(copied, "weather", ["ingest"]) == set()
    assert parts(copied, "weather") == []
    assert kept(copied, "liontrack-api") == before


def test_a_removed_product_leaves_nothing_and_the_other_product_is_unchanged(both: DockerStack, tmp_path: Path) -> None:
    replay(both, tmp_path, "beside")
    before, everything = kept(both), traces(both, "liontrack", JOBS)
    assert {"SHOW DATABASES", "tenants of Pulsar", "projects of DolphinScheduler", "page"} <= everything
    raw = raw_counts(both.name, "beside")

    both.products = ("ciapol",)
    both.configure()
    outcome = both.up()
    assert outcome.resources["deleted"] > 0, outcome.output[-5000:]
    assert traces(both, "liontrack", JOBS) == set()
    assert parts(both, "liontrack") == []

    assert kept(both) == before
    assert count(both.name, "beside") == MEASUREMENTS
    assert raw_counts(both.name, "beside") == raw
    replay(both, tmp_path, "alone")
    smoke = both.smoke()
    assert smoke.status == 0, smoke.output[-7000:]
    assert set(both.up().resources) == {"unchanged"}
