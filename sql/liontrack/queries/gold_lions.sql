-- Metrics of each lion and day. The days are `from` (inclusive) to `to` (exclusive); at most 1,000 days.
-- Included are lions with a valid position or weighing in the 30 days that end with the day. Results are rounded, because
-- the last digits of a sum depend on the order of its rows.
--
--   avg_weight      mean of the daily mean weights of the 30 days
--   weight_trend    Theil-Sen slope: median of the slopes between all pairs of daily means of the 30 days. NULL with
--                   fewer than 3 pairs
--   weight_score    100 if the weight does not fall; 0 if it falls by 10 % of avg_weight in 30 days; linear between
--   movement_score  mean daily distance of the last 3 days over the median of the 30 days: 100 if the ratio is at least
--                   0.5; linear below. Only days with a position are used. NULL without such a day in the last 3 days,
--                   with fewer than 7 such days in the 30 days, or if the median is 0
--   health_score    60 % weight_score and 40 % movement_score; only one of them if the other is NULL
INSERT INTO liontrack_gold.lions_metrics (
    lion_id, metric_date, avg_weight, weight_trend, tracking_frequency, distance_km, weight_score, movement_score,
    health_score, run_id
)
WITH digits AS (
    SELECT 0 AS digit
    UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
    UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),

calendar AS (
    SELECT DATE_ADD(CAST('${from}' AS DATE), INTERVAL (a.digit + 10 * b.digit + 100 * c.digit) DAY) AS day
    FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c
    WHERE a.digit + 10 * b.digit + 100 * c.digit < DATEDIFF(CAST('${to}' AS DATE), CAST('${from}' AS DATE))
),

moves AS (
    SELECT lion_id, day, fixes, distance_km
    FROM liontrack_silver.lion_days
    WHERE day > DATE_SUB(CAST('${from}' AS DATE), INTERVAL 30 DAY) AND day < CAST('${to}' AS DATE) AND fixes > 0
),

weights AS (
    SELECT lion_id, weight_date AS day, AVG(kilograms) AS weight
    FROM liontrack_silver.weight_checks
    WHERE weight_date > DATE_SUB(CAST('${from}' AS DATE), INTERVAL 30 DAY)
        AND weight_date < CAST('${to}' AS DATE)
        AND excluded_reason IS NULL
    GROUP BY lion_id, weight_date
),

seen AS (
    SELECT lion_id, day FROM moves
    UNION
    SELECT lion_id, day FROM weights
),

targets AS (
    SELECT DISTINCT seen.lion_id, calendar.day
    FROM calendar
    INNER JOIN seen ON seen.day <= calendar.day AND seen.day > DATE_SUB(calendar.day, INTERVAL 30 DAY)
),

averages AS (
    SELECT targets.lion_id, targets.day, AVG(weights.weight) AS avg_weight
    FROM targets
    INNER JOIN weights
        ON weights.lion_id = targets.lion_id
        AND weights.day <= targets.day
        AND weights.day > DATE_SUB(targets.day, INTERVAL 30 DAY)
    GROUP BY targets.lion_id, targets.day
),

trends AS (
    SELECT
        targets.lion_id,
        targets.day,
        PERCENTILE_CONT((later.weight - earlier.weight) / DATEDIFF(later.day, earlier.day), 0.5) AS slope,
        COUNT(*) AS pairs
    FROM targets
    INNER JOIN weights AS earlier
        ON earlier.lion_id = targets.lion_id
        AND earlier.day <= targets.day
        AND earlier.day > DATE_SUB(targets.day, INTERVAL 30 DAY)
    INNER JOIN weights AS later
        ON later.lion_id = targets.lion_id AND later.day <= targets.day AND later.day > earlier.day
    GROUP BY targets.lion_id, targets.day
),

movements AS (
    SELECT
        targets.lion_id,
        targets.day,
        COUNT(*) AS days,
        PERCENTILE_CONT(moves.distance_km, 0.5) AS usual_km,
        AVG(CASE WHEN moves.day > DATE_SUB(targets.day, INTERVAL 3 DAY) THEN moves.distance_km END) AS recent_km
    FROM targets
    INNER JOIN moves
        ON moves.lion_id = targets.lion_id
        AND moves.day <= targets.day
        AND moves.day > DATE_SUB(targets.day, INTERVAL 30 DAY)
    GROUP BY targets.lion_id, targets.day
),

scored AS (
    SELECT
        targets.lion_id,
        targets.day,
        averages.avg_weight,
        CASE WHEN trends.pairs >= 3 THEN trends.slope END AS weight_trend,
        COALESCE(moves.fixes, 0) AS tracking_frequency,
        COALESCE(moves.distance_km, 0) AS distance_km,
        CASE
            WHEN trends.pairs >= 3
                THEN LEAST(100, GREATEST(0, 100 * (1 + 30 * trends.slope / (0.1 * averages.avg_weight))))
        END AS weight_score,
        CASE
            WHEN movements.days >= 7 AND movements.recent_km IS NOT NULL AND movements.usual_km > 0
                THEN LEAST(100, 100 * movements.recent_km / (0.5 * movements.usual_km))
        END AS movement_score
    FROM targets
    LEFT JOIN averages ON averages.lion_id = targets.lion_id AND averages.day = targets.day
    LEFT JOIN trends ON trends.lion_id = targets.lion_id AND trends.day = targets.day
    LEFT JOIN movements ON movements.lion_id = targets.lion_id AND movements.day = targets.day
    LEFT JOIN moves ON moves.lion_id = targets.lion_id AND moves.day = targets.day
)

SELECT
    lion_id,
    day,
    ROUND(avg_weight, 6),
    ROUND(weight_trend, 6),
    tracking_frequency,
    distance_km,
    ROUND(weight_score, 6),
    ROUND(movement_score, 6),
    ROUND(
        CASE
            WHEN weight_score IS NULL THEN movement_score
            WHEN movement_score IS NULL THEN weight_score
            ELSE 0.6 * weight_score + 0.4 * movement_score
        END, 6
    ),
    '${run}'
FROM scored;
