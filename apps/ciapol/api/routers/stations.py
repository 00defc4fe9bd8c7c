"""/api/v1/stations"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import StationsCursor
from apps.ciapol.api.dependencies import StationId, unknown_station
from apps.ciapol.api.models import QUANTITIES, Station, StationDetail, StationPage
from apps.ciapol.api.store import stations as store
from apps.web import csv
from apps.web.cursors import decode
from apps.web.listing import answer_list
from apps.web.parameters import FormatOf, PagingOf, PoolOf
from apps.web.representation import answer, described

router = APIRouter(prefix="/api/v1/stations", tags=["stations"])

COLUMNS = tuple(Station.model_fields)
DETAIL_COLUMNS = (*COLUMNS, "measured_at", *QUANTITIES)


@router.get("", response_model=StationPage, summary="Stations by id", responses=described(406, columns=COLUMNS))
def list_stations(request: Request, pool: PoolOf, paging: PagingOf) -> Response:
    """Registered stations, and those that send data without being registered."""
    return answer_list(
        request,
        paging,
        StationsCursor() if paging.cursor is None else decode(StationsCursor, paging.cursor),
        read=lambda position, count: store.stations(pool, position.after, count),
        following=lambda _, station: StationsCursor(after=station.station_id),
        page=lambda items, next_cursor: StationPage(items=items, next_cursor=next_cursor),
        columns=COLUMNS,
    )


def _cells(station: StationDetail) -> dict[str, csv.Cell]:
    return csv.flatten(station.model_dump(mode="json"), {"latest": ""})


@router.get(
    "/{station_id}",
    response_model=StationDetail,
    summary="One station",
    responses=described(404, 406, columns=DETAIL_COLUMNS),
)
def get_station(request: Request, pool: PoolOf, station_id: StationId, requested: FormatOf = None) -> Response:
    """A station and its newest measurement."""
    found = store.station(pool, station_id)
    if found is None:
        raise unknown_station(station_id)
    return answer(request, found, [found], DETAIL_COLUMNS, requested=requested, cells=_cells)
