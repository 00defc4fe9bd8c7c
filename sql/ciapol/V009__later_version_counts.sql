-- What the archive needs of the views: the later version of a measurement, wherever it is, and stations whose
-- measurements are all archived.

-- A key may be in both tables: from its copy to the drop of its live partition, and when late rows of an archived month
-- come in. A replay may even bring an older version into the live table than the archive has. The one that was published
-- last counts; of two that are the same the live one.
CREATE OR REPLACE VIEW all_measurements
COMMENT "Clean measurements, live and archived, of every station"
AS
SELECT
    live.station_id, live.measured_at, live.event_id, live.pm25, live.pm10, live.so2, live.no2, live.o3, live.co,
    live.temperature, live.pressure, live.humidity, live.wind_speed, live.message_id, live.published_at
FROM sensor_measurements_zeta AS live
LEFT JOIN sensor_measurements_archive_zeta AS newer
    ON newer.station_id = live.station_id
    AND newer.measured_at = live.measured_at
    AND newer.published_at > live.published_at
WHERE newer.station_id IS NULL
UNION ALL
SELECT
    archived.station_id, archived.measured_at, archived.event_id, archived.pm25, archived.pm10, archived.so2, archived.no2,
    archived.o3, archived.co, archived.temperature, archived.pressure, archived.humidity, archived.wind_speed,
    archived.message_id, archived.published_at
FROM sensor_measurements_archive_zeta AS archived
LEFT JOIN sensor_measurements_zeta AS late
    ON late.station_id = archived.station_id
    AND late.measured_at = archived.measured_at
    AND late.published_at >= archived.published_at
WHERE late.station_id IS NULL;

-- station_activity_mv loses a month with the partition of its base table. The archive changes once a month.
CREATE MATERIALIZED VIEW IF NOT EXISTS station_activity_archive_mv
COMMENT "Per station and month of the archive: last measurement and number of measurements"
PARTITION BY (month_start)
DISTRIBUTED BY HASH (station_id) BUCKETS 1
REFRESH ASYNC EVERY (INTERVAL 10 MINUTE)
PROPERTIES (
    "replication_num" = "${replication_num}"
)
AS
SELECT
    station_id,
    date_trunc('month', measured_at) AS month_start,
    MAX(measured_at) AS last_measured_at,
    COUNT(*) AS measurements
FROM sensor_measurements_archive_zeta
GROUP BY station_id, date_trunc('month', measured_at);

CREATE VIEW IF NOT EXISTS station_activity
COMMENT "Last measurement per station and month, live and archived; a month may have a row of each"
AS
SELECT station_id, month_start, last_measured_at
FROM station_activity_mv
WHERE station_id NOT LIKE 'smoke-%'
UNION ALL
SELECT station_id, month_start, last_measured_at
FROM station_activity_archive_mv
WHERE station_id NOT LIKE 'smoke-%';
