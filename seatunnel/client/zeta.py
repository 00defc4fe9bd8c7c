"""A client of SeaTunnel Zeta's REST interface, version 1."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from pydantic import JsonValue

from apps.shared.polling import Pending, poll, wait_until
from seatunnel.client.definition import Definition
from seatunnel.client.rest import Rest, ZetaError, ZetaUnreachable

_BASE = "/hazelcast/rest/maps"
_BEING_SUBMITTED = "PhysicalPlan.getJobStatus()"
"""Part of the error message of Zeta 2.3.8 for a job whose submission is in progress."""
REASON_SECONDS = 5.0
"""Time limit for the reason of a failed job."""


class JobStatus(StrEnum):
    """States of a job, with the engine's names. UNKNOWN: the engine has no such job."""

    INITIALIZING = "INITIALIZING"
    CREATED = "CREATED"
    SCHEDULED = "SCHEDULED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    FAILING = "FAILING"
    FAILED = "FAILED"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"
    FINISHED = "FINISHED"
    DOING_SAVEPOINT = "DOING_SAVEPOINT"
    SAVEPOINT_DONE = "SAVEPOINT_DONE"
    RECONCILING = "RECONCILING"
    SUSPENDED = "SUSPENDED"
    UNKNOWABLE = "UNKNOWABLE"
    UNKNOWN = "UNKNOWN"


STARTING = frozenset({JobStatus.INITIALIZING, JobStatus.CREATED, JobStatus.SCHEDULED, JobStatus.PENDING})
ACTIVE = STARTING | {JobStatus.RUNNING, JobStatus.DOING_SAVEPOINT, JobStatus.RECONCILING}
ENDING = frozenset({JobStatus.FAILING, JobStatus.CANCELING})
STOPPED = frozenset(
    {JobStatus.SAVEPOINT_DONE, JobStatus.FINISHED, JobStatus.CANCELED, JobStatus.FAILED, JobStatus.UNKNOWN}
)
"""States in which no part of a job runs."""


class JobFailed(Exception):
    """A job failed before it reached an expected state. The message contains the engine's reason."""


@dataclass(frozen=True)
class JobInfo:
    """The engine's information about a job.

    Args:
        status: its state.
        error: the engine's reason of a failure; may be empty.
        received: rows that its sources read, over all restores.
        written: rows that its sinks wrote, over all restores.
    """

    status: JobStatus
    error: str = ""
    received: int = 0
    written: int = 0


@dataclass(frozen=True)
class RunningJob:
    """A job in the engine's list of jobs that have not ended.

    Args:
        id: its id.
        name: the name with which it was submitted; not unique.
    """

    id: int
    name: str


class Zeta:
    """Client of the engine at a URL."""

    def __init__(self, url: str, *, timeout: float = 60) -> None:
        """Create a client. `timeout` is the time limit of one request in seconds."""
        self._rest = Rest(url, timeout=timeout)

    def wait_until_up(self, within: float = 180) -> None:
        """Wait until the engine accepts requests.

        Raises:
            TimeoutError: the engine accepted none within this many seconds.
        """

        def problem() -> str:
            try:
                self._rest.request("GET", f"{_BASE}/overview")
            except ZetaError as error:
                return str(error)
            return ""

        wait_until(problem, within=within, what="SeaTunnel")

    def info(self, job_id: int) -> JobInfo:
        """The engine's information about a job."""
        try:
            found = self._rest.request("GET", f"{_BASE}/job-info/{job_id}")
        except ZetaError as error:
            if _BEING_SUBMITTED in str(error):
                return JobInfo(JobStatus.INITIALIZING)
            raise
        if not isinstance(found, dict):
            return JobInfo(JobStatus.UNKNOWN)
        metrics = found.get("metrics")
        return JobInfo(
            _status(found.get("jobStatus")),
            str(found.get("errorMsg") or "")[:2000],
            _count(metrics, "SourceReceivedCount"),
            _count(metrics, "SinkWriteCount"),
        )

    def status(self, job_id: int) -> JobStatus:
        """The state of a job."""
        return self.info(job_id).status

    def explained(self, job_id: int, info: JobInfo) -> JobInfo:
        """Add the reason to the information about a failed job, because the engine reports the state first.

        Args:
            job_id: id of the job.
            info: what the engine reported. It is returned unchanged if there is no reason in time.
        """

        def look() -> JobInfo | Pending:
            found = self.info(job_id)
            if found.status != JobStatus.FAILED:
                return info
            return found if found.error else Pending("it has no reason")

        if info.status != JobStatus.FAILED or info.error:
            return info
        try:
            return poll(look, within=REASON_SECONDS, what=f"the reason of job {job_id}")
        except TimeoutError:
            return info

    def running(self, within: float = 10) -> list[RunningJob]:
        """The jobs that have not ended.

        The engine responds 500 if a job ends while it reads the job's data. The request is then repeated.

        Raises:
            ZetaUnreachable: the engine did not respond.
            TimeoutError: the engine responded with errors for this many seconds.
        """

        def look() -> list[RunningJob] | Pending:
            try:
                found = self._rest.request("GET", f"{_BASE}/running-jobs")
            except ZetaUnreachable:
                raise
            except ZetaError as error:
                return Pending(str(error))
            jobs = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
            return [RunningJob(int(str(each.get("jobId"))), str(each.get("jobName"))) for each in jobs]

        return poll(look, within=within, what="SeaTunnel's list of running jobs", pause=0.5)

    def submit(self, job_id: int, name: str, definition: Definition, *, restore: bool) -> None:
        """Start a job.

        Args:
            job_id: id of the job; the caller chooses it, so that the job can be restored under the same id.
            name: shown by the engine.
            definition: the job in SeaTunnel's JSON form, with all placeholders filled.
            restore: start from the last savepoint or checkpoint of this id.

        Raises:
            ZetaError: the engine rejected the job.
        """
        query = {"jobId": job_id, "jobName": name} | ({"isStartWithSavePoint": "true"} if restore else {})
        answer = self._rest.request("POST", f"{_BASE}/submit-job?{urlencode(query)}", definition)
        if not isinstance(answer, dict) or str(answer.get("jobId")) != str(job_id):
            raise ZetaError(f"SeaTunnel did not accept job {name}: {answer}")

    def stop(self, job_id: int, *, savepoint: bool) -> None:
        """Request the stop of a job, with a savepoint, or immediately without one."""
        self._rest.request("POST", f"{_BASE}/stop-job", {"jobId": job_id, "isStopWithSavePoint": savepoint})

    def wait(self, job_id: int, expected: frozenset[JobStatus], *, within: float) -> JobStatus:
        """Wait until a job is in one of several states.

        Args:
            job_id: id of the job.
            expected: the states that end the wait.
            within: time limit in seconds.

        Returns:
            The state that the job reached.

        Raises:
            JobFailed: the job failed, and FAILED is not expected.
            TimeoutError: the job reached none of the states within the time limit.
        """

        def look() -> JobStatus | Pending:
            info = self.info(job_id)
            if info.status in expected:
                return info.status
            if info.status == JobStatus.FAILED:
                reason = self.explained(job_id, info).error or "the engine reports no reason"
                raise JobFailed(f"job {job_id} failed: {reason}")
            return Pending(f"it is {info.status}")

        return poll(look, within=within, what=f"job {job_id}")


def _status(value: JsonValue) -> JobStatus:
    try:
        return JobStatus(str(value or JobStatus.UNKNOWN))
    except ValueError:
        return JobStatus.UNKNOWN


def _count(metrics: JsonValue, name: str) -> int:
    value = metrics.get(name) if isinstance(metrics, dict) else None
    return int(str(value)) if value is not None and str(value).isdigit() else 0
