-- The last known state of each lion with positions or weighings in the 30 days before `from` or in the days from `from`
-- to `to` (exclusive). The stored row of a lion with a position on or after `to` is not changed. If the stored last
-- position of a lion is in these days and no longer valid, and no other position in them is valid, the lion has no position.
--
-- data_quality_score covers the 30 days that end with the day of the last position, or the days since the first position
-- in this period: 70 points for the share of valid positions, 30 points for the share of days with a valid position.
INSERT INTO liontrack_silver.lion_states (
    lion_id, name, position_lat, position_lng, last_fix_at, data_quality_score, dw_update_date
)
WITH days AS (
    SELECT lion_id, day, name, fixes, excluded, last_fix_at, last_lat, last_lng
    FROM liontrack_silver.lion_days
    WHERE day >= DATE_SUB(CAST('${from}' AS DATE), INTERVAL 60 DAY) AND day < CAST('${to}' AS DATE)
),

lasts AS (
    SELECT
        lion_id,
        MAX(day) AS last_day,
        MAX(last_fix_at) AS last_fix_at,
        MAX_BY(last_lat, last_fix_at) AS position_lat,
        MAX_BY(last_lng, last_fix_at) AS position_lng
    FROM days
    WHERE fixes > 0 AND day >= DATE_SUB(CAST('${from}' AS DATE), INTERVAL 30 DAY)
    GROUP BY lion_id
),

names AS (
    SELECT lion_id, MAX_BY(name, day) AS name
    FROM days
    WHERE name IS NOT NULL
    GROUP BY lion_id
),

scores AS (
    SELECT
        days.lion_id,
        70 * SUM(days.fixes) / (SUM(days.fixes) + SUM(days.excluded))
        + 30 * COUNT(CASE WHEN days.fixes > 0 THEN 1 END) / (DATEDIFF(MAX(lasts.last_day), MIN(days.day)) + 1) AS score
    FROM days
    INNER JOIN lasts
        ON lasts.lion_id = days.lion_id
        AND days.day <= lasts.last_day
        AND days.day > DATE_SUB(lasts.last_day, INTERVAL 30 DAY)
    GROUP BY days.lion_id
),

ids AS (
    SELECT lion_id FROM lasts
    UNION
    SELECT lion_id
    FROM liontrack_silver.weight_checks
    WHERE weight_date >= DATE_SUB(CAST('${from}' AS DATE), INTERVAL 30 DAY)
        AND weight_date < CAST('${to}' AS DATE)
        AND excluded_reason IS NULL
    UNION
    SELECT lion_id
    FROM liontrack_silver.lion_states
    WHERE last_fix_at >= DATE_SUB(CAST('${from}' AS DATE), INTERVAL 30 DAY) AND last_fix_at < CAST('${to}' AS DATE)
)

SELECT
    ids.lion_id,
    COALESCE(names.name, known.name),
    COALESCE(lasts.position_lat, older.position_lat),
    COALESCE(lasts.position_lng, older.position_lng),
    COALESCE(lasts.last_fix_at, older.last_fix_at),
    COALESCE(ROUND(scores.score, 3), older.data_quality_score),
    UTC_TIMESTAMP()
FROM ids
LEFT JOIN lasts ON lasts.lion_id = ids.lion_id
LEFT JOIN names ON names.lion_id = ids.lion_id
LEFT JOIN scores ON scores.lion_id = ids.lion_id
LEFT JOIN liontrack_silver.lion_states AS known ON known.lion_id = ids.lion_id
LEFT JOIN liontrack_silver.lion_states AS older
    ON older.lion_id = ids.lion_id AND older.last_fix_at < DATE_SUB(CAST('${from}' AS DATE), INTERVAL 30 DAY)
WHERE known.last_fix_at IS NULL OR known.last_fix_at < CAST('${to}' AS DATETIME);
