import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from apps.tasks.errors import TaskError
from apps.tasks.steps import LastRun, Pieces
from apps.tasks.windows import Window
from apps.tasks.zeta_job import Pace, run, stop
from seatunnel.client import zeta
from seatunnel.client.zeta import Zeta
from tests.unit.tasks.fake_zeta import FakeJob, FakeZeta, fake_zeta
from tests.unit.tasks.memory import Record, TestContext, context

DAY = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
PACE = Pace(poll=0.01, report=0.05, unreachable=5, unknown=0.1)


@pytest.fixture
def engine() -> Iterator[FakeZeta]:
    with fake_zeta() as running:
        running.on_submit = lambda _identity, job: setattr(job, "status", "FINISHED")
        yield running


def go(engine: FakeZeta, run_id: str = "1", window: Window = DAY) -> str:
    return run(context(engine.url, run=run_id), "aqi_hourly", window, None, PACE)


def test_a_job_is_submitted_once_and_finishes(engine: FakeZeta, capsys: pytest.CaptureFixture[str]) -> None:
    assert "aqi_hourly for 2026-01-01 00:00:00 to 2026-01-02 00:00:00 UTC" in go(engine)
    [identity] = engine.submitted
    job = engine.jobs[identity]
    assert not job.restored
    assert "2026-01-01 00:00:00" in json.dumps(job.definition)
    assert "password" not in json.dumps(job.definition).replace("password_file", "")
    assert "7 rows read, 5 rows written" in capsys.readouterr().out


def test_a_finished_job_is_not_repeated_in_the_same_run_only(engine: FakeZeta) -> None:
    go(engine)
    go(engine)
    assert len(engine.submitted) == 1
    go(engine, "2")
    assert len(set(engine.submitted)) == 2


def test_the_same_run_joins_its_running_job(engine: FakeZeta) -> None:
    engine.on_submit = lambda _identity, job: setattr(job, "status", "RUNNING")
    first = threading.Thread(target=go, args=(engine,))
    first.start()
    while not engine.submitted:
        first.join(0.01)
    second = threading.Thread(target=go, args=(engine,))
    second.start()
    second.join(0.3)
    assert second.is_alive()
    engine.jobs[engine.submitted[0]].status = "FINISHED"
    first.join(300)
    second.join(300)
    assert not first.is_alive()
    assert not second.is_alive()
    assert len(engine.submitted) == 1


def test_a_failure_has_the_engines_reason_and_the_retry_is_a_new_job(engine: FakeZeta) -> None:
    def fail(_identity: int, job: FakeJob) -> None:
        job.status, job.error = "FAILED", "Access denied\n\tat org.apache.X.y(X.java:1)\nCaused by: no such table"

    engine.on_submit = fail
    with pytest.raises(TaskError, match=r"is FAILED: Access denied\nCaused by: no such table$"):
        go(engine)
    engine.on_submit = lambda _identity, job: setattr(job, "status", "FINISHED")
    go(engine)
    assert len(set(engine.submitted)) == 2
    go(engine)
    assert len(engine.submitted) == 2


def test_the_engine_reports_a_failure_before_its_reason(engine: FakeZeta) -> None:
    def fail(_identity: int, job: FakeJob) -> None:
        job.status, job.error, job.unexplained = "FAILED", "Access denied", 3

    engine.on_submit = fail
    with pytest.raises(TaskError, match=r"is FAILED: Access denied$"):
        go(engine)


def test_a_failed_job_without_a_reason_is_a_failure(engine: FakeZeta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zeta, "REASON_SECONDS", 0.1)
    engine.on_submit = lambda _identity, job: setattr(job, "status", "FAILED")
    with pytest.raises(TaskError, match=r"is FAILED: the engine reports no reason$"):
        go(engine)


def test_a_cancelled_job_is_a_failure(engine: FakeZeta) -> None:
    engine.on_submit = lambda _identity, job: setattr(job, "status", "CANCELED")
    with pytest.raises(TaskError, match="is CANCELED: the engine reports no reason"):
        go(engine)


def test_a_job_that_the_engine_lost_is_submitted_again_under_its_id(engine: FakeZeta) -> None:
    engine.on_submit = lambda _identity, job: setattr(job, "status", "RUNNING")
    thread = threading.Thread(target=go, args=(engine,))
    thread.start()
    while not engine.submitted:
        thread.join(0.01)
    engine.down = True
    thread.join(0.1)
    engine.forget()
    engine.on_submit = lambda _identity, job: setattr(job, "status", "FINISHED")
    engine.down = False
    thread.join(300)
    assert not thread.is_alive()
    assert len(engine.submitted) == 2
    assert len(set(engine.submitted)) == 1


def test_an_engine_that_stays_unreachable_is_an_error() -> None:
    pace = Pace(poll=0.01, report=1, unreachable=0.1, unknown=1)
    with pytest.raises(TaskError, match=r"within 0 s: SeaTunnel does not respond at"):
        run(context(), "aqi_hourly", DAY, None, pace)


def test_a_job_whose_submission_is_in_progress_is_joined(engine: FakeZeta) -> None:
    """During a submission the engine briefly responds 500."""
    go(engine)
    engine.submitting = 2
    go(engine)
    assert len(engine.submitted) == 1


def test_the_error_names_an_unknown_job(engine: FakeZeta) -> None:
    with pytest.raises(TaskError, match=r"seatunnel/ciapol/aqi_daily.conf: No such file"):
        run(context(engine.url), "aqi_daily", DAY, None, PACE)


def pieces(given: TestContext) -> list[Pieces]:
    assert isinstance(given.record, Record)
    return given.record.noted


def test_pieces_run_in_order_and_completed_ones_are_not_repeated(engine: FakeZeta) -> None:
    window = Window(datetime(2013, 3, 1, tzinfo=UTC), datetime(2013, 9, 1, tzinfo=UTC))
    given = context(engine.url)
    details = run(given, "aqi_hourly", window, timedelta(days=31), PACE)
    assert details == "aqi_hourly for 2013-03-01 00:00:00 to 2013-09-01 00:00:00 UTC in 6 pieces"
    froms = [json.dumps(engine.jobs[identity].definition) for identity in engine.submitted]
    assert len(froms) == 6
    assert "2013-03-01 00:00:00" in froms[0]
    assert "2013-08-03 00:00:00" in froms[5]
    start, end = datetime(2013, 3, 1), datetime(2013, 9, 1)  # noqa: DTZ001 # as in StarRocks
    assert pieces(given) == [Pieces(start, end, 6, done) for done in range(7)]
    # After a restart the engine has no jobs, but the row contains the completed pieces.
    engine.forget()
    again = context(engine.url, last=LastRun("1", pieces(given)[4]))
    run(again, "aqi_hourly", window, timedelta(days=31), PACE)
    assert len(engine.submitted) == 8
    other_run = context(engine.url, run="2", last=LastRun("1", pieces(given)[4]))
    run(other_run, "aqi_hourly", window, timedelta(days=31), PACE)
    assert len(engine.submitted) == 14


def test_an_attempt_with_another_range_starts_at_its_first_piece(engine: FakeZeta) -> None:
    window = Window(datetime(2013, 3, 1, tzinfo=UTC), datetime(2013, 5, 1, tzinfo=UTC))
    start, end = datetime(2013, 3, 2), datetime(2013, 5, 1)  # noqa: DTZ001 # as in StarRocks
    given = context(engine.url, last=LastRun("1", Pieces(start, end, 2, 1)))
    run(given, "aqi_hourly", window, timedelta(days=31), PACE)
    assert len(engine.submitted) == 2


def test_a_stop_waits_for_the_end_and_accepts_an_ended_job(engine: FakeZeta) -> None:
    engine.jobs[3] = FakeJob("RUNNING", "j", {}, False)
    stop(Zeta(engine.url), 3, within=60)
    assert engine.jobs[3].status == "CANCELED"
    stop(Zeta(engine.url), 3, within=60)
    stop(Zeta(engine.url), 4, within=60, unknown=0)
    assert engine.stopped == [(3, False)]


def test_a_stop_is_repeated_until_the_job_ends(engine: FakeZeta) -> None:
    def lose_the_first(_identity: int, job: FakeJob, _savepoint: bool) -> None:
        job.status = "CANCELED" if len(engine.stopped) > 1 else "RUNNING"

    engine.on_stop = lose_the_first
    engine.jobs[3] = FakeJob("RUNNING", "j", {}, False)
    engine.broken.add(3)
    threading.Timer(0.3, engine.broken.clear).start()
    stop(Zeta(engine.url), 3, within=60)
    assert engine.jobs[3].status == "CANCELED"
    assert engine.stopped == [(3, False), (3, False)]


def test_a_stop_waits_for_a_submission_in_progress(engine: FakeZeta) -> None:
    threading.Timer(0.3, lambda: engine.jobs.update({3: FakeJob("RUNNING", "j", {}, False)})).start()
    stop(Zeta(engine.url), 3, within=60)
    assert engine.jobs[3].status == "CANCELED"


def test_a_failed_stop_names_the_engines_error(engine: FakeZeta) -> None:
    engine.broken.add(3)
    with pytest.raises(TimeoutError, match=r"job 3 .*an internal error"):
        stop(Zeta(engine.url), 3, within=0.2)
