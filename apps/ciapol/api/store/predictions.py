"""The predictions for a station."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from apps.ciapol.api.models import PredictedHour, Prediction, Predictions, SubIndices
from apps.ciapol.api.quantities import Pollutant, category
from apps.web.starrocks import Pool, Row
from apps.web.times import now

INDEX: Final = "aqi"
QUANTITIES: Final = (INDEX, *(p.value for p in Pollutant))

_NEWEST: Final = "SELECT MAX(made_at) AS made_at FROM aqi_predictions_zeta WHERE station_id = %s AND target_hour >= %s"

_HOURS: Final = """
SELECT target_hour, quantity, value, `lower`, `upper`, model, fallback, sub_index
FROM aqi_predictions_zeta
WHERE station_id = %s AND target_hour >= %s AND made_at = %s
ORDER BY target_hour, quantity
"""

_RECENT: Final = timedelta(days=2)
"""Target hours that are queried first: they are in one or two partitions."""
_EVER: Final = timedelta(days=36500)


def predictions(pool: Pool, station_id: str) -> Predictions:
    """The hours of the newest prediction of any age, by time; empty if there is no prediction."""
    for since in (now() - _RECENT, now() - _EVER):
        made_at = pool.query(_NEWEST, (station_id, since))[0]["made_at"]
        if isinstance(made_at, datetime):
            # The result includes predicted hours that have passed since.
            return _prediction(station_id, made_at, pool.query(_HOURS, (station_id, made_at - _RECENT, made_at)))
    return Predictions(station_id=station_id, made_at=None, model=None, fallback=None, items=[])


def _prediction(station_id: str, made_at: datetime, rows: list[Row]) -> Predictions:
    by_hour: dict[object, list[Row]] = {}
    for row in rows:
        by_hour.setdefault(row["target_hour"], []).append(row)
    leading = [row for row in rows if row["quantity"] == INDEX] or rows[:1]
    simple = next((row for row in leading if row["fallback"]), None)
    return Predictions.model_validate(
        {
            "station_id": station_id,
            "made_at": made_at,
            "model": (simple or leading[0])["model"],
            "fallback": simple is not None,
            "items": [_hour(hour, values) for hour, values in by_hour.items()],
        }
    )


def _hour(hour: object, rows: Sequence[Row]) -> PredictedHour:
    quantities = {str(row["quantity"]): Prediction.model_validate(row) for row in rows}
    parts = SubIndices.model_validate(
        dict.fromkeys(SubIndices.model_fields) | {str(row["quantity"]): row["sub_index"] for row in rows}
    )
    index = quantities[INDEX].value if INDEX in quantities else None
    key, colour = category(round(index)) if index is not None else (None, None)
    return PredictedHour.model_validate(
        {
            "target_hour": hour,
            "category": key,
            "color": colour,
            "dominant_pollutant": None if index is None else _dominant(parts),
            "sub_indices": parts,
            "quantities": quantities,
        }
    )


def _dominant(parts: SubIndices) -> str | None:
    """The pollutant with the greatest sub-index; of equal ones the first, as in `aqi_hourly.sql`."""
    known = {name: value for name, value in parts.model_dump().items() if value is not None}
    return max(known, key=lambda name: known[name]) if known else None
