-- Statistics of the positions of each lion and day. The days are `from` (inclusive) to `to` (exclusive).
--
-- If the longitudes of a day differ by more than 180°, the lion crossed the 180° meridian. The median is then computed from
-- longitudes of 0..360.
INSERT INTO liontrack_silver.lion_days (
    lion_id, day, name, fixes, excluded, distance_km, last_fix_at, last_lat, last_lng, centre_lat, centre_lng, spread_m
)
WITH checks AS (
    SELECT lion_id, measured_at, fix_date, name, position_lat, position_lng, excluded_reason, distance_km
    FROM liontrack_silver.position_checks
    WHERE fix_date >= CAST('${from}' AS DATE) AND fix_date < CAST('${to}' AS DATE)
),

counted AS (
    SELECT lion_id, fix_date, COUNT(*) AS checked, COUNT(excluded_reason) AS excluded
    FROM checks
    GROUP BY lion_id, fix_date
),

named AS (
    SELECT lion_id, fix_date, MAX_BY(name, measured_at) AS name
    FROM checks
    WHERE name IS NOT NULL
    GROUP BY lion_id, fix_date
),

centres AS (
    SELECT
        lion_id,
        fix_date,
        SUM(distance_km) AS distance_km,
        MAX(measured_at) AS last_fix_at,
        MAX_BY(position_lat, measured_at) AS last_lat,
        MAX_BY(position_lng, measured_at) AS last_lng,
        PERCENTILE_CONT(position_lat, 0.5) AS centre_lat,
        IF(
            MAX(position_lng) - MIN(position_lng) > 180,
            PERCENTILE_CONT(IF(position_lng < 0, position_lng + 360, position_lng), 0.5),
            PERCENTILE_CONT(position_lng, 0.5)
        ) AS centre_lng
    FROM checks
    WHERE excluded_reason IS NULL
    GROUP BY lion_id, fix_date
),

distances AS (
    SELECT
        checks.lion_id,
        checks.fix_date,
        1000 * 2 * 6371.0088 * ASIN(SQRT(LEAST(1,
            POWER(SIN(RADIANS(checks.position_lat - centres.centre_lat) / 2), 2)
            + COS(RADIANS(centres.centre_lat)) * COS(RADIANS(checks.position_lat)) * POWER(SIN(RADIANS(checks.position_lng - centres.centre_lng) / 2), 2)
        ))) AS metres
    FROM checks
    INNER JOIN centres ON centres.lion_id = checks.lion_id AND centres.fix_date = checks.fix_date
    WHERE checks.excluded_reason IS NULL
),

spreads AS (
    SELECT lion_id, fix_date, CASE WHEN COUNT(*) > 1 THEN PERCENTILE_CONT(metres, 0.5) END AS spread_m
    FROM distances
    GROUP BY lion_id, fix_date
)

SELECT
    counted.lion_id,
    counted.fix_date,
    named.name,
    counted.checked - counted.excluded,
    counted.excluded,
    ROUND(COALESCE(centres.distance_km, 0), 6),
    centres.last_fix_at,
    centres.last_lat,
    centres.last_lng,
    centres.centre_lat,
    IF(centres.centre_lng > 180, centres.centre_lng - 360, centres.centre_lng),
    ROUND(spreads.spread_m, 3)
FROM counted
LEFT JOIN named ON named.lion_id = counted.lion_id AND named.fix_date = counted.fix_date
LEFT JOIN centres ON centres.lion_id = counted.lion_id AND centres.fix_date = counted.fix_date
LEFT JOIN spreads ON spreads.lion_id = counted.lion_id AND spreads.fix_date = counted.fix_date;
