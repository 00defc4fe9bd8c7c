-- Stations with too few measurements, a stuck sensor, or too many rejected messages in the last checked hour. The
-- hours start from `from` (inclusive) to `to` (exclusive). An empty result means no findings.
SELECT
    quality.station_id AS station,
    quality.hour_start AS hour_utc,
    quality.measurements,
    quality.expected,
    ROUND(quality.completeness, 2) AS completeness,
    ROUND(quality.freshness_seconds / 60) AS minutes_since_last,
    quality.stuck_sensors,
    ROUND(quality.out_of_range_share, 2) AS out_of_range_share
FROM data_quality_hourly AS quality
INNER JOIN (
    SELECT MAX(hour_start) AS hour_start
    FROM data_quality_hourly
    WHERE hour_start >= CAST('${from}' AS DATETIME) AND hour_start < CAST('${to}' AS DATETIME)
) AS last_hour ON last_hour.hour_start = quality.hour_start
WHERE quality.completeness < ${quality_threshold}
    OR quality.stuck_sensors <> ''
    OR quality.out_of_range_share > 1 - ${quality_threshold}
ORDER BY quality.station_id;
