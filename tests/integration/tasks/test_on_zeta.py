"""Batch jobs and the keeper on a real engine: killed tasks, a killed engine, jobs that fail."""

import json
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from seatunnel.client.definition import Definition, job_id
from seatunnel.client.zeta import STOPPED, JobStatus
from tests.generated_job import generated
from tests.integration.api.platform import Emulator
from tests.integration.tasks.ingest import COLUMNS
from tests.integration.tasks.stack import STACK, Stack, utc_now, wait, webhook
from tests.integration.tasks.zeta_process import ZetaProcess
from tests.unit.sql import aqi_reference as reference
from tests.unit.sql.aqi_reference import POLLUTANTS
from tests.waiting import PATIENCE

pytestmark = pytest.mark.integration

JOB = job_id(STACK, "ingest")


@pytest.fixture(scope="module")
def zeta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZetaProcess]:
    running = ZetaProcess(tmp_path_factory.mktemp("zeta"))
    running.start()
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def stack(starrocks: Emulator, zeta: ZetaProcess, tmp_path: Path) -> Stack:
    starrocks.execute("DELETE FROM kappastack.pipeline_steps WHERE product <> ''")
    starrocks.execute("DELETE FROM kappastack.streaming_jobs WHERE job_id <> 0")
    return Stack(starrocks, tmp_path / "stack", zeta.url)


def files(stack: Stack, definition: Definition) -> str:
    """Write the definition of a job `slow`, and return Python code that makes a task find it."""
    folder = stack.folder / "products" / "seatunnel" / "ciapol"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "slow.conf").write_text(json.dumps(definition))
    root = stack.folder / "products"
    return f"import pathlib\nimport apps.tasks.settings as s\ns.product_files = lambda: pathlib.Path({str(root)!r})\n"


def piece(run: str, attempt: int = 0) -> int:
    return job_id(STACK, f"ciapol/w/t/{run}/0/{attempt}")


def running(zeta: ZetaProcess, identity: int) -> bool:
    info = zeta.client.info(identity)
    return info.status == JobStatus.RUNNING and info.received > 0


def test_a_repeated_hourly_index_writes_the_same_rows(stack: Stack, starrocks: Emulator, zeta: ZetaProcess) -> None:
    now = utc_now()
    rows = [
        ("ABJ-001", now - timedelta(minutes=20 * index), "e", 10.0 + index % 7, "1:1:0:-1", now) for index in range(100)
    ]
    starrocks.insert("sensor_measurements_zeta", COLUMNS, rows)
    command = stack.command("zeta-job", "--job", "aqi_hourly", "--window", "48h", run="hourly")
    code, log = stack.run(command)
    assert code == 0, log
    query = "SELECT station_id, hour_start, aqi, dominant_pollutant, measurements, computed_at FROM aqi_hourly_zeta"
    first = sorted(starrocks.execute(query))
    assert len(first) >= 33
    assert sum(int(str(row[4])) for row in first) == 100
    identity = piece("hourly")
    assert zeta.client.status(identity) == JobStatus.FINISHED
    code, log = stack.run(command)
    assert (code, "has finished already" in log) == (0, True), log
    assert sorted(starrocks.execute(query)) == first
    code, log = stack.run(stack.command("zeta-job", "--job", "aqi_hourly", "--window", "48h", run="again"))
    assert code == 0, log
    assert [row[:5] for row in sorted(starrocks.execute(query))] == [row[:5] for row in first]


def loading(stack: Stack, mode: str, table: str, password_file: Path) -> Definition:
    """A job that fails: it loads a column that its table does not have."""
    return generated(mode, 2) | {
        "sink": [
            {
                "plugin_name": "StarRocks",
                "source_table_name": ["numbers"],
                "nodeUrls": [f"127.0.0.1:{stack.starrocks.server.fe_http_port}"],
                "base-url": f"jdbc:mysql://127.0.0.1:{stack.starrocks.server.mysql_port}",
                "username": "ciapol_scheduler",
                "password_file": str(password_file),
                "database": "ciapol_analytics",
                "table": table,
                "starrocks.config": {"format": "JSON", "strip_outer_array": "true"},
            }
        ]
    }


def test_a_failure_is_reported_and_the_retry_is_a_new_job(stack: Stack, zeta: ZetaProcess) -> None:
    wrong = stack.folder / "wrong"
    wrong.write_text("wrong\n")
    prelude = files(stack, loading(stack, "BATCH", "aqi_hourly_zeta", wrong))
    command = stack.command("zeta-job", "--job", "slow", run="wrong")
    code, log = stack.run(command, prelude)
    assert code == 1
    print(log)
    assert "denied" in log.lower()
    assert "\tat " not in log
    assert "denied" in str(stack.step()["last_error"]).lower()
    code, log = stack.run(command, files(stack, generated("BATCH", 1)))
    assert code == 0, log
    assert zeta.client.status(piece("wrong")) == JobStatus.FAILED
    assert zeta.client.status(piece("wrong", 1)) == JobStatus.FINISHED


def test_a_rejected_definition_creates_no_job(stack: Stack, zeta: ZetaProcess) -> None:
    broken = generated("BATCH", 1, plugin_name="Nonsense")
    command = stack.command("zeta-job", "--job", "slow", run="refused")
    code, log = stack.run(command, files(stack, broken))
    assert code == 1
    assert "Nonsense" in log
    assert zeta.client.status(piece("refused")) == JobStatus.UNKNOWN


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_killed_task_stops_its_job(stack: Stack, zeta: ZetaProcess, number: signal.Signals, status: int) -> None:
    prelude = files(stack, generated("BATCH", 300))
    run = f"killed-{number}"
    process = stack.start(stack.command("zeta-job", "--job", "slow", run=run), prelude)
    wait(lambda: running(zeta, piece(run)))
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == status, output
    wait(lambda: zeta.client.status(piece(run)) in STOPPED)
    ended = zeta.client.info(piece(run))
    # The engine seldom reports another state than CANCELED for a job that it has canceled.
    assert ended.status != JobStatus.FINISHED, (ended, output)
    assert piece(run) not in {job.id for job in zeta.client.running()}
    wait(lambda: stack.step()["state"] == "killed")


def test_a_second_start_of_a_run_joins_its_job(stack: Stack, zeta: ZetaProcess) -> None:
    """After the kill of a worker, its task's old process and the restarted one may wait for the same job."""
    prelude = files(stack, generated("BATCH", 8))
    command = stack.command("zeta-job", "--job", "slow", run="joined")
    survivor = stack.start(command, prelude)
    wait(lambda: running(zeta, piece("joined")))
    code, log = stack.run(command, prelude)
    assert (code, "waiting for it" in log) == (0, True), log
    assert "80 rows read, 80 rows written" in log
    output, _ = survivor.communicate(timeout=PATIENCE)
    assert survivor.returncode == 0, output
    assert zeta.client.status(piece("joined", 1)) == JobStatus.UNKNOWN


def test_a_task_waits_for_a_killed_engine_and_submits_the_job_again(stack: Stack, zeta: ZetaProcess) -> None:
    process = stack.start(
        stack.command("zeta-job", "--job", "slow", run="restart"), files(stack, generated("BATCH", 8))
    )
    wait(lambda: running(zeta, piece("restart")))
    zeta.kill()
    zeta.start()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    assert "has lost job" in output
    assert "80 rows read, 80 rows written" in output


def note_job(stack: Stack, definition: Definition) -> None:
    stack.starrocks.insert(
        "kappastack.streaming_jobs",
        ("job_id", "product", "name", "definition", "wanted", "failures"),
        [(JOB, "ciapol", "ingest", json.dumps(definition), "running", 0)],
    )


def keep(stack: Stack) -> tuple[int, str]:
    return stack.run(stack.command("keep-running", task="keeper"))


def test_a_streaming_job_is_restarted_after_any_kind_of_stop(stack: Stack, zeta: ZetaProcess) -> None:
    note_job(stack, generated("STREAMING", 3600))
    code, log = keep(stack)
    assert (code, "ingest was restarted" in log) == (0, True), log
    wait(lambda: running(zeta, JOB))
    code, log = keep(stack)
    assert (code, log) == (0, "ingest runs\ndone: ingest runs\n")
    zeta.client.stop(JOB, savepoint=False)
    wait(lambda: zeta.client.status(JOB) in STOPPED)
    stopped = zeta.client.status(JOB)
    _, log = keep(stack)
    assert "ingest was restarted" in log
    assert stopped != JobStatus.CANCELED or "it was stopped" in log
    wait(lambda: running(zeta, JOB))
    zeta.kill()
    code, log = keep(stack)
    assert (code, "does not respond" in log) == (1, True), log
    zeta.start()
    code, log = keep(stack)
    assert (code, "the engine has no such job" in log) == (0, True), log
    wait(lambda: running(zeta, JOB))
    [(failures, state)] = stack.starrocks.execute("SELECT failures, state FROM kappastack.streaming_jobs")
    assert (failures, state) == (0, "running")
    zeta.client.stop(JOB, savepoint=False)


def test_after_three_failures_in_a_row_a_job_is_given_up_with_its_reason(stack: Stack, zeta: ZetaProcess) -> None:
    wrong = stack.folder / "wrong"
    wrong.write_text("wrong\n")
    broken = loading(stack, "STREAMING", "aqi_hourly_zeta", wrong)
    note_job(stack, broken)
    with webhook() as (url, received):
        stack.write(webhook=url)
        for _ in range(8):
            keep(stack)
            [(failures, state, reason)] = stack.starrocks.execute(
                "SELECT failures, state, reason FROM kappastack.streaming_jobs"
            )
            if state == "given_up":
                break
            wait(lambda: zeta.client.status(JOB) in {JobStatus.FAILED, JobStatus.CANCELED, JobStatus.UNKNOWN})
        assert (failures, state) == (3, "given_up")
        assert "denied" in str(reason).lower()
        code, log = keep(stack)
        assert (code, "is no longer restarted" in log) == (0, True), log
        assert [alert["severity"] for alert in received] == ["critical"]
        assert "denied" in received[0]["text"].lower()


def four_years() -> pd.DataFrame:
    """Hourly measurements of one station with gaps of every length."""
    rng = np.random.default_rng(5)
    hours = pd.date_range("2013-03-01", "2017-02-28 23:00", freq="h")
    level = np.exp(rng.normal(0, 1, len(hours))[:, None] + rng.normal(0, 0.3, (len(hours), len(POLLUTANTS))))
    values = np.round(level * np.array([60, 90, 20, 50, 60, 1000]), 1)
    values[rng.random(values.shape) < 0.03] = np.nan
    rows = pd.DataFrame(values, columns=list(POLLUTANTS)).assign(station_id="backfill", measured_at=hours)
    gone = rng.random(len(hours)) < 0.02
    gone[1000:1100] = True
    return rows[~gone][["station_id", "measured_at", *POLLUTANTS]]


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_backfill_of_four_years_equals_an_independent_computation(
    stack: Stack, starrocks: Emulator, zeta: ZetaProcess
) -> None:
    """The backfill and its engine are killed during the run. A second backfill changes nothing."""
    rows = four_years()
    loaded = rows.assign(message_id="1:1:0:-1", published_at=utc_now())
    starrocks.load(
        "sensor_measurements_zeta", list(loaded.columns), loaded.to_csv(index=False, header=False, na_rep="\\N")
    )
    options = ("--job", "aqi_hourly", "--from", "2013-03-01", "--to", "2017-03-01", "--chunk", "31d")
    command = stack.command("zeta-job", *options, run="backfill")
    begin = time.monotonic()
    process = stack.start(command)
    pieces = "SELECT pieces_total FROM kappastack.pipeline_steps WHERE pieces_done >= 10"
    wait(lambda: starrocks.execute(pieces) == [(48,)], within=600)
    process.kill()
    process.communicate()
    zeta.kill()
    zeta.start()
    code, log = stack.run(command, within=900)
    assert code == 0, log
    assert "pieces were done by an earlier attempt of this run" in log
    print(f"48 pieces in {time.monotonic() - begin:.0f} s")
    expected = reference.aqi_hourly(rows)
    columns = ", ".join(expected.columns)
    query = f"SELECT {columns} FROM aqi_hourly_zeta WHERE station_id = 'backfill' ORDER BY hour_start"
    first = starrocks.execute(query)
    found = pd.DataFrame(first, columns=list(expected.columns))
    found = found.astype(dict.fromkeys((name for name in found.columns if name.startswith("aqi")), "Int64"))
    assert len(found) == len(rows) > 34_000
    assert_frame_equal(found, expected, check_dtype=False, check_exact=False, atol=1e-8, rtol=0)
    code, log = stack.run(stack.command("zeta-job", *options, run="again"), within=900)
    assert code == 0, log
    assert starrocks.execute(query) == first
