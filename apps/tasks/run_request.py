"""Stores the parameters of manual runs.

DolphinScheduler 3.1.1 loses the parameters of a run when it restarts the run after a master has failed. A backfill
would then compute its usual window and report success. Therefore the first attempt stores the parameters. A step that
processes no time range does not replace the range that another step of the run has stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apps.shared.starrocks import Argument, Row, repeat_until_reached
from apps.shared.starrocks_errors import StarRocksError
from apps.tasks.log import print_line
from apps.tasks.steps import Step

_PATIENCE = 300.0
_SHORT_PATIENCE = 30.0
_KEPT_DAYS = 90
_ATTEMPTS_DAYS = 3
"""Age beyond which a row is of another run: after a loss of metadata, DolphinScheduler's ids restart from 1."""


@dataclass(frozen=True)
class RunRequest:
    """The way in which a run was started.

    Args:
        manual: whether a person started it, not the schedule.
        begin: start of the range, ISO 8601; empty for the usual window.
        end: end of the range, likewise.
    """

    manual: bool = False
    begin: str = ""
    end: str = ""

    @property
    def backfill(self) -> bool:
        """Whether the run computes a different range than scheduled runs."""
        return bool(self.begin or self.end)


class Statements(Protocol):
    """A connection to StarRocks."""

    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        """Run a statement and return its rows."""

    def change(self, statement: str, arguments: Sequence[Argument] = ()) -> int:
        """Run a statement that changes rows."""


def run_request(store: Statements, table: str, step: Step, given: RunRequest, *, needed: bool) -> RunRequest:
    """Determine how the run was started, from the parameters of this attempt or of an earlier one.

    Args:
        store: connection to StarRocks.
        table: qualified name of the table `run_ranges`.
        step: a step of the run.
        given: parameters of this attempt.
        needed: whether the step processes a time range, so that it must not start without the stored parameters.

    Raises:
        StarRocksError: StarRocks refused, or did not respond for minutes, and `needed` is set.
    """
    try:
        return _request(store, table, step, given, needed=needed)
    except StarRocksError as error:
        if needed:
            raise
        print_line(f"the parameters of the run are unknown: {error}")
        return given


def _request(store: Statements, table: str, step: Step, given: RunRequest, *, needed: bool) -> RunRequest:
    key = (step.product, step.workflow, step.run)
    within = _PATIENCE if needed else _SHORT_PATIENCE
    if given.backfill or (given.manual and needed):
        return _noted(store, table, key, given, within)
    rows = repeat_until_reached(
        lambda: store.execute(
            f"SELECT range_from, range_to FROM {table} WHERE product = %s AND workflow = %s AND run_id = %s "
            f"AND noted_at > DATE_SUB(UTC_TIMESTAMP(), INTERVAL {_ATTEMPTS_DAYS} DAY)",
            key,
        ),
        within=within,
        what="looking up the range",
        report=print_line,
    )
    if not rows:
        return _noted(store, table, key, given, within) if given.manual else given
    begin, end = (str(value) for value in rows[0])
    if begin or end:
        print_line(f"an earlier attempt of this run had the range from {begin or '-'} to {end or '-'}")
    return RunRequest(True, begin, end)


def _noted(store: Statements, table: str, key: tuple[str, str, str], given: RunRequest, within: float) -> RunRequest:
    request = RunRequest(True, given.begin, given.end)
    repeat_until_reached(
        lambda: _note(store, table, key, request), within=within, what="noting the range", report=print_line
    )
    return request


def _note(store: Statements, table: str, key: tuple[str, str, str], given: RunRequest) -> None:
    store.change(
        f"INSERT INTO {table} (product, workflow, run_id, range_from, range_to, noted_at) "
        "VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP())",
        (*key, given.begin, given.end),
    )
    store.change(f"DELETE FROM {table} WHERE noted_at < DATE_SUB(UTC_TIMESTAMP(), INTERVAL {_KEPT_DAYS} DAY)")
