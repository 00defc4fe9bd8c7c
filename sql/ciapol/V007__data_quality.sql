-- How good the measurements of each station and hour are, and what the workflows may do.

CREATE TABLE IF NOT EXISTS data_quality_hourly_zeta (
    station_id VARCHAR(64) NOT NULL COMMENT "station",
    hour_start DATETIME NOT NULL COMMENT "start of the hour, UTC",
    expected INT NOT NULL COMMENT "measurements that the station usually sends in an hour",
    measurements INT NOT NULL COMMENT "measurements in the hour",
    completeness DOUBLE NOT NULL COMMENT "measurements over expected, at most 1",
    freshness_seconds BIGINT NULL COMMENT "from the last measurement before the end of the hour to that end; NULL: none in 30 days",
    stuck_sensors VARCHAR(255) NOT NULL COMMENT "pollutants whose value did not move for hours, separated by commas; empty: none",
    out_of_range_share DOUBLE NOT NULL COMMENT "rejected messages over all messages of the station received in the hour, 0 to 1",
    computed_at DATETIME NOT NULL COMMENT "when the row was computed, UTC"
)
PRIMARY KEY (station_id, hour_start)
COMMENT "Completeness, freshness, stuck sensors and rejections per station and hour"
PARTITION BY date_trunc('month', hour_start)
DISTRIBUTED BY HASH (station_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE VIEW IF NOT EXISTS data_quality_hourly
COMMENT "Quality of the measurements per station and hour, without the stations of smoke tests"
AS
SELECT
    station_id, hour_start, expected, measurements, completeness, freshness_seconds, stuck_sensors, out_of_range_share,
    computed_at
FROM data_quality_hourly_zeta
WHERE station_id NOT LIKE 'smoke-%';

-- Tables of the platform: its schema is applied before this one.
GRANT SELECT ON TABLE kappastack.pipeline_steps TO ROLE reader;
GRANT SELECT ON TABLE kappastack.streaming_jobs TO ROLE reader;
GRANT SELECT ON TABLE kappastack.pipeline_steps TO ROLE smoke_role;
GRANT SELECT ON TABLE kappastack.streaming_jobs TO ROLE smoke_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE kappastack.pipeline_steps TO ROLE scheduler_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE kappastack.streaming_jobs TO ROLE scheduler_role;

GRANT INSERT ON TABLE ciapol_analytics.data_quality_hourly_zeta TO ROLE scheduler_role;
-- ALTER TABLE … DROP PARTITION, when a month has gone to the archive.
GRANT ALTER ON TABLE ciapol_analytics.sensor_measurements_zeta TO ROLE scheduler_role;

GRANT DELETE ON TABLE ciapol_analytics.aqi_predictions_zeta TO ROLE smoke_role;
GRANT DELETE ON TABLE ciapol_analytics.data_quality_hourly_zeta TO ROLE smoke_role;
