"""The numbers of a report, read from StarRocks."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from apps.liontrack.pipeline.run import Run
from apps.liontrack.pipeline.store import Store, not_of_tests, number
from apps.shared.starrocks import Cell

Table = list[tuple[object, ...]]


@dataclass(frozen=True)
class Health:
    """Numbers of lions by health score, and the average score; None if no lion has a score."""

    lions: int
    above_80: int
    from_60_to_80: int
    below_60: int
    average: float | None


@dataclass(frozen=True)
class Figures:
    """The content of a report.

    Args:
        day: day of the report.
        first: first day of the run's range.
        last: last day of the run's range.
        late_days: number of days that were computed because of late events.
        messages: per topic, the numbers of received and of rejected messages.
        excluded: per table and reason, the number of excluded rows.
        checks: per table and check, the percentage.
        health: health of the lions on the day.
        anomalies: per lion with a low score, health score, average weight and trend.
        users: per user, name, completed challenges and average engagement.
    """

    day: date
    first: date
    last: date
    late_days: int
    messages: Table
    excluded: Table
    checks: Table
    health: Health
    anomalies: Table
    users: Table


def figures(run: Run, day: date) -> Figures:
    """Read the numbers of a run, without lions and users of smoke tests."""
    store = run.store
    return Figures(
        day=day,
        first=run.first,
        last=run.end - timedelta(days=1),
        late_days=len(run.days(late_only=True)),
        messages=_messages(run),
        excluded=_excluded(run),
        checks=_rows(
            store,
            "SELECT table_name, check_name, quality_percentage FROM liontrack_metadata.data_quality_checks "
            "WHERE message_id = %s ORDER BY table_name, check_name",
            (f"run:{run.id}"[:64],),
        ),
        health=_health(store, day),
        anomalies=_rows(
            store,
            "SELECT lion_id, health_score, avg_weight, weight_trend FROM liontrack_gold.lions_metrics "
            f"WHERE metric_date = %s AND health_score < 60 AND {not_of_tests('lion_id')} ORDER BY health_score",
            (day,),
        ),
        users=_rows(
            store,
            "SELECT COALESCE(MAX(users.username), acts.user_id) AS username, SUM(acts.challenges_completed) AS done, "
            "AVG(acts.engagement_score) AS engagement FROM liontrack_gold.users_activity AS acts "
            "LEFT JOIN liontrack_silver.users AS users ON users.user_id = acts.user_id "
            f"WHERE acts.activity_date > %s AND acts.activity_date <= %s AND {not_of_tests('acts.user_id')} "
            "GROUP BY acts.user_id ORDER BY engagement DESC, username, acts.user_id",
            (day - timedelta(days=30), day),
        ),
    )


def _messages(run: Run) -> Table:
    rows = run.store.query(
        "SELECT topic, COUNT(*) AS received, COUNT(CASE WHEN NOT usable THEN 1 END) AS rejected "
        "FROM liontrack_bronze.messages WHERE received_at >= %s AND received_at < %s "
        f"AND {not_of_tests('message_key')} GROUP BY topic ORDER BY topic",
        (run.first, run.end),
    )
    return [(str(row["topic"]).rsplit("/", 1)[-1], number(row["received"]), number(row["rejected"])) for row in rows]


def _excluded(run: Run) -> Table:
    rows = run.store.query(
        "SELECT target_table, excluded_by_reason FROM liontrack_metadata.lineage WHERE run_id = %s", (run.id,)
    )
    total: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for reason, count in json.loads(str(row["excluded_by_reason"])).items():
            total[str(row["target_table"]), reason] += count
    return [(table, reason, count) for (table, reason), count in sorted(total.items())]


def _health(store: Store, day: date) -> Health:
    row = store.query(
        "SELECT COUNT(health_score) AS lions, COUNT(CASE WHEN health_score > 80 THEN 1 END) AS above, "
        "COUNT(CASE WHEN health_score BETWEEN 60 AND 80 THEN 1 END) AS middle, "
        "COUNT(CASE WHEN health_score < 60 THEN 1 END) AS below, AVG(health_score) AS average "
        f"FROM liontrack_gold.lions_metrics WHERE metric_date = %s AND {not_of_tests('lion_id')}",
        (day,),
    )[0]
    average = row["average"]
    return Health(
        lions=number(row["lions"]),
        above_80=number(row["above"]),
        from_60_to_80=number(row["middle"]),
        below_60=number(row["below"]),
        average=None if average is None else float(str(average)),
    )


def _rows(store: Store, statement: str, arguments: tuple[Cell, ...]) -> Table:
    return [tuple(_plain(value) for value in row.values()) for row in store.query(statement, arguments)]


def _plain(value: Cell) -> object:
    return number(value) if isinstance(value, int) else value
