"""/api/v1/stations/{station_id}/predictions"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apps.ciapol.api.dependencies import PoolOf, StationId
from apps.ciapol.api.models import Prediction, Predictions
from apps.ciapol.api.problems import unknown_station
from apps.ciapol.api.representation import answer, described
from apps.ciapol.api.store import predictions as store
from apps.ciapol.api.store.stations import exists

router = APIRouter(prefix="/api/v1/stations", tags=["predictions"])

_VALUES = tuple(f"{quantity}_{field}" for quantity in store.QUANTITIES for field in Prediction.model_fields)
COLUMNS = ("target_hour", "category", "color", *_VALUES)


@router.get(
    "/{station_id}/predictions",
    response_model=Predictions,
    summary="Predicted air quality index and pollutants of a station",
    responses=described(404, 406, 422, csv_example=",".join(COLUMNS)),
)
def get_predictions(request: Request, pool: PoolOf, station_id: StationId) -> Response:
    """The newest prediction, however old it is: `made_at` tells. Its hours that have passed are there too."""
    found = store.predictions(pool, station_id)
    if not found.items and not exists(pool, station_id):
        raise unknown_station(station_id)
    return answer(request, found, found.items, COLUMNS)
