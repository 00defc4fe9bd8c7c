"""`zeta-job`: runs a batch job of SeaTunnel once for each piece of a window, and waits for its end.

The id of a job is derived from stack, step, run, piece and attempt. A second start of the same run therefore finds the
jobs of the first: it skips a FINISHED job, joins a running one, and begins a new attempt only after a failure. After a
restart of all nodes the engine has no jobs. The job is then submitted again under its id; its rows are upserts, which
replace those of a half-written piece.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from apps.shared.polling import Pending, poll
from apps.tasks.context import Context
from apps.tasks.errors import InvalidInput, TaskError
from apps.tasks.log import print_line
from apps.tasks.pieces import described, in_pieces
from apps.tasks.windows import Window
from seatunnel.client.definition import DefinitionError, fill, job_id, read_definition
from seatunnel.client.rest import ZetaError, ZetaUnreachable
from seatunnel.client.zeta import ACTIVE, ENDING, STOPPED, JobInfo, JobStatus, Zeta

_FAILED = frozenset({JobStatus.FAILED, JobStatus.CANCELED, JobStatus.SAVEPOINT_DONE})
T = TypeVar("T")
_ATTEMPTS = 1000
_UNKNOWN_SECONDS = 3.0


@dataclass(frozen=True)
class Pace:
    """Intervals and time limits of engine queries, in seconds.

    Args:
        poll: pause between two checks of a job.
        report: pause between two progress lines in the same state.
        unreachable: time limit for an engine that does not respond.
        unknown: time for which a job may be unknown before it is submitted again.
    """

    poll: float = 0.5
    report: float = 15.0
    unreachable: float = 600.0
    unknown: float = _UNKNOWN_SECONDS


def run(context: Context, job: str, window: Window, chunk: timedelta | None, pace: Pace | None = None) -> str:
    """Run the job over the window, piece by piece; return a description of the work done.

    Raises:
        TaskError: a piece failed; the message contains the engine's reason.
    """
    for index, piece in in_pieces(context, job, window, chunk):
        _Piece(context, job, piece, index, pace or Pace()).run()
    return described(job, window, chunk)


def stop(zeta: Zeta, identity: int, *, within: float, unknown: float = _UNKNOWN_SECONDS) -> None:
    """Stop a job and wait for its end. The request is repeated, because a busy engine may fail to process it.

    Args:
        zeta: client of the engine.
        identity: id of the job. An ended job is not an error.
        within: time limit in seconds.
        unknown: seconds for which an unknown job does not count as ended, because its submission may be in progress.

    Raises:
        TimeoutError: the job did not end in time. The message contains the last error of the engine.
    """
    begun = time.monotonic()

    def look() -> bool | Pending:
        try:
            status = zeta.status(identity)
            if status in ACTIVE:
                zeta.stop(identity, savepoint=False)
        except ZetaError as error:
            return Pending(str(error))
        if status == JobStatus.UNKNOWN and time.monotonic() - begun < unknown:
            return Pending("the engine does not list it yet")
        return status in STOPPED or Pending(f"it is {status}")

    poll(look, within=within, what=f"job {identity}", longest_pause=1)


class _Piece:
    """The job of one piece of the window."""

    def __init__(self, context: Context, job: str, window: Window, index: int, pace: Pace) -> None:
        self._zeta = context.zeta()
        self._context = context
        self._job = job
        self._pace = pace
        self._index = index
        values = {**context.settings.placeholders, **window.placeholders}
        settings = {"starrocks.database": context.product.database, **context.product.placeholders}
        path = context.files / "seatunnel" / context.step.product / f"{job}.conf"
        try:
            self._definition = fill(read_definition(path, settings, files=context.files), values)
        except DefinitionError as error:
            raise InvalidInput(str(error)) from None

    def run(self) -> None:
        """Run the job to its end.

        Raises:
            TaskError: the job failed.
        """
        identity, info = self._attempt()
        if info.status == JobStatus.FINISHED:
            print_line(f"job {identity} has finished already")
            return
        self._context.watch(identity)
        if info.status == JobStatus.UNKNOWN:
            self._submit(identity)
        else:
            print_line(f"job {identity} is {info.status} already: waiting for it")
        info = self._follow(identity)
        self._context.watch(None)
        if info.status != JobStatus.FINISHED:
            ended = info
            info = self._retried(lambda: self._zeta.explained(identity, ended))
            raise TaskError(f"job {self._job} ({identity}) is {info.status}: {_reason(info.error)}")
        print_line(f"job {identity} finished: {info.received} rows read, {info.written} rows written")

    def _attempt(self) -> tuple[int, JobInfo]:
        """The first attempt that has not failed."""
        step = self._context.step
        for attempt in range(_ATTEMPTS):
            name = f"{step.product}/{step.workflow}/{step.task}/{step.run}/{self._index}/{attempt}"
            identity = job_id(self._context.settings.stack, name)
            info = self._retried(lambda: self._zeta.info(identity))  # noqa: B023 # called at once
            if info.status in ENDING:
                info = self._follow(identity)
            if info.status not in _FAILED:
                return identity, info
            print_line(f"attempt {attempt + 1} (job {identity}) ended with status {info.status}")
        raise TaskError(f"all {_ATTEMPTS} attempts of run {step.run} failed: start a new run")

    def _submit(self, identity: int) -> None:
        step = self._context.step
        name = f"{step.product}-{self._job}-{step.run}"

        def submit() -> None:
            try:
                self._zeta.submit(identity, name, self._definition, restore=False)
            except ZetaUnreachable:
                raise
            except ZetaError as error:
                # A task whose worker has died may have submitted the job just before.
                if self._zeta.status(identity) in ACTIVE | {JobStatus.FINISHED}:
                    return
                raise TaskError(f"job {self._job}: {error}") from None

        self._retried(submit)
        print_line(f"job {identity} was submitted")

    def _follow(self, identity: int) -> JobInfo:
        """Wait until the job has ended, and report its progress."""
        reported, reported_at = JobStatus.UNKNOWN, 0.0
        unknown_since: float | None = None

        def look() -> JobInfo | Pending:
            nonlocal reported, reported_at, unknown_since
            info = self._retried(lambda: self._zeta.info(identity))
            now = time.monotonic()
            if info.status in STOPPED - {JobStatus.UNKNOWN}:
                return info
            if info.status != JobStatus.UNKNOWN:
                unknown_since = None
                if info.status != reported or now - reported_at > self._pace.report:
                    print_line(f"job {identity} is {info.status}: {info.received} rows read, {info.written} written")
                    reported, reported_at = info.status, now
            elif unknown_since is None:
                unknown_since = now
            elif now - unknown_since > self._pace.unknown:
                print_line(f"SeaTunnel was restarted and has lost job {identity}: submitting it again")
                self._submit(identity)
                unknown_since = None
            return Pending(f"it is {info.status}")

        return poll(look, within=math.inf, what=f"job {identity}", pause=self._pace.poll)

    def _retried(self, query: Callable[[], T]) -> T:
        """Query the engine; if it does not respond, wait for the end of its restart."""

        def look() -> tuple[T] | Pending:
            try:
                return (query(),)
            except ZetaUnreachable as error:
                return Pending(str(error))

        def progress(reason: str) -> None:
            print_line(f"{reason}; waiting for it")

        within, pause = self._pace.unreachable, min(2.0, self._pace.poll * 4)
        try:
            [answer] = poll(look, within=within, what="SeaTunnel", pause=pause, progress=progress)
        except TimeoutError as error:
            raise TaskError(str(error)) from None
        except ZetaError as error:
            raise TaskError(str(error)) from None
        return answer


def _reason(error: str) -> str:
    """The engine's error without its stack trace, which does not help the reader of a task's log."""
    lines = [line.strip() for line in error.splitlines() if line.strip() and not line.strip().startswith("at ")]
    return "\n".join(lines)[:1500] or "the engine reports no reason"
