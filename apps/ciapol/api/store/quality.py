"""How good the measurements of each station and hour are."""

from datetime import datetime, timedelta
from typing import Final

from apps.ciapol.api.models import Quality
from apps.ciapol.api.starrocks import Parameter, Pool, Row
from apps.ciapol.api.store.stations import SMOKE_TESTS
from apps.ciapol.api.times import Range

LONGEST: Final = timedelta(days=366)
"""The longest range that may be asked for at once."""

_SELECT: Final = """
SELECT
    station_id, hour_start, expected, measurements, completeness, freshness_seconds, stuck_sensors, out_of_range_share
FROM data_quality_hourly_zeta
WHERE hour_start >= %s AND hour_start < %s
"""
_OF_STATION: Final = "AND station_id = %s"
_OF_ALL: Final = "AND station_id NOT LIKE %s"
_AFTER: Final = "AND (hour_start > %s OR station_id > %s)"
_ORDER: Final = "ORDER BY hour_start, station_id LIMIT %s"


def quality(
    pool: Pool, span: Range, station_id: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[Quality]:
    """At most `limit` rows of `span`, by hour and station, after the row `after` of the page before.

    Without `station_id`, the stations of smoke tests are left out.
    """
    start = span.start if after is None else after[0]
    parts = [_SELECT, _OF_ALL if station_id is None else _OF_STATION]
    parameters: list[Parameter] = [start, span.end, SMOKE_TESTS if station_id is None else station_id]
    if after is not None:
        parts.append(_AFTER)
        parameters += after
    return [_quality(row) for row in pool.query(" ".join([*parts, _ORDER]), [*parameters, limit])]


def _quality(row: Row) -> Quality:
    stuck = str(row["stuck_sensors"])
    return Quality.model_validate({**row, "stuck_sensors": stuck.split(",") if stuck else []})
