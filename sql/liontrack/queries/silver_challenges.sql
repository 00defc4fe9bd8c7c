-- The latest event of each challenge that changed on the days from `from` (inclusive) to `to` (exclusive), with the latest
-- known title. The stored row of a challenge with a later event is not changed. Events in the future are ignored.
INSERT INTO liontrack_silver.challenges (challenge_id, user_id, title, status, updated_at)
WITH changed AS (
    SELECT
        challenge_id,
        MAX(updated_at) AS updated_at,
        MAX_BY(user_id, updated_at) AS user_id,
        MAX_BY(title, IF(title IS NULL, NULL, updated_at)) AS title,
        LOWER(TRIM(MAX_BY(status, updated_at))) AS status
    FROM liontrack_bronze.challenges_raw
    WHERE partition_date >= CAST('${from}' AS DATE)
        AND partition_date < CAST('${to}' AS DATE)
        AND updated_at <= DATE_ADD(received_at, INTERVAL 10 MINUTE)
    GROUP BY challenge_id
)

SELECT changed.challenge_id, changed.user_id, COALESCE(changed.title, known.title), changed.status, changed.updated_at
FROM changed
LEFT JOIN liontrack_silver.challenges AS known ON known.challenge_id = changed.challenge_id
WHERE known.updated_at IS NULL OR known.updated_at < CAST('${to}' AS DATETIME);
