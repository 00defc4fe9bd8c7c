"""/api/analytics/lions"""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.liontrack.api.dependencies import LionId, check_lion, unknown_lion
from apps.liontrack.api.models import (
    Fix,
    Lion,
    LionDetail,
    LionsPage,
    PositionDay,
    PositionHistory,
    Weighing,
    WeightTrend,
    WeightTrendDay,
)
from apps.liontrack.api.store import lions as store
from apps.web.listing import Page
from apps.web.parameters import From, PagingOf, PoolOf, To
from apps.web.problems import ProblemDetails
from apps.web.representation import described, json_answer
from apps.web.rows import Rows
from apps.web.times import time_range

router = APIRouter(prefix="/api/analytics/lions", tags=["lions"])

Status = Annotated[Literal["active", "silent", "lost"] | None, Query(description="only lions with this status")]
_DEFAULT = timedelta(days=90)
_LONGEST = timedelta(days=366)
_NOT_FOUND: dict[int | str, dict[str, object]] = {404: {"model": ProblemDetails}, 422: {"model": ProblemDetails}}

LIONS = Rows(table=store.SHOWN, item=Lion, key=("lion_id",))
POSITIONS = Rows(
    table="liontrack_gold.lions_positions_history",
    item=PositionDay,
    key=("position_date",),
    time="position_date",
    newest_first=True,
    longest=_LONGEST,
    default=_DEFAULT,
)
TRACK = Rows(
    table="liontrack_silver.positions",
    item=Fix,
    key=("measured_at",),
    time="measured_at",
    newest_first=True,
    longest=_LONGEST,
    default=timedelta(days=30),
)


@router.get("", response_model=LionsPage, summary="Lions", responses=described(406, columns=LIONS.csv_columns))
def list_lions(*, request: Request, pool: PoolOf, paging: PagingOf, status: Status = None) -> Response:
    """All lions with their latest metrics, sorted by id."""
    where = "" if status is None else " WHERE status = %s"
    count = pool.query(f"SELECT COUNT(*) AS n FROM liontrack_silver.lions{where}", [status] if status else [])

    def page(items: list[Lion], next_cursor: str | None) -> LionsPage:
        return LionsPage(count=int(str(count[0]["n"])), lions=items, next_cursor=next_cursor)

    return LIONS.answer(request, pool, paging, where={"status": status}, unranged_page=page)


@router.get("/{lionId}", response_model=LionDetail, summary="One lion", responses=_NOT_FOUND)
def get_lion(request: Request, pool: PoolOf, lionId: LionId) -> Response:  # noqa: N803 # name in the path
    """A lion with the metrics of the latest computed day."""
    columns = ", ".join(LionDetail.model_fields)
    rows = pool.query(f"SELECT {columns} FROM {store.ALL} WHERE lion_id = %s", [lionId])
    if not rows:
        raise unknown_lion(lionId)
    return json_answer(request, LionDetail.model_validate(rows[0]))


@router.get(
    "/{lionId}/weight-trend",
    response_model=WeightTrend,
    summary="Weights of a lion with their trend",
    responses=_NOT_FOUND,
)
def get_weight_trend(
    request: Request,
    pool: PoolOf,
    lionId: LionId,  # noqa: N803
    start: From = None,
    end: To = None,
) -> Response:
    """Weighings, and for each day average weight and trend of 30 days. Without `from` and `to`, the last 90 days."""
    span = time_range(start, end, _LONGEST, _DEFAULT)
    check_lion(pool, lionId)
    weights = pool.query(
        "SELECT measured_at, weight, unit FROM liontrack_silver.weight_history "
        "WHERE lion_id = %s AND measured_at >= %s AND measured_at < %s ORDER BY measured_at",
        [lionId, span.start, span.end],
    )
    days = pool.query(
        "SELECT metric_date, avg_weight, weight_trend FROM liontrack_gold.lions_metrics "
        "WHERE lion_id = %s AND metric_date >= %s AND metric_date < %s ORDER BY metric_date",
        [lionId, *span.days],
    )
    trend = [WeightTrendDay.model_validate(row) for row in days]
    last = trend[-1] if trend else None
    return json_answer(
        request,
        WeightTrend(
            lion_id=lionId,
            avg_weight=last.avg_weight if last else None,
            weight_trend=last.weight_trend if last else None,
            weights=[Weighing.model_validate(row) for row in weights],
            days=trend,
        ),
    )


@router.get(
    "/{lionId}/position-history",
    response_model=PositionHistory,
    summary="Positions of a lion by day",
    responses=described(404, 406, columns=POSITIONS.csv_columns),
)
def list_positions(
    *,
    request: Request,
    pool: PoolOf,
    paging: PagingOf,
    lionId: LionId,  # noqa: N803
    start: From = None,
    end: To = None,
) -> Response:
    """Median positions, newest first. Without `from` and `to`, of the last 90 days."""
    check_lion(pool, lionId)
    return POSITIONS.answer(
        request,
        pool,
        paging,
        start=start,
        end=end,
        where={"lion_id": lionId},
        page=lambda _, items, cursor: PositionHistory(lion_id=lionId, items=items, next_cursor=cursor),
    )


@router.get(
    "/{lionId}/track",
    response_model=Page[Fix],
    summary="Valid positions of a lion",
    responses=described(404, 406, columns=TRACK.csv_columns),
)
def list_track(
    *,
    request: Request,
    pool: PoolOf,
    paging: PagingOf,
    lionId: LionId,  # noqa: N803
    start: From = None,
    end: To = None,
) -> Response:
    """Valid positions, newest first. Without `from` and `to`, of the last 30 days."""
    check_lion(pool, lionId)
    return TRACK.answer(request, pool, paging, start=start, end=end, where={"lion_id": lionId})
