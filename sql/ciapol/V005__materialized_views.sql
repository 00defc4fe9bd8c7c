-- What the API asks most often, kept ready. Both are partitioned by the month of their base table, so that a refresh
-- computes again only the months that have new rows.

CREATE MATERIALIZED VIEW IF NOT EXISTS station_activity_mv
COMMENT "Per station and month: last measurement and number of measurements"
PARTITION BY (month_start)
DISTRIBUTED BY HASH (station_id) BUCKETS 1
REFRESH ASYNC EVERY (INTERVAL 1 MINUTE)
PROPERTIES (
    "replication_num" = "${replication_num}"
)
AS
SELECT
    station_id,
    date_trunc('month', measured_at) AS month_start,
    MAX(measured_at) AS last_measured_at,
    COUNT(*) AS measurements
FROM sensor_measurements_zeta
GROUP BY station_id, date_trunc('month', measured_at);

CREATE MATERIALIZED VIEW IF NOT EXISTS hourly_means_mv
COMMENT "Per station and hour: means (units of sensor_measurements_zeta) and number of measurements"
PARTITION BY (month_start)
DISTRIBUTED BY HASH (station_id) BUCKETS 2
REFRESH ASYNC EVERY (INTERVAL 1 MINUTE)
PROPERTIES (
    "replication_num" = "${replication_num}"
)
AS
SELECT
    station_id,
    date_trunc('month', measured_at) AS month_start,
    date_trunc('hour', measured_at) AS hour_start,
    COUNT(*) AS measurements,
    AVG(pm25) AS pm25,
    AVG(pm10) AS pm10,
    AVG(so2) AS so2,
    AVG(no2) AS no2,
    AVG(o3) AS o3,
    AVG(co) AS co,
    AVG(temperature) AS temperature,
    AVG(pressure) AS pressure,
    AVG(humidity) AS humidity,
    AVG(wind_speed) AS wind_speed
FROM sensor_measurements_zeta
GROUP BY station_id, date_trunc('month', measured_at), date_trunc('hour', measured_at);
