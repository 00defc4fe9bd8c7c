"""`keep-running`: restarts each streaming job that should run and does not, from its last checkpoint.

A run checks every job repeatedly for some seconds, so that a job whose lease has ended runs again within a minute.
`apps.shared.streaming_jobs` describes how the keeper and others coordinate.
"""

import math
import time
from dataclasses import dataclass, field

from apps.shared.polling import Pending, poll
from apps.shared.streaming_jobs import JobState, StreamingJob, StreamingJobs
from apps.tasks.alerts import Finding
from apps.tasks.context import Context
from apps.tasks.errors import TaskError
from apps.tasks.findings import Findings
from apps.tasks.keeper_findings import engine_down, given_up, keeper_findings, not_running
from apps.tasks.log import print_line
from seatunnel.client.definition import Definition
from seatunnel.client.rest import ZetaError, ZetaUnreachable
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, JobInfo, JobStatus, Zeta

FAILURES = 3
"""Number of consecutive failures after which the keeper stops restarting a job; a person must then repair it."""

STABLE_SECONDS = 300
"""Seconds after a restart from which a running job counts as recovered."""

DOWN_SECONDS = 180
"""Seconds without a response from the engine after which an alert is sent. Until then, it may be restarting."""

LOOK_SECONDS = 5.0
"""Seconds between two checks of a run."""

_START_SECONDS = 20.0
_TIMEOUT = 5.0
_AT_FAULT = frozenset({JobStatus.FAILED, JobStatus.FINISHED})
"""States in which the job itself ended. In all other states without a running job, the engine or a person ended it."""


class _Rejected(Exception):
    """The engine rejected the definition of a job."""


@dataclass
class _Found:
    """The findings of a run's checks, for the log and the step's details; each line is kept once.

    Args:
        lines: jobs that run or were restarted.
        problems: jobs that the last check could not restart.
        again: whether this is not the first check.
        raised: jobs for which the last check raises an alert.
        undecided: jobs that the last check did not find running, but for which it raises no alert.
    """

    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    again: bool = False
    raised: list[Finding] = field(default_factory=list)
    undecided: list[Finding] = field(default_factory=list)

    def begin(self) -> None:
        """Begin a check."""
        for found in (self.problems, self.raised, self.undecided):
            found.clear()

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
        findings = keeper_findings(context)

        def look() -> Pending | None:
            check_jobs(jobs, zeta, found, findings)
            watched = time.monotonic() - begin + LOOK_SECONDS
            continues = not context.request.manual and not found.problems and watched < watch_seconds
            return Pending("it is watched") if continues else None

        poll(look, within=math.inf, what="the end of the run", pause=LOOK_SECONDS)
    if found.problems:
        raise TaskError("; ".join(found.problems))
    return "; ".join(found.lines) or "there are no streaming jobs"


def check_jobs(jobs: StreamingJobs, zeta: Zeta, found: _Found, findings: Findings) -> None:
    """Check every job once and report the alerts."""
    found.begin()
    for job in jobs.find():
        _Keeper(jobs, zeta, job, found).look()
    findings.report(found.raised, found.undecided)
    found.again = True


class _Keeper:
    """One check of one job."""

    def __init__(self, jobs: StreamingJobs, zeta: Zeta, job: StreamingJob, found: _Found) -> None:
        self._jobs, self._zeta, self._job, self._found = jobs, zeta, job, found
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
                left = f"its lease ends in {job.hold_left} s unless it is renewed"
                self._note(JobState.HELD, f"{job.held_by} keeps the job stopped; {left}")
                self._found.add(f"{job.name} is kept stopped by {job.held_by}")
            elif info.status in STOPPED:
                self._ended(self._zeta.explained(job.job_id, info))
            else:
                self._found.add(f"{job.name} is {info.status}: the next run will check it again")
                self._undecided(f"it is {info.status}")
        except ZetaUnreachable as error:
            self._unreachable(str(error))
        except ZetaError as error:
            # The other jobs are checked nevertheless.
            self._problem(f"{job.name}: {error}", str(error))

    def _running(self) -> None:
        job = self._job
        stable = job.since_restart is None or job.since_restart >= STABLE_SECONDS
        failures = 0 if stable or job.state == JobState.GIVEN_UP else job.failures
        reason = job.reason if failures else ""
        self._note(JobState.RUNNING, reason, failures=failures)
        self._found.add(f"{job.name} runs" + (f", after {failures} failures in a row" if failures else ""))

    def _ended(self, info: JobInfo) -> None:
        job = self._job
        why = f"{info.status}: {info.error}" if info.error else _WHY.get(info.status, str(info.status))
        if job.state == JobState.GIVEN_UP:
            self._note(JobState.GIVEN_UP, job.reason)
            self._found.add(f"{job.name} does not run and is no longer restarted: {job.reason}")
            self._found.raised.append(given_up(job, job.reason, job.failures))
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
                self._submit(now.definition)
            self._zeta.wait(job.job_id, frozenset({JobStatus.RUNNING}), within=_START_SECONDS)
        except _Rejected as error:
            self._not_restarted(str(error), failures + 1)
        except JobFailed as error:
            # The next check counts the failure.
            self._not_restarted(str(error), failures)
        except TimeoutError:
            self._note(JobState.RUNNING, why, failures=failures)
            self._found.add(f"{job.name} was restarted and is still starting")
            self._undecided("it was restarted and is still starting")
        except ZetaUnreachable:
            raise
        except ZetaError as error:
            self._note(JobState.STOPPED, str(error), failures=failures)
            raise
        else:
            self._note(JobState.RUNNING, f"restarted: {why}", failures=failures)
            self._found.add(f"{job.name} was restarted")

    def _submit(self, definition: Definition) -> None:
        try:
            self._zeta.submit(self._job.job_id, self._job.name, definition, restore=True)
        except ZetaUnreachable:
            raise
        except ZetaError as error:
            raise _Rejected(str(error)) from None

    def _not_restarted(self, why: str, failures: int) -> None:
        if failures >= FAILURES:
            self._give_up(why, failures)
            return
        self._note(JobState.STOPPED, why, failures=failures)
        self._problem(f"{self._job.name} could not be restarted: {why}", why)

    def _give_up(self, why: str, failures: int) -> None:
        self._note(JobState.GIVEN_UP, why, failures=failures)
        finding = given_up(self._job, why, failures)
        self._found.raised.append(finding)
        self._found.add(f"{finding.title}: {why}", problem=True)

    def _undecided(self, why: str) -> None:
        """Keep an open alert of the job, because the job was not seen running."""
        self._found.undecided.append(not_running(self._job, why))

    def _problem(self, line: str, why: str) -> None:
        self._found.add(line, problem=True)
        self._undecided(why)

    def _unreachable(self, why: str) -> None:
        """Record an unreachable engine.

        It does not count as a failure of the job, because the target restarts the engine.
        """
        job = self._job
        # `restarted_at` keeps the start of this state, from which the time until the alert counts.
        first = job.state not in {JobState.UNREACHABLE, JobState.DOWN}
        down = job.state == JobState.DOWN or (not first and (job.since_restart or 0) >= DOWN_SECONDS)
        self._note(JobState.DOWN if down else JobState.UNREACHABLE, why, restarted=first)
        self._problem(f"{job.name}: {why}", why)
        if down:
            self._found.raised.append(engine_down(job, why))

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
