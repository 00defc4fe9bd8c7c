"""The table `streaming_jobs`: jobs that should run, their state, and leases that stop a job for a short time.

Four parties start and stop a streaming job: the deployment (a changed definition), the keeper (a job that failed), the
archive (no writer while a month is dropped), and `make backup` or `make restore` (no writer while tables are copied).
They coordinate by this table, which has no locks. Each party first writes its intention and then reads those of the
others: the keeper writes state `restarting` and then reads `wanted` and the lease; the others write `wanted` or a lease
and then read the state. In any order, at least one of two parties reads the other's intention and waits. A state
`restarting` that is older than RESTART_SECONDS was written by a keeper that has ended.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from apps.shared.starrocks import Argument

Definition: TypeAlias = dict[str, JsonValue]
"""A job definition in SeaTunnel's JSON form, with filled placeholders."""

RESTART_SECONDS = 60
"""Seconds within which a keeper finishes a restart; an older state `restarting` is from a dead keeper."""


class Statements(Protocol):
    """A connection to StarRocks in UTC."""

    def execute(self, statement: str, arguments: Sequence[Argument]) -> Sequence[Sequence[object]]:
        """Run a statement and return its rows."""


class JobState(StrEnum):
    """The state of a job at the keeper's last check."""

    RUNNING = "running"
    RESTARTING = "restarting"
    GIVEN_UP = "given_up"
    HELD = "held"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    DOWN = "down"


@dataclass(frozen=True)
class StreamingJob:
    """A row of the table. Ages and times left are in seconds by StarRocks' clock, None if there is no time."""

    job_id: int
    product: str
    name: str
    definition: Definition
    wanted_running: bool
    held_by: str
    hold_left: int | None
    failures: int
    state: JobState | None
    reason: str
    since_restart: int | None
    since_check: int | None

    @property
    def held(self) -> bool:
        """Whether a lease keeps the job stopped."""
        return bool(self.held_by) and self.hold_left is not None and self.hold_left > 0

    @property
    def being_restarted(self) -> bool:
        """Whether a keeper is restarting the job."""
        return self.state == JobState.RESTARTING and self.since_check is not None and self.since_check < RESTART_SECONDS


class StreamingJobs:
    """The table."""

    def __init__(self, statements: Statements, table: str) -> None:
        """`table` is the qualified name of the table."""
        self._statements = statements
        self._table = table

    def find(self, *, product: str | None = None, job_id: int | None = None) -> list[StreamingJob]:
        """All jobs, the jobs of a product, or one job."""
        where = ""
        arguments: tuple[Argument, ...] = ()
        if job_id is not None:
            where, arguments = "WHERE job_id = %s", (job_id,)
        elif product is not None:
            where, arguments = "WHERE product = %s", (product,)
        rows = self._statements.execute(
            "SELECT job_id, product, name, definition, wanted, held_by, "
            "TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), held_until), failures, state, reason, "
            "TIMESTAMPDIFF(SECOND, restarted_at, UTC_TIMESTAMP()), TIMESTAMPDIFF(SECOND, checked_at, UTC_TIMESTAMP()) "
            f"FROM {self._table} {where} ORDER BY job_id",
            arguments,
        )
        return [_job(row) for row in rows]

    def put(self, job_id: int, *, product: str, name: str, definition: Definition) -> None:
        """Record that the job should run with this definition.

        The keeper then restarts the job again, even if it had stopped doing so.
        """
        text = json.dumps(definition, ensure_ascii=False, separators=(",", ":"))
        if self.find(job_id=job_id):
            self._set(
                job_id,
                "definition = %s, wanted = 'running', failures = 0, state = NULL, reason = NULL, restarted_at = NULL",
                (text,),
            )
        else:
            self._statements.execute(
                f"INSERT INTO {self._table} (job_id, product, name, definition, wanted, failures) "
                "VALUES (%s, %s, %s, %s, 'running', 0)",
                (job_id, product, name, text),
            )

    def want_stopped(self, job_id: int) -> None:
        """Record that the deployment will stop the job, so that the keeper does not restart it."""
        self._set(job_id, "wanted = 'stopped'", ())

    def want_running(self, job_id: int) -> None:
        """Record that the deployment will not stop the job after all."""
        self._set(job_id, "wanted = 'running'", ())

    def remove(self, job_id: int) -> None:
        """Delete the row of a job."""
        self._statements.execute(f"DELETE FROM {self._table} WHERE job_id = %s", (job_id,))

    def acquire(self, job_id: int, holder: str, seconds: int) -> bool:
        """Acquire the lease on a job; return whether it was free.

        Two concurrent callers may both get True, so check again with `is_holder` a moment later.

        Args:
            job_id: id of the job.
            holder: unique name of the lease.
            seconds: duration of the lease.
        """
        self._statements.execute(
            f"UPDATE {self._table} SET held_by = %s, held_until = {_in(seconds)} "
            "WHERE job_id = %s AND (held_by IS NULL OR held_until IS NULL OR held_until < UTC_TIMESTAMP())",
            (holder, job_id),
        )
        return self.is_holder(job_id, holder)

    def renew(self, job_id: int, holder: str, seconds: int, *, least: int) -> None:
        """Extend a lease to `seconds` from now, unless it has less than `least` seconds left."""
        self._statements.execute(
            f"UPDATE {self._table} SET held_until = {_in(seconds)} "
            f"WHERE job_id = %s AND held_by = %s AND held_until > {_in(least)}",
            (job_id, holder),
        )

    def is_holder(self, job_id: int, holder: str, *, left: int = 0) -> bool:
        """Whether the holder has the lease for more than `left` further seconds."""
        return any(
            job.held_by == holder and job.hold_left is not None and job.hold_left > left
            for job in self.find(job_id=job_id)
        )

    def release(self, job_id: int, holder: str) -> None:
        """End the lease if the holder still has it."""
        self._statements.execute(
            f"UPDATE {self._table} SET held_by = NULL, held_until = NULL WHERE job_id = %s AND held_by = %s",
            (job_id, holder),
        )

    def note(self, job: StreamingJob, state: JobState, reason: str, *, failures: int, restarted: bool = False) -> None:
        """Record the state that the keeper found or caused."""
        more = ", restarted_at = UTC_TIMESTAMP()" if restarted else ""
        self._set(
            job.job_id,
            f"state = %s, reason = %s, failures = %s, checked_at = UTC_TIMESTAMP(){more}",
            (state, reason[:1000] or None, failures),
        )

    def _set(self, job_id: int, assignments: str, values: tuple[Argument, ...]) -> None:
        self._statements.execute(f"UPDATE {self._table} SET {assignments} WHERE job_id = %s", (*values, job_id))


def _in(seconds: int) -> str:
    return f"DATE_ADD(UTC_TIMESTAMP(), INTERVAL {int(seconds)} SECOND)"


def _job(row: Sequence[object]) -> StreamingJob:
    job_id, product, name, definition, wanted, held_by, hold_left, failures, state, reason, restarted, checked = row
    return StreamingJob(
        job_id=int(str(job_id)),
        product=str(product),
        name=str(name),
        definition=json.loads(str(definition)),
        wanted_running=wanted == "running",
        held_by=str(held_by or ""),
        hold_left=_seconds(hold_left),
        failures=int(str(failures)),
        state=JobState(str(state)) if state else None,
        reason=str(reason or ""),
        since_restart=_seconds(restarted),
        since_check=_seconds(checked),
    )


def _seconds(value: object) -> int | None:
    return None if value is None else int(str(value))
