"""`keep-running`: restarts each streaming job that should run and does not, from its last checkpoint.

A run checks every job repeatedly for some seconds, so that a job whose lease has ended runs again within a minute.
`apps.shared.streaming_jobs` describes how keeper, deployment and archive coordinate.
"""

import math
import time
from dataclasses import dataclass, field

from apps.shared.polling import Pending, poll
from apps.shared.streaming_jobs import JobState, StreamingJob, StreamingJobs
from apps.tasks.context import Context
from apps.tasks.errors import TaskError
from apps.tasks.log import print_line
from seatunnel.client.rest import ZetaError, ZetaUnreachable
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, JobInfo, JobStatus, Zeta

FAILURES = 3
"""Number of consecutive failures after which the keeper gives up a job, which a person must then repair."""

STABLE_SECONDS = 300
"""Seconds after a restart from which a running job counts as recovered."""

DOWN_SECONDS = 180
"""Seconds without a response from the engine after which an alert is sent; it may be restarting before."""

LOOK_SECONDS = 5.0
"""Seconds between two checks of a run."""

_START_SECONDS = 20.0
_TIMEOUT = 5.0
_AT_FAULT = frozenset({JobStatus.FAILED, JobStatus.FINISHED})
"""States in which the job itself ended. In all other states without a running job, the engine or a person ended it."""

_WHAT_TO_DO = (
    "The keeper no longer restarts it. Fix the cause, "
    " then run `make up`, which starts it from its last checkpoint and "
    "counts from zero."
)


@dataclass
class _Found:
    """The findings of a run's checks, for the log and the step's details; each line is kept once.

    Args:
        lines: jobs that run or were restarted.
        problems: jobs that the last check could not restart.
        again: whether this is not the first check.
    """

    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    again: bool = False

    def add(self, line: str, *, problem: bool = False) -> None:
        known = self.problems if problem else self.lines
        if line not in known:
            print_line(line)
            known.append(line)


def keep_running(context: Context, watch_seconds: float = 0) -> str:
    """Check every streaming job; return a description of the findings.

    Args:
        context: the step.
        watch_seconds: time for which checks are repeated; a manual run checks once.

    Raises:
        TaskError: a job could not be restarted, or the engine does not respond.
    """
    begin = time.monotonic()
    with context.platform_store() as store:
        jobs = context.streaming_jobs(store)
        zeta = context.zeta(timeout=_TIMEOUT)
        found = _Found()

        def look() -> Pending | None:
            found.problems.clear()
            for job in jobs.find():
                _Keeper(context, jobs, zeta, job, found).look()
            found.again = True
            watched = time.monotonic() - begin + LOOK_SECONDS
            continues = not context.request.manual and not found.problems and watched < watch_seconds
            return Pending("it is watched") if continues else None

        poll(look, within=math.inf, what="the end of the run", pause=LOOK_SECONDS)
    if found.problems:
        raise TaskError("; ".join(found.problems))
    return "; ".join(found.lines) or "there are no streaming jobs"


class _Keeper:
    """One check of one job."""

    def __init__(self, context: Context, jobs: StreamingJobs, zeta: Zeta, job: StreamingJob, found: _Found) -> None:
        self._context, self._jobs, self._zeta, self._job, self._found = context, jobs, zeta, job, found
        self._noted = False

    def look(self) -> None:
        job = self._job
        if not job.wanted_running:
            self._note(JobState.STOPPED, "the deployment has stopped it")
            self._found.add(f"{job.name} should not run")
            return
        try:
            info = self._zeta.info(job.job_id)
            if info.status in ACTIVE:
                self._running()
            elif job.held:
                self._note(JobState.HELD, f"{job.held_by} keeps the job stopped for {job.hold_left} s at most")
                self._found.add(f"{job.name} is kept stopped by {job.held_by}")
            elif info.status in STOPPED:
                self._ended(self._zeta.explained(job.job_id, info))
            else:
                self._found.add(f"{job.name} is {info.status}: the next run will check it again")
        except ZetaUnreachable as error:
            self._unreachable(str(error))

    def _running(self) -> None:
        job = self._job
        if job.state in {JobState.GIVEN_UP, JobState.DOWN}:
            self._runs_again()
        stable = job.since_restart is None or job.since_restart >= STABLE_SECONDS
        failures = 0 if stable or job.state == JobState.GIVEN_UP else job.failures
        reason = job.reason if failures else ""
        self._note(JobState.RUNNING, reason, failures=failures)
        self._found.add(f"{job.name} runs" + (f", after {failures} failures in a row" if failures else ""))

    def _runs_again(self) -> None:
        job = self._job
        title = f"{job.name} runs again"
        self._context.alert("resolved", title, "The problem is resolved.", subject=job.name, product=job.product)

    def _ended(self, info: JobInfo) -> None:
        job = self._job
        why = f"{info.status}: {info.error}" if info.error else _WHY.get(info.status, str(info.status))
        if job.state == JobState.GIVEN_UP:
            self._note(JobState.GIVEN_UP, job.reason)
            self._found.add(f"{job.name} does not run and was given up: {job.reason}")
            return
        failures = job.failures + (1 if info.status in _AT_FAULT else 0)
        if failures >= FAILURES:
            self._give_up(why, failures)
            return
        self._found.add(f"{job.name} does not run ({why[:500]}): restarting it")
        self._put_back(why, failures)

    def _put_back(self, why: str, failures: int) -> None:
        job = self._job
        # The keeper writes its intention before it reads the intentions of others. If another process stops the job at
        # this moment, at least one of the two reads the other's intention.
        self._note(JobState.RESTARTING, why, failures=failures, restarted=True)
        now = next(iter(self._jobs.find(job_id=job.job_id)), None)
        if now is None or not now.wanted_running or now.held:
            self._note(JobState.HELD if now is not None and now.held else JobState.STOPPED, "", failures=failures)
            self._found.add(f"{job.name} is being stopped by another process: not restarted")
            return
        if now.held_by:
            # Remove the ended lease, so that a holder that resumes after a pause finds it lost.
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
            # The next check counts a job that fails again.
            self._note(JobState.STOPPED, str(error), failures=failures)
            self._found.add(f"{job.name} could not be restarted: {error}", problem=True)
        except TimeoutError:
            self._note(JobState.RUNNING, why, failures=failures)
            self._found.add(f"{job.name} was restarted and is still starting")
        else:
            self._note(JobState.RUNNING, f"restarted: {why}", failures=failures)
            self._found.add(f"{job.name} was restarted")
            if job.state == JobState.DOWN:
                self._runs_again()

    def _give_up(self, why: str, failures: int) -> None:
        job = self._job
        title = f"streaming job {job.name} failed {failures} times in a row and was given up"
        self._context.alert("critical", title, f"{why[:1500]}\n{_WHAT_TO_DO}", subject=job.name, product=job.product)
        self._note(JobState.GIVEN_UP, why, failures=failures)
        self._found.add(f"{title}: {why}", problem=True)

    def _unreachable(self, why: str) -> None:
        """Record an unreachable engine.

        It does not count as a failure of the job, because the target restarts the engine.
        """
        job = self._job
        state = JobState.UNREACHABLE
        # `restarted_at` keeps the start of this state, so that only one alert is sent for an unreachable engine.
        first = job.state not in {JobState.UNREACHABLE, JobState.DOWN}
        if job.state == JobState.DOWN or (not first and (job.since_restart or 0) >= DOWN_SECONDS):
            state = JobState.DOWN
            if job.state != JobState.DOWN:
                text = f"{why}\nNothing is ingested; messages wait in Pulsar. See `make status` and `make logs`."
                self._context.alert(
                    "critical", f"SeaTunnel does not respond, {job.name} does not run", text, subject=job.name
                )
        self._note(state, why, restarted=first)
        self._found.add(f"{job.name}: {why}", problem=True)

    def _note(self, state: JobState, reason: str, *, failures: int | None = None, restarted: bool = False) -> None:
        count = self._job.failures if failures is None else failures
        same = (state, count) == (self._job.state, self._job.failures) and not restarted
        if self._found.again and same and not self._noted:
            return
        self._noted = True
        self._jobs.note(self._job, state, reason, failures=count, restarted=restarted)


_WHY = {
    JobStatus.UNKNOWN: "the engine has no such job, so the engine was restarted",
    JobStatus.CANCELED: "it was stopped",
    JobStatus.SAVEPOINT_DONE: "it was stopped with a savepoint",
    JobStatus.FINISHED: "it ended",
}
