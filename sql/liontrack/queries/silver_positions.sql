-- Checks every position of a window, which has the days `from` (inclusive) to `to` (exclusive). Positions of
-- the 6 days before and the 3 days after are read too, because result and distance depend on neighbours in time up to 72
-- hours away. Results of the check:
--
--   no_position             latitude or longitude is missing
--   impossible_coordinates  outside -90..90 or -180..180, or exactly (0, 0), which receivers send without a fix
--   in_the_future           more than 10 minutes after the broker received it
--   too_fast                more than half of its neighbours (up to three before and three after, at most 72 hours away)
--                           cannot be reached at 80 km/h, with 100 m allowed for the errors of two positions. Of two
--                           positions without other neighbours, the later one is excluded. A comparison with only one
--                           neighbour would also exclude the correct position after a wrong one.
INSERT INTO liontrack_silver.position_checks (
    lion_id, measured_at, fix_date, name, position_lat, position_lng, accuracy, excluded_reason, distance_km, hours_since,
    received_at
)
WITH received AS (
    SELECT
        lion_id,
        last_update AS measured_at,
        partition_date AS fix_date,
        name,
        position_lat,
        position_lng,
        get_json_double(metadata, '$.accuracy') AS accuracy,
        received_at,
        CASE
            WHEN position_lat IS NULL OR position_lng IS NULL THEN 'no_position'
            WHEN position_lat NOT BETWEEN -90 AND 90 OR position_lng NOT BETWEEN -180 AND 180
                OR (position_lat = 0 AND position_lng = 0)
                THEN 'impossible_coordinates'
            WHEN last_update > DATE_ADD(received_at, INTERVAL 10 MINUTE) THEN 'in_the_future'
        END AS reason
    FROM liontrack_bronze.lions_raw
    WHERE partition_date >= DATE_SUB(CAST('${from}' AS DATE), INTERVAL 6 DAY)
        AND partition_date < DATE_ADD(CAST('${to}' AS DATE), INTERVAL 3 DAY)
),

followed AS (
    SELECT
        lion_id,
        measured_at,
        position_lat,
        position_lng,
        LEAD(measured_at, 1) OVER (PARTITION BY lion_id ORDER BY measured_at) AS time_1,
        LEAD(position_lat, 1) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lat_1,
        LEAD(position_lng, 1) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lng_1,
        LEAD(measured_at, 2) OVER (PARTITION BY lion_id ORDER BY measured_at) AS time_2,
        LEAD(position_lat, 2) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lat_2,
        LEAD(position_lng, 2) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lng_2,
        LEAD(measured_at, 3) OVER (PARTITION BY lion_id ORDER BY measured_at) AS time_3,
        LEAD(position_lat, 3) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lat_3,
        LEAD(position_lng, 3) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lng_3
    FROM received
    WHERE reason IS NULL
),

forward AS (
    SELECT
        lion_id,
        measured_at,
        position_lat,
        position_lng,
        CASE
            WHEN time_1 IS NULL OR TIMESTAMPDIFF(SECOND, measured_at, time_1) > 72 * 3600 THEN NULL
            WHEN 2 * 6371.0088 * ASIN(SQRT(LEAST(1,
                POWER(SIN(RADIANS(lat_1 - position_lat) / 2), 2)
                + COS(RADIANS(position_lat)) * COS(RADIANS(lat_1)) * POWER(SIN(RADIANS(lng_1 - position_lng) / 2), 2)
            ))) - 0.1
                > 80 * GREATEST(1, TIMESTAMPDIFF(SECOND, measured_at, time_1)) / 3600
                THEN 1
            ELSE 0
        END AS far_1,
        CASE
            WHEN time_2 IS NULL OR TIMESTAMPDIFF(SECOND, measured_at, time_2) > 72 * 3600 THEN NULL
            WHEN 2 * 6371.0088 * ASIN(SQRT(LEAST(1,
                POWER(SIN(RADIANS(lat_2 - position_lat) / 2), 2)
                + COS(RADIANS(position_lat)) * COS(RADIANS(lat_2)) * POWER(SIN(RADIANS(lng_2 - position_lng) / 2), 2)
            ))) - 0.1
                > 80 * GREATEST(1, TIMESTAMPDIFF(SECOND, measured_at, time_2)) / 3600
                THEN 1
            ELSE 0
        END AS far_2,
        CASE
            WHEN time_3 IS NULL OR TIMESTAMPDIFF(SECOND, measured_at, time_3) > 72 * 3600 THEN NULL
            WHEN 2 * 6371.0088 * ASIN(SQRT(LEAST(1,
                POWER(SIN(RADIANS(lat_3 - position_lat) / 2), 2)
                + COS(RADIANS(position_lat)) * COS(RADIANS(lat_3)) * POWER(SIN(RADIANS(lng_3 - position_lng) / 2), 2)
            ))) - 0.1
                > 80 * GREATEST(1, TIMESTAMPDIFF(SECOND, measured_at, time_3)) / 3600
                THEN 1
            ELSE 0
        END AS far_3
    FROM followed
),

neighbours AS (
    SELECT
        lion_id,
        measured_at,
        position_lat,
        position_lng,
        far_1,
        far_2,
        far_3,
        LAG(far_1, 1) OVER (PARTITION BY lion_id ORDER BY measured_at) AS far_back_1,
        LAG(far_2, 2) OVER (PARTITION BY lion_id ORDER BY measured_at) AS far_back_2,
        LAG(far_3, 3) OVER (PARTITION BY lion_id ORDER BY measured_at) AS far_back_3
    FROM forward
),

votes AS (
    SELECT
        lion_id,
        measured_at,
        position_lat,
        position_lng,
        far_back_1,
        COALESCE(far_1, 0) + COALESCE(far_2, 0) + COALESCE(far_3, 0)
        + COALESCE(far_back_1, 0) + COALESCE(far_back_2, 0) + COALESCE(far_back_3, 0) AS far,
        IF(far_1 IS NULL, 0, 1) + IF(far_2 IS NULL, 0, 1) + IF(far_3 IS NULL, 0, 1)
        + IF(far_back_1 IS NULL, 0, 1) + IF(far_back_2 IS NULL, 0, 1) + IF(far_back_3 IS NULL, 0, 1) AS near
    FROM neighbours
),

decided AS (
    SELECT
        lion_id,
        measured_at,
        position_lat,
        position_lng,
        CASE
            WHEN near >= 2 AND 2 * far > near THEN 'too_fast'
            WHEN near = 1 AND far_back_1 = 1 THEN 'too_fast'
        END AS reason
    FROM votes
),

before AS (
    SELECT
        lion_id,
        measured_at,
        position_lat,
        position_lng,
        LAG(measured_at) OVER (PARTITION BY lion_id ORDER BY measured_at) AS time_before,
        LAG(position_lat) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lat_before,
        LAG(position_lng) OVER (PARTITION BY lion_id ORDER BY measured_at) AS lng_before
    FROM decided
    WHERE reason IS NULL
),

steps AS (
    SELECT
        lion_id,
        measured_at,
        2 * 6371.0088 * ASIN(SQRT(LEAST(1,
            POWER(SIN(RADIANS(position_lat - lat_before) / 2), 2)
            + COS(RADIANS(lat_before)) * COS(RADIANS(position_lat)) * POWER(SIN(RADIANS(position_lng - lng_before) / 2), 2)
        ))) AS distance_km,
        TIMESTAMPDIFF(SECOND, time_before, measured_at) / 3600 AS hours_since
    FROM before
    WHERE TIMESTAMPDIFF(SECOND, time_before, measured_at) <= 72 * 3600
)

SELECT
    received.lion_id,
    received.measured_at,
    received.fix_date,
    received.name,
    received.position_lat,
    received.position_lng,
    CASE WHEN received.accuracy >= 0 THEN received.accuracy END,
    COALESCE(received.reason, decided.reason),
    steps.distance_km,
    steps.hours_since,
    received.received_at
FROM received
LEFT JOIN decided ON decided.lion_id = received.lion_id AND decided.measured_at = received.measured_at
LEFT JOIN steps ON steps.lion_id = received.lion_id AND steps.measured_at = received.measured_at
WHERE received.fix_date >= CAST('${from}' AS DATE) AND received.fix_date < CAST('${to}' AS DATE);
