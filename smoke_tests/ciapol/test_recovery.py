"""A stopped ingestion job is restarted automatically."""

import time
from typing import NamedTuple

import httpx

from smoke_tests.ciapol.scenario import Scenario
from smoke_tests.ciapol.store import Store
from smoke_tests.outputs import Outputs
from smoke_tests.waiting import wait_until

JOB = "ciapol-ingest"
BACK_WITHIN_SECONDS = 90
_STOPPED_WITHIN_SECONDS = 300
"""A savepoint takes more than a minute where other programs use the processors."""
_ANSWERS_WITHIN_SECONDS = 10
_MAPS = "/hazelcast/rest/maps"


class Run(NamedTuple):
    """One run of a job.

    Args:
        state: the current state while Zeta lists the job as running, otherwise the final one.
        created: time of the submission, with a resolution of a second. A restored job has the same id and a new time.
    """

    state: str
    created: str

    def ended(self, later: "Run") -> bool:
        """Whether this run has ended when `later` is the latest one. The job may already run again."""
        return later.state not in {"RUNNING", "DOING_SAVEPOINT"} or later.created != self.created


class Ingestion:
    """The streaming job that reads the stations' topic, accessed through Zeta's REST interface."""

    def __init__(self, http: httpx.Client, zeta_url: str) -> None:
        self._http = http
        self._url = f"{zeta_url}{_MAPS}"

    def running(self) -> list[str]:
        """Ids of the running jobs with this name; there should be exactly one."""
        jobs = self._get("running-jobs").json()
        return [str(job["jobId"]) for job in jobs if job["jobName"] == JOB and job["jobStatus"] == "RUNNING"]

    def run(self, job: str) -> Run:
        """The latest run of a job."""
        found = self._get(f"job-info/{job}").json()
        return Run(str(found.get("jobStatus", "gone")), str(found.get("createTime", "")))

    def _get(self, what: str) -> httpx.Response:
        """Send a GET request. 5xx is retried, because Zeta responds 500 if a job ends while it reads the job's data."""
        url = f"{self._url}/{what}"
        answer = wait_until(
            f"a response of {url}",
            lambda: self._http.get(url),
            lambda answer: not answer.is_server_error,
            _ANSWERS_WITHIN_SECONDS,
        )
        return answer.raise_for_status()

    def stop(self, job: str) -> None:
        """Stop a job with a savepoint, like a user."""
        body = {"jobId": int(job), "isStopWithSavePoint": True}
        self._http.post(f"{self._url}/stop-job", json=body).raise_for_status()


def test_a_stopped_ingestion_job_is_restarted_within_90_s(
    scenario: Scenario, outputs: Outputs, store: Store, http: httpx.Client, within: float
) -> None:
    """The keeper workflow restarts the job from its savepoint under the same id; later events are ingested."""
    ingestion = Ingestion(http, outputs.addresses.zeta_url)
    (job,) = wait_until("one running ingestion job", ingestion.running, lambda jobs: len(jobs) == 1, within)
    before = ingestion.run(job)
    ingestion.stop(job)
    wait_until(
        f"the end of job {job}",
        lambda: ingestion.run(job),
        before.ended,
        _STOPPED_WITHIN_SECONDS,
    )
    stopped = time.monotonic()
    back = wait_until("the ingestion job", ingestion.running, lambda jobs: len(jobs) > 0, BACK_WITHIN_SECONDS)
    assert back == [job]
    assert time.monotonic() - stopped <= BACK_WITHIN_SECONDS

    event = scenario.publish_after_recovery(outputs)
    rows = wait_until(
        f"the event of station {scenario.recovered}",
        lambda: store.measurements(scenario.recovered),
        lambda rows: len(rows) > 0,
        within,
    )
    assert [row["event_id"] for row in rows] == [event["event_id"]]
