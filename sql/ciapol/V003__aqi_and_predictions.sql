-- What is computed from the measurements: the hourly air quality index and its forecast.

CREATE TABLE IF NOT EXISTS aqi_hourly_zeta (
    station_id VARCHAR(64) NOT NULL COMMENT "station",
    hour_start DATETIME NOT NULL COMMENT "start of the hour, UTC",
    aqi INT NULL COMMENT "air quality index of the US EPA: the greatest sub-index; NULL: no sub-index",
    dominant_pollutant VARCHAR(8) NULL COMMENT "pollutant with the greatest sub-index",
    aqi_pm25 INT NULL COMMENT "sub-index of PM2.5 (NowCast)",
    aqi_pm10 INT NULL COMMENT "sub-index of PM10 (NowCast)",
    aqi_o3 INT NULL COMMENT "sub-index of ozone (8-hour mean, or 1-hour where greater)",
    aqi_co INT NULL COMMENT "sub-index of carbon monoxide (8-hour mean)",
    aqi_no2 INT NULL COMMENT "sub-index of nitrogen dioxide (1-hour mean)",
    aqi_so2 INT NULL COMMENT "sub-index of sulphur dioxide (1-hour mean; 24-hour mean above 304 ppb)",
    pm25_nowcast DOUBLE NULL COMMENT "NowCast of PM2.5, µg/m³, not truncated",
    pm10_nowcast DOUBLE NULL COMMENT "NowCast of PM10, µg/m³, not truncated",
    measurements INT NOT NULL COMMENT "measurements in the hour",
    computed_at DATETIME NOT NULL COMMENT "when the row was computed, UTC"
)
PRIMARY KEY (station_id, hour_start)
COMMENT "Hourly air quality index by the method of the US EPA, 2024 revision"
PARTITION BY date_trunc('month', hour_start)
DISTRIBUTED BY HASH (station_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS aqi_predictions_zeta (
    station_id VARCHAR(64) NOT NULL COMMENT "station",
    target_hour DATETIME NOT NULL COMMENT "start of the hour that is predicted, UTC",
    made_at DATETIME NOT NULL COMMENT "when the prediction was made, UTC",
    quantity VARCHAR(8) NOT NULL COMMENT "aqi, or a pollutant: pm25, pm10, so2, no2, o3, co",
    value DOUBLE NULL COMMENT "prediction: index, or µg/m³",
    lower DOUBLE NULL COMMENT "lower end of the prediction interval",
    upper DOUBLE NULL COMMENT "upper end of the prediction interval",
    model VARCHAR(64) NOT NULL COMMENT "name and version of the model",
    fallback BOOLEAN NOT NULL COMMENT "true where too little history forced a simple rule"
)
PRIMARY KEY (station_id, target_hour, made_at, quantity)
COMMENT "Predictions of the air quality index and of each pollutant"
PARTITION BY date_trunc('month', target_hour)
DISTRIBUTED BY HASH (station_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);
