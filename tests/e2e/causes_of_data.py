"""Causes of alerts in jobs, workflows and data, each a context in which the cause exists."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pulsar
from causes import suspended
from machine import TestStack
from measurements import Measurement as Measured
from measurements import query, write_csv
from replaying import Replay
from scheduler import Scheduler

from apps.ciapol.sensors.event import Measurement, encode
from apps.ciapol.sensors.schema import EncodedJsonSchema
from infra.resources.connections import token_file
from infra.resources.dolphinscheduler.runs import RunState
from infra.services import pulsar_roles
from seatunnel.client.definition import job_id
from seatunnel.client.zeta import JobStatus, Zeta
from tests.waiting import PATIENCE, wait_until

TOPIC = "persistent://ciapol/air/sensor-measurements"
MARK = "gaps"
CALLERS = 8
MESSAGES_A_SECOND = 1500


@contextmanager
def repeated(action: Callable[[], None], *, pause: float, workers: int = 1) -> Iterator[None]:
    """An action runs again and again in threads, with a pause after each time."""
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            action()
            ended.wait(pause)

    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(work) for _ in range(workers)]
        try:
            yield
        finally:
            ended.set()
            for each in running:
                each.result()


@contextmanager
def requests(stack: TestStack) -> Iterator[None]:
    """Clients that call CIAPOL's API."""
    url = f"{stack.url('ciapol-api', 'http')}/api/v1/stations"
    with httpx.Client(timeout=60) as client:

        def call() -> None:
            with suppress(httpx.HTTPError):
                client.get(url)

        with repeated(call, pause=0.2, workers=CALLERS):
            yield


@contextmanager
def events(stack: TestStack, station: str, *, a_second: float) -> Iterator[Callable[[], int]]:
    """One event after another is published, without batches. Yields a function that returns their number.

    Pulsar counts a backlog in batches, so a batch of events would count as one.
    """
    client = pulsar.Client(
        stack.url("pulsar", "broker"),
        authentication=pulsar.AuthenticationToken(
            token_file(stack.name, pulsar_roles.token("ciapol-sensors")).read_text()
        ),
        logger=pulsar.FileLogger(pulsar.LoggerLevel.Error, "/dev/null"),
    )
    sent = 0
    try:
        producer = client.create_producer(
            TOPIC,
            schema=EncodedJsonSchema(),
            batching_enabled=False,
            block_if_queue_full=True,
            send_timeout_millis=int(1000 * PATIENCE),
        )

        def publish() -> None:
            nonlocal sent
            payload = encode(Measurement(station, datetime.now(UTC), {"pm25": 10.0 + sent % 10}))
            producer.send_async(payload, lambda _result, _message: None, partition_key=station)
            sent += 1

        with repeated(publish, pause=1 / a_second):
            yield lambda: sent
        producer.flush()
    finally:
        client.close()


@contextmanager
def waiting(stack: TestStack) -> Iterator[None]:
    """Events are published while the engine is suspended. Afterwards all of them are stored."""
    with suspended(stack, "seatunnel"), events(stack, "wait-1", a_second=MESSAGES_A_SECOND) as sent:
        yield
    wait_until(lambda: _raw(stack, "wait-1") == sent(), lambda: f"{sent()} events, stored {_raw(stack, 'wait-1')}")


def _raw(stack: TestStack, station: str) -> int:
    [[count]] = query(stack.name, f"SELECT COUNT(*) FROM raw_measurements_zeta WHERE station_id = '{station}'")
    return int(str(count))


@contextmanager
def without_starrocks(stack: TestStack) -> Iterator[None]:
    """StarRocks is suspended while events arrive and clients call the API."""
    with requests(stack), events(stack, "slow-1", a_second=2), suspended(stack, "starrocks"):
        yield


@contextmanager
def refusing_loads(stack: TestStack) -> Iterator[None]:
    """The engine restarts the ingest job again and again, because a grant was revoked. Then all events are stored."""
    grant = "INSERT ON TABLE ciapol_analytics.raw_measurements_zeta"
    with events(stack, "again-1", a_second=2) as sent:
        query(stack.name, f"REVOKE {grant} FROM ROLE ciapol_loader")
        try:
            yield
        finally:
            query(stack.name, f"GRANT {grant} TO ROLE ciapol_loader")
    wait_until(lambda: _raw(stack, "again-1") == sent(), lambda: f"{sent()} events, stored {_raw(stack, 'again-1')}")


@contextmanager
def wrong_definition(stack: TestStack) -> Iterator[None]:
    """The engine rejects the ingest job, whose definition was edited by hand. Then a deployment has repaired it."""
    edited = """REPLACE(definition, '"plugin_name":"', '"plugin_name":"No')"""
    identity = job_id(stack.name, "ciapol-ingest")
    query(stack.name, f"UPDATE kappastack.streaming_jobs SET definition = {edited} WHERE job_id = {identity}")
    try:
        _stop_job(stack)
        yield
    finally:
        stack.up()


@contextmanager
def unwatched(stack: TestStack) -> Iterator[None]:
    """The schedule of the jobs' keeper is paused, and the ingest job was stopped by hand."""
    scheduler = Scheduler(stack, "platform")
    scheduler.pause("jobs_keep_running")
    try:
        _stop_job(stack)
        yield
    finally:
        scheduler.resume("jobs_keep_running")


def _stop_job(stack: TestStack) -> None:
    zeta = Zeta(stack.url("seatunnel", "rest"))
    identity = job_id(stack.name, "ciapol-ingest")
    zeta.stop(identity, savepoint=False)
    zeta.wait(identity, frozenset({JobStatus.CANCELED, JobStatus.UNKNOWN}), within=PATIENCE)


@contextmanager
def forbidden(stack: TestStack) -> Iterator[None]:
    """A workflow has failed, because a grant was revoked. Afterwards it has succeeded."""
    grant = "INSERT ON TABLE ciapol_analytics.data_quality_hourly_zeta"
    scheduler = Scheduler(stack)
    scheduler.edit_task("quality_hourly", "quality", failRetryTimes=0)
    query(stack.name, f"REVOKE {grant} FROM ROLE ciapol_scheduler_role")
    try:
        assert scheduler.ended(scheduler.start("quality_hourly")).state == RunState.FAILURE
        yield
    finally:
        query(stack.name, f"GRANT {grant} TO ROLE ciapol_scheduler_role")
    run_quality(stack)


def run_quality(stack: TestStack) -> None:
    """Compute the quality of the measurements."""
    scheduler = Scheduler(stack)
    run = scheduler.ended(scheduler.start("quality_hourly"))
    assert run.state == RunState.SUCCESS, scheduler.log(run)


@contextmanager
def silent(stack: TestStack, folder: Path) -> Iterator[None]:
    """A station sent a measurement a minute for hours, then few, then none. Afterwards none is missing.

    The stations of other tests are marked as test stations meanwhile, so that their gaps do not count.
    """
    query(
        stack.name,
        "INSERT INTO test_stations (station_id, run, created_at) "
        f"SELECT DISTINCT station_id, '{MARK}', UTC_TIMESTAMP() "
        "FROM sensor_measurements_zeta WHERE station_id <> 'quiet-1'",
    )
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    last_hour = [hour - timedelta(minutes=minute) for minute in range(60, 0, -1)]
    before = [time - timedelta(hours=hours) for hours in range(5, 0, -1) for time in last_hour]
    try:
        _publish(stack, folder / "few.csv", [*before, *last_hour[:10]])
        run_quality(stack)
        yield
        _publish(stack, folder / "rest.csv", [*last_hour[10:], datetime.now(UTC)])
        run_quality(stack)
    finally:
        query(stack.name, f"DELETE FROM test_stations WHERE run = '{MARK}'")


def _publish(stack: TestStack, path: Path, times: list[datetime]) -> None:
    values = ("10", "20", "5", "5", "5", "500", "20", "1000", "2")
    measurements = [Measured("quiet-1", time, values) for time in sorted(set(times))]
    write_csv(path, measurements)
    before = _raw(stack, "quiet-1")
    assert Replay(stack, path).finish() == len(measurements)
    wait_until(lambda: _raw(stack, "quiet-1") == before + len(measurements), "the station's measurements")
