"""The quality of the measurements of each station and hour."""

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
"""Condition that excludes test stations unless a station is requested."""
