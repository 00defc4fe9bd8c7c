"""Archive runs that are killed at any step: every acknowledged row is readable exactly once at every moment."""

import json
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from seatunnel.client.definition import job_id
from tests.integration.api.platform import Emulator
from tests.integration.tasks.ingest import TABLE, Ingest, Message, months_ago, sample
from tests.integration.tasks.stack import STACK, Stack, utc_now, wait
from tests.unit.tasks.fake_zeta import FakeJob, FakeZeta, fake_zeta
from tests.waiting import PATIENCE, is_busy

pytestmark = pytest.mark.integration

JOB = job_id(STACK, "ingest")
ARCHIVE = "sensor_measurements_archive_zeta"
OPTIONS = ("--table", TABLE, "--archive", ARCHIVE, "--time-column", "measured_at", "--version-column", "published_at")
SHORT_LEASE = (
    "import apps.tasks.lease as lease\n"
    "lease.LEASE_SECONDS, lease.MARGIN_SECONDS, lease.RENEW_SECONDS, lease._SETTLE_SECONDS = 6, 2, 1, 0.1\n"
)

KILL = """
import os, signal
from apps.shared.starrocks import StarRocks
from seatunnel.client.rest import Rest
calls = 0
def dying(original):
    def call(*arguments, **options):
        global calls
        calls += 1
        if calls == {at} and {before}:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*arguments, **options)
        if calls == {at}:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    return call
StarRocks._run, Rest.request = dying(StarRocks._run), dying(Rest.request)
StarRocks.change_guarded = dying(StarRocks.change_guarded)
import atexit
atexit.register(lambda: print("calls:", calls))
"""


@pytest.fixture
def engine() -> Iterator[FakeZeta]:
    with fake_zeta() as running:
        yield running


@pytest.fixture
def ingest(starrocks: Emulator, engine: FakeZeta) -> Iterator[Ingest]:
    for table in (TABLE, ARCHIVE):
        starrocks.execute(f"TRUNCATE TABLE {table}")
    definition: dict[str, object] = {"env": {}, "source": [], "sink": []}
    starrocks.execute(
        "DELETE FROM kappastack.streaming_jobs WHERE job_id <> 0",
        "INSERT INTO kappastack.streaming_jobs (job_id, product, name, definition, wanted, failures) "
        f"VALUES ({JOB}, 'ciapol', 'ingest', '{json.dumps(definition)}', 'running', 0)",
    )
    engine.jobs[JOB] = FakeJob("RUNNING", "ingest", {}, True)
    running = Ingest(starrocks, engine, JOB, sample(utc_now()))
    try:
        wait(lambda: running.drained)
        yield running
    finally:
        running.end()


@pytest.fixture
def stack(starrocks: Emulator, engine: FakeZeta, tmp_path: Path) -> Stack:
    starrocks.execute("DELETE FROM kappastack.pipeline_steps WHERE product <> ''")
    return Stack(starrocks, tmp_path / "stack", engine.url)


def nothing_lost_nothing_twice(ingest: Ingest) -> None:
    with ingest.engine.lock:
        found, expected = ingest.found(), ingest.expected()
    assert len(found) == len(set(found)), "doubled"
    assert set(found) == expected


def old_partitions(starrocks: Emulator) -> list[str]:
    cutoff = f"p{months_ago(13, utc_now()):%Y%m}"
    names = [str(row[1]) for row in starrocks.execute(f"SHOW PARTITIONS FROM {TABLE}")]
    return sorted(name for name in names if re.fullmatch(r"p\d{6}", name) and name < cutoff)


def late(ingest: Ingest, rng: random.Random, count: int) -> None:
    """Publish late rows of old months: new rows, corrections, and older versions from a repeated replay."""
    now = utc_now()
    for _ in range(count):
        number = len(ingest.messages)
        old = rng.choice(ingest.messages)
        kind = rng.randrange(3)
        if kind == 0:
            at = months_ago(rng.randrange(14, 18), now) + timedelta(minutes=rng.randrange(40_000))
            ingest.messages.append(Message(f"S-{rng.randrange(3)}", at, rng.random(), now, number))
        elif kind == 1:
            ingest.messages.append(replace(old, pm25=rng.random(), published_at=now, number=number))
        else:
            ingest.messages.append(replace(old, published_at=old.measured_at, pm25=-1.0, number=number))


def test_old_months_move_and_recent_ones_stay(stack: Stack, ingest: Ingest, starrocks: Emulator) -> None:
    assert len(old_partitions(starrocks)) == 4
    code, log = stack.run(stack.command("archive", *OPTIONS), SHORT_LEASE)
    assert code == 0, log
    assert "archived 4 months" in log
    assert old_partitions(starrocks) == []
    assert starrocks.execute(f"SELECT COUNT(*) FROM {ARCHIVE}") == [(160,)]
    nothing_lost_nothing_twice(ingest)
    assert ingest.engine.jobs[JOB].status == "RUNNING"
    assert ingest.engine.stopped == [(JOB, True)]
    held = starrocks.execute("SELECT held_by, held_until FROM kappastack.streaming_jobs")
    assert held == [(None, None)]
    code, log = stack.run(stack.command("archive", *OPTIONS, run="2"), SHORT_LEASE)
    assert (code, "nothing is older" in log) == (0, True), log
    assert stack.step()["state"] == "succeeded"


def test_late_rows_of_an_archived_month_are_upserted_by_the_next_run(
    stack: Stack, ingest: Ingest, starrocks: Emulator
) -> None:
    assert stack.run(stack.command("archive", *OPTIONS), SHORT_LEASE)[0] == 0
    late(ingest, random.Random(1), 100)
    wait(lambda: ingest.drained)
    nothing_lost_nothing_twice(ingest)
    code, log = stack.run(stack.command("archive", *OPTIONS, run="2"), SHORT_LEASE)
    assert code == 0, log
    assert old_partitions(starrocks) == []
    nothing_lost_nothing_twice(ingest)


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(
            "original(self, month).replace('WHERE archived', 'WHERE live.pm25 > 0 AND archived')", id="missing rows"
        ),
        pytest.param("original(self, month).replace('live.pm25,', 'live.pm25 + 1e-9,')", id="another value"),
    ],
)
def test_a_difference_is_reported_and_nothing_is_dropped(
    stack: Stack, ingest: Ingest, starrocks: Emulator, spoiled: str
) -> None:
    spoil = (
        "from apps.tasks.archive_sql import Tables\n"
        f"original, Tables.copy = Tables.copy, lambda self, month: {spoiled}\n"
    )
    code, log = stack.run(stack.command("archive", *OPTIONS), SHORT_LEASE + spoil)
    assert code == 1
    assert "nothing was dropped" in log
    assert len(old_partitions(starrocks)) == 4
    wait(lambda: ingest.engine.jobs[JOB].status == "RUNNING")
    assert stack.step()["state"] == "failed"


def test_the_keeper_recovers_from_a_killed_archive(stack: Stack, ingest: Ingest, starrocks: Emulator) -> None:
    at = "import os, signal, apps.tasks.archive as archive\n"
    at += "archive._Archive._compare = lambda self, month: os.kill(os.getpid(), signal.SIGKILL)\n"
    code, log = stack.run(stack.command("archive", *OPTIONS), SHORT_LEASE + at)
    assert code == -9
    assert ingest.engine.jobs[JOB].status == "SAVEPOINT_DONE"
    wait(lambda: stack.step()["state"] == "killed")
    code, log = stack.run(stack.command("keep-running", task="keeper"))
    assert code == 0
    assert "is kept stopped by" in log
    assert ingest.engine.jobs[JOB].status == "SAVEPOINT_DONE"
    wait(lambda: lease_is_over(starrocks))
    code, log = stack.run(stack.command("keep-running", task="keeper"))
    assert "was restarted" in log, log
    assert ingest.engine.jobs[JOB].status == "RUNNING"
    nothing_lost_nothing_twice(ingest)


def lease_is_over(starrocks: Emulator) -> bool:
    return starrocks.execute("SELECT COUNT(*) FROM kappastack.streaming_jobs WHERE held_until > UTC_TIMESTAMP()") == [
        (0,)
    ]


def test_ingestion_restarts_within_a_minute_after_its_lease_holder_is_killed(
    stack: Stack, ingest: Ingest, starrocks: Emulator
) -> None:
    """Lease and keeper have their deployed settings: the keeper runs once a minute and checks for 50 s."""
    holder = stack.start(stack.command("archive", *OPTIONS), "import time, apps.tasks.archive as archive\n" + HANG)
    wait(lambda: ingest.engine.jobs[JOB].status == "SAVEPOINT_DONE")
    # While the holder runs it renews its lease, and the keeper does not start the job.
    code, log = stack.run(stack.command("keep-running", "--watch", "40", task="keeper"))
    assert (code, "is kept stopped by" in log, "was restarted" in log) == (0, True, False), log
    keeper = stack.start(stack.command("keep-running", "--watch", "50", task="keeper"))
    holder.kill()
    begin = time.monotonic()
    wait(lambda: ingest.engine.jobs[JOB].status == "RUNNING" or keeper.poll() is not None)
    if keeper.poll() is not None:
        keeper = stack.start(stack.command("keep-running", "--watch", "50", task="keeper"))
        wait(lambda: ingest.engine.jobs[JOB].status == "RUNNING")
    seconds = time.monotonic() - begin
    keeper.terminate()
    keeper.communicate(timeout=PATIENCE)
    holder.communicate(timeout=PATIENCE)
    print(f"the ingest job ran again {seconds:.1f} s after the holder of the lease was killed")
    assert seconds < 60 or is_busy()
    nothing_lost_nothing_twice(ingest)


HANG = "archive._Archive._compare = lambda self, month: time.sleep(600)\n"

STAND_STILL = """
import os, signal
from apps.shared.starrocks import StarRocks
original = StarRocks.change_guarded
def stands_still(*arguments):
    os.kill(os.getpid(), signal.SIGSTOP)
    return original(*arguments)
StarRocks.change_guarded = stands_still
"""

UNANSWERED = """
from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksUnreachable
original = StarRocks.change_guarded
def unanswered(*arguments):
    original(*arguments)
    raise StarRocksUnreachable("StarRocks does not respond")
StarRocks.change_guarded = unanswered
"""


def is_suspended(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


def test_a_holder_that_was_suspended_drops_nothing_while_the_job_writes(
    stack: Stack, ingest: Ingest, starrocks: Emulator
) -> None:
    """The process is suspended between its last check of the lease and the drop, until the job runs again."""
    holder = stack.start(stack.command("archive", *OPTIONS), SHORT_LEASE + STAND_STILL)
    wait(lambda: holder.poll() is not None or is_suspended(holder.pid))
    assert holder.poll() is None
    wait(lambda: lease_is_over(starrocks))
    late(ingest, random.Random(5), 200)
    wait_until_running(stack, ingest)
    nothing_lost_nothing_twice(ingest)
    os.kill(holder.pid, signal.SIGCONT)
    output, _ = holder.communicate(timeout=PATIENCE)
    assert holder.returncode == 1
    assert "the lease on ingest was lost: try again" in output
    nothing_lost_nothing_twice(ingest)
    assert len(old_partitions(starrocks)) == 4
    assert ingest.engine.jobs[JOB].status == "RUNNING"


def test_after_a_drop_without_a_response_the_lease_is_kept_until_it_expires(
    stack: Stack, ingest: Ingest, starrocks: Emulator
) -> None:
    """The statement may still be in progress, so the jobs start only after its time limit."""
    code, log = stack.run(stack.command("archive", *OPTIONS), SHORT_LEASE + UNANSWERED)
    assert code == 1, log
    assert ingest.engine.jobs[JOB].status == "SAVEPOINT_DONE"
    wait_until_running(stack, ingest)
    nothing_lost_nothing_twice(ingest)


def calls_of(log: str) -> int:
    match = re.search(r"^calls: (\d+)$", log, re.MULTILINE)
    assert match, log
    return int(match[1])


def wait_until_running(stack: Stack, ingest: Ingest) -> None:
    """Wait until the job runs again. The keeper starts it if a slow machine let the tests' short lease expire."""

    def running() -> bool:
        if JOB not in ingest.engine.jobs or ingest.engine.jobs[JOB].status != "RUNNING":
            stack.run(stack.command("keep-running", task="keeper"))
        return JOB in ingest.engine.jobs and ingest.engine.jobs[JOB].status == "RUNNING" and ingest.drained

    wait(running)


def killed_at_every_step(stack: Stack, ingest: Ingest, starrocks: Emulator, steps: list[int], total: int) -> None:
    rng = random.Random(7)
    for at in steps:
        late(ingest, rng, 25)
        before = rng.random() < 0.5
        process = stack.start(
            stack.command("archive", *OPTIONS, run=str(at)), SHORT_LEASE + KILL.format(at=at, before=before)
        )
        while process.poll() is None:
            late(ingest, rng, 1)
            time.sleep(0.05)
        process.communicate()
        nothing_lost_nothing_twice(ingest)
        if rng.random() < 0.5:
            stack.run(stack.command("keep-running", task="keeper"))
            nothing_lost_nothing_twice(ingest)
        code, log = stack.run(stack.command("archive", *OPTIONS, run=str(at)), SHORT_LEASE)
        assert code == 0, f"step {at} of {total}: {log}"
        nothing_lost_nothing_twice(ingest)
        wait_until_running(stack, ingest)
    code, log = stack.run(stack.command("archive", *OPTIONS, run="last"), SHORT_LEASE)
    assert code == 0, log
    assert old_partitions(starrocks) == []
    nothing_lost_nothing_twice(ingest)


def steps_of_one_run(stack: Stack, ingest: Ingest) -> int:
    late(ingest, random.Random(3), 60)
    wait(lambda: ingest.drained)
    code, log = stack.run(stack.command("archive", *OPTIONS, run="0"), SHORT_LEASE + KILL.format(at=-1, before=True))
    assert code == 0, log
    return calls_of(log)


def test_an_archive_may_be_killed_at_some_steps(stack: Stack, ingest: Ingest, starrocks: Emulator) -> None:
    total = steps_of_one_run(stack, ingest)
    assert total > 30
    steps = sorted(random.Random(11).sample(range(3, total + 1), 4))
    killed_at_every_step(stack, ingest, starrocks, steps, total)


def services_killed_meanwhile(stack: Stack, ingest: Ingest, starrocks: Emulator, rounds: int) -> None:
    """Kill StarRocks or the engine at a random moment of each archive run."""
    rng = random.Random(rounds)
    for number in range(rounds):
        late(ingest, rng, 40)
        process = stack.start(stack.command("archive", *OPTIONS, run=f"m{number}"), SHORT_LEASE)
        time.sleep(rng.uniform(0.5, 4))
        if rng.random() < 0.6:
            # The fake ingest job must have no load in progress. The archive's statements may be in progress.
            with ingest.engine.lock:
                starrocks.kill()
                starrocks.start()
        else:
            with ingest.engine.lock:
                ingest.engine.forget()
        process.communicate(timeout=300)
        nothing_lost_nothing_twice(ingest)
        for _ in range(3):
            code, log = stack.run(stack.command("archive", *OPTIONS, run=f"m{number}"), SHORT_LEASE)
            nothing_lost_nothing_twice(ingest)
            if code == 0:
                break
        assert code == 0, log
        wait_until_running(stack, ingest)
    assert stack.run(stack.command("archive", *OPTIONS, run="last"), SHORT_LEASE)[0] == 0
    assert old_partitions(starrocks) == []
    nothing_lost_nothing_twice(ingest)


def test_starrocks_or_the_engine_may_be_killed_during_an_archive(
    stack: Stack, ingest: Ingest, starrocks: Emulator
) -> None:
    services_killed_meanwhile(stack, ingest, starrocks, 3)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_starrocks_or_the_engine_may_be_killed_during_many_archives(
    stack: Stack, ingest: Ingest, starrocks: Emulator
) -> None:
    services_killed_meanwhile(stack, ingest, starrocks, 30)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_an_archive_may_be_killed_at_every_step(stack: Stack, ingest: Ingest, starrocks: Emulator) -> None:
    total = steps_of_one_run(stack, ingest)
    killed_at_every_step(stack, ingest, starrocks, list(range(1, total + 1)), total)
