-- The latest activity of each user who was active on the days from `from` (inclusive) to `to` (exclusive), with the last
-- known name. A stored activity or name on or after `to` is not replaced. Activities in the future are ignored.
INSERT INTO liontrack_silver.users (user_id, username, updated_at, username_at)
WITH active AS (
    SELECT
        user_id,
        MAX(occurred_at) AS updated_at,
        MAX(IF(username IS NULL, NULL, occurred_at)) AS username_at,
        MAX_BY(username, IF(username IS NULL, NULL, occurred_at)) AS username
    FROM liontrack_bronze.users_raw
    WHERE partition_date >= CAST('${from}' AS DATE)
        AND partition_date < CAST('${to}' AS DATE)
        AND occurred_at <= DATE_ADD(received_at, INTERVAL 10 MINUTE)
    GROUP BY user_id
),

stored AS (
    SELECT
        user_id,
        username,
        updated_at,
        COALESCE(username_at, IF(username IS NULL, NULL, updated_at)) AS username_at
    FROM liontrack_silver.users
),

names AS (
    SELECT user_id, username, username_at
    FROM stored
    WHERE username_at < CAST('${from}' AS DATETIME) OR username_at >= CAST('${to}' AS DATETIME)
)

SELECT
    active.user_id,
    IF(active.username IS NULL OR names.username_at > active.username_at, names.username, active.username),
    IF(stored.updated_at >= CAST('${to}' AS DATETIME), stored.updated_at, active.updated_at),
    IF(active.username IS NULL OR names.username_at > active.username_at, names.username_at, active.username_at)
FROM active
LEFT JOIN stored ON stored.user_id = active.user_id
LEFT JOIN names ON names.user_id = active.user_id;
