"""The statements of the pipeline, `sql/liontrack/queries/`, in the order in which they run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apps.liontrack.pipeline.days import LONGEST, POSITIONS_AFTER, POSITIONS_BEFORE, WINDOW
from apps.shared.placeholders import fill

_ROOT: Final = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement that computes a table for a span of days.

    Args:
        name: name of the file.
        target: table that the statement writes, such as `silver.lion_days`.
        sources: tables that the statement reads.
        day: column of the first source by which its rows are counted.
        before: number of days before a changed day that change too.
        after: number of days after a changed day that change too.
        longest: maximum number of days that it processes in one run.
        replaced: column of the target with the day, if rows that a later run does not write again must be deleted.
        excluded: whether the target has a column `excluded_reason`.
        future: whether days after today are computed too; their events are excluded.
        late: condition for rows that are not counted because their time is in the future; empty for none.
    """

    name: str
    target: str
    sources: tuple[str, ...]
    day: str
    before: int = 0
    after: int = 0
    longest: int = LONGEST
    replaced: str = ""
    excluded: bool = False
    future: bool = False
    late: str = ""

    def text(self, **values: str) -> str:
        """The text of the statement with filled placeholders."""
        return fill((_folder() / f"{self.name}.sql").read_text(), values).strip().removesuffix(";")


SILVER: Final = (
    Statement(
        name="silver_positions",
        target="silver.position_checks",
        sources=("bronze.lions_raw",),
        day="partition_date",
        before=POSITIONS_BEFORE,
        after=POSITIONS_AFTER,
        excluded=True,
        future=True,
    ),
    Statement(
        name="silver_weights",
        target="silver.weight_checks",
        sources=("bronze.weights_raw",),
        day="partition_date",
        excluded=True,
        future=True,
    ),
    Statement(
        name="silver_challenges",
        target="silver.challenges",
        sources=("bronze.challenges_raw",),
        day="partition_date",
        late="updated_at > DATE_ADD(received_at, INTERVAL 10 MINUTE)",
    ),
    Statement(
        name="silver_users",
        target="silver.users",
        sources=("bronze.users_raw",),
        day="partition_date",
        late="occurred_at > DATE_ADD(received_at, INTERVAL 10 MINUTE)",
    ),
    Statement(
        name="silver_lion_days",
        target="silver.lion_days",
        sources=("silver.position_checks",),
        day="fix_date",
        before=POSITIONS_BEFORE,
        after=POSITIONS_AFTER,
    ),
    Statement(
        name="silver_lions",
        target="silver.lion_states",
        sources=("silver.lion_days", "silver.weight_checks"),
        day="day",
        before=POSITIONS_BEFORE,
        after=POSITIONS_AFTER + WINDOW - 1,
    ),
)
GOLD: Final = (
    Statement(
        name="gold_positions",
        target="gold.lions_positions_history",
        sources=("silver.lion_days",),
        day="day",
        before=POSITIONS_BEFORE,
        after=POSITIONS_AFTER,
        replaced="position_date",
    ),
    Statement(
        name="gold_users",
        target="gold.users_activity",
        sources=("bronze.users_raw", "bronze.challenges_raw"),
        day="partition_date",
        replaced="activity_date",
        late="occurred_at > DATE_ADD(received_at, INTERVAL 10 MINUTE)",
    ),
    Statement(
        name="gold_lions",
        target="gold.lions_metrics",
        sources=("silver.lion_days", "silver.weight_checks"),
        day="day",
        before=POSITIONS_BEFORE,
        after=POSITIONS_AFTER + WINDOW - 1,
        # The statement compares all pairs of daily weights in 30 days, for each day.
        longest=31,
        replaced="metric_date",
    ),
)
VIEWS: Final = ("liontrack_bronze.positions_5min_mv", "liontrack_gold.daily_health_mv")
"""Materialized views that the pipeline refreshes."""


def _folder() -> Path:
    """The folder of the queries: beside the library of a distribution, or in the repository."""
    shipped = _ROOT.parent / "queries"
    return shipped if _ROOT.name == "lib" and shipped.is_dir() else _ROOT / "sql" / "liontrack" / "queries"
