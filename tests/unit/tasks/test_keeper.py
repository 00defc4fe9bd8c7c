from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.shared.streaming_jobs import RESTART_SECONDS, JobState, StreamingJob
from apps.tasks import keeper
from apps.tasks.keeper import STABLE_SECONDS, _Found, check_jobs
from apps.tasks.keeper_findings import keeper_findings
from apps.tasks.steps import LastRun, Step
from tests.unit.tasks.fake_zeta import FakeJob, FakeZeta, fake_zeta
from tests.unit.tasks.memory import DEFINITION, JobsInMemory, TestContext, context, streaming_job
from tests.waiting import PATIENCE

STEP = Step("platform", "jobs_keep_running", "keep_running", "1", 60)
OPEN = frozenset({"ciapol/ciapol-ingest"})
"""The findings of a row that records an open alert about the job."""

LABELS = {
    "alertname": "WorkflowFinding",
    "severity": "critical",
    "owner": "ciapol",
    "product": "ciapol",
    "workflow": "jobs_keep_running",
    "task": "keep_running",
    "subject": "ciapol-ingest",
    "stack": "local",
}


@pytest.fixture
def engine() -> Iterator[FakeZeta]:
    with fake_zeta() as running:
        yield running


def look(
    engine: FakeZeta, *jobs: StreamingJob, table: JobsInMemory | None = None, known: frozenset[str] = frozenset()
) -> tuple[JobsInMemory, TestContext, _Found]:
    """Check the jobs in a run whose row records open alerts."""
    table = table or JobsInMemory(*jobs)
    given, found = context(engine.url, step=STEP, last=LastRun(findings=known)), _Found()
    check_jobs(table, given.zeta(timeout=PATIENCE), found, keeper_findings(given))
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
    [alert] = given.alerts.sent
    assert alert.labels == LABELS
    assert "ciapol-ingest failed 3 times in a row" in alert.title
    assert "topic does not exist" in alert.text
    assert found.problems


def test_the_reason_of_a_failure_is_noted_although_the_engine_reports_it_later(engine: FakeZeta) -> None:
    ended(engine, "FAILED", "topic does not exist")
    engine.jobs[7].unexplained = 3
    _, given, _ = look(engine, streaming_job(failures=2, since_restart=60))
    [alert] = given.alerts.sent
    assert "topic does not exist" in alert.text


def test_a_given_up_job_is_not_restarted_and_its_alert_stays_open(engine: FakeZeta) -> None:
    ended(engine, "FAILED", "topic")
    job = streaming_job(failures=3, state=JobState.GIVEN_UP, reason="topic")
    table, given, found = look(engine, job, known=OPEN)
    assert (engine.submitted, found.problems) == ([], [])
    assert table.noted == [(JobState.GIVEN_UP, 3)]
    [alert] = given.alerts.sent
    assert (alert.labels, alert.lasts) == (LABELS, timedelta(hours=1))
    assert "topic" in alert.text
    assert given.record.reported == [], "nothing changed"


def test_a_recovered_given_up_job_is_resolved(engine: FakeZeta) -> None:
    ended(engine, "RUNNING")
    table, given, _ = look(engine, streaming_job(failures=3, state=JobState.GIVEN_UP), known=OPEN)
    assert [alert.resolved for alert in given.alerts.sent] == [True]
    assert table.noted == [(JobState.RUNNING, 0)]


def test_an_alert_that_did_not_arrive_is_sent_by_the_next_run(engine: FakeZeta) -> None:
    ended(engine, "FAILED", "topic")
    given = context(engine.url, step=STEP)
    given.alerts.arrive = False
    table = JobsInMemory(streaming_job(failures=2, since_restart=60))
    check_jobs(table, given.zeta(timeout=PATIENCE), _Found(), keeper_findings(given))
    assert table.noted == [(JobState.GIVEN_UP, 3)]
    assert given.record.reported == []
    _, again, _ = look(engine, streaming_job(failures=3, state=JobState.GIVEN_UP))
    assert [alert.labels for alert in again.alerts.sent] == [LABELS]
    assert again.record.reported == [OPEN]


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
    table, _, _ = look(engine, table=jobs)
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
    assert [alert.labels for alert in given.alerts.sent] == [LABELS]
    table, given, _ = look(engine, streaming_job(state=JobState.DOWN, since_restart=240), known=OPEN)
    assert table.noted == [(JobState.DOWN, 0)]
    assert [alert.resolved for alert in given.alerts.sent] == [False]
    engine.down = False
    table, given, _ = look(engine, streaming_job(state=JobState.DOWN, since_restart=300), known=OPEN)
    assert [alert.resolved for alert in given.alerts.sent] == [True]
    assert table.noted[-1] == (JobState.RUNNING, 0)


@pytest.mark.parametrize("state", [JobState.DOWN, JobState.GIVEN_UP, JobState.STOPPED, None])
@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, "RUNNING"), ({"wanted_running": False}, None), ({"held_by": "archive", "hold_left": 9}, "SAVEPOINT_DONE")],
    ids=["running", "stopped by the deployment", "held"],
)
def test_an_open_alert_is_resolved_with_its_labels_in_every_state(
    engine: FakeZeta, state: JobState | None, changes: dict[str, object], status: str | None
) -> None:
    """`make up` sets the state to NULL."""
    engine.down = True
    _, raised, _ = look(engine, streaming_job(state=JobState.UNREACHABLE, since_restart=180))
    engine.down = False
    if status:
        ended(engine, status)
    _, given, _ = look(engine, streaming_job(state=state, **changes), known=OPEN)
    [alert] = given.alerts.sent
    assert alert.resolved
    assert [alert.labels] == [each.labels for each in raised.alerts.sent]
    assert given.record.reported == [set()]


@pytest.mark.parametrize("changes", [{"wanted_running": False}, {"held_by": "archive", "hold_left": 200}])
def test_an_open_alert_is_resolved_if_another_process_stops_the_job(
    engine: FakeZeta, changes: dict[str, object]
) -> None:
    jobs = JobsInMemory(streaming_job(state=JobState.DOWN))
    jobs.before_find = [streaming_job(**changes)]
    _, given, _ = look(engine, table=jobs, known=OPEN)
    assert [(alert.labels, alert.resolved) for alert in given.alerts.sent] == [(LABELS, True)]


def test_the_open_alert_of_a_removed_job_is_resolved(engine: FakeZeta) -> None:
    _, given, _ = look(engine, known=OPEN)
    assert [(alert.labels, alert.resolved) for alert in given.alerts.sent] == [(LABELS, True)]


def test_an_open_alert_remains_until_the_job_runs(engine: FakeZeta, monkeypatch: pytest.MonkeyPatch) -> None:
    def lasting(state: JobState | None, **more: object) -> list[bool]:
        _, given, _ = look(engine, streaming_job(state=state, **more), known=OPEN)
        assert [alert.labels for alert in given.alerts.sent] == [LABELS]
        return [alert.resolved for alert in given.alerts.sent]

    engine.refuse = "No such plugin"
    assert lasting(JobState.DOWN) == [False]
    engine.refuse = ""
    engine.broken = {7}
    assert lasting(JobState.STOPPED, failures=1) == [False]
    engine.broken.clear()
    engine.down = True
    assert lasting(JobState.GIVEN_UP) == [False], "the engine may be restarting"
    engine.down = False
    monkeypatch.setattr(keeper, "_START_SECONDS", 0)
    engine.jobs.clear()
    job = streaming_job(state=JobState.DOWN)
    engine.on_submit = lambda _identity, submitted: setattr(submitted, "status", "FAILING")
    _, given, found = look(engine, job, known=OPEN)
    assert "still starting" in found.lines[-1]
    assert [alert.resolved for alert in given.alerts.sent] == [False]
    assert lasting(JobState.RUNNING) == [False]
    ended(engine, "RUNNING")
    assert lasting(JobState.RUNNING) == [True]


def test_an_undecided_state_raises_no_alert(engine: FakeZeta) -> None:
    engine.refuse = "No such plugin"
    _, given, _ = look(engine, streaming_job())
    assert given.alerts.requests == []


def test_an_error_about_one_job_does_not_prevent_the_check_of_the_others(engine: FakeZeta) -> None:
    engine.broken = {7, 9}
    others = [streaming_job(job_id=identity, name=f"ciapol-{identity}") for identity in (8, 9)]
    _, _, found = look(engine, streaming_job(), *others)
    assert engine.submitted == [8]
    assert ["ciapol-ingest: " in found.problems[0], "ciapol-9: " in found.problems[1]] == [True, True]
    assert "an internal error" in found.problems[0]


def test_an_error_of_the_engine_is_not_a_failure_of_the_job(engine: FakeZeta) -> None:
    def broken(identity: int, _job: FakeJob) -> None:
        engine.broken.add(identity)

    engine.on_submit = broken
    table, given, found = look(engine, streaming_job(failures=2))
    assert table.noted == [(JobState.RESTARTING, 2), (JobState.STOPPED, 2)]
    assert found.problems
    assert given.alerts.sent == []


def test_a_later_check_records_only_changes(engine: FakeZeta) -> None:
    ended(engine, "RUNNING")
    job = streaming_job(state=JobState.RUNNING)
    table, given, found = look(engine, job)
    findings = keeper_findings(given)
    check_jobs(table, given.zeta(timeout=PATIENCE), found, findings)
    assert table.noted == [(JobState.RUNNING, 0)]
    assert found.lines == ["ciapol-ingest runs"]
    ended(engine, "SAVEPOINT_DONE")
    check_jobs(table, given.zeta(timeout=PATIENCE), found, findings)
    assert table.noted[1:] == [(JobState.RESTARTING, 0), (JobState.RUNNING, 0)]


def test_a_run_sends_an_open_alert_once_and_changes_at_once(engine: FakeZeta) -> None:
    ended(engine, "FAILED", "topic")
    given, found = context(engine.url, step=STEP, last=LastRun(findings=OPEN)), _Found()
    table = JobsInMemory(streaming_job(failures=3, state=JobState.GIVEN_UP))
    findings = keeper_findings(given)
    for _ in range(3):
        check_jobs(table, given.zeta(timeout=PATIENCE), found, findings)
    assert len(given.alerts.requests) == 1
    ended(engine, "RUNNING")
    for _ in range(3):
        check_jobs(table, given.zeta(timeout=PATIENCE), found, findings)
    assert [alert.resolved for alert in given.alerts.sent] == [False, True]


def test_the_restarting_mark_of_a_killed_keeper_expires() -> None:
    assert streaming_job(state=JobState.RESTARTING, since_check=RESTART_SECONDS - 1).being_restarted
    assert not streaming_job(state=JobState.RESTARTING, since_check=RESTART_SECONDS).being_restarted
    assert not streaming_job(state=JobState.RUNNING, since_check=0).being_restarted
