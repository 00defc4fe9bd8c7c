"""/api/v1/quality"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.ciapol.api.dependencies import missing_station
from apps.ciapol.api.models import QualityPage
from apps.ciapol.api.store.quality import QUALITY
from apps.web.parameters import From, PagingOf, PoolOf, To
from apps.web.representation import described

router = APIRouter(prefix="/api/v1/quality", tags=["data quality"])


@router.get(
    "",
    response_model=QualityPage,
    summary="Quality of the measurements by hour and station",
    responses=described(404, 406, columns=QUALITY.csv_columns),
)
def list_quality(
    *,
    request: Request,
    pool: PoolOf,
    paging: PagingOf,
    station_id: Annotated[str | None, Query(min_length=1, max_length=64, description="only this station")] = None,
    start: From = None,
    end: To = None,
) -> Response:
    """Completeness, freshness, stuck sensors and rejections. Without `from` and `to`, of the last 24 hours.

    At most 366 days per request. Test stations are included only when requested by id.
    """
    return QUALITY.answer(
        request,
        pool,
        paging,
        start=start,
        end=end,
        where={"station_id": station_id},
        page=lambda _, items, next_cursor: QualityPage(items=items, next_cursor=next_cursor),
        missing=lambda: None if station_id is None else missing_station(pool, station_id),
    )
