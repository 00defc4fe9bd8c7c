"""Stations: registered ones, and those that only send data."""

from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter

from apps.ciapol.api.models import QUANTITIES, Measurement, Station, StationDetail
from apps.web.starrocks import Pool, Row
from apps.web.times import now

DEFAULT_TIME_ZONE: Final = "Africa/Abidjan"
DEFAULT_REFERENCE: Final = 25.0
"""Reference temperature of unregistered stations in °C; equal to the default of `stations.reference_temperature`."""

RECENT: Final = timedelta(hours=1)
"""Age up to which measurements are read from the table; the materialized view may lack the last minutes."""

# A registered station has a row even without measurements; MAX ignores NULL.
_LIST: Final = """
SELECT
    seen.station_id, registry.name, registry.commune, registry.latitude, registry.longitude, registry.time_zone,
    registry.demonstration, registry.reference_temperature, registry.station_id IS NOT NULL AS registered,
    seen.last_measured_at
FROM (
    SELECT station_id, MAX(last_measured_at) AS last_measured_at
    FROM (
        SELECT station_id, CAST(NULL AS DATETIME) AS last_measured_at FROM stations
        UNION ALL
        SELECT station_id, last_measured_at FROM station_activity_mv
        UNION ALL
        SELECT station_id, last_measured_at FROM station_activity_archive_mv
        UNION ALL
        SELECT station_id, measured_at FROM sensor_measurements_zeta WHERE measured_at >= %s
    ) AS sources
    WHERE station_id > %s
        AND NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = sources.station_id)
    GROUP BY station_id
    ORDER BY station_id
    LIMIT %s
) AS seen
LEFT JOIN stations AS registry ON registry.station_id = seen.station_id
ORDER BY seen.station_id
"""

_REGISTERED: Final = """
SELECT station_id, name, commune, latitude, longitude, time_zone, demonstration, reference_temperature, 1 AS registered
FROM stations
WHERE station_id = %s
"""

_NEWEST: Final = f"""
SELECT measured_at, {", ".join(QUANTITIES)}
FROM all_measurements
WHERE station_id = %s AND measured_at >= %s
ORDER BY measured_at DESC
LIMIT 1
"""

_STATIONS: Final = TypeAdapter(list[Station])


def _named(row: Row) -> Row:
    reference = row.get("reference_temperature")
    return {
        **row,
        "time_zone": row.get("time_zone") or DEFAULT_TIME_ZONE,
        "reference_temperature": DEFAULT_REFERENCE if reference is None else reference,
    }


def stations(pool: Pool, after: str, limit: int) -> list[Station]:
    """At most `limit` stations with ids after `after`, sorted by id, without test stations."""
    rows = pool.query(_LIST, (now() - RECENT, after, limit))
    return _STATIONS.validate_python([_named(row) for row in rows])


def newest(pool: Pool, station_id: str) -> Measurement | None:
    """The newest measurement of a station. Recent ones are read first, because they are in one partition."""
    for since in (now() - timedelta(days=1), now() - timedelta(days=36500)):
        rows = pool.query(_NEWEST, (station_id, since))
        if rows:
            return Measurement.model_validate(rows[0])
    return None


def station(pool: Pool, station_id: str) -> StationDetail | None:
    """A station by id, including test stations; None if it is neither registered nor has data."""
    registered = pool.query(_REGISTERED, (station_id,))
    latest = newest(pool, station_id)
    if not registered and latest is None:
        return None
    unknown: Row = {
        "station_id": station_id,
        "name": None,
        "commune": None,
        "latitude": None,
        "longitude": None,
        "demonstration": None,
        "registered": False,
    }
    row = _named(registered[0] if registered else unknown)
    last = latest.measured_at if latest else None
    return StationDetail.model_validate({**row, "last_measured_at": last, "latest": latest})


def exists(pool: Pool, station_id: str) -> bool:
    """Whether a station is registered or has data."""
    if pool.query("SELECT 1 AS found FROM stations WHERE station_id = %s", (station_id,)):
        return True
    found = "SELECT 1 AS found FROM all_measurements WHERE station_id = %s LIMIT 1"
    return bool(pool.query(found, (station_id,)))
