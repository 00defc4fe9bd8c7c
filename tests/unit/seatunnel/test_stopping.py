"""How a deployment excludes a streaming job from the keeper's restarts."""

from dataclasses import replace

import pytest

from infra.resources.seatunnel import job
from tests.unit.tasks.memory import JobsInMemory, streaming_job


class _Jobs(JobsInMemory):
    def want_stopped(self, job_id: int) -> None:
        self.rows[job_id] = replace(self.rows[job_id], wanted_running=False)

    def want_running(self, job_id: int) -> None:
        self.rows[job_id] = replace(self.rows[job_id], wanted_running=True)


@pytest.mark.parametrize("running", [True, False])
def test_a_job_that_a_backup_holds_for_too_long_is_wanted_as_before(
    monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    monkeypatch.setattr(job, "_LEASE_SECONDS", 0.1)
    held = streaming_job(held_by="backup", hold_left=600, wanted_running=running)
    jobs = _Jobs(held)
    with pytest.raises(TimeoutError, match="backup keeps the job stopped; its lease ends in 600 s unless"):
        job._alone(jobs, held.job_id)
    assert jobs.rows[held.job_id].wanted_running is running


def test_a_free_job_is_not_restarted_by_the_keeper() -> None:
    free = streaming_job()
    jobs = _Jobs(free)
    found = job._alone(jobs, free.job_id)
    assert found is not None
    assert not jobs.rows[free.job_id].wanted_running
