"""/api/v1/stations"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import StationsCursor, decode, encode
from apps.ciapol.api.dependencies import Cursor, Limit, PoolOf, StationId
from apps.ciapol.api.models import Station, StationDetail, StationPage
from apps.ciapol.api.problems import unknown_station
from apps.ciapol.api.representation import answer, described
from apps.ciapol.api.store import stations as store

router = APIRouter(prefix="/api/v1/stations", tags=["stations"])

COLUMNS = tuple(Station.model_fields)


@router.get(
    "",
    response_model=StationPage,
    summary="Stations by id",
    responses=described(406, 422, csv_example=",".join(COLUMNS)),
)
def list_stations(request: Request, pool: PoolOf, limit: Limit = 1000, cursor: Cursor = None) -> Response:
    """Registered stations, and those that send data without being registered."""
    after = decode(StationsCursor, cursor).after if cursor is not None else ""
    items = store.stations(pool, after, limit + 1)
    following = encode(StationsCursor(after=items[limit - 1].station_id)) if len(items) > limit else None
    page = StationPage(items=items[:limit], next_cursor=following)
    return answer(request, page, page.items, COLUMNS, following)


@router.get("/{station_id}", response_model=StationDetail, summary="One station", responses=described(404, 406, 422))
def get_station(request: Request, pool: PoolOf, station_id: StationId) -> Response:
    """A station and its newest measurement."""
    found = store.station(pool, station_id)
    if found is None:
        raise unknown_station(station_id)
    return answer(request, found, [found], (*COLUMNS, *_measured(found)))


def _measured(station: StationDetail) -> tuple[str, ...]:
    return tuple(station.latest.model_dump(exclude_unset=True)) if station.latest else ()
