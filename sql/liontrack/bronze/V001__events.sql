-- Bronze: every event as it came. A repeated event replaces its own row. Every DATETIME is in UTC.

CREATE TABLE IF NOT EXISTS lions_raw (
    lion_id VARCHAR(64) NOT NULL COMMENT "lion that wears the collar",
    last_update DATETIME NOT NULL COMMENT "when the position was measured",
    partition_date DATE NOT NULL COMMENT "day of last_update, UTC",
    name VARCHAR(255) NULL COMMENT "name of the lion",
    position_lat DOUBLE NULL COMMENT "latitude, °, WGS 84; any number",
    position_lng DOUBLE NULL COMMENT "longitude, °, WGS 84; any number",
    metadata VARCHAR(65535) NULL COMMENT "JSON object of the event, as text: StarRocks' type JSON would change digits of numbers",
    received_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC; of two events with one key the later one counts",
    message_id VARCHAR(64) NOT NULL COMMENT "message of Pulsar that the row came with"
)
PRIMARY KEY (lion_id, last_update, partition_date)
COMMENT "Positions of lions, one row per lion and time"
PARTITION BY date_trunc('month', partition_date)
DISTRIBUTED BY HASH (lion_id) BUCKETS 4
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

-- Not partitioned: a correction with another time must replace the row of its weighing.
CREATE TABLE IF NOT EXISTS weights_raw (
    weight_id VARCHAR(64) NOT NULL COMMENT "weighing",
    lion_id VARCHAR(64) NOT NULL COMMENT "lion that was weighed",
    weight DOUBLE NULL COMMENT "as it was sent",
    unit VARCHAR(16) NULL COMMENT "as it was sent",
    measured_at DATETIME NOT NULL COMMENT "when it was weighed",
    partition_date DATE NOT NULL COMMENT "day of measured_at, UTC",
    metadata VARCHAR(65535) NULL COMMENT "JSON object of the event, as text: StarRocks' type JSON would change digits of numbers",
    received_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC; of two events with one key the later one counts",
    message_id VARCHAR(64) NOT NULL COMMENT "message of Pulsar that the row came with"
)
PRIMARY KEY (weight_id)
COMMENT "Weighings of lions, one row per weighing"
DISTRIBUTED BY HASH (weight_id) BUCKETS 2
ORDER BY (partition_date, lion_id)
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS challenges_raw (
    challenge_id VARCHAR(64) NOT NULL COMMENT "challenge that changed",
    updated_at DATETIME NOT NULL COMMENT "when it changed",
    partition_date DATE NOT NULL COMMENT "day of updated_at, UTC",
    user_id VARCHAR(64) NOT NULL COMMENT "user who takes the challenge",
    title VARCHAR(255) NULL COMMENT "title of the challenge",
    status VARCHAR(64) NOT NULL COMMENT "new status, as it was sent",
    metadata VARCHAR(65535) NULL COMMENT "JSON object of the event, as text: StarRocks' type JSON would change digits of numbers",
    received_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC; of two events with one key the later one counts",
    message_id VARCHAR(64) NOT NULL COMMENT "message of Pulsar that the row came with"
)
PRIMARY KEY (challenge_id, updated_at, partition_date)
COMMENT "Changes of challenges, one row per challenge and time"
PARTITION BY date_trunc('month', partition_date)
DISTRIBUTED BY HASH (challenge_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS users_raw (
    event_id VARCHAR(64) NOT NULL COMMENT "activity",
    partition_date DATE NOT NULL COMMENT "day of occurred_at, UTC",
    user_id VARCHAR(64) NOT NULL COMMENT "user who acted",
    username VARCHAR(255) NULL COMMENT "name that the user shows",
    activity VARCHAR(64) NOT NULL COMMENT "what the user did",
    occurred_at DATETIME NOT NULL COMMENT "when it happened",
    metadata VARCHAR(65535) NULL COMMENT "JSON object of the event, as text: StarRocks' type JSON would change digits of numbers",
    received_at DATETIME NOT NULL COMMENT "when the broker took the message, UTC; of two events with one key the later one counts",
    message_id VARCHAR(64) NOT NULL COMMENT "message of Pulsar that the row came with"
)
PRIMARY KEY (event_id, partition_date)
COMMENT "Activities of users, one row per activity"
PARTITION BY date_trunc('month', partition_date)
DISTRIBUTED BY HASH (event_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS messages (
    received_at DATETIME NOT NULL COMMENT "when the broker took the message",
    message_id VARCHAR(64) NOT NULL COMMENT "message of Pulsar",
    topic VARCHAR(255) NOT NULL COMMENT "its topic",
    message_key VARCHAR(255) NULL COMMENT "its key",
    event_time DATETIME NULL COMMENT "time of the event; NULL: it could not be read",
    usable BOOLEAN NOT NULL COMMENT "false: the message is in rejected_events alone",
    unknown_fields VARCHAR(1024) NULL COMMENT "names of fields that no column holds",
    payload VARCHAR(1048576) NOT NULL COMMENT "the message as text",
    loaded_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT "when it was stored here; the pipeline finds late events by it"
)
PRIMARY KEY (received_at, message_id)
COMMENT "Every message of every topic"
PARTITION BY date_trunc('month', received_at)
DISTRIBUTED BY HASH (message_id) BUCKETS 4
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS rejected_events (
    received_at DATETIME NOT NULL COMMENT "when the broker took the message",
    message_id VARCHAR(64) NOT NULL COMMENT "message of Pulsar",
    topic VARCHAR(255) NOT NULL COMMENT "its topic",
    message_key VARCHAR(255) NULL COMMENT "its key",
    reject_reason VARCHAR(1024) NOT NULL COMMENT "field, value and what would be right",
    payload VARCHAR(1048576) NOT NULL COMMENT "the message as readable text",
    payload_base64 VARCHAR(1048576) NOT NULL COMMENT "its bytes in Base64"
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
