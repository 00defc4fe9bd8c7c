"""`keep-running`: each streaming job that shall run and does not is put back from its last checkpoint.

How the keeper, the deployment and the archive keep out of each other's way: see `streaming_jobs`.
"""

from dataclasses import dataclass, field

from apps.shared.streaming_jobs import JobState, StreamingJob, StreamingJobs
from apps.tasks.context import Context
from apps.tasks.errors import TaskError
from apps.tasks.log import say
from seatunnel.client.rest import ZetaError, ZetaUnreachable
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, JobInfo, JobStatus, Zeta

FAILURES = 3
"""So many failures in a row, and a job is left for a person."""

STABLE_SECONDS = 300
"""A job that runs for so long after a restart has recovered."""

DOWN_SECONDS = 180
"""An engine that does not answer for so long is worth an alert; shorter, it is being restarted."""

_START_SECONDS = 20.0
_TIMEOUT = 5.0
_AT_FAULT = frozenset({JobStatus.FAILED, JobStatus.FINISHED})
"""The job itself ended. In every other state in which it does not run, the engine or somebody ended it."""

_WHAT_TO_DO = (
    "It is left alone until a person acts: mend the cause, then run `make up`, which starts it from its last "
    "checkpoint and counts from zero."
)


@dataclass
class _Found:
    """What one look found, for the log and the step's details."""

    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def say(self, line: str, *, problem: bool = False) -> None:
        say(line)
        (self.problems if problem else self.lines).append(line)


def keep_running(context: Context) -> str:
    """Look at every streaming job once; what was found, in words.

    Raises:
        TaskError: a job could not be put back, or the engine does not answer.
    """
    store = context.platform_store()
    found = _Found()
    try:
        jobs = context.streaming_jobs(store)
        zeta = context.zeta(timeout=_TIMEOUT)
        for job in jobs.find():
            _Keeper(context, jobs, zeta, job, found).look()
    finally:
        store.close()
    if found.problems:
        raise TaskError("; ".join(found.problems))
    return "; ".join(found.lines) or "there are no streaming jobs"


class _Keeper:
    """One look at one job."""

    def __init__(self, context: Context, jobs: StreamingJobs, zeta: Zeta, job: StreamingJob, found: _Found) -> None:
        self._context, self._jobs, self._zeta, self._job, self._found = context, jobs, zeta, job, found

    def look(self) -> None:
        job = self._job
        if not job.wanted_running:
            self._note(JobState.STOPPED, "the deployment has stopped it")
            self._found.say(f"{job.name} shall not run")
            return
        try:
            info = self._zeta.info(job.job_id)
            if info.status in ACTIVE:
                self._running()
            elif job.held:
                self._note(JobState.HELD, f"{job.held_by} keeps it stopped for {job.hold_left} s at most")
                self._found.say(f"{job.name} is held by {job.held_by} for {job.hold_left} s at most")
            elif info.status in STOPPED:
                self._ended(info)
            else:
                self._found.say(f"{job.name} is {info.status}: looking again at the next run")
        except ZetaUnreachable as error:
            self._unreachable(str(error))

    def _running(self) -> None:
        job = self._job
        if job.state in {JobState.GIVEN_UP, JobState.DOWN}:
            self._context.alert("resolved", f"{job.name} runs again", "It was put back.", product=job.product)
        stable = job.since_restart is None or job.since_restart >= STABLE_SECONDS
        failures = 0 if stable or job.state == JobState.GIVEN_UP else job.failures
        reason = job.reason if failures else ""
        self._note(JobState.RUNNING, reason, failures=failures)
        self._found.say(f"{job.name} runs" + (f", after {failures} failures in a row" if failures else ""))

    def _ended(self, info: JobInfo) -> None:
        job = self._job
        why = f"{info.status}: {info.error}" if info.error else _WHY.get(info.status, str(info.status))
        if job.state == JobState.GIVEN_UP:
            self._note(JobState.GIVEN_UP, job.reason)
            self._found.say(f"{job.name} does not run and was given up: {job.reason}")
            return
        failures = job.failures + (1 if info.status in _AT_FAULT else 0)
        if failures >= FAILURES:
            self._give_up(why, failures)
            return
        self._found.say(f"{job.name} does not run ({why[:500]}): putting it back")
        self._put_back(why, failures)

    def _put_back(self, why: str, failures: int) -> None:
        job = self._job
        # First written, then read: somebody who stops the job at this moment sees this, or is seen here.
        self._note(JobState.RESTARTING, why, failures=failures, restarted=True)
        now = next(iter(self._jobs.find(job_id=job.job_id)), None)
        if now is None or not now.wanted_running or now.held:
            self._note(JobState.HELD if now is not None and now.held else JobState.STOPPED, "", failures=failures)
            self._found.say(f"{job.name} is being stopped by somebody: leaving it alone")
            return
        if now.held_by:
            # Its time is over: should its holder wake up, it must learn that the job is not its own any more.
            self._jobs.release(job.job_id, now.held_by)
        try:
            if self._zeta.status(job.job_id) not in ACTIVE:
                self._zeta.submit(job.job_id, job.name, now.definition, restore=True)
            self._zeta.wait(job.job_id, frozenset({JobStatus.RUNNING}), within=_START_SECONDS)
        except ZetaUnreachable:
            raise
        except (ZetaError, JobFailed) as error:
            failures = failures if isinstance(error, JobFailed) else failures + 1
            if failures >= FAILURES:
                self._give_up(str(error), failures)
                return
            # A job that failed is counted when the next look finds it.
            self._note(JobState.STOPPED, str(error), failures=failures)
            self._found.say(f"{job.name} could not be put back: {error}", problem=True)
        except TimeoutError:
            self._note(JobState.RUNNING, why, failures=failures)
            self._found.say(f"{job.name} was put back and is still starting")
        else:
            self._note(JobState.RUNNING, f"put back: {why}", failures=failures)
            self._found.say(f"{job.name} was put back")
            if job.state == JobState.DOWN:
                self._context.alert("resolved", f"{job.name} runs again", "It was put back.", product=job.product)

    def _give_up(self, why: str, failures: int) -> None:
        job = self._job
        title = f"streaming job {job.name} failed {failures} times in a row and was given up"
        self._context.alert("critical", title, f"{why[:1500]}\n{_WHAT_TO_DO}", product=job.product)
        self._note(JobState.GIVEN_UP, why, failures=failures)
        self._found.say(f"{title}: {why}", problem=True)

    def _unreachable(self, why: str) -> None:
        """No failure of the job: whoever runs the engine restarts it."""
        job = self._job
        state = JobState.UNREACHABLE
        # The state's first moment is kept in restarted_at, so that an engine that stays away is told of once.
        first = job.state not in {JobState.UNREACHABLE, JobState.DOWN}
        if job.state == JobState.DOWN or (not first and (job.since_restart or 0) >= DOWN_SECONDS):
            state = JobState.DOWN
            if job.state != JobState.DOWN:
                text = f"{why}\nNothing is ingested; messages wait in Pulsar. See `make status` and `make logs`."
                self._context.alert("critical", f"SeaTunnel does not answer, {job.name} does not run", text)
        self._note(state, why, restarted=first)
        self._found.say(f"{job.name}: {why}", problem=True)

    def _note(self, state: JobState, reason: str, *, failures: int | None = None, restarted: bool = False) -> None:
        self._jobs.note(
            self._job,
            state,
            reason,
            failures=self._job.failures if failures is None else failures,
            restarted=restarted,
        )


_WHY = {
    JobStatus.UNKNOWN: "the engine does not know it, so it was restarted",
    JobStatus.CANCELED: "somebody stopped it",
    JobStatus.SAVEPOINT_DONE: "somebody stopped it with a savepoint",
    JobStatus.FINISHED: "it came to an end",
}
