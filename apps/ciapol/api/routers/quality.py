"""/api/v1/quality"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import QualityCursor, decode, encode, wrong
from apps.ciapol.api.dependencies import Cursor, From, Limit, PoolOf, To
from apps.ciapol.api.models import Quality, QualityPage
from apps.ciapol.api.representation import answer, described
from apps.ciapol.api.store import quality as store
from apps.ciapol.api.times import Range, parse, time_range

router = APIRouter(prefix="/api/v1/quality", tags=["data quality"])

COLUMNS = tuple(Quality.model_fields)


def _question(cursor: str, station_id: str | None, start: str | None, end: str | None) -> QualityCursor:
    """The question that an earlier page asked."""
    question = decode(QualityCursor, cursor)
    same = (
        station_id in (None, question.station_id)
        and (start is None or parse("from", start) == question.start)
        and (end is None or parse("to", end) == question.end)
        and question.start <= question.after < question.end
        and question.end - question.start <= store.LONGEST
    )
    if not same:
        raise wrong(cursor)
    return question


@router.get(
    "",
    response_model=QualityPage,
    summary="Quality of the measurements by hour and station",
    responses=described(406, 422, csv_example=",".join(COLUMNS)),
)
def list_quality(
    *,
    request: Request,
    pool: PoolOf,
    station_id: Annotated[str | None, Query(min_length=1, max_length=64, description="only this station")] = None,
    start: From = None,
    end: To = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Response:
    """Completeness, freshness, stuck sensors and rejections. Without `from` and `to`, of the last 24 hours.

    At most 366 days at once. Stations of smoke tests are only there when asked for by id.
    """
    if cursor is None:
        span, station, after = time_range(start, end, store.LONGEST), station_id, None
    else:
        question = _question(cursor, station_id, start, end)
        span, station = Range(question.start, question.end), question.station_id
        after = (question.after, question.after_station)
    items = store.quality(pool, span, station, after, limit + 1)
    more = len(items) > limit
    items = items[:limit]
    next_cursor = (
        encode(
            QualityCursor(
                station_id=station,
                start=span.start,
                end=span.end,
                after=items[-1].hour_start,
                after_station=items[-1].station_id,
            )
        )
        if more
        else None
    )
    return answer(request, QualityPage(items=items, next_cursor=next_cursor), items, COLUMNS, next_cursor)
