"""Alerts that take long to raise. Each fires for a real cause and clears when the cause is gone.

`docs/monitoring.md` has the command that runs this file alone. The durations of the rules are shortened; their
expressions stay the same.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from alerting import Exercise, Expected, Times, Watch, Webhook, series, table
from causes import (
    broken_rule,
    broken_view,
    connected,
    killed,
    refused_loads,
    refusing,
    restart,
    slow_queries,
    stopped,
    suspended,
)
from causes_in_liontrack import TABLE, bad_report, failed_run
from causes_of_data import (
    TOPIC,
    events,
    forbidden,
    refusing_loads,
    silent,
    unwatched,
    waiting,
    without_starrocks,
    wrong_definition,
)
from causes_of_disks import MAY_MOUNT, filled, small_disk
from machine import TestStack

from infra.monitoring.rules import alerts
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(3600)]

PACE = 0.05
"""Factor of all durations: a window of 5 minutes has 15 seconds."""
INTERVAL = 2
PRODUCTS = ["ciapol", "liontrack"]
DISKS = ["DiskAlmostFull", "StarRocksDiskFilling", "DiskFullInADay"]
"""Alerts that only root can raise."""
TIMES: dict[str, Times] = {}
"""Measured by the tests of this file."""


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    receiver = Webhook()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def watch(stack: TestStack, webhook: Webhook) -> Iterator[Watch]:
    """The alerts of a stack with both products, short durations in rules and a separate DolphinScheduler worker."""
    stack.products = tuple(PRODUCTS)
    stack.configure(
        monitoring={"interval": INTERVAL, "alertPace": PACE},
        alertWebhook=webhook.url,
        dolphinScheduler={"topology": "cluster", "workers": 1, "heap": "320Mi"},
    )
    stack.up()
    with Watch(stack) as watching:
        yield watching
    stack.products = ("ciapol",)
    stack.configure(monitoring={}, dolphinScheduler={})
    stack.up()


@pytest.fixture(scope="module")
def disk(stack: TestStack, watch: Watch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The small disk that StarRocks' data are on."""
    with small_disk(stack, tmp_path_factory.mktemp("disk") / "image") as folder:
        yield folder


@pytest.fixture(scope="module", autouse=True)
def _early(request: pytest.FixtureRequest) -> None:
    """Mount the disk before the first test, because a trend needs minutes of samples."""
    if MAY_MOUNT:
        request.getfixturevalue("disk")


@pytest.fixture(scope="module", autouse=True)
def usual(stack: TestStack, watch: Watch) -> Iterator[ExitStack]:
    """The topic receives events until this ExitStack is closed."""
    with ExitStack() as publishing:
        publishing.enter_context(events(stack, "usual-1", a_second=0.2))
        yield publishing


def test_each_service_that_does_not_respond_raises_an_alert(stack: TestStack, watch: Watch) -> None:
    # Prometheus still returns the last values of services that were removed a few minutes ago.
    running = set(stack.processes()) - {"prometheus"}
    others = sorted(running & {each.metric["service"] for each in series(stack, "up")})
    assert len(others) > 10
    down = [Expected("ServiceDown", {"service": service}) for service in others]
    TIMES.update(watch.exercise(Exercise(lambda: suspended(stack, *others), down)))


def test_a_service_that_is_killed_repeatedly_raises_an_alert(stack: TestStack, watch: Watch) -> None:
    TIMES.update(watch.exercise(Exercise(lambda: killed(stack, "postgres-exporter"), [Expected("ServiceRestarting")])))


def test_planned_restarts_raise_no_alert(stack: TestStack, watch: Watch) -> None:
    since = time.monotonic()
    restart(stack, "postgres-exporter")
    window = f"{round(15 * 60 * PACE)}s"
    restarts = f'changes(process_start_time_seconds{{service="postgres-exporter"}}[{window}]) > 2'
    wait_until(lambda: series(stack, restarts), "three restarts in Prometheus", pause=INTERVAL)
    evaluated = (
        f'prometheus_rule_group_last_evaluation_timestamp_seconds{{rule_group=~".+platform-services"}} > {time.time()}'
    )
    wait_until(lambda: series(stack, evaluated), "an evaluation of the rules", pause=INTERVAL)
    wait_until(lambda: not series(stack, restarts), "the end of the window", pause=INTERVAL)
    assert watch.fired(Expected("ServiceRestarting", {"service": "postgres-exporter"}), since) == []


def test_a_stopped_postgresql_and_a_stopped_worker_raise_alerts(stack: TestStack, watch: Watch) -> None:
    worker = "dolphinscheduler-worker-0"
    TIMES.update(watch.exercise(Exercise(lambda: stopped(stack, worker), [Expected("MasterWithoutWorker")])))
    TIMES.update(watch.exercise(Exercise(lambda: stopped(stack, "postgres"), [Expected("PostgresDown")])))


def test_errors_of_monitoring_and_starrocks_raise_alerts(stack: TestStack, watch: Watch, webhook: Webhook) -> None:
    TIMES.update(
        watch.exercise(
            Exercise(lambda: broken_rule(stack), [Expected("RuleFailing")]),
            Exercise(lambda: refusing(stack, webhook), [Expected("AlertsNotSent")]),
            Exercise(lambda: refused_loads(stack), [Expected("StarRocksLoadFailures")]),
            Exercise(lambda: slow_queries(stack), [Expected("StarRocksSlowQueries")]),
            Exercise(lambda: broken_view(stack), [Expected("MaterializedViewRefreshFails")]),
        )
    )


def test_open_connections_and_waiting_messages_raise_alerts(stack: TestStack, watch: Watch) -> None:
    TIMES.update(
        watch.exercise(
            Exercise(lambda: connected(stack), [Expected("PostgresConnections")]),
            Exercise(lambda: waiting(stack), [Expected("ConsumerBacklog"), Expected("IngestLag")]),
        )
    )


def test_a_starrocks_that_does_not_respond_raises_alerts_of_apis_and_jobs(stack: TestStack, watch: Watch) -> None:
    raised = ["ApiErrorsFast", "ApiErrorsSlow", "ApiSlow", "CheckpointSlow"]
    TIMES.update(watch.exercise(Exercise(lambda: without_starrocks(stack), [Expected(name) for name in raised])))


def test_a_paused_keeper_and_its_stopped_job_raise_alerts(stack: TestStack, watch: Watch) -> None:
    TIMES.update(
        watch.exercise(Exercise(lambda: unwatched(stack), [Expected("WorkflowLate"), Expected("JobNotRunning")]))
    )


def test_a_workflow_without_its_grant_raises_alerts(stack: TestStack, watch: Watch) -> None:
    failed = Expected("WorkflowFailed", {"workflow": "quality_hourly"})
    TIMES.update(watch.exercise(Exercise(lambda: forbidden(stack), [failed, Expected("WorkflowRunFailed")])))


def test_a_job_that_fails_at_each_load_raises_an_alert(stack: TestStack, watch: Watch) -> None:
    topic = {"topic": TOPIC}
    TIMES.update(watch.exercise(Exercise(lambda: refusing_loads(stack), [Expected("JobRestartedByEngine", topic)])))


def test_a_job_that_the_engine_rejects_raises_an_alert(stack: TestStack, watch: Watch) -> None:
    job = {"streaming_job": "ciapol-ingest"}
    TIMES.update(watch.exercise(Exercise(lambda: wrong_definition(stack), [Expected("JobRestartingInALoop", job)])))


def test_a_failed_pipeline_and_a_bad_report_of_liontrack_raise_alerts(stack: TestStack, watch: Watch) -> None:
    TIMES.update(
        watch.exercise(
            Exercise(lambda: failed_run(stack), [Expected("LiontrackPipelineFailed")]),
            Exercise(lambda: bad_report(stack), [Expected("LiontrackDataQuality", {"table_name": TABLE})]),
        )
    )


def test_a_silent_station_with_gaps_raises_alerts(stack: TestStack, watch: Watch, tmp_path: Path) -> None:
    quiet = Expected("CiapolStationSilent", {"station": "quiet-1"})
    TIMES.update(watch.exercise(Exercise(lambda: silent(stack, tmp_path), [quiet, Expected("CiapolDataQuality")])))


def test_a_topic_without_events_raises_an_alert(stack: TestStack, watch: Watch, usual: ExitStack) -> None:
    window, habit = (f"{round(minutes * 60 * PACE)}s" for minutes in (15, 24 * 60))
    topic = TOPIC.removeprefix("persistent://")
    received = f"kappastack:topic_messages:increase{{topic='{topic}'}} > 0"
    usual_events = f"count_over_time(({received})[{habit}:{window}]) >= 16"
    wait_until(lambda: series(stack, usual_events), "16 intervals with events", within=1800, pause=INTERVAL)

    @contextmanager
    def silence() -> Iterator[None]:
        usual.close()
        yield
        usual.enter_context(events(stack, "usual-1", a_second=0.2))

    TIMES.update(watch.exercise(Exercise(silence, [Expected("TopicSilent", {"topic": topic})])))


@pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount a disk")
def test_a_full_disk_raises_alerts(stack: TestStack, watch: Watch, disk: Path) -> None:
    history = round(3 * 3600 * PACE)
    trend = f"node_filesystem_avail_bytes{{mountpoint='{disk}'}} offset {history}s"
    wait_until(lambda: series(stack, trend), "samples for a trend", within=3 * history, pause=INTERVAL)
    mounted = [Expected(name, {"mountpoint": str(disk)}) for name in ("DiskAlmostFull", "DiskFullInADay")]
    TIMES.update(watch.exercise(Exercise(lambda: filled(disk), [*mounted, Expected("StarRocksDiskFilling")])))


def test_the_tests_raised_every_alert_that_its_rule_assigns_to_them() -> None:
    rules = alerts(PRODUCTS)
    print("\n" + table(TIMES, rules))
    impossible = set() if MAY_MOUNT else set(DISKS)
    assert set(TIMES) == {name for name, rule in rules.items() if rule.tested == "long"} - impossible
