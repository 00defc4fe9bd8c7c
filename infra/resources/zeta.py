"""SeaTunnel Zeta's REST v1 interface, as far as this project needs it."""

from enum import StrEnum

from infra.resources.connections import wait_until
from infra.resources.http import HttpService, Json, ServiceError

_BASE = "/hazelcast/rest/maps"


class JobStatus(StrEnum):
    """States of a job, as the engine names them; UNKNOWN is ours for a job that it has forgotten."""

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


class JobFailed(Exception):
    """A job that did not come to the state that was asked for; the message has the engine's reason."""


class Zeta:
    """The engine at a URL."""

    def __init__(self, url: str, *, timeout: float = 60) -> None:
        """`timeout` in seconds, for one request."""
        self._http = HttpService("SeaTunnel", url, timeout=timeout)

    def wait_until_up(self, within: float = 180) -> None:
        """Wait until the engine takes requests.

        Raises:
            TimeoutError: it did not, within so many seconds.
        """

        def complaint() -> str:
            try:
                self._http.request("GET", f"{_BASE}/overview")
            except ServiceError as error:
                return str(error)
            return ""

        wait_until(complaint, within=within, what="SeaTunnel")

    def status(self, job_id: int) -> JobStatus:
        """The state of a job."""
        return _status(self._info(job_id))

    def error(self, job_id: int) -> str:
        """Why a job failed, as far as the engine tells."""
        return str(self._info(job_id).get("errorMsg") or "")[:2000]

    def _info(self, job_id: int) -> dict[str, Json]:
        found = self._http.request("GET", f"{_BASE}/job-info/{job_id}")
        return found if isinstance(found, dict) else {}

    def submit(self, job_id: int, name: str, definition: dict[str, Json], *, restore: bool) -> None:
        """Start a job.

        Args:
            job_id: chosen by us, so that it can be restored under the same id.
            name: for people.
            definition: the job in SeaTunnel's JSON form, placeholders filled.
            restore: begin at the last savepoint or checkpoint of this id.

        Raises:
            ServiceError: the engine refused it.
        """
        query = f"jobId={job_id}&jobName={name}" + ("&isStartWithSavePoint=true" if restore else "")
        answer = self._http.request("POST", f"{_BASE}/submit-job?{query}", definition)
        if not isinstance(answer, dict) or str(answer.get("jobId")) != str(job_id):
            raise ServiceError(f"SeaTunnel did not take job {name}: {answer}")

    def stop(self, job_id: int, *, savepoint: bool) -> None:
        """Ask a job to stop, with a savepoint or at once."""
        self._http.request("POST", f"{_BASE}/stop-job", {"jobId": job_id, "isStopWithSavePoint": savepoint})

    def wait(self, job_id: int, wanted: frozenset[JobStatus], *, within: float) -> JobStatus:
        """Wait until a job is in one of some states.

        Raises:
            JobFailed: it failed meanwhile, and failure was not asked for.
            TimeoutError: it did not get there within so many seconds.
        """
        state = JobStatus.UNKNOWN

        def complaint() -> str:
            nonlocal state
            state = self.status(job_id)
            if state == JobStatus.FAILED and state not in wanted:
                raise JobFailed(f"job {job_id} failed: {self.error(job_id)}")
            return "" if state in wanted else f"it is {state}"

        wait_until(complaint, within=within, what=f"job {job_id}")
        return state


def _status(info: dict[str, Json]) -> JobStatus:
    try:
        return JobStatus(str(info.get("jobStatus") or JobStatus.UNKNOWN))
    except ValueError:
        return JobStatus.UNKNOWN
