"""Metrics of CIAPOL's data.

The cost of each query depends on recent events and stations, not on the amount of stored data.
"""

from typing import Final

from apps.web.measures import QueryMetric

_NO_TEST: Final = "NOT EXISTS (SELECT 1 FROM test_stations AS t WHERE t.station_id = {station})"
_DEMONSTRATION: Final = "CASE WHEN s.demonstration IS NULL THEN 'false' ELSE 'true' END AS demonstration"

_RECENT: Final = """
SELECT 'received' AS outcome, COUNT(*) AS value
FROM raw_measurements_zeta WHERE received_at >= DATE_SUB(UTC_TIMESTAMP(), INTERVAL 15 MINUTE)
UNION ALL
SELECT 'rejected' AS outcome, COUNT(*) AS value
FROM rejected_measurements_zeta WHERE received_at >= DATE_SUB(UTC_TIMESTAMP(), INTERVAL 15 MINUTE)
"""

_LAST: Final = f"""
SELECT a.station_id AS station, {_DEMONSTRATION}, MAX(a.last_measured_at) AS value
FROM station_activity_mv AS a LEFT JOIN stations AS s ON s.station_id = a.station_id
WHERE {_NO_TEST.format(station="a.station_id")}
GROUP BY a.station_id, CASE WHEN s.demonstration IS NULL THEN 'false' ELSE 'true' END
"""

_INTERVAL: Final = f"""
SELECT q.station_id AS station, {_DEMONSTRATION}, 3600 / MAX(q.expected) AS value
FROM data_quality_hourly AS q LEFT JOIN stations AS s ON s.station_id = q.station_id
WHERE q.hour_start >= DATE_SUB(UTC_TIMESTAMP(), INTERVAL 1 DAY) AND q.expected > 0
    AND {_NO_TEST.format(station="q.station_id")}
GROUP BY q.station_id, CASE WHEN s.demonstration IS NULL THEN 'false' ELSE 'true' END
"""

_QUALITY: Final = f"""
SELECT {_DEMONSTRATION}, AVG(q.completeness) * 100 AS value
FROM data_quality_hourly AS q LEFT JOIN stations AS s ON s.station_id = q.station_id
WHERE q.hour_start = (SELECT MAX(hour_start) FROM data_quality_hourly)
    AND {_NO_TEST.format(station="q.station_id")}
GROUP BY CASE WHEN s.demonstration IS NULL THEN 'false' ELSE 'true' END
"""

METRICS: Final = (
    QueryMetric(
        name="ciapol_recent_events",
        help="Messages of the last 15 minutes: all, and those that contain an error",
        labels=("outcome",),
        query=_RECENT,
    ),
    QueryMetric(
        name="ciapol_station_last_measurement_timestamp_seconds",
        help="Time of the newest measurement of the station",
        labels=("station", "demonstration"),
        query=_LAST,
    ),
    QueryMetric(
        name="ciapol_station_interval_seconds",
        help="Usual time between two measurements of the station, s",
        labels=("station", "demonstration"),
        query=_INTERVAL,
    ),
    QueryMetric(
        name="ciapol_data_quality_score",
        help="Completeness of the measurements of the newest hour that was examined, 0 to 100",
        labels=("demonstration",),
        query=_QUALITY,
    ),
)
