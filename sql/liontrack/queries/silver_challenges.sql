-- The latest event of each challenge that changed on the days from `from` (inclusive) to `to` (exclusive), with the last
-- known title. A stored event or title on or after `to` is not replaced. Events in the future are ignored.
INSERT INTO liontrack_silver.challenges (challenge_id, user_id, title, status, updated_at, title_at)
WITH changed AS (
    SELECT
        challenge_id,
        MAX(updated_at) AS updated_at,
        MAX_BY(user_id, updated_at) AS user_id,
        LOWER(TRIM(MAX_BY(status, updated_at))) AS status,
        MAX(IF(title IS NULL, NULL, updated_at)) AS title_at,
        MAX_BY(title, IF(title IS NULL, NULL, updated_at)) AS title
    FROM liontrack_bronze.challenges_raw
    WHERE partition_date >= CAST('${from}' AS DATE)
        AND partition_date < CAST('${to}' AS DATE)
        AND updated_at <= DATE_ADD(received_at, INTERVAL 10 MINUTE)
    GROUP BY challenge_id
),

stored AS (
    SELECT
        challenge_id,
        user_id,
        title,
        status,
        updated_at,
        COALESCE(title_at, IF(title IS NULL, NULL, updated_at)) AS title_at,
        updated_at >= CAST('${to}' AS DATETIME) AS is_later
    FROM liontrack_silver.challenges
),

titles AS (
    SELECT challenge_id, title, title_at
    FROM stored
    WHERE title_at < CAST('${from}' AS DATETIME) OR title_at >= CAST('${to}' AS DATETIME)
)

SELECT
    changed.challenge_id,
    IF(stored.is_later, stored.user_id, changed.user_id),
    IF(changed.title IS NULL OR titles.title_at > changed.title_at, titles.title, changed.title),
    IF(stored.is_later, stored.status, changed.status),
    IF(stored.is_later, stored.updated_at, changed.updated_at),
    IF(changed.title IS NULL OR titles.title_at > changed.title_at, titles.title_at, changed.title_at)
FROM changed
LEFT JOIN stored ON stored.challenge_id = changed.challenge_id
LEFT JOIN titles ON titles.challenge_id = changed.challenge_id;
