"""The table `pipeline_steps`: the last run of each step of each workflow. The page and the API read it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from apps.shared.starrocks import Argument, Cell, StarRocks, repeat_until_reached
from apps.shared.starrocks_errors import StarRocksError
from apps.tasks.log import print_line

_TEXT_BYTES = 4096
_FINDINGS_BYTES = 1048576
_BEGIN_PATIENCE = 60.0
_PROGRESS_PATIENCE = 5.0
_END_PATIENCE = 300.0
_KEY = "product = %s AND workflow = %s AND task = %s"
T = TypeVar("T")


class State(StrEnum):
    """The state of a step's run."""

    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"


_UNFINISHED = (State.RUNNING, State.RETRYING)


@dataclass(frozen=True)
class Step:
    """One step of one run of a workflow.

    Args:
        product: data product, or `platform`.
        workflow: name of the workflow.
        task: name of its task.
        run: DolphinScheduler's workflow instance.
        every: longest pause between two scheduled runs, in seconds; None if it has no schedule.
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
        """The text for logs."""
        return f"{self.product}/{self.workflow}/{self.task} of run {self.run}"


@dataclass(frozen=True)
class Pieces:
    """The pieces of a range, and the number of finished ones.

    Args:
        start: start of the range, in UTC without a zone.
        end: end of the range, exclusive, likewise.
        total: number of pieces.
        done: number of pieces that are computed, from the first on.
    """

    start: datetime
    end: datetime
    total: int
    done: int = 0


@dataclass(frozen=True)
class LastRun:
    """The content of the row before this attempt.

    Args:
        run: run that the row was about.
        pieces: pieces of that run; None if it had none.
        findings: names of findings for which an alert was sent.
    """

    run: str = ""
    pieces: Pieces | None = None
    findings: frozenset[str] = frozenset()


class StepRecord:
    """The row of one step. If StarRocks cannot be reached, this is logged and the work continues."""

    def __init__(self, store: StarRocks, table: str, step: Step) -> None:
        """`table` is qualified."""
        self._store = store
        self._table = table
        self._step = step

    def begin(self, *, scheduled: bool) -> LastRun:
        """Record that the step runs; return the previous content of the row."""
        return self._kept("noting the beginning", lambda: self._begin(scheduled), _BEGIN_PATIENCE) or LastRun()

    def manual(self) -> None:
        """Record that a person started the run, as an earlier attempt reported."""
        self._kept("noting the beginning", lambda: self._set({"scheduled": False}), _PROGRESS_PATIENCE)

    def progress(self, pieces: Pieces) -> None:
        """Record the range of the run and its progress."""
        values: dict[str, Argument] = {
            "range_from": pieces.start,
            "range_to": pieces.end,
            "pieces_done": pieces.done,
            "pieces_total": pieces.total,
        }
        self._kept("noting the progress", lambda: self._set(values), _PROGRESS_PATIENCE)

    def details(self, text: str) -> None:
        """Record a description of the work so far, for users."""
        self._kept("noting the progress", lambda: self._set({"details": _fit(text)}), _PROGRESS_PATIENCE)

    def findings(self, names: Iterable[str]) -> None:
        """Record the current findings for which an alert was sent."""
        text = _fit_names(sorted(names))
        self._kept("noting the findings", lambda: self._set({"findings": text}), _END_PATIENCE)

    def retrying(self, error: str) -> None:
        """Record that an attempt failed and another one follows, so that the step has not ended."""
        values: dict[str, Argument] = {"state": State.RETRYING, "last_error": _fit(error)}
        self._kept("noting the failed attempt", lambda: self._set(values), _END_PATIENCE)

    def end(
        self,
        state: State,
        *,
        error: str = "",
        details: str | None = None,
        backfill: bool = False,
        only_running: bool = False,
    ) -> None:
        """Record the end of the step.

        Args:
            state: final state.
            error: reason of a failure.
            details: description of the work for users; None keeps the previous one.
            backfill: whether it computed another range than scheduled runs, so that it does not count as their success.
            only_running: whether to change nothing if the row has an end already.
        """
        self._kept("noting the end", lambda: self._end(state, error, details, backfill, only_running), _END_PATIENCE)

    def _kept(self, what: str, work: Callable[[], T], within: float) -> T | None:
        try:
            return repeat_until_reached(work, within=within, what=what, report=print_line)
        except StarRocksError as error:
            print_line(f"{what} of {self._step} failed: {error}")
            return None

    def _begin(self, scheduled: bool) -> LastRun:
        rows = self._store.query(
            f"SELECT run_id, range_from, range_to, pieces_done, pieces_total, findings FROM {self._table} WHERE {_KEY}",
            self._step.key,
        )
        columns = "run_id, state, started_at, ended_at, every_seconds, scheduled"
        values = (self._step.run, State.RUNNING, self._step.every, scheduled)
        if not rows:
            self._store.change(
                f"INSERT INTO {self._table} (product, workflow, task, {columns}) "
                "VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP(), NULL, %s, %s)",
                (*self._step.key, *values),
            )
            return LastRun()
        last = _last_run(rows[0])
        # An attempt of the same run continues where the previous one ended; another run has its own range.
        ranges = "" if last.run == self._step.run else "".join(f", {name} = NULL" for name in _RANGE)
        self._store.change(
            f"UPDATE {self._table} SET run_id = %s, state = %s, started_at = UTC_TIMESTAMP(), ended_at = NULL, "
            f"every_seconds = %s, scheduled = %s{ranges} WHERE {_KEY}",
            (*values, *self._step.key),
        )
        return last

    def _end(self, state: State, error: str, details: str | None, backfill: bool, only_running: bool) -> None:
        ended = state != State.SUCCEEDED
        at = "last_failed_at" if ended else "" if backfill else "last_succeeded_at"
        values: dict[str, Argument] = {"state": state, "last_error": _fit(error or state) if ended else None}
        if details is not None:
            values["details"] = _fit(details)
        now = ("ended_at", *([at] if at else []))
        if only_running:
            unfinished = ", ".join(f"'{each}'" for each in _UNFINISHED)
            self._set(values, now=now, more=f" AND state IN ({unfinished})")
        elif self._set(values, now=now) == 0 and at:
            # Another run of the workflow has begun and owns the row. Only the times of success or failure are updated.
            self._store.change(
                f"UPDATE {self._table} SET {at} = UTC_TIMESTAMP() WHERE {_KEY} AND run_id <> %s",
                (*self._step.key, self._step.run),
            )

    def _set(self, values: Mapping[str, Argument], *, now: Iterable[str] = (), more: str = "") -> int:
        assignments = [*(f"{name} = %s" for name in values), *(f"{name} = UTC_TIMESTAMP()" for name in now)]
        return self._store.change(
            f"UPDATE {self._table} SET {', '.join(assignments)} WHERE {_KEY} AND run_id = %s{more}",
            (*values.values(), *self._step.key, self._step.run),
        )


_RANGE = ("range_from", "range_to", "pieces_done", "pieces_total")


def _last_run(row: Mapping[str, Cell]) -> LastRun:
    start, end, done, total = (row[name] for name in _RANGE)
    pieces = None
    if isinstance(start, datetime) and isinstance(end, datetime) and isinstance(done, int) and isinstance(total, int):
        pieces = Pieces(start, end, total, done)
    findings: list[str] = json.loads(str(row["findings"])) if row["findings"] else []
    return LastRun(str(row["run_id"]), pieces, frozenset(findings))


def _fit(text: str) -> str:
    """Truncate a text to the length of the columns for users."""
    encoded = text.encode()
    return text if len(encoded) <= _TEXT_BYTES else encoded[: _TEXT_BYTES - 3].decode(errors="ignore") + "…"


def _fit_names(names: list[str]) -> str | None:
    """The names as JSON. The next run reports names again that do not fit into the column."""
    if not names:
        return None
    kept = list(names)
    while len((text := json.dumps(kept, ensure_ascii=False)).encode()) > _FINDINGS_BYTES:
        kept = kept[: len(kept) * 3 // 4]
    if len(kept) < len(names):
        print_line(f"{len(names) - len(kept)} of {len(names)} findings do not fit and will be reported again")
    return text
