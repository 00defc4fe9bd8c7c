"""/api/v1/stations/{station_id}/aqi and /api/v1/aqi/current"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import AqiCursor, decode, encode, wrong
from apps.ciapol.api.dependencies import CurrentOf, Cursor, From, Limit, PoolOf, StationId, To
from apps.ciapol.api.models import AqiPage, CurrentAqiList, Station, SubIndices
from apps.ciapol.api.problems import unknown_station
from apps.ciapol.api.representation import answer, described
from apps.ciapol.api.store import aqi as store
from apps.ciapol.api.store.stations import exists
from apps.ciapol.api.times import Range, parse, time_range

router = APIRouter(prefix="/api/v1", tags=["air quality index"])

_SUB_INDICES = tuple(f"aqi_{name}" for name in SubIndices.model_fields)
HOURLY_COLUMNS = ("hour_start", "aqi", "category", "dominant_pollutant", *_SUB_INDICES)
CURRENT_COLUMNS = (
    "rank",
    *Station.model_fields,
    "hour_start",
    "aqi",
    "category",
    "color",
    "dominant_pollutant",
    *_SUB_INDICES,
)


def _question(station_id: str, start: str | None, end: str | None, cursor: str | None) -> tuple[AqiCursor, bool]:
    """What is asked, and whether it goes on after an earlier page."""
    if cursor is None:
        span = time_range(start, end, store.LONGEST)
        return AqiCursor(station_id=station_id, start=span.start, end=span.end, after=span.start), False
    question = decode(AqiCursor, cursor)
    same = (
        question.station_id == station_id
        and (start is None or parse("from", start) == question.start)
        and (end is None or parse("to", end) == question.end)
        and question.start <= question.after < question.end
        and question.end - question.start <= store.LONGEST
    )
    if not same:
        raise wrong(cursor)
    return question, True


@router.get(
    "/stations/{station_id}/aqi",
    response_model=AqiPage,
    summary="Hourly air quality index of a station",
    responses=described(404, 406, 422, csv_example=",".join(HOURLY_COLUMNS)),
)
def list_aqi(
    *,
    request: Request,
    pool: PoolOf,
    station_id: StationId,
    start: From = None,
    end: To = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Response:
    """Hours that have been computed, by time. Without `from` and `to`, those of the last 24 hours; at most 366 days."""
    question, following = _question(station_id, start, end, cursor)
    span = Range(question.start, question.end)
    items = store.hours(pool, station_id, span, question.after if following else None, limit + 1)
    if not items and not following and not exists(pool, station_id):
        raise unknown_station(station_id)
    more = len(items) > limit
    items = items[:limit]
    next_cursor = encode(question.model_copy(update={"after": items[-1].hour_start})) if more else None
    page = AqiPage(station_id=station_id, start=span.start, end=span.end, items=items, next_cursor=next_cursor)
    return answer(request, page, items, HOURLY_COLUMNS, next_cursor)


@router.get(
    "/aqi/current",
    response_model=CurrentAqiList,
    summary="Air quality index of all stations now",
    responses=described(406, csv_example=",".join(CURRENT_COLUMNS)),
)
def current_aqi(request: Request, current: CurrentOf) -> Response:
    """Every station, worst first, those without an index last; computed from the newest measurements."""
    result = current.get()
    return answer(request, result, result.items, CURRENT_COLUMNS)
