"""/api/v1/stations/{station_id}/measurements"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import MeasurementsCursor
from apps.ciapol.api.dependencies import StationId, missing_station
from apps.ciapol.api.models import QUANTITIES, Interval, Measurement, MeasurementPage
from apps.ciapol.api.quantities import Pollutant
from apps.ciapol.api.store import measurements as store
from apps.web.cursors import decode, wrong_cursor
from apps.web.listing import answer_list
from apps.web.parameters import From, PagingOf, PoolOf, To
from apps.web.representation import described
from apps.web.times import Range, parse, time_range

router = APIRouter(prefix="/api/v1/stations", tags=["measurements"])


def _position(
    *,
    station_id: str,
    interval: Interval | None,
    pollutants: list[Pollutant],
    start: str | None,
    end: str | None,
    cursor: str | None,
) -> MeasurementsCursor:
    if cursor is None:
        kind = interval or "raw"
        span = time_range(start, end, store.LONGEST[kind])
        names = [p.value for p in Pollutant if p in pollutants]
        return MeasurementsCursor(
            station_id=station_id, interval=kind, pollutants=names, start=span.start, end=span.end
        )
    position = decode(MeasurementsCursor, cursor)
    same = (
        position.station_id == station_id
        and interval in (None, position.interval)
        and (not pollutants or {p.value for p in pollutants} == set(position.pollutants))
        and set(position.pollutants) <= {p.value for p in Pollutant}
        and (start is None or parse("from", start) == position.start)
        and (end is None or parse("to", end) == position.end)
        and position.after is not None
        and position.start - store.STEP[position.interval] < position.after < position.end
        and position.end - position.start <= store.LONGEST[position.interval]
    )
    if not same:
        raise wrong_cursor(cursor)
    return position


@router.get(
    "/{station_id}/measurements",
    response_model=MeasurementPage,
    response_model_exclude_unset=True,
    summary="Measurements of a station",
    responses=described(404, 406, columns=("measured_at", *QUANTITIES)),
)
def list_measurements(
    *,
    request: Request,
    pool: PoolOf,
    paging: PagingOf,
    station_id: StationId,
    start: From = None,
    end: To = None,
    interval: Annotated[
        Interval | None, Query(description="raw (default, at most 31 days), or means of UTC hours (366) or days (3660)")
    ] = None,
    pollutant: Annotated[
        list[Pollutant] | None, Query(description="only this pollutant; repeat the parameter for several")
    ] = None,
) -> Response:
    """Measurements by time. Without `from` and `to`, those of the last 24 hours."""
    first = _position(
        station_id=station_id,
        interval=interval,
        pollutants=pollutant or [],
        start=start,
        end=end,
        cursor=paging.cursor,
    )

    def read(position: MeasurementsCursor, count: int) -> list[Measurement]:
        return store.measurements(
            pool,
            station_id,
            Range(position.start, position.end),
            interval=position.interval,
            pollutants=[Pollutant(name) for name in position.pollutants],
            after=position.after,
            limit=count,
        )

    def page(items: list[Measurement], next_cursor: str | None) -> MeasurementPage:
        return MeasurementPage(
            station_id=station_id,
            interval=first.interval,
            start=first.start,
            end=first.end,
            items=items,
            next_cursor=next_cursor,
        )

    return answer_list(
        request,
        paging,
        first,
        read=read,
        following=lambda position, item: position.model_copy(update={"after": item.measured_at}),
        page=page,
        columns=["measured_at", *(first.pollutants or QUANTITIES), *([] if first.interval == "raw" else ["count"])],
        missing=lambda: missing_station(pool, station_id),
    )
