"""Measurements of one station: raw values, or means."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter

from apps.ciapol.api.models import QUANTITIES, Interval, Measurement
from apps.ciapol.api.quantities import Pollutant
from apps.web.starrocks import Pool
from apps.web.times import Range

LONGEST: Final[dict[Interval, timedelta]] = {
    "raw": timedelta(days=31),
    "hour": timedelta(days=366),
    "day": timedelta(days=3660),
}
"""The longest range of a request."""

STEP: Final[dict[Interval, timedelta]] = {
    "raw": timedelta(microseconds=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
"""Distance from the last item of a page to the start of the next page."""

_RAW: Final = """
SELECT measured_at, {columns}
FROM all_measurements
WHERE station_id = %s AND measured_at >= %s AND measured_at < %s
ORDER BY measured_at
LIMIT %s
"""

_MEANS: Final = """
SELECT date_trunc('{interval}', measured_at) AS interval_start, COUNT(*) AS measurements, {means}
FROM all_measurements
WHERE station_id = %s AND measured_at >= %s AND measured_at < %s
GROUP BY date_trunc('{interval}', measured_at)
ORDER BY interval_start
LIMIT %s
"""

_MEASUREMENTS: Final = TypeAdapter(list[Measurement])


def _statement(interval: Interval, pollutants: Sequence[Pollutant]) -> str:
    """The SELECT statement. Only names from this package are inserted into its text."""
    names = [p.value for p in Pollutant if p in pollutants] or list(QUANTITIES)
    if interval == "raw":
        return _RAW.format(columns=", ".join(names))
    return _MEANS.format(interval=interval, means=", ".join(f"AVG({name}) AS {name}" for name in names))


def measurements(
    pool: Pool,
    station_id: str,
    span: Range,
    *,
    interval: Interval,
    pollutants: Sequence[Pollutant],
    after: datetime | None,
    limit: int,
) -> list[Measurement]:
    """At most `limit` measurements of a station in `span`, sorted by time.

    `after` is the time of the last measurement on the previous page; None for the first page. The intervals `hour` and
    `day` give means of the existing values of each UTC hour or day. Empty `pollutants` mean all quantities.
    """
    start = span.start if after is None else after + STEP[interval]
    rows = pool.query(_statement(interval, pollutants), (station_id, start, span.end, limit))
    if interval != "raw":
        for row in rows:
            row["measured_at"] = row.pop("interval_start")
            row["count"] = row.pop("measurements")
    return _MEASUREMENTS.validate_python(rows)
