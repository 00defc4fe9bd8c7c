-- Positions in windows of five minutes that start on multiples of five minutes. Positions that are none are left out;
-- silver's other rules are not applied here. The distance is the length of the path between the window's positions.

CREATE MATERIALIZED VIEW IF NOT EXISTS positions_5min_mv
COMMENT "Per lion and five minutes: last position, number of positions and length of the path, km"
PARTITION BY (month_start)
DISTRIBUTED BY HASH (lion_id) BUCKETS 2
REFRESH ASYNC EVERY (INTERVAL 1 MINUTE)
PROPERTIES (
    "replication_num" = "${replication_num}"
)
AS
SELECT
    lion_id,
    month_start,
    window_start,
    COUNT(*) AS positions,
    MAX(last_update) AS last_update,
    MAX_BY(position_lat, last_update) AS position_lat,
    MAX_BY(position_lng, last_update) AS position_lng,
    SUM(step_km) AS distance_km
FROM (
    SELECT
        lion_id,
        month_start,
        window_start,
        last_update,
        position_lat,
        position_lng,
        COALESCE(2 * 6371.0088 * ASIN(SQRT(LEAST(1,
            POWER(SIN(RADIANS(position_lat - lat_before) / 2), 2)
            + COS(RADIANS(position_lat)) * COS(RADIANS(lat_before))
            * POWER(SIN(RADIANS(position_lng - lng_before) / 2), 2)
        ))), 0) AS step_km
    FROM (
        SELECT
            lion_id,
            month_start,
            window_start,
            last_update,
            position_lat,
            position_lng,
            LAG(position_lat) OVER (
                PARTITION BY lion_id, month_start, window_start ORDER BY last_update
            ) AS lat_before,
            LAG(position_lng) OVER (
                PARTITION BY lion_id, month_start, window_start ORDER BY last_update
            ) AS lng_before
        FROM (
            SELECT
                lion_id,
                date_trunc('month', partition_date) AS month_start,
                time_slice(last_update, INTERVAL 5 MINUTE) AS window_start,
                last_update,
                position_lat,
                position_lng
            FROM lions_raw
            WHERE position_lat BETWEEN -90 AND 90 AND position_lng BETWEEN -180 AND 180
        ) AS positions
    ) AS ordered
) AS steps
GROUP BY lion_id, month_start, window_start;
