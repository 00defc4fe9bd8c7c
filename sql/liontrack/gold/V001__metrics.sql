-- Gold: figures per lion or user and day. docs/liontrack.md gives the formulas and their reasons.

CREATE TABLE IF NOT EXISTS lions_metrics (
    lion_id VARCHAR(64) NOT NULL COMMENT "lion",
    metric_date DATE NOT NULL COMMENT "day, UTC",
    avg_weight DOUBLE NULL COMMENT "mean of the daily weights of 30 days, kg; NULL without weighings",
    weight_trend DOUBLE NULL COMMENT "median slope between the daily weights of 30 days, kg a day; NULL with fewer than 3",
    tracking_frequency BIGINT NOT NULL COMMENT "positions that count on the day",
    distance_km DOUBLE NOT NULL COMMENT "length of the path that ends on the day, km",
    weight_score DOUBLE NULL COMMENT "0 to 100; NULL without a trend",
    movement_score DOUBLE NULL COMMENT "0 to 100; NULL without 7 days of positions in 30",
    health_score DOUBLE NULL COMMENT "0 to 100; NULL without either score",
    run_id VARCHAR(64) NOT NULL COMMENT "run of the pipeline that computed the row"
)
PRIMARY KEY (lion_id, metric_date)
COMMENT "Metrics of each lion and day"
PARTITION BY date_trunc('month', metric_date)
DISTRIBUTED BY HASH (lion_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS users_activity (
    user_id VARCHAR(64) NOT NULL COMMENT "user",
    activity_date DATE NOT NULL COMMENT "day, UTC",
    challenges_completed BIGINT NOT NULL COMMENT "challenges that became completed",
    weight_entries BIGINT NOT NULL COMMENT "activities weight_entry",
    other_activities BIGINT NOT NULL COMMENT "all other activities",
    engagement_score DOUBLE NOT NULL COMMENT "0 to 100",
    run_id VARCHAR(64) NOT NULL COMMENT "run of the pipeline that computed the row"
)
PRIMARY KEY (user_id, activity_date)
COMMENT "Activity of each user and day"
PARTITION BY date_trunc('month', activity_date)
DISTRIBUTED BY HASH (user_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS lions_positions_history (
    lion_id VARCHAR(64) NOT NULL COMMENT "lion",
    position_date DATE NOT NULL COMMENT "day, UTC",
    lat DOUBLE NOT NULL COMMENT "median latitude of the day's positions, °",
    lng DOUBLE NOT NULL COMMENT "median longitude, °",
    accuracy DOUBLE NULL COMMENT "median distance of the positions from that point, m; NULL with fewer than 2",
    fixes BIGINT NOT NULL COMMENT "positions that count",
    distance_km DOUBLE NOT NULL COMMENT "length of the path that ends on the day, km",
    run_id VARCHAR(64) NOT NULL COMMENT "run of the pipeline that computed the row"
)
PRIMARY KEY (lion_id, position_date)
COMMENT "Where each lion was on each day"
PARTITION BY date_trunc('month', position_date)
DISTRIBUTED BY HASH (lion_id) BUCKETS 2
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE MATERIALIZED VIEW IF NOT EXISTS daily_health_mv
COMMENT "Per day: lions by health score, and their average"
PARTITION BY (month_start)
DISTRIBUTED BY HASH (metric_date) BUCKETS 1
REFRESH ASYNC EVERY (INTERVAL 10 MINUTE)
PROPERTIES (
    "replication_num" = "${replication_num}"
)
AS
SELECT
    metric_date,
    date_trunc('month', metric_date) AS month_start,
    COUNT(*) AS lions,
    COUNT(CASE WHEN health_score > 80 THEN 1 END) AS above_80,
    COUNT(CASE WHEN health_score BETWEEN 60 AND 80 THEN 1 END) AS from_60_to_80,
    COUNT(CASE WHEN health_score < 60 THEN 1 END) AS below_60,
    AVG(health_score) AS average
FROM lions_metrics
GROUP BY metric_date, date_trunc('month', metric_date);
