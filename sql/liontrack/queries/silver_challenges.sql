-- The latest event of each challenge that changed on the days from `from` (inclusive) to `to` (exclusive). The stored row of a
-- challenge with a later event is not changed. Events in the future are ignored.
INSERT INTO liontrack_silver.challenges (challenge_id, user_id, title, status, updated_at)
WITH ranked AS (
    SELECT
        challenge_id,
        user_id,
        title,
        LOWER(TRIM(status)) AS status,
        updated_at,
        ROW_NUMBER() OVER (PARTITION BY challenge_id ORDER BY updated_at DESC) AS place
    FROM liontrack_bronze.challenges_raw
    WHERE partition_date >= CAST('${from}' AS DATE)
        AND partition_date < CAST('${to}' AS DATE)
        AND updated_at <= DATE_ADD(received_at, INTERVAL 10 MINUTE)
)

SELECT ranked.challenge_id, ranked.user_id, COALESCE(ranked.title, known.title), ranked.status, ranked.updated_at
FROM ranked
LEFT JOIN liontrack_silver.challenges AS known ON known.challenge_id = ranked.challenge_id
WHERE ranked.place = 1 AND (known.updated_at IS NULL OR known.updated_at < CAST('${to}' AS DATETIME));
