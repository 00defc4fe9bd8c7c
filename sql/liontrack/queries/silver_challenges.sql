-- The latest event of each challenge that changed on the days from the first placeholder on and before the second. A
-- challenge with an event of a later day keeps that one. Events in the future do not count.
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
