"""A lease on the streaming jobs of a product: while it is held, nothing writes.

A lease lasts LEASE_SECONDS and a thread of its holder renews it, so that a holder that died, or stands still, loses it
within that time. A lease that was lost, or is about to be, can never be renewed. What must not happen beside a writer
is sent to StarRocks together with a `guard`, which StarRocks itself evaluates: a process that stood still between
its last look and its statement cannot do harm when it goes on (docs/decisions/046-archive-under-a-lease.md).
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
from apps.shared.starrocks import StarRocks, StarRocksError
from apps.shared.streaming_jobs import StreamingJob, StreamingJobs
from apps.tasks.errors import TaskError
from apps.tasks.log import say
from seatunnel.client.rest import ZetaError
from seatunnel.client.zeta import ACTIVE, STOPPED, JobFailed, JobStatus, Zeta

LEASE_SECONDS = 30
"""A dead holder loses its lease after this time."""

RENEW_SECONDS = 5.0
"""Between two renewals."""

MARGIN_SECONDS = 10
"""The guard of a statement holds only with this much of the lease left: far longer than StarRocks works on a statement
about its metadata that it has begun."""

LONGEST_SECONDS = 180.0
"""After this time a lease is not renewed any more: its holder hangs."""

_OTHERS_SECONDS = 900.0
_SETTLE_SECONDS = 1.0
_STOP_SECONDS = 120.0
_START_SECONDS = 60.0


class Lease:
    """The lease of one holder. `acquire`, then `release` in any case."""

    def __init__(
        self,
        jobs: StreamingJobs,
        zeta: Zeta,
        *,
        product: str,
        purpose: str,
        renewing: Callable[[], tuple[StarRocks, StreamingJobs]],
    ) -> None:
        """Nothing is acquired yet.

        Args:
            jobs: the table.
            zeta: the engine.
            product: whose streaming jobs are stopped.
            purpose: shown to people, such as `archive_monthly/17`.
            renewing: makes a connection for the thread that renews the lease, and the table by it.
        """
        self._jobs, self._zeta, self._product, self._renewing = jobs, zeta, product, renewing
        # Never the name of an earlier lease: a statement that was sent under that one may still be on its way.
        self._holder = f"{purpose[:60]} {platform.node()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._held: list[StreamingJob] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._abandoned = False

    def __enter__(self) -> Self:
        """Acquire; what fails in it is released."""
        try:
            self.acquire()
        except BaseException:
            self.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release."""
        self.release()

    def acquire(self) -> None:
        """Acquire the lease and stop the jobs with a savepoint: afterwards no load of theirs is under way.

        Raises:
            TaskError: another process keeps the lease, or a job did not stop.
        """
        jobs = self._jobs.find(product=self._product)
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()
        for job in jobs:
            self._acquire(job)
        # Two may have asked in the same moment, and each have seen itself: the later write stays.
        time.sleep(_SETTLE_SECONDS)
        for job in jobs:
            self._wait_for_keeper(job)
            if not self._jobs.is_holder(job.job_id, self._holder, left=MARGIN_SECONDS):
                raise TaskError(f"another process holds {job.name}: try again")
            self._stop(job)

    def check(self) -> None:
        """Make sure that the lease is held and that nothing runs.

        Raises:
            TaskError: it was lost, or a job runs.
        """
        for job in self._held:
            self._jobs.renew(job.job_id, self._holder, LEASE_SECONDS, least=MARGIN_SECONDS // 2)
            if not self._jobs.is_holder(job.job_id, self._holder, left=MARGIN_SECONDS):
                raise TaskError(f"the lease on {job.name} was lost: try again")
            try:
                status = self._zeta.status(job.job_id)
            except ZetaError as error:
                raise TaskError(f"whether {job.name} runs is not known: {error}") from None
            if status not in STOPPED:
                raise TaskError(f"{job.name} was started by another process (it is {status}): try again")

    def guard(self, leases: str) -> str:
        """A query that fails unless the lease is held for MARGIN_SECONDS more, for `StarRocks.change_guarded`.

        A scalar subquery may have one row: here it has two where a lease is missing.

        Args:
            leases: the view `job_leases`, qualified.
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
        """Leave the lease to its end instead of releasing it: a guarded statement may still be under way."""
        self._abandoned = True

    def release(self) -> None:
        """Start the jobs again and end the lease. The keeper does what fails here, after the lease has ended."""
        if not self._abandoned:
            for job in self._held:
                try:
                    self._start(job)
                except (ZetaError, JobFailed, TimeoutError, StarRocksError) as error:
                    say(f"{job.name} was not started again: {error}; the keeper will start it")
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        for job in self._held if not self._abandoned else ():
            try:
                self._jobs.release(job.job_id, self._holder)
            except StarRocksError as error:
                say(f"the lease on {job.name} was not released: {error}; it ends in {LEASE_SECONDS} s")
        self._held = []

    def _acquire(self, job: StreamingJob) -> None:
        def complaint() -> str:
            acquired = self._jobs.acquire(job.job_id, self._holder, LEASE_SECONDS)
            return "" if acquired else f"another process holds {job.name}"

        try:
            wait_until(complaint, within=_OTHERS_SECONDS, what="the lease", pause=1, progress=say)
        except TimeoutError as error:
            raise TaskError(f"{error}: try again") from None
        self._held.append(job)

    def _renew(self) -> None:
        """The thread: renew the lease until its end."""
        store, jobs = self._renewing()
        begin: float | None = None
        with store:
            while not self._ended.wait(RENEW_SECONDS):
                if not self._held:
                    continue
                begin = begin or time.monotonic()
                if time.monotonic() - begin > LONGEST_SECONDS:
                    say(f"the lease was held for {LONGEST_SECONDS:.0f} s and is not renewed any more")
                    return
                for job in tuple(self._held):
                    try:
                        jobs.renew(job.job_id, self._holder, LEASE_SECONDS, least=MARGIN_SECONDS // 2)
                    except StarRocksError as error:
                        say(f"the lease on {job.name} was not renewed: {error}")

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

    def _start(self, job: StreamingJob) -> None:
        # Only the holder starts it: after a lost lease the keeper, or the next holder, decides.
        if not self._jobs.is_holder(job.job_id, self._holder):
            return
        row = next(iter(self._jobs.find(job_id=job.job_id)), None)
        if row is None or not row.wanted_running or self._zeta.status(job.job_id) in ACTIVE:
            return
        say(f"starting {job.name} from its savepoint")
        self._zeta.submit(job.job_id, job.name, row.definition, restore=True)
        self._zeta.wait(job.job_id, frozenset({JobStatus.RUNNING}), within=_START_SECONDS)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")
