"""A lease on the streaming jobs of a product, during which nothing writes.

A lease lasts LEASE_SECONDS, and a thread of its holder renews it. A holder that has died or is paused therefore loses
it within that time. A lease that has expired or is about to expire is never renewed. A statement that must not run
beside a writer is sent to StarRocks together with a `guard`, which StarRocks evaluates. A process that was paused
between its last check and its statement therefore does no harm when it resumes
(docs/decisions/046-archive-under-a-lease.md).
"""

import os
import platform
import secrets
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from apps.shared.polling import wait_until
from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksError
from apps.shared.streaming_jobs import StreamingJob, StreamingJobs
from apps.tasks.errors import TaskError
from apps.tasks.log import print_line
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, JobStatus, Zeta

LEASE_SECONDS = 30
"""Seconds after which a dead holder loses its lease."""

RENEW_SECONDS = 5.0
"""Seconds between two renewals."""

MARGIN_SECONDS = 10
"""Seconds of the lease that must be left for a guarded statement.

StarRocks runs a started metadata statement in far less time.
"""

LONGEST_SECONDS = 180.0
"""Seconds after which a lease is usually no longer renewed, because its holder hangs."""

_OTHERS_SECONDS = 900.0
_SETTLE_SECONDS = 1.0
_STOP_SECONDS = 120.0
_START_SECONDS = 60.0


class Lease:
    """The lease of one holder. Callers call `acquire`, and then always `release`."""

    def __init__(
        self,
        jobs: StreamingJobs,
        zeta: Zeta,
        *,
        product: str,
        purpose: str,
        renewing: Callable[[], tuple[StarRocks, StreamingJobs]],
        longest: float = LONGEST_SECONDS,
    ) -> None:
        """Create a lease that is not acquired yet.

        Args:
            jobs: the table of streaming jobs.
            zeta: client of the engine.
            product: product whose streaming jobs are stopped.
            purpose: text for users, such as `archive_monthly/17`.
            renewing: returns a connection for the renewing thread, and the table on this connection.
            longest: seconds after which the lease is no longer renewed.
        """
        self._longest = longest
        self._jobs, self._zeta, self._product, self._renewing = jobs, zeta, product, renewing
        # A unique name, because a statement of an earlier lease may still be in progress.
        self._holder = f"{purpose[:60]} {platform.node()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._held: list[StreamingJob] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._abandoned = False

    def __enter__(self) -> Self:
        """Acquire the lease; on failure, release it again."""
        try:
            self.acquire()
        except BaseException:
            self.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the lease."""
        self.release()

    def acquire(self) -> None:
        """Acquire the lease and stop the jobs with a savepoint. Afterwards no load of these jobs is in progress.

        Raises:
            TaskError: another process holds the lease, or a job did not stop.
        """
        jobs = self._jobs.find(product=self._product)
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()
        for job in jobs:
            self._acquire(job)
        # Of two concurrent callers that both acquired it, the later write remains.
        time.sleep(_SETTLE_SECONDS)
        for job in jobs:
            self._wait_for_keeper(job)
            if not self._jobs.is_holder(job.job_id, self._holder, left=MARGIN_SECONDS):
                raise TaskError(f"another process holds the lease on {job.name}: try again")
            self._stop(job)

    def check(self) -> None:
        """Check that the lease is held and no job runs.

        Raises:
            TaskError: the lease was lost, or a job runs.
        """
        for job in self._held:
            self._jobs.renew(job.job_id, self._holder, LEASE_SECONDS, least=MARGIN_SECONDS // 2)
            if not self._jobs.is_holder(job.job_id, self._holder, left=MARGIN_SECONDS):
                raise TaskError(f"the lease on {job.name} was lost: try again")
            try:
                status = self._zeta.status(job.job_id)
            except ZetaError as error:
                raise TaskError(f"the state of job {job.name} is unknown: {error}") from None
            if status not in STOPPED:
                raise TaskError(f"{job.name} was started by another process (it is {status}): try again")

    def guard(self, leases: str) -> str:
        """A query for `StarRocks.change_guarded` that fails unless the lease is held for MARGIN_SECONDS more.

        A scalar subquery must return at most one row; this one returns two if a lease is missing.

        Args:
            leases: qualified name of the view `job_leases`.
        """
        held = "SELECT 0 AS held"
        if self._held:
            ids = ", ".join(str(job.job_id) for job in self._held)
            held = (
                f"SELECT COUNT(*) AS held FROM {leases} "
                f"WHERE job_id IN ({ids}) AND held_by = '{_quoted(self._holder)}' "
                f"AND held_until > DATE_ADD(UTC_TIMESTAMP(), INTERVAL {MARGIN_SECONDS} SECOND)"
            )
        return (
            "SELECT (SELECT rows_.n FROM (SELECT 1 AS n UNION ALL SELECT 2 AS n) AS rows_ "
            f"CROSS JOIN ({held}) AS lease WHERE rows_.n = 1 OR lease.held <> {len(self._held)}) AS lease_is_held"
        )

    def abandon(self) -> None:
        """Let the lease expire instead of releasing it, because a guarded statement may still be in progress."""
        self._abandoned = True

    def release(self) -> None:
        """Restart the jobs and end the lease.

        If this fails, the keeper restarts the jobs after the lease has expired.
        """
        if not self._abandoned:
            for job in self._held:
                try:
                    self._start(job)
                except (ZetaError, JobFailed, TimeoutError, StarRocksError) as error:
                    print_line(f"{job.name} was not started again: {error}; the keeper will start it")
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        for job in self._held if not self._abandoned else ():
            try:
                self._jobs.release(job.job_id, self._holder)
            except StarRocksError as error:
                print_line(f"the lease on {job.name} was not released: {error}; it ends in {LEASE_SECONDS} s")
        self._held = []

    def _acquire(self, job: StreamingJob) -> None:
        def problem() -> str:
            acquired = self._jobs.acquire(job.job_id, self._holder, LEASE_SECONDS)
            return "" if acquired else f"another process holds the lease on {job.name}"

        try:
            wait_until(problem, within=_OTHERS_SECONDS, what="the lease", pause=1, progress=print_line)
        except TimeoutError as error:
            raise TaskError(f"{error}: try again") from None
        self._held.append(job)

    def _renew(self) -> None:
        """Renew the lease until its end; runs in a thread."""
        store, jobs = self._renewing()
        begin: float | None = None
        with store:
            while not self._ended.wait(RENEW_SECONDS):
                if not self._held:
                    continue
                begin = begin or time.monotonic()
                if time.monotonic() - begin > self._longest:
                    print_line(f"the lease was held for {self._longest:.0f} s and is not renewed any more")
                    return
                for job in tuple(self._held):
                    try:
                        jobs.renew(job.job_id, self._holder, LEASE_SECONDS, least=MARGIN_SECONDS // 2)
                    except StarRocksError as error:
                        print_line(f"the lease on {job.name} was not renewed: {error}")

    def _wait_for_keeper(self, job: StreamingJob) -> None:
        def problem() -> str:
            rows = self._jobs.find(job_id=job.job_id)
            return "the keeper is restarting the job" if any(row.being_restarted for row in rows) else ""

        try:
            wait_until(problem, within=_OTHERS_SECONDS, what=job.name, pause=0.2)
        except TimeoutError as error:
            raise TaskError(f"{error}: try again") from None

    def _stop(self, job: StreamingJob) -> None:
        try:
            if self._zeta.status(job.job_id) in ACTIVE:
                print_line(f"stopping {job.name} with a savepoint")
                self._zeta.stop(job.job_id, savepoint=True)
            # A failed job does not write either, and neither does a job that the engine has lost.
            self._zeta.wait(job.job_id, STOPPED, within=_STOP_SECONDS)
        except (ZetaError, TimeoutError) as error:
            raise TaskError(f"{job.name} could not be stopped: {error}") from None

    def _start(self, job: StreamingJob) -> None:
        # Only the holder restarts the job. After a lost lease, the keeper or the next holder restarts it.
        if not self._jobs.is_holder(job.job_id, self._holder):
            return
        row = next(iter(self._jobs.find(job_id=job.job_id)), None)
        if row is None or not row.wanted_running or self._zeta.status(job.job_id) in ACTIVE:
            return
        print_line(f"starting {job.name} from its savepoint")
        self._zeta.submit(job.job_id, job.name, row.definition, restore=True)
        self._zeta.wait(job.job_id, frozenset({JobStatus.RUNNING}), within=_START_SECONDS)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")
