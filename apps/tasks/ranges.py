"""The ranges that runs by hand were asked for.

DolphinScheduler 3.1.1 forgets the parameters that a run was started with when it begins the run again after the death
of a master. A backfill would then compute its usual window and call that success. So the first attempt notes the range.
"""

from typing import Protocol

from apps.shared.starrocks import Argument, Row, repeat_until_reached
from apps.tasks.log import say
from apps.tasks.steps import Step

_PATIENCE = 300.0
_KEPT_DAYS = 90
_ATTEMPTS_DAYS = 3
"""A later attempt is of another run: over data that were kept, a new DolphinScheduler begins its ids anew."""


class Statements(Protocol):
    """A connection to StarRocks."""

    def execute(self, statement: str, arguments: tuple[Argument, ...] = ()) -> list[Row]:
        """The rows of a statement."""

    def change(self, statement: str, arguments: tuple[Argument, ...] = ()) -> int:
        """Run a statement that changes something."""


def asked_range(store: Statements, table: str, step: Step, begin: str, end: str) -> tuple[str, str]:
    """Begin and end as the run was asked for them, by this attempt or by an earlier one.

    Args:
        store: StarRocks.
        table: `run_ranges`, qualified.
        step: of the run.
        begin: of this attempt; empty where it was not given.
        end: likewise.

    Raises:
        StarRocksError: StarRocks refuses, or does not answer for minutes: without it a range may be lost.
    """
    key = (step.product, step.workflow, step.run)
    if begin or end:
        repeat_until_reached(
            lambda: _note(store, table, key, begin, end), within=_PATIENCE, what="noting the range", report=say
        )
        return begin, end
    rows = repeat_until_reached(
        lambda: store.execute(
            f"SELECT range_from, range_to FROM {table} WHERE product = %s AND workflow = %s AND run_id = %s "
            f"AND noted_at > DATE_SUB(UTC_TIMESTAMP(), INTERVAL {_ATTEMPTS_DAYS} DAY)",
            key,
        ),
        within=_PATIENCE,
        what="looking up the range",
        report=say,
    )
    if not rows:
        return begin, end
    begin, end = (str(value) for value in rows[0])
    say(f"an earlier attempt of this run was asked for the range from {begin or '-'} to {end or '-'}")
    return begin, end


def _note(store: Statements, table: str, key: tuple[str, str, str], begin: str, end: str) -> None:
    store.change(
        f"INSERT INTO {table} (product, workflow, run_id, range_from, range_to, noted_at) "
        "VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP())",
        (*key, begin, end),
    )
    store.change(f"DELETE FROM {table} WHERE noted_at < DATE_SUB(UTC_TIMESTAMP(), INTERVAL {_KEPT_DAYS} DAY)")
