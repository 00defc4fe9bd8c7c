"""How good the measurements of each station and hour are."""

from datetime import timedelta
from typing import Final

from apps.ciapol.api.models import Quality
from apps.web.rows import Rows
from apps.web.starrocks import Row


def _quality(row: Row) -> Quality:
    stuck = str(row["stuck_sensors"])
    return Quality.model_validate({**row, "stuck_sensors": stuck.split(",") if stuck else []})


QUALITY: Final = Rows(
    table="data_quality_hourly",
    filtered_table="data_quality_hourly_zeta",
    item=Quality,
    key=("hour_start", "station_id"),
    time="hour_start",
    longest=timedelta(days=366),
    build=_quality,
)
"""Without a station, those of tests are left out."""
