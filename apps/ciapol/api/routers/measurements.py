"""/api/v1/stations/{station_id}/measurements"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import MeasurementsCursor, decode, encode, wrong
from apps.ciapol.api.dependencies import Cursor, From, Limit, PoolOf, StationId, To
from apps.ciapol.api.models import Interval, MeasurementPage
from apps.ciapol.api.problems import unknown_station
from apps.ciapol.api.quantities import QUANTITIES, Pollutant
from apps.ciapol.api.representation import answer, described
from apps.ciapol.api.store import measurements as store
from apps.ciapol.api.store.stations import exists
from apps.ciapol.api.times import Range, parse, time_range

router = APIRouter(prefix="/api/v1/stations", tags=["measurements"])

EXAMPLE = "measured_at,pm25\r\n2026-01-31T12:00:00Z,35.1\r\n"


def _question(
    *,
    station_id: str,
    interval: Interval | None,
    pollutants: list[Pollutant],
    start: str | None,
    end: str | None,
    cursor: str | None,
) -> tuple[MeasurementsCursor, bool]:
    """What is asked, and whether it goes on after an earlier page."""
    if cursor is None:
        kind = interval or "raw"
        span = time_range(start, end, store.LONGEST[kind])
        names = [p.value for p in Pollutant if p in pollutants]
        question = MeasurementsCursor(
            station_id=station_id, interval=kind, pollutants=names, start=span.start, end=span.end, after=span.start
        )
        return question, False
    question = decode(MeasurementsCursor, cursor)
    same = (
        question.station_id == station_id
        and interval in (None, question.interval)
        and (not pollutants or {p.value for p in pollutants} == set(question.pollutants))
        and set(question.pollutants) <= {p.value for p in Pollutant}
        and (start is None or parse("from", start) == question.start)
        and (end is None or parse("to", end) == question.end)
        and question.start - store.STEP[question.interval] < question.after < question.end
        and question.end - question.start <= store.LONGEST[question.interval]
    )
    if not same:
        raise wrong(cursor)
    return question, True


@router.get(
    "/{station_id}/measurements",
    response_model=MeasurementPage,
    response_model_exclude_unset=True,
    summary="Measurements of a station",
    responses=described(404, 406, 422, csv_example=EXAMPLE),
)
def list_measurements(
    *,
    request: Request,
    pool: PoolOf,
    station_id: StationId,
    start: From = None,
    end: To = None,
    interval: Annotated[
        Interval | None, Query(description="raw (default, at most 31 days), or means of UTC hours (366) or days (3660)")
    ] = None,
    pollutant: Annotated[list[Pollutant] | None, Query(description="only these; repeat it for several")] = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Response:
    """Measurements by time. Without `from` and `to`, those of the last 24 hours."""
    question, following = _question(
        station_id=station_id, interval=interval, pollutants=pollutant or [], start=start, end=end, cursor=cursor
    )
    chosen = [Pollutant(name) for name in question.pollutants]
    after = question.after if following else None
    span = Range(question.start, question.end)
    items = store.measurements(
        pool, station_id, span, interval=question.interval, pollutants=chosen, after=after, limit=limit + 1
    )
    if not items and not following and not exists(pool, station_id):
        raise unknown_station(station_id)
    more = len(items) > limit
    items = items[:limit]
    next_cursor = encode(question.model_copy(update={"after": items[-1].measured_at})) if more else None
    page = MeasurementPage(
        station_id=station_id,
        interval=question.interval,
        start=span.start,
        end=span.end,
        items=items,
        next_cursor=next_cursor,
    )
    columns = ["measured_at", *(question.pollutants or QUANTITIES)]
    if question.interval != "raw":
        columns.append("count")
    return answer(request, page, items, columns, next_cursor)
