"""/api/v1/stations/{station_id}/aqi and /api/v1/aqi/current"""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from apps.ciapol.api.dependencies import CurrentOf, StationId, missing_station
from apps.ciapol.api.models import AqiPage, CurrentAqiList, Station
from apps.ciapol.api.store.aqi import HOURS, INDEX_COLUMNS, cells
from apps.web.parameters import FormatOf, From, PagingOf, PoolOf, To
from apps.web.representation import answer, described

router = APIRouter(prefix="/api/v1", tags=["air quality index"])

CURRENT_COLUMNS = ("rank", *Station.model_fields, *INDEX_COLUMNS, "color")


@router.get(
    "/stations/{station_id}/aqi",
    response_model=AqiPage,
    summary="Hourly air quality index of a station",
    responses=described(404, 406, columns=HOURS.csv_columns),
)
def list_aqi(
    *, request: Request, pool: PoolOf, paging: PagingOf, station_id: StationId, start: From = None, end: To = None
) -> Response:
    """Computed hours by time. Without `from` and `to`, those of the last 24 hours; at most 366 days.

    Only hours that have ended and have at least 75 % of the values that the station usually sends count.
    """
    return HOURS.answer(
        request,
        pool,
        paging,
        start=start,
        end=end,
        where={"station_id": station_id},
        page=lambda span, items, next_cursor: AqiPage(
            station_id=station_id, start=span.start, end=span.end, items=items, next_cursor=next_cursor
        ),
        missing=lambda: missing_station(pool, station_id),
    )


@router.get(
    "/aqi/current",
    response_model=CurrentAqiList,
    summary="Air quality index of all stations now",
    responses=described(406, columns=CURRENT_COLUMNS),
)
async def current_aqi(request: Request, current: CurrentOf, requested: FormatOf = None) -> Response:
    """Every station, worst first, those without a category last; computed from the newest measurements.

    A station whose hour is incomplete has a category and a rank only if its known sub-indices already exceed 100.
    """
    result = await current.get()
    return await run_in_threadpool(
        answer, request, result, result.items, CURRENT_COLUMNS, requested=requested, cells=cells
    )
