"""/api/v1/stations/{station_id}/predictions"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apps.ciapol.api.dependencies import StationId, unknown_station
from apps.ciapol.api.models import PredictedHour, Prediction, Predictions
from apps.ciapol.api.store import predictions as store
from apps.ciapol.api.store.aqi import SUB_INDICES
from apps.ciapol.api.store.stations import exists
from apps.web import csv
from apps.web.parameters import FormatOf, PoolOf
from apps.web.representation import answer, described

router = APIRouter(prefix="/api/v1/stations", tags=["predictions"])

_VALUES = tuple(f"{quantity}_{field}" for quantity in store.QUANTITIES for field in Prediction.model_fields)
COLUMNS = ("target_hour", "category", "color", "dominant_pollutant", *SUB_INDICES, *_VALUES)


def _cells(hour: PredictedHour) -> dict[str, csv.Cell]:
    return csv.flatten(hour.model_dump(mode="json"), {"quantities": "", "sub_indices": "aqi_"})


@router.get(
    "/{station_id}/predictions",
    response_model=Predictions,
    summary="Predicted air quality index and pollutants of a station",
    responses=described(404, 406, columns=COLUMNS),
)
def get_predictions(request: Request, pool: PoolOf, station_id: StationId, requested: FormatOf = None) -> Response:
    """The newest prediction, made at `made_at`, however old. It includes hours that have passed since."""
    found = store.predictions(pool, station_id)
    if not found.items and not exists(pool, station_id):
        raise unknown_station(station_id)
    return answer(request, found, found.items, COLUMNS, requested=requested, cells=_cells)
