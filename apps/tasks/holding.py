"""Keeping a product's streaming jobs stopped for a moment, so that nobody writes."""

import os
import platform
import time

from apps.shared.polling import wait_until
from apps.shared.starrocks import StarRocksError
from apps.shared.streaming_jobs import StreamingJob, StreamingJobs
from apps.tasks.errors import TaskError
from apps.tasks.log import say
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, JobStatus, Zeta

LEASE = 300
"""Seconds after which the keeper puts the jobs back, whoever holds them."""

MARGIN = 180
"""What nobody may write beside is only sent to StarRocks with so many seconds of the lease left: far longer than
StarRocks works on a statement whose sender was killed."""

_OTHERS_SECONDS = 900.0
_SETTLE_SECONDS = 1.0
_STOP_SECONDS = 120.0
_START_SECONDS = 60.0


class Hold:
    """A lease on the streaming jobs of a product."""

    def __init__(self, jobs: StreamingJobs, zeta: Zeta, product: str, purpose: str) -> None:
        """`purpose` is shown to people, such as `archive_monthly/17`."""
        self._jobs, self._zeta, self._product = jobs, zeta, product
        self._holder = f"{purpose} {platform.node()}:{os.getpid()}"[:120]
        self._held: list[StreamingJob] = []

    def take(self) -> None:
        """Take the lease and stop the jobs with a savepoint: from then on nothing of theirs is under way.

        Raises:
            TaskError: somebody else has the lease and keeps it, or a job did not stop.
        """
        for job in self._jobs.find(product=self._product):
            self._take(job)
        # Two may have asked in the same moment, and each have seen itself: the later write stays.
        time.sleep(_SETTLE_SECONDS)
        for job in self._held:
            self._wait_for_keeper(job)
            if not self._jobs.is_holder(job.job_id, self._holder, left=MARGIN):
                raise TaskError(f"somebody else holds {job.name}: try again")
            self._stop(job)

    def _take(self, job: StreamingJob) -> None:
        def complaint() -> str:
            return "" if self._jobs.hold(job.job_id, self._holder, LEASE) else f"another process holds {job.name}"

        try:
            wait_until(complaint, within=_OTHERS_SECONDS, what="the lease", pause=1, progress=say)
        except TimeoutError as error:
            raise TaskError(f"{error}: try again") from None
        self._held.append(job)

    def _wait_for_keeper(self, job: StreamingJob) -> None:
        def complaint() -> str:
            rows = self._jobs.find(job_id=job.job_id)
            return "the keeper is restarting it" if any(row.being_restarted for row in rows) else ""

        try:
            wait_until(complaint, within=_OTHERS_SECONDS, what=job.name, pause=0.2)
        except TimeoutError as error:
            raise TaskError(f"{error}: try again") from None

    def _stop(self, job: StreamingJob) -> None:
        try:
            if self._zeta.status(job.job_id) in ACTIVE:
                say(f"stopping {job.name} with a savepoint")
                self._zeta.stop(job.job_id, savepoint=True)
            # A job that failed, or that the engine forgot, writes nothing either.
            self._zeta.wait(job.job_id, STOPPED, within=_STOP_SECONDS)
        except (ZetaError, TimeoutError) as error:
            raise TaskError(f"{job.name} could not be stopped: {error}") from None

    def check(self, *, extend: bool = False) -> None:
        """Make sure that the lease is ours for MARGIN seconds more, and that nothing runs.

        Raises:
            TaskError: it is not.
        """
        for job in self._held:
            if extend:
                self._jobs.extend(job.job_id, self._holder, LEASE)
            if not self._jobs.is_holder(job.job_id, self._holder, left=MARGIN):
                raise TaskError(f"the lease on {job.name} is over, or about to be: try again")
            try:
                status = self._zeta.status(job.job_id)
            except ZetaError as error:
                raise TaskError(f"whether {job.name} runs is not known: {error}") from None
            if status not in STOPPED:
                raise TaskError(f"{job.name} was started by somebody (it is {status}): try again")

    def give_back(self) -> None:
        """Start the jobs again and end the lease. What fails here is left to the keeper, when the lease has ended."""
        for job in self._held:
            try:
                self._start(job)
            except (ZetaError, JobFailed, TimeoutError, StarRocksError) as error:
                say(f"{job.name} was not started again: {error}; the keeper will do it")
            try:
                self._jobs.release(job.job_id, self._holder)
            except StarRocksError as error:
                say(f"the lease on {job.name} was not given back: {error}; it ends by itself in {LEASE} s at most")
        self._held = []

    def _start(self, job: StreamingJob) -> None:
        # Only by whoever has the lease: the keeper, or the next holder, decides otherwise.
        if not self._jobs.is_holder(job.job_id, self._holder):
            return
        row = next(iter(self._jobs.find(job_id=job.job_id)), None)
        if row is None or not row.wanted_running or self._zeta.status(job.job_id) in ACTIVE:
            return
        say(f"starting {job.name} from its savepoint")
        self._zeta.submit(job.job_id, job.name, row.definition, restore=True)
        self._zeta.wait(job.job_id, frozenset({JobStatus.RUNNING}), within=_START_SECONDS)
