"""/api/analytics/dashboard, leaderboards, trends, quality and reports"""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.liontrack.api.models import (
    Anomaly,
    Dashboard,
    HealthSummary,
    LastRun,
    LeadingLion,
    LeadingUser,
    LionRanking,
    Report,
    TableQuality,
    UserRanking,
    WeightDay,
    WeightTrends,
)
from apps.liontrack.api.store import lions, quality, users
from apps.web.parameters import From, PoolOf, To
from apps.web.problems import ProblemDetails, not_found
from apps.web.representation import json_answer
from apps.web.starrocks import Pool
from apps.web.times import time_range

router = APIRouter(prefix="/api/analytics", tags=["overview"])

Limit = Annotated[int, Query(ge=1, le=1000, description="maximum number of items")]
_WRONG: dict[int | str, dict[str, object]] = {422: {"model": ProblemDetails}}
_DEMONSTRATION = "(démonstration)"


@router.get("/dashboard", summary="Complete view", responses=_WRONG)
def get_dashboard(pool: PoolOf) -> Dashboard:
    """Lions by status, health, anomalies, the most engaged users, quality by table, and the last run."""
    counted = {
        str(row["status"]): int(str(row["n"]))
        for row in pool.query("SELECT status, COUNT(*) AS n FROM liontrack_silver.lions GROUP BY status")
    }
    runs = pool.query(
        "SELECT run_id, status, started_at, ended_at FROM liontrack_metadata.pipeline_runs "
        "ORDER BY started_at DESC LIMIT 1"
    )
    demonstrated = pool.query(
        "SELECT lion_id FROM liontrack_silver.lions WHERE name LIKE %s LIMIT 1", [f"%{_DEMONSTRATION}"]
    )
    return Dashboard(
        lions={status: counted.get(status, 0) for status in ("active", "silent", "lost")},
        health=HealthSummary.model_validate(pool.query(lions.HEALTH)[0]),
        anomalies=[Anomaly.model_validate(row) for row in pool.query(lions.ANOMALIES)],
        users=_users(pool, 10),
        quality=[TableQuality.model_validate(row) for row in pool.query(quality.LATEST)],
        last_run=LastRun.model_validate(runs[0]) if runs else None,
        demonstration=bool(demonstrated),
    )


@router.get("/leaderboard/users", summary="Most engaged users of the last 30 days", responses=_WRONG)
def get_leading_users(pool: PoolOf, limit: Limit = 10) -> UserRanking:
    """Users, sorted by their mean engagement score over the days with an activity."""
    return UserRanking(items=_users(pool, limit))


@router.get("/leaderboard/lions", summary="Lions with the best health", responses=_WRONG)
def get_leading_lions(pool: PoolOf, limit: Limit = 10) -> LionRanking:
    """Lions, sorted by their health score of the latest computed day."""
    rows = pool.query(lions.LEADERS, [limit])
    return LionRanking(items=[LeadingLion.model_validate({"rank": n, **row}) for n, row in enumerate(rows, 1)])


@router.get("/trends/weight", summary="Weights of all lions by day", responses=_WRONG)
def get_weight_trends(pool: PoolOf, start: From = None, end: To = None) -> WeightTrends:
    """Days on which a lion was weighed. Without `from` and `to`, of the last 90 days."""
    span = time_range(start, end, timedelta(days=366), timedelta(days=90))
    rows = pool.query(
        "SELECT weight_date, COUNT(*) AS lions, AVG(weight) AS avg_weight FROM ("
        "SELECT lion_id, weight_date, AVG(weight) AS weight FROM liontrack_silver.weight_history AS history "
        "WHERE measured_at >= %s AND measured_at < %s AND NOT EXISTS ("
        "SELECT 1 FROM liontrack_silver.test_entities AS marked WHERE marked.entity_id = history.lion_id) "
        "GROUP BY lion_id, weight_date) AS daily GROUP BY weight_date ORDER BY weight_date",
        [span.start, span.end],
    )
    return WeightTrends(items=[WeightDay.model_validate(row) for row in rows])


@router.get(
    "/reports/latest",
    response_model=Report,
    summary="The latest report of the pipeline",
    responses={404: {"model": ProblemDetails}, **_WRONG},
)
def get_report(
    request: Request,
    pool: PoolOf,
    language: Annotated[Literal["fr", "en"], Query(description="language of the report")] = "fr",
) -> Response:
    """The report in Markdown: received messages, exclusions with reasons, scores, anomalies."""
    rows = pool.query(
        "SELECT report_date, language, written_at, markdown FROM liontrack_metadata.reports "
        "WHERE language = %s ORDER BY written_at DESC LIMIT 1",
        [language],
    )
    if not rows:
        raise not_found("no-report", "No report", "The pipeline has not written a report yet.")
    return json_answer(request, Report.model_validate(rows[0]))


def _users(pool: Pool, limit: int) -> list[LeadingUser]:
    rows = pool.query(users.LEADERS, [limit])
    return [LeadingUser.model_validate({"rank": n, **row}) for n, row in enumerate(rows, 1)]
