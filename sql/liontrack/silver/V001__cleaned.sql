-- Silver: cleaned and validated. Tables keep each row's exclusion reason; views have the rows that count.

CREATE TABLE IF NOT EXISTS position_checks (
    lion_id VARCHAR(64) NOT NULL COMMENT "lion",
    measured_at DATETIME NOT NULL COMMENT "when the position was measured",
    fix_date DATE NOT NULL COMMENT "its day, UTC",
    name VARCHAR(255) NULL COMMENT "name of the lion",
    position_lat DOUBLE NULL COMMENT "latitude, °",
    position_lng DOUBLE NULL COMMENT "longitude, °",
    accuracy DOUBLE NULL COMMENT "accuracy that the collar reports, m",
    excluded_reason VARCHAR(32) NULL COMMENT "why the position does not count; NULL: it counts",
    distance_km DOUBLE NULL COMMENT "from the position before that counts, km; NULL: none in the 72 hours before, or excluded",
    hours_since DOUBLE NULL COMMENT "hours since that position",
    received_at DATETIME NOT NULL COMMENT "when the broker took the message"
)
PRIMARY KEY (lion_id, measured_at, fix_date)
COMMENT "Every position with the decision on it"
PARTITION BY date_trunc('month', fix_date)
DISTRIBUTED BY HASH (lion_id) BUCKETS 4
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS weight_checks (
    weight_id VARCHAR(64) NOT NULL COMMENT "weighing",
    lion_id VARCHAR(64) NOT NULL COMMENT "lion",
    measured_at DATETIME NOT NULL COMMENT "when it was weighed",
    weight_date DATE NOT NULL COMMENT "its day, UTC",
    kilograms DOUBLE NULL COMMENT "weight in kg; NULL: it could not be converted",
    excluded_reason VARCHAR(32) NULL COMMENT "why the weighing does not count; NULL: it counts",
    received_at DATETIME NOT NULL COMMENT "when the broker took the message"
)
PRIMARY KEY (weight_id)
COMMENT "Every weighing with the decision on it"
DISTRIBUTED BY HASH (weight_id) BUCKETS 2
ORDER BY (weight_date, lion_id)
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS lion_days (
    lion_id VARCHAR(64) NOT NULL COMMENT "lion",
    day DATE NOT NULL COMMENT "UTC",
    name VARCHAR(255) NULL COMMENT "last name of the day",
    fixes BIGINT NOT NULL COMMENT "positions that count",
    excluded BIGINT NOT NULL COMMENT "positions that do not",
    distance_km DOUBLE NOT NULL COMMENT "length of the path that ends on this day, km",
    last_fix_at DATETIME NULL COMMENT "last position that counts",
    last_lat DOUBLE NULL COMMENT "its latitude, °",
    last_lng DOUBLE NULL COMMENT "its longitude, °",
    centre_lat DOUBLE NULL COMMENT "median latitude, °",
    centre_lng DOUBLE NULL COMMENT "median longitude, °",
    spread_m DOUBLE NULL COMMENT "median distance of the day's positions from that centre, m; NULL with fewer than 2"
)
PRIMARY KEY (lion_id, day)
COMMENT "Positions of each lion and day in figures"
PARTITION BY date_trunc('month', day)
DISTRIBUTED BY HASH (lion_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS lion_states (
    lion_id VARCHAR(64) NOT NULL COMMENT "lion",
    name VARCHAR(255) NULL COMMENT "its last name",
    position_lat DOUBLE NULL COMMENT "last latitude, °",
    position_lng DOUBLE NULL COMMENT "last longitude, °",
    last_fix_at DATETIME NULL COMMENT "last position that counts",
    data_quality_score DOUBLE NULL COMMENT "0 to 100, see docs/liontrack.md; NULL without positions",
    dw_update_date DATETIME NOT NULL COMMENT "when the row was computed"
)
PRIMARY KEY (lion_id)
COMMENT "Last known state of each lion"
DISTRIBUTED BY HASH (lion_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS challenges (
    challenge_id VARCHAR(64) NOT NULL COMMENT "challenge",
    user_id VARCHAR(64) NOT NULL COMMENT "user",
    title VARCHAR(255) NULL COMMENT "last title",
    status VARCHAR(64) NOT NULL COMMENT "last status, in lower case",
    updated_at DATETIME NOT NULL COMMENT "its last change"
)
PRIMARY KEY (challenge_id)
COMMENT "Challenges by their latest event"
DISTRIBUTED BY HASH (challenge_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS users (
    user_id VARCHAR(64) NOT NULL COMMENT "user",
    username VARCHAR(255) NULL COMMENT "last name",
    updated_at DATETIME NOT NULL COMMENT "last activity"
)
PRIMARY KEY (user_id)
COMMENT "Users by their latest activity"
DISTRIBUTED BY HASH (user_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

-- Only the user liontrack_smoke writes this table, so that no lion or user can choose to be in it.
CREATE TABLE IF NOT EXISTS test_entities (
    entity_id VARCHAR(64) NOT NULL COMMENT "lion, user or challenge of a smoke test",
    created_at DATETIME NOT NULL COMMENT "when the test began"
)
PRIMARY KEY (entity_id)
COMMENT "Lions, users and challenges of smoke tests; no list shows them"
DISTRIBUTED BY HASH (entity_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE VIEW IF NOT EXISTS positions
COMMENT "Positions that count"
AS
SELECT lion_id, measured_at, fix_date, position_lat, position_lng, accuracy, distance_km, hours_since
FROM position_checks
WHERE excluded_reason IS NULL;

CREATE VIEW IF NOT EXISTS weight_history
COMMENT "Weighings that count, in kilograms; one row per lion and time"
AS
SELECT lion_id, kilograms AS weight, 'kg' AS unit, measured_at, weight_date, weight_id
FROM weight_checks
WHERE excluded_reason IS NULL;

-- The status depends on the current time, so no table stores it.
CREATE VIEW IF NOT EXISTS all_lions
COMMENT "Lions with their status, with those of smoke tests"
AS
SELECT
    lion_id,
    COALESCE(name, lion_id) AS name,
    position_lat,
    position_lng,
    last_fix_at,
    CASE
        WHEN last_fix_at >= DATE_SUB(UTC_TIMESTAMP(), INTERVAL 48 HOUR) THEN 'active'
        WHEN last_fix_at >= DATE_SUB(UTC_TIMESTAMP(), INTERVAL 14 DAY) THEN 'silent'
        ELSE 'lost'
    END AS status,
    data_quality_score,
    dw_update_date
FROM lion_states;

CREATE VIEW IF NOT EXISTS lions
COMMENT "Lions with their status"
AS
SELECT lion_id, name, position_lat, position_lng, last_fix_at, status, data_quality_score, dw_update_date
FROM all_lions
WHERE NOT EXISTS (SELECT 1 FROM test_entities WHERE test_entities.entity_id = all_lions.lion_id);
