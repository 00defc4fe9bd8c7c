-- An hour has an index when every pollutant measured in it has a sub-index. Otherwise aqi is NULL and these columns say why.

ALTER TABLE aqi_hourly_zeta
ADD COLUMN aqi_known INT NULL COMMENT "greatest sub-index there is; the index is at least this where aqi is NULL";

ALTER TABLE aqi_hourly_zeta
ADD COLUMN reason VARCHAR(32) NULL COMMENT "why aqi is NULL: running, too_few_values, too_few_hours or nothing_measured; NULL: aqi is there";

ALTER TABLE aqi_hourly_zeta
ADD COLUMN missing VARCHAR(64) NULL COMMENT "pollutants measured in the hour that have no sub-index yet, each with the hours until then, e.g. pm25:1,o3:5";

CREATE OR REPLACE VIEW aqi_hourly
COMMENT "Hourly air quality index, without the stations of tests"
AS
SELECT
    hours.station_id, hours.hour_start, hours.aqi, hours.dominant_pollutant, hours.aqi_pm25, hours.aqi_pm10, hours.aqi_o3,
    hours.aqi_co, hours.aqi_no2, hours.aqi_so2, hours.pm25_nowcast, hours.pm10_nowcast, hours.measurements,
    hours.computed_at, hours.aqi_known, hours.reason, hours.missing
FROM aqi_hourly_zeta AS hours
WHERE NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = hours.station_id);
