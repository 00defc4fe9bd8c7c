"""/api/analytics/users"""

from collections import Counter
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apps.liontrack.api.dependencies import UserId, username
from apps.liontrack.api.models import ActivitySummary, Challenge, ChallengesAnalytics, Engagement, UserDay
from apps.liontrack.api.store import users as store
from apps.web.parameters import From, PoolOf, To
from apps.web.problems import ProblemDetails
from apps.web.representation import json_answer
from apps.web.times import time_range

router = APIRouter(prefix="/api/analytics/users", tags=["users"])

_COMPLETED = "completed"
_LATEST = 100
_NOT_FOUND: dict[int | str, dict[str, object]] = {404: {"model": ProblemDetails}, 422: {"model": ProblemDetails}}


@router.get("/{userId}/engagement", response_model=Engagement, summary="Engagement of a user", responses=_NOT_FOUND)
def get_engagement(
    request: Request,
    pool: PoolOf,
    userId: UserId,  # noqa: N803 # name in the path
    start: From = None,
    end: To = None,
) -> Response:
    """Scores of each day with an activity. Without `from` and `to`, of the last 30 days."""
    span = time_range(start, end, timedelta(days=366), timedelta(days=30))
    name = username(pool, userId)
    rows = pool.query(
        "SELECT activity_date, challenges_completed, weight_entries, engagement_score "
        "FROM liontrack_gold.users_activity "
        "WHERE user_id = %s AND activity_date >= %s AND activity_date < %s ORDER BY activity_date",
        [userId, *span.days],
    )
    days = [UserDay.model_validate(row) for row in rows]
    mean = sum(day.engagement_score for day in days) / len(days) if days else None
    return json_answer(request, Engagement(user_id=userId, username=name, engagement_score=mean, days=days))


@router.get(
    "/{userId}/activity-summary",
    response_model=ActivitySummary,
    summary="The last 30 days of a user",
    responses=_NOT_FOUND,
)
def get_activity_summary(request: Request, pool: PoolOf, userId: UserId) -> Response:  # noqa: N803
    """Totals of the last 30 days, including today."""
    name = username(pool, userId)
    row = pool.query(store.SUMMARY, [userId])[0]
    return json_answer(request, ActivitySummary.model_validate({"user_id": userId, "username": name, **row}))


@router.get(
    "/{userId}/challenges-analytics",
    response_model=ChallengesAnalytics,
    summary="Challenges of a user",
    responses=_NOT_FOUND,
)
def get_challenges(request: Request, pool: PoolOf, userId: UserId) -> Response:  # noqa: N803
    """Challenges by their latest status."""
    username(pool, userId)
    counted = pool.query(
        "SELECT status, COUNT(*) AS n FROM liontrack_silver.challenges WHERE user_id = %s "
        "GROUP BY status ORDER BY status",
        [userId],
    )
    by_status = Counter({str(row["status"]): int(str(row["n"])) for row in counted})
    latest = pool.query(
        "SELECT challenge_id, title, status, updated_at FROM liontrack_silver.challenges WHERE user_id = %s "
        "ORDER BY updated_at DESC, challenge_id LIMIT %s",
        [userId, _LATEST],
    )
    total, completed = by_status.total(), by_status[_COMPLETED]
    return json_answer(
        request,
        ChallengesAnalytics(
            user_id=userId,
            total=total,
            completed=completed,
            completion_rate=completed / total if total else None,
            by_status=dict(by_status),
            latest=[Challenge.model_validate(row) for row in latest],
        ),
    )
