-- A misspelt field name loses its values: this view shows who sends which unknown fields.

CREATE VIEW IF NOT EXISTS messages_with_unknown_fields
COMMENT "Messages with fields that no event has, without the stations of tests; filter on received_at to read few partitions"
AS
SELECT raw.received_at, raw.message_id, raw.station_id, raw.message_key, raw.unknown_fields
FROM raw_measurements_zeta AS raw
WHERE raw.unknown_fields IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM test_stations WHERE test_stations.station_id = raw.station_id)
    AND NOT EXISTS (SELECT 1 FROM test_stations AS marked WHERE marked.station_id = raw.message_key);
