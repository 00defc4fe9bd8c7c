"""Workflows during which services are killed. They succeed, and no row is lost or duplicated."""

import contextlib
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from machine import TestStack
from measurements import from_sample, query, write_csv
from replaying import Replay, wait_for_count
from scheduler import Scheduler

from apps.shared.starrocks import Row
from infra.resources.dolphinscheduler.runs import ENDED, Run, RunState, last_runs
from infra.resources.http import ServiceError
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

ROWS_A_MONTH = 4000
MONTHS_BACK = (16, 18, 19)
KILLS = 20
SEED = 5
LONGEST_DELAY = 3.0  # seconds in which all tasks of the workflows start
BEGIN, END = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
STATIONS = 5
COLUMNS = (
    "event_id, pm25, pm10, so2, no2, o3, co, temperature, pressure, humidity, wind_speed, message_id, published_at"
)


@pytest.fixture(scope="module", autouse=True)
def _measured(stack: TestStack, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Five stations with one measurement per minute, in a month that no other test uses."""
    path = tmp_path_factory.mktemp("workflows") / "work.csv"
    measurements = list(from_sample(20_000, prefix="work", stations=STATIONS))
    write_csv(path, measurements)
    assert Replay(stack, path).finish() == len(measurements)
    wait_for_count(stack, "work", len(measurements))


def old_rows(stack: TestStack, prefix: str) -> list[Row]:
    """Insert months older than the retention into the real-time table, and return their rows."""
    for months in MONTHS_BACK:
        query(
            stack.name,
            f"INSERT INTO sensor_measurements_zeta (station_id, measured_at, {COLUMNS}) "
            f"SELECT REPLACE(station_id, 'work-', '{prefix}-'), DATE_SUB(measured_at, INTERVAL {months} MONTH), "
            f"{COLUMNS} FROM sensor_measurements_zeta WHERE station_id LIKE 'work-%' ORDER BY measured_at, station_id "
            f"LIMIT {ROWS_A_MONTH}",
        )
    return everything(stack, "sensor_measurements_zeta", prefix)


def everything(stack: TestStack, table: str, prefix: str) -> list[Row]:
    """All rows of the stations whose IDs start with a prefix, ordered by their key."""
    return query(
        stack.name,
        f"SELECT station_id, measured_at, {COLUMNS} FROM {table} WHERE station_id LIKE '{prefix}-%' "
        "ORDER BY station_id, measured_at",
    )


def indices(stack: TestStack) -> list[Row]:
    """The index rows of the stations `work-…`, ordered by their key, without the time of computation."""
    return query(
        stack.name,
        "SELECT station_id, hour_start, aqi, dominant_pollutant, aqi_pm25, aqi_pm10, aqi_o3, aqi_co, aqi_no2, aqi_so2, "
        "pm25_nowcast, pm10_nowcast, measurements FROM aqi_hourly_zeta WHERE station_id LIKE 'work-%' "
        "ORDER BY station_id, hour_start",
    )


@pytest.fixture(scope="module")
def right(stack: TestStack) -> list[Row]:
    """The result of an undisturbed backfill, which a second backfill must not change."""
    scheduler = Scheduler(stack)
    results = []
    for _ in range(2):
        run = scheduler.ended(scheduler.start("aqi_hourly", **{"from": BEGIN, "to": END}))
        assert run.state == RunState.SUCCESS, scheduler.log(run)
        results.append(indices(stack))
    hours = query(
        stack.name,
        "SELECT COUNT(*) FROM (SELECT DISTINCT station_id, DATE_TRUNC('hour', measured_at) "
        "FROM sensor_measurements_zeta WHERE station_id LIKE 'work-%') hours",
    )
    assert len(results[0]) == hours[0][0]
    assert results[0] == results[1]
    return results[0]


def kill_in_the_middle(stack: TestStack, service: str, right: list[Row], prefix: str) -> None:
    """Run both workflows concurrently, and kill the service while their tasks execute."""
    expected = old_rows(stack, prefix)
    assert len(expected) == len(MONTHS_BACK) * ROWS_A_MONTH
    query(stack.name, "DELETE FROM aqi_hourly_zeta WHERE station_id LIKE 'work-%'")
    scheduler = Scheduler(stack)
    index = scheduler.start("aqi_hourly", **{"from": BEGIN, "to": END})
    archive = scheduler.start("archive_monthly")
    worker = scheduler.wait_for_task(index)
    stack.kill(worker if service == "worker" else service)
    for run in (index, archive):
        ended = scheduler.ended(run)
        assert ended.state == RunState.SUCCESS, scheduler.log(run)
    assert indices(stack) == right
    assert everything(stack, "sensor_measurements_archive_zeta", prefix) == expected
    assert everything(stack, "sensor_measurements_zeta", prefix) == []
    assert everything(stack, "all_measurements", prefix) == expected
    wait_until(lambda: stack.command("status").status == 0, "a healthy stack")


@pytest.mark.parametrize("service", ["dolphinscheduler", "postgres", "seatunnel", "starrocks"])
def test_work_continues_after_a_kill(stack: TestStack, right: list[Row], service: str) -> None:
    kill_in_the_middle(stack, service, right, f"one{service}")


@pytest.mark.long
@pytest.mark.timeout(6000)
def test_every_workflow_succeeds_although_postgres_is_killed_at_random_moments(stack: TestStack) -> None:
    kinds = ("aqi_hourly", "archive_monthly", "quality_hourly", "predict_hourly", "aqi_hourly", "quality_hourly")
    schedulers = [Scheduler(stack) for _ in kinds]
    first = schedulers[0]

    def begin(scheduler: Scheduler, kind: str) -> None:
        # PostgreSQL may end before the server has stored the run.
        with contextlib.suppress(ServiceError, TimeoutError):
            scheduler.start(kind)

    def runs() -> list[Run]:
        return last_runs(first.server, first.code, limit=500)

    def idle() -> bool:
        with contextlib.suppress(ServiceError):
            return all(run.state in ENDED for run in runs())
        return False

    before = {run.id for run in runs()}
    chance = random.Random(SEED)
    for number in range(KILLS):
        delay = chance.uniform(0, LONGEST_DELAY)
        with ThreadPoolExecutor(len(kinds)) as pool:
            begun = [pool.submit(begin, *each) for each in zip(schedulers, kinds, strict=True)]
            # The delay is the input of this test, not a wait for a condition.
            time.sleep(delay)
            stack.kill("postgres")
            for each in begun:
                each.result()
        wait_until(idle, f"the end of the workflows that kill {number} (after {delay:.2f} s) interrupted")
    mine = [run for run in runs() if run.id not in before]
    assert len(mine) > KILLS
    # A second run of archive_monthly that starts beside another one is skipped.
    wrong = [run for run in mine if run.state != RunState.SUCCESS and (run.state, run.name[:7]) != ("STOP", "archive")]
    assert wrong == []


@pytest.fixture(scope="module")
def separate(stack: TestStack) -> TestStack:
    """The stack with separate DolphinScheduler servers, two of them workers."""
    stack.configure(dolphinScheduler={"topology": "cluster", "workers": 2, "heap": "320Mi"})
    stack.up()
    assert {name for name in stack.processes() if name.startswith("dolphinscheduler")} == {
        "dolphinscheduler",
        "dolphinscheduler-alert",
        "dolphinscheduler-master",
        "dolphinscheduler-registry",
        "dolphinscheduler-worker-0",
        "dolphinscheduler-worker-1",
    }
    assert set(stack.up().resources) == {"unchanged"}
    return stack


@pytest.mark.parametrize(
    "service",
    [
        "worker",
        "dolphinscheduler-master",
        pytest.param("postgres", marks=pytest.mark.long),
        pytest.param("seatunnel", marks=pytest.mark.long),
        pytest.param("dolphinscheduler-registry", marks=pytest.mark.long),
    ],
)
def test_work_continues_after_a_kill_of_a_separate_server(separate: TestStack, right: list[Row], service: str) -> None:
    kill_in_the_middle(separate, service, right, f"sep{service.removeprefix('dolphinscheduler-')}")
