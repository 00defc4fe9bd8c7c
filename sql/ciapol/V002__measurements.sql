-- What stations publish: clean rows, every message as it came, and what could not be used.

CREATE TABLE IF NOT EXISTS sensor_measurements_zeta (
    station_id VARCHAR(64) NOT NULL COMMENT "station that measured",
    measured_at DATETIME NOT NULL COMMENT "when it was measured, UTC",
    event_id VARCHAR(64) NULL COMMENT "identifier that the station gave the event",
    pm25 DOUBLE NULL COMMENT "particulate matter up to 2.5 µm, µg/m³; NULL: not measured",
    pm10 DOUBLE NULL COMMENT "particulate matter up to 10 µm, µg/m³",
    so2 DOUBLE NULL COMMENT "sulphur dioxide, µg/m³",
    no2 DOUBLE NULL COMMENT "nitrogen dioxide, µg/m³",
    o3 DOUBLE NULL COMMENT "ozone, µg/m³",
    co DOUBLE NULL COMMENT "carbon monoxide, µg/m³",
    temperature DOUBLE NULL COMMENT "air temperature, °C",
    pressure DOUBLE NULL COMMENT "air pressure, hPa",
    humidity DOUBLE NULL COMMENT "relative humidity, %",
    wind_speed DOUBLE NULL COMMENT "wind speed, m/s",
    message_id VARCHAR(64) NOT NULL COMMENT "ledger:entry:partition:batch of the message in Pulsar",
    published_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC; of two events for one key the later one wins"
)
PRIMARY KEY (station_id, measured_at)
COMMENT "Clean measurements in real time; one row per station and time of measurement"
PARTITION BY date_trunc('month', measured_at)
DISTRIBUTED BY HASH (station_id) BUCKETS 6
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS sensor_measurements_archive_zeta (
    station_id VARCHAR(64) NOT NULL COMMENT "station that measured",
    measured_at DATETIME NOT NULL COMMENT "when it was measured, UTC",
    event_id VARCHAR(64) NULL COMMENT "identifier that the station gave the event",
    pm25 DOUBLE NULL COMMENT "particulate matter up to 2.5 µm, µg/m³; NULL: not measured",
    pm10 DOUBLE NULL COMMENT "particulate matter up to 10 µm, µg/m³",
    so2 DOUBLE NULL COMMENT "sulphur dioxide, µg/m³",
    no2 DOUBLE NULL COMMENT "nitrogen dioxide, µg/m³",
    o3 DOUBLE NULL COMMENT "ozone, µg/m³",
    co DOUBLE NULL COMMENT "carbon monoxide, µg/m³",
    temperature DOUBLE NULL COMMENT "air temperature, °C",
    pressure DOUBLE NULL COMMENT "air pressure, hPa",
    humidity DOUBLE NULL COMMENT "relative humidity, %",
    wind_speed DOUBLE NULL COMMENT "wind speed, m/s",
    message_id VARCHAR(64) NOT NULL COMMENT "ledger:entry:partition:batch of the message in Pulsar",
    published_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC; of two events for one key the later one wins"
)
PRIMARY KEY (station_id, measured_at)
COMMENT "Measurements of the months older than the retention of sensor_measurements_zeta"
PARTITION BY date_trunc('month', measured_at)
DISTRIBUTED BY HASH (station_id) BUCKETS 6
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS raw_measurements_zeta (
    received_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC",
    message_id VARCHAR(64) NOT NULL COMMENT "ledger:entry:partition:batch of the message in Pulsar",
    station_id VARCHAR(64) NULL COMMENT "station named in the message, if one could be read",
    event_id VARCHAR(64) NULL COMMENT "identifier that the station gave the event, if one could be read",
    message_key VARCHAR(255) NULL COMMENT "key of the message in Pulsar",
    topic VARCHAR(255) NOT NULL COMMENT "topic of the message in Pulsar, without its partition",
    payload VARCHAR(1048576) NOT NULL COMMENT "the message as text"
)
PRIMARY KEY (received_at, message_id)
COMMENT "Every message as it came, before it is checked"
PARTITION BY date_trunc('month', received_at)
DISTRIBUTED BY HASH (message_id) BUCKETS 6
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS rejected_measurements_zeta (
    received_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC",
    message_id VARCHAR(64) NOT NULL COMMENT "ledger:entry:partition:batch of the message in Pulsar",
    station_id VARCHAR(64) NULL COMMENT "station named in the message, if one could be read",
    message_key VARCHAR(255) NULL COMMENT "key of the message in Pulsar",
    topic VARCHAR(255) NOT NULL COMMENT "topic of the message in Pulsar, without its partition",
    reject_reason VARCHAR(1024) NOT NULL COMMENT "field, value and what would be right",
    payload VARCHAR(1048576) NOT NULL COMMENT "the message as readable text",
    payload_base64 VARCHAR(1048576) NOT NULL COMMENT "the message's original bytes, base64"
)
PRIMARY KEY (received_at, message_id)
COMMENT "Messages that could not be used, with the reason"
PARTITION BY date_trunc('month', received_at)
DISTRIBUTED BY HASH (message_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);
