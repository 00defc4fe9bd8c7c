-- What the API, the index and people read: live and archived rows as one, without the stations of smoke tests.

-- A month is in both tables for the moment between its copy to the archive and the drop of its live partition, and
-- when late rows of an archived month arrive: the live row counts.
CREATE VIEW IF NOT EXISTS all_measurements
COMMENT "Clean measurements, live and archived, of every station"
AS
SELECT
    live.station_id, live.measured_at, live.event_id, live.pm25, live.pm10, live.so2, live.no2, live.o3, live.co,
    live.temperature, live.pressure, live.humidity, live.wind_speed, live.message_id, live.published_at
FROM sensor_measurements_zeta AS live
UNION ALL
SELECT
    archived.station_id, archived.measured_at, archived.event_id, archived.pm25, archived.pm10, archived.so2, archived.no2,
    archived.o3, archived.co, archived.temperature, archived.pressure, archived.humidity, archived.wind_speed,
    archived.message_id, archived.published_at
FROM sensor_measurements_archive_zeta AS archived
WHERE NOT EXISTS (
    SELECT 1
    FROM sensor_measurements_zeta AS late
    WHERE late.station_id = archived.station_id AND late.measured_at = archived.measured_at
);

CREATE VIEW IF NOT EXISTS measurements
COMMENT "Clean measurements, live and archived, without the stations of smoke tests"
AS
SELECT
    station_id, measured_at, event_id, pm25, pm10, so2, no2, o3, co, temperature, pressure, humidity, wind_speed,
    message_id, published_at
FROM all_measurements
WHERE station_id NOT LIKE 'smoke-%';

CREATE VIEW IF NOT EXISTS rejected_measurements
COMMENT "Messages that could not be used, without those of smoke tests"
AS
SELECT received_at, message_id, station_id, message_key, topic, reject_reason, payload, payload_base64
FROM rejected_measurements_zeta
WHERE COALESCE(station_id, message_key, '') NOT LIKE 'smoke-%';

CREATE VIEW IF NOT EXISTS aqi_hourly
COMMENT "Hourly air quality index, without the stations of smoke tests"
AS
SELECT
    station_id, hour_start, aqi, dominant_pollutant, aqi_pm25, aqi_pm10, aqi_o3, aqi_co, aqi_no2, aqi_so2,
    pm25_nowcast, pm10_nowcast, measurements, computed_at
FROM aqi_hourly_zeta
WHERE station_id NOT LIKE 'smoke-%';
