"""Runs the statements of a layer, and records how many rows each read, wrote and excluded."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from apps.liontrack.pipeline.days import Span, spans
from apps.liontrack.pipeline.run import Run
from apps.liontrack.pipeline.statements import Statement
from apps.liontrack.pipeline.store import Store, insert, number


def compute(run: Run, statements: Sequence[Statement], print_line: Callable[[str], None]) -> None:
    """Run the statements for the days of the run. A repeated statement writes the same rows.

    Args:
        run: run whose days are computed, together with dependent days up to today.
        statements: statements in order.
        print_line: prints a line of progress.
    """
    days = run.days()
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    for statement in statements:
        chosen = days if statement.future else [day for day in days if day < tomorrow]
        for span in spans(
            chosen, before=statement.before, after=statement.after, until=tomorrow, longest=statement.longest
        ):
            written = run.store.change(statement.text(run=run.id, **span.placeholders))
            if statement.replaced:
                _delete_older(run, statement, span)
            _record(run, statement, span)
            print_line(f"{statement.target} for {span}: {written} rows")


def _delete_older(run: Run, statement: Statement, span: Span) -> None:
    """Delete rows of earlier runs that this run did not write again."""
    day = statement.replaced
    run.store.change(
        f"DELETE FROM liontrack_{statement.target} WHERE {day} >= %s AND {day} < %s AND run_id <> %s",
        (span.start, span.end, run.id),
    )


def _record(run: Run, statement: Statement, span: Span) -> None:
    store = run.store
    reasons = _excluded(store, statement, span)
    rows_in = _count(store, statement.sources[0], statement.day, span)
    excluded = sum(reasons.values())
    row_day = statement.replaced or _TARGET_DAYS.get(statement.target, "")
    written = _count(store, statement.target, row_day, span) if row_day else rows_in
    insert(
        store,
        "liontrack_metadata.lineage",
        {
            "run_id": run.id,
            "target_table": statement.target,
            "day_from": span.start,
            "day_to": span.end,
            "source_tables": ",".join(statement.sources),
            "rows_in": rows_in,
            "rows_out": written,
            "rows_excluded": excluded,
            "excluded_by_reason": json.dumps(reasons, sort_keys=True),
            "recorded_at": datetime.now(UTC).replace(tzinfo=None),
        },
    )


_TARGET_DAYS = {
    "silver.position_checks": "fix_date",
    "silver.weight_checks": "weight_date",
    "silver.lion_days": "day",
    "silver.challenges": "updated_at",
    "silver.users": "updated_at",
    "silver.lion_states": "last_fix_at",
}
"""Column with the day, by which the written rows of each table are counted."""


def _count(store: Store, table: str, day: str, span: Span) -> int:
    counted = f"SELECT COUNT(*) AS n FROM liontrack_{table} WHERE {day} >= %s AND {day} < %s"
    return number(store.query(counted, (span.start, span.end))[0]["n"])


def _excluded(store: Store, statement: Statement, span: Span) -> dict[str, int]:
    if statement.excluded:
        day = _TARGET_DAYS[statement.target]
        rows = store.query(
            f"SELECT excluded_reason AS reason, COUNT(*) AS n FROM liontrack_{statement.target} "
            f"WHERE {day} >= %s AND {day} < %s AND excluded_reason IS NOT NULL GROUP BY excluded_reason",
            (span.start, span.end),
        )
        return {str(row["reason"]): number(row["n"]) for row in rows}
    if statement.late:
        rows = store.query(
            f"SELECT COUNT(*) AS n FROM liontrack_{statement.sources[0]} "
            f"WHERE {statement.day} >= %s AND {statement.day} < %s AND {statement.late}",
            (span.start, span.end),
        )
        return {"in_the_future": n} if (n := number(rows[0]["n"])) else {}
    return {}
