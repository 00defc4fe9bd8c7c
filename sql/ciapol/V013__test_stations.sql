-- Stations of tests are marked by a row of a table that only tests write, whatever their name. Views leave them out.
-- Materialized views keep them: they would be refreshed as a whole with each change of a table without partitions.

CREATE TABLE IF NOT EXISTS test_stations (
    station_id VARCHAR(64) NOT NULL COMMENT "station whose rows come from a test",
    run VARCHAR(64) NOT NULL COMMENT "run of the tests that marked it",
    created_at DATETIME NOT NULL COMMENT "when it was marked, UTC"
)
PRIMARY KEY (station_id)
COMMENT "Stations of tests; no view shows their rows"
DISTRIBUTED BY HASH (station_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE OR REPLACE VIEW measurements
COMMENT "Clean measurements, live and archived, without the stations of tests"
AS
SELECT
    measured.station_id, measured.measured_at, measured.event_id, measured.pm25, measured.pm10, measured.so2, measured.no2,
    measured.o3, measured.co, measured.temperature, measured.pressure, measured.humidity, measured.wind_speed,
    measured.message_id, measured.published_at
FROM all_measurements AS measured
WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = measured.station_id);

CREATE OR REPLACE VIEW rejected_measurements
COMMENT "Messages that could not be used, without those of tests"
AS
SELECT
    rejected.received_at, rejected.message_id, rejected.station_id, rejected.message_key, rejected.topic,
    rejected.reject_reason, rejected.payload, rejected.payload_base64
FROM rejected_measurements_zeta AS rejected
WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = rejected.station_id)
    AND NOT EXISTS (SELECT 1 FROM test_stations AS marked WHERE marked.station_id = rejected.message_key);

CREATE OR REPLACE VIEW aqi_hourly
COMMENT "Hourly air quality index, without the stations of tests"
AS
SELECT
    hours.station_id, hours.hour_start, hours.aqi, hours.dominant_pollutant, hours.aqi_pm25, hours.aqi_pm10, hours.aqi_o3,
    hours.aqi_co, hours.aqi_no2, hours.aqi_so2, hours.pm25_nowcast, hours.pm10_nowcast, hours.measurements,
    hours.computed_at
FROM aqi_hourly_zeta AS hours
WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = hours.station_id);

CREATE OR REPLACE VIEW data_quality_hourly
COMMENT "Quality of the measurements per station and hour, without the stations of tests"
AS
SELECT
    hours.station_id, hours.hour_start, hours.expected, hours.measurements, hours.completeness, hours.freshness_seconds,
    hours.stuck_sensors, hours.out_of_range_share, hours.computed_at
FROM data_quality_hourly_zeta AS hours
WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = hours.station_id);

CREATE OR REPLACE VIEW station_activity
COMMENT "Last measurement per station and month, live and archived, without the stations of tests; a month may have a row of each"
AS
SELECT active.station_id, active.month_start, active.last_measured_at
FROM (
    SELECT station_id, month_start, last_measured_at FROM station_activity_mv
    UNION ALL
    SELECT station_id, month_start, last_measured_at FROM station_activity_archive_mv
) AS active
WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = active.station_id);

-- Neither of the views that it reads has the stations of tests, and a prediction without an actual value is left out.
CREATE OR REPLACE VIEW prediction_errors
COMMENT "Predictions with the actual values of their hours, without the stations of tests"
AS
SELECT
    compared.station_id,
    compared.quantity,
    compared.made_at,
    compared.target_hour,
    TIMESTAMPDIFF(HOUR, compared.made_at, compared.target_hour) AS horizon_hours,
    compared.predicted,
    compared.lower_end,
    compared.upper_end,
    compared.actual,
    compared.predicted - compared.actual AS error,
    ABS(compared.predicted - compared.actual) AS absolute_error,
    compared.actual >= compared.lower_end AND compared.actual <= compared.upper_end AS inside_interval,
    compared.model,
    compared.fallback
FROM (
    SELECT
        predictions.station_id,
        predictions.quantity,
        predictions.made_at,
        predictions.target_hour,
        predictions.value AS predicted,
        predictions.lower AS lower_end,
        predictions.upper AS upper_end,
        predictions.model,
        predictions.fallback,
        CASE predictions.quantity
            WHEN 'aqi' THEN CAST(indices.aqi AS DOUBLE)
            WHEN 'pm25' THEN means.pm25
            WHEN 'pm10' THEN means.pm10
            WHEN 'so2' THEN means.so2
            WHEN 'no2' THEN means.no2
            WHEN 'o3' THEN means.o3
            WHEN 'co' THEN means.co
        END AS actual
    FROM aqi_predictions_zeta AS predictions
    LEFT JOIN (
        SELECT
            station_id,
            date_trunc('hour', measured_at) AS hour_start,
            AVG(pm25) AS pm25,
            AVG(pm10) AS pm10,
            AVG(so2) AS so2,
            AVG(no2) AS no2,
            AVG(o3) AS o3,
            AVG(co) AS co
        FROM measurements
        GROUP BY station_id, date_trunc('hour', measured_at)
    ) AS means
        ON means.station_id = predictions.station_id AND means.hour_start = predictions.target_hour
    LEFT JOIN aqi_hourly AS indices
        ON indices.station_id = predictions.station_id AND indices.hour_start = predictions.target_hour
    WHERE predictions.target_hour < date_trunc('hour', UTC_TIMESTAMP())
) AS compared
WHERE compared.actual IS NOT NULL;

GRANT INSERT, DELETE ON TABLE ciapol_analytics.test_stations TO ROLE ciapol_smoke_role;
