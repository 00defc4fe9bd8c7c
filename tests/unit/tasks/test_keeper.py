from collections.abc import Iterator

import pytest

from apps.shared.streaming_jobs import RESTART_SECONDS, JobState, StreamingJob
from apps.tasks.keeper import STABLE_SECONDS, _Found, _Keeper
from tests.unit.tasks.fake_zeta import FakeJob, FakeZeta, fake_zeta
from tests.unit.tasks.memory import DEFINITION, JobsInMemory, TestContext, context, streaming_job
from tests.waiting import PATIENCE


@pytest.fixture
def engine() -> Iterator[FakeZeta]:
    with fake_zeta() as running:
        yield running


def look(
    engine: FakeZeta, job: StreamingJob, jobs: JobsInMemory | None = None
) -> tuple[JobsInMemory, TestContext, _Found]:
    table = jobs or JobsInMemory(job)
    given, found = context(engine.url), _Found()
    _Keeper(given, table, given.zeta(timeout=PATIENCE), job, found).look()
    return table, given, found


def ended(engine: FakeZeta, status: str, error: str | None = None) -> None:
    engine.jobs[7] = FakeJob(status, "ciapol-ingest", {}, True, error)


@pytest.mark.parametrize("status", ["SCHEDULED", "RUNNING", "DOING_SAVEPOINT"])
def test_a_running_job_is_not_changed(engine: FakeZeta, status: str) -> None:
    ended(engine, status)
    table, _, found = look(engine, streaming_job())
    assert table.noted == [(JobState.RUNNING, 0)]
    assert engine.submitted == []
    assert found.lines == ["ciapol-ingest runs"]


@pytest.mark.parametrize("status", ["FAILED", "CANCELED", "SAVEPOINT_DONE", "FINISHED", None])
def test_a_stopped_job_is_restarted_from_its_checkpoint(engine: FakeZeta, status: str | None) -> None:
    if status:
        ended(engine, status, "a reason" if status == "FAILED" else None)
    table, given, found = look(engine, streaming_job())
    assert engine.submitted == [7]
    assert engine.jobs[7].restored
    assert engine.jobs[7].definition == DEFINITION
    at_fault = 1 if status in {"FAILED", "FINISHED"} else 0
    assert table.noted == [(JobState.RESTARTING, at_fault), (JobState.RUNNING, at_fault)]
    assert given.alerts.sent == []
    assert found.problems == []


def test_a_job_is_given_up_after_the_third_failure_in_a_row(engine: FakeZeta) -> None:
    ended(engine, "FAILED", "topic does not exist")
    table, given, found = look(engine, streaming_job(failures=2, since_restart=60))
    assert engine.submitted == []
    assert table.noted == [(JobState.GIVEN_UP, 3)]
    [(severity, title, text)] = given.alerts.sent
    assert severity == "critical"
    assert "ciapol-ingest failed 3 times in a row" in title
    assert "topic does not exist" in text
    assert found.problems


def test_the_reason_of_a_failure_is_noted_although_the_engine_reports_it_later(engine: FakeZeta) -> None:
    ended(engine, "FAILED", "topic does not exist")
    engine.jobs[7].unexplained = 3
    _, given, _ = look(engine, streaming_job(failures=2, since_restart=60))
    [(_, _, text)] = given.alerts.sent
    assert "topic does not exist" in text


def test_a_given_up_job_is_neither_restarted_nor_alerted_again(engine: FakeZeta) -> None:
    ended(engine, "FAILED", "topic")
    table, given, found = look(engine, streaming_job(failures=3, state=JobState.GIVEN_UP, reason="topic"))
    assert (engine.submitted, given.alerts.sent, found.problems) == ([], [], [])
    assert table.noted == [(JobState.GIVEN_UP, 3)]


def test_a_recovered_given_up_job_is_alerted_once(engine: FakeZeta) -> None:
    ended(engine, "RUNNING")
    table, given, _ = look(engine, streaming_job(failures=3, state=JobState.GIVEN_UP))
    assert [severity for severity, _, _ in given.alerts.sent] == ["resolved"]
    assert table.noted == [(JobState.RUNNING, 0)]


@pytest.mark.parametrize(("since", "failures"), [(STABLE_SECONDS - 1, 2), (STABLE_SECONDS, 0)])
def test_failures_are_reset_after_a_stable_run(engine: FakeZeta, since: int, failures: int) -> None:
    ended(engine, "RUNNING")
    table, _, _ = look(engine, streaming_job(failures=2, state=JobState.RUNNING, since_restart=since))
    assert table.noted == [(JobState.RUNNING, failures)]


def test_held_and_deliberately_stopped_jobs_are_not_restarted(engine: FakeZeta) -> None:
    ended(engine, "SAVEPOINT_DONE")
    held, _, _ = look(engine, streaming_job(held_by="archive", hold_left=10))
    stopped, _, _ = look(engine, streaming_job(wanted_running=False))
    assert (held.noted, stopped.noted) == ([(JobState.HELD, 0)], [(JobState.STOPPED, 0)])
    assert engine.submitted == []


@pytest.mark.parametrize("changes", [{"wanted_running": False}, {"held_by": "archive", "hold_left": 200}])
def test_a_concurrent_stop_or_lease_prevents_the_restart(engine: FakeZeta, changes: dict[str, object]) -> None:
    ended(engine, "SAVEPOINT_DONE")
    jobs = JobsInMemory(streaming_job())
    jobs.before_find = [streaming_job(**changes)]
    table, _, _ = look(engine, streaming_job(), jobs)
    assert engine.submitted == []
    assert table.noted[0] == (JobState.RESTARTING, 0)
    assert table.noted[1][0] in {JobState.HELD, JobState.STOPPED}


def test_an_expired_lease_is_removed_before_the_restart(engine: FakeZeta) -> None:
    ended(engine, "SAVEPOINT_DONE")
    table, _, _ = look(engine, streaming_job(held_by="archive", hold_left=0))
    assert table.noted == [(JobState.RESTARTING, 0), (JobState.HELD, -1), (JobState.RUNNING, 0)]
    assert engine.submitted == [7]


def test_a_rejected_definition_counts_as_a_failure(engine: FakeZeta) -> None:
    engine.refuse = "No such plugin"
    table, _, found = look(engine, streaming_job(failures=1))
    assert table.noted[-1] == (JobState.STOPPED, 2)
    assert "No such plugin" in found.problems[0]
    table, given, _ = look(engine, streaming_job(failures=2))
    assert table.noted[-1] == (JobState.GIVEN_UP, 3)
    assert given.alerts.sent


def test_an_unreachable_engine_is_not_a_failure_of_the_job(engine: FakeZeta) -> None:
    engine.down = True
    table, given, found = look(engine, streaming_job(failures=1))
    assert table.noted == [(JobState.UNREACHABLE, 1)]
    assert "does not respond" in found.problems[0]
    assert given.alerts.sent == []
    table, given, _ = look(engine, streaming_job(state=JobState.UNREACHABLE, since_restart=179))
    assert (table.noted, given.alerts.sent) == ([(JobState.UNREACHABLE, 0)], [])
    table, given, _ = look(engine, streaming_job(state=JobState.UNREACHABLE, since_restart=180))
    assert table.noted == [(JobState.DOWN, 0)]
    assert [severity for severity, _, _ in given.alerts.sent] == ["critical"]
    table, given, _ = look(engine, streaming_job(state=JobState.DOWN, since_restart=240))
    assert (table.noted, given.alerts.sent) == ([(JobState.DOWN, 0)], [])
    engine.down = False
    table, given, _ = look(engine, streaming_job(state=JobState.DOWN, since_restart=300))
    assert [severity for severity, _, _ in given.alerts.sent] == ["resolved"]
    assert table.noted[-1] == (JobState.RUNNING, 0)


def test_a_later_check_records_only_changes(engine: FakeZeta) -> None:
    ended(engine, "RUNNING")
    job = streaming_job(state=JobState.RUNNING)
    table, given, found = look(engine, job)
    found.again = True
    _Keeper(given, table, given.zeta(timeout=PATIENCE), job, found).look()
    assert table.noted == [(JobState.RUNNING, 0)]
    assert found.lines == ["ciapol-ingest runs"]
    ended(engine, "SAVEPOINT_DONE")
    _Keeper(given, table, given.zeta(timeout=PATIENCE), job, found).look()
    assert table.noted[1:] == [(JobState.RESTARTING, 0), (JobState.RUNNING, 0)]


def test_the_restarting_mark_of_a_killed_keeper_expires() -> None:
    assert streaming_job(state=JobState.RESTARTING, since_check=RESTART_SECONDS - 1).being_restarted
    assert not streaming_job(state=JobState.RESTARTING, since_check=RESTART_SECONDS).being_restarted
    assert not streaming_job(state=JobState.RUNNING, since_check=0).being_restarted
