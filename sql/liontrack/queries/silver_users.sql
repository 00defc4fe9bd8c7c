-- The latest name of each user who was active on the days from `from` (inclusive) to `to` (exclusive). The stored row of a
-- user with a later activity is not changed. Activities in the future are ignored.
INSERT INTO liontrack_silver.users (user_id, username, updated_at)
WITH active AS (
    SELECT
        user_id,
        MAX(occurred_at) AS updated_at,
        MAX_BY(username, IF(username IS NULL, NULL, occurred_at)) AS username
    FROM liontrack_bronze.users_raw
    WHERE partition_date >= CAST('${from}' AS DATE)
        AND partition_date < CAST('${to}' AS DATE)
        AND occurred_at <= DATE_ADD(received_at, INTERVAL 10 MINUTE)
    GROUP BY user_id
)

SELECT active.user_id, COALESCE(active.username, known.username), active.updated_at
FROM active
LEFT JOIN liontrack_silver.users AS known ON known.user_id = active.user_id
WHERE known.updated_at IS NULL OR known.updated_at < CAST('${to}' AS DATETIME);
