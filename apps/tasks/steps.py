"""The table `pipeline_steps`: how each step of each workflow last went. The page and the API read it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from apps.shared.starrocks import StarRocks, StarRocksError, repeat_until_reached
from apps.tasks.log import say

_BYTES = 4096
_BEGIN_PATIENCE = 60.0
_END_PATIENCE = 300.0
T = TypeVar("T")


class State(StrEnum):
    """How a run of a step is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"


@dataclass(frozen=True)
class Step:
    """One step of one run of a workflow.

    Args:
        product: data product.
        workflow: name of the workflow.
        task: name of its task.
        run: DolphinScheduler's workflow instance.
        every: longest pause between two scheduled runs, in seconds; None where it has no schedule.
    """

    product: str
    workflow: str
    task: str
    run: str
    every: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Primary key of its row."""
        return self.product, self.workflow, self.task

    def __str__(self) -> str:
        """For logs."""
        return f"{self.product}/{self.workflow}/{self.task} of run {self.run}"


@dataclass(frozen=True)
class LastRun:
    """What the row held before this run."""

    run: str = ""
    details: str = ""


class StepRecord:
    """The row of one step. That StarRocks cannot be reached is said in the log and never fails the work."""

    def __init__(self, store: StarRocks, table: str, step: Step) -> None:
        """`table` is qualified."""
        self._store = store
        self._table = table
        self._step = step

    def begin(self) -> LastRun:
        """Note that the step runs; what the row held before."""
        return self._kept("noting the beginning", self._begin, _BEGIN_PATIENCE) or LastRun()

    def progress(self, details: str) -> None:
        """Note what was done so far."""
        self._kept("noting the progress", lambda: self._set("details = %s", (_fit(details),)), 5)

    def end(self, state: State, *, error: str = "", details: str | None = None, only_running: bool = False) -> None:
        """Note how the step ended.

        Args:
            state: how.
            error: why it did not end well.
            details: what it did; None: they stay as they were.
            only_running: leave alone what has an end already.
        """
        self._kept("noting the end", lambda: self._end(state, error, details, only_running), _END_PATIENCE)

    def _kept(self, what: str, work: Callable[[], T], within: float) -> T | None:
        try:
            return repeat_until_reached(work, within=within, what=what, report=say)
        except StarRocksError as error:
            say(f"{what} of {self._step} failed: {error}")
            return None

    def _begin(self) -> LastRun:
        rows = self._store.query(
            f"SELECT run_id, details FROM {self._table} WHERE product = %s AND workflow = %s AND task = %s",
            self._step.key,
        )
        if rows:
            self._store.change(
                f"UPDATE {self._table} SET run_id = %s, state = %s, started_at = UTC_TIMESTAMP(), ended_at = NULL, "
                "every_seconds = %s WHERE product = %s AND workflow = %s AND task = %s",
                (self._step.run, State.RUNNING, self._step.every, *self._step.key),
            )
            return LastRun(str(rows[0]["run_id"]), str(rows[0]["details"] or ""))
        self._store.change(
            f"INSERT INTO {self._table} (product, workflow, task, run_id, state, started_at, every_seconds) "
            "VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP(), %s)",
            (*self._step.key, self._step.run, State.RUNNING, self._step.every),
        )
        return LastRun()

    def _end(self, state: State, error: str, details: str | None, only_running: bool) -> None:
        at = "last_succeeded_at" if state == State.SUCCEEDED else "last_failed_at"
        said = None if state == State.SUCCEEDED else _fit(error or state)
        assignments = f"state = %s, ended_at = UTC_TIMESTAMP(), {at} = UTC_TIMESTAMP(), last_error = %s"
        values: tuple[str | None, ...] = (state, said)
        if details is not None:
            assignments, values = f"{assignments}, details = %s", (*values, _fit(details))
        if only_running:
            self._set(assignments, values, more=f" AND state = '{State.RUNNING}'")
        elif self._set(assignments, values) == 0:
            # Another run of the workflow has begun meanwhile: the row is about that one, but for when this one ended.
            self._store.change(
                f"UPDATE {self._table} SET {at} = UTC_TIMESTAMP() "
                "WHERE product = %s AND workflow = %s AND task = %s AND run_id <> %s",
                (*self._step.key, self._step.run),
            )

    def _set(self, assignments: str, values: tuple[str | None, ...], more: str = "") -> int:
        return self._store.change(
            f"UPDATE {self._table} SET {assignments} "
            f"WHERE product = %s AND workflow = %s AND task = %s AND run_id = %s{more}",
            (*values, *self._step.key, self._step.run),
        )


def _fit(text: str) -> str:
    """What a VARCHAR of so many bytes takes."""
    encoded = text.encode()
    return text if len(encoded) <= _BYTES else encoded[: _BYTES - 3].decode(errors="ignore") + "…"
