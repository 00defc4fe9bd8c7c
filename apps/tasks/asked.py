"""What a person asked for when a run was started by hand.

DolphinScheduler 3.1.1 forgets the parameters of a run when it begins the run again after the death of a master. A
backfill would then compute its usual window and report success. So the first attempt writes them down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apps.shared.starrocks import Argument, Row, StarRocksError, repeat_until_reached
from apps.tasks.log import say
from apps.tasks.steps import Step

_PATIENCE = 300.0
_SHORT_PATIENCE = 30.0
_KEPT_DAYS = 90
_ATTEMPTS_DAYS = 3
"""An older row is of another run: after its metadata were lost, DolphinScheduler counts its ids from 1 again."""


@dataclass(frozen=True)
class Asked:
    """How a run was started.

    Args:
        manual: by a person; otherwise by the schedule.
        begin: start of the range, ISO 8601; empty: that of the usual window.
        end: likewise.
    """

    manual: bool = False
    begin: str = ""
    end: str = ""

    @property
    def backfill(self) -> bool:
        """Whether it computes another range than the schedule does."""
        return bool(self.begin or self.end)


class Statements(Protocol):
    """A connection to StarRocks."""

    def execute(self, statement: str, arguments: Sequence[Argument] = ()) -> list[Row]:
        """The rows of a statement."""

    def change(self, statement: str, arguments: Sequence[Argument] = ()) -> int:
        """Run a statement that changes rows."""


def asked(store: Statements, table: str, step: Step, given: Asked, *, needed: bool) -> Asked:
    """How the run was started, as this attempt or an earlier one was given it.

    Args:
        store: StarRocks.
        table: `run_ranges`, qualified.
        step: of the run.
        given: what this attempt was given.
        needed: whether the step works on a range, so that it may not begin without an answer.

    Raises:
        StarRocksError: StarRocks refused, or did not answer for minutes, and `needed` is set.
    """
    try:
        return _asked(store, table, step, given, _PATIENCE if needed else _SHORT_PATIENCE)
    except StarRocksError as error:
        if needed:
            raise
        say(f"how the run was started is not known: {error}")
        return given


def _asked(store: Statements, table: str, step: Step, given: Asked, within: float) -> Asked:
    key = (step.product, step.workflow, step.run)
    if given.manual or given.backfill:
        given = Asked(True, given.begin, given.end)
        repeat_until_reached(
            lambda: _note(store, table, key, given), within=within, what="noting the range", report=say
        )
        return given
    rows = repeat_until_reached(
        lambda: store.execute(
            f"SELECT range_from, range_to FROM {table} WHERE product = %s AND workflow = %s AND run_id = %s "
            f"AND noted_at > DATE_SUB(UTC_TIMESTAMP(), INTERVAL {_ATTEMPTS_DAYS} DAY)",
            key,
        ),
        within=within,
        what="looking up the range",
        report=say,
    )
    if not rows:
        return given
    begin, end = (str(value) for value in rows[0])
    if begin or end:
        say(f"an earlier attempt of this run was given the range from {begin or '-'} to {end or '-'}")
    return Asked(True, begin, end)


def _note(store: Statements, table: str, key: tuple[str, str, str], given: Asked) -> None:
    store.change(
        f"INSERT INTO {table} (product, workflow, run_id, range_from, range_to, noted_at) "
        "VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP())",
        (*key, given.begin, given.end),
    )
    store.change(f"DELETE FROM {table} WHERE noted_at < DATE_SUB(UTC_TIMESTAMP(), INTERVAL {_KEPT_DAYS} DAY)")
