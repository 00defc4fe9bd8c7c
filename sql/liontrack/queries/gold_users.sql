-- Activity of each user and day. The days are `from` (inclusive) to `to` (exclusive).
--
-- engagement_score = 100 * (1 - exp(-points / 20)), with 10 points for a completed challenge, 4 for a weight entry and 1 for
-- any other activity. The score grows with each activity and stays below 100. Events in the future are ignored.
INSERT INTO liontrack_gold.users_activity (
    user_id, activity_date, challenges_completed, weight_entries, other_activities, engagement_score, run_id
)
WITH acts AS (
    SELECT
        user_id,
        partition_date AS activity_date,
        COUNT(CASE WHEN activity = 'weight_entry' THEN 1 END) AS weight_entries,
        COUNT(CASE WHEN activity <> 'weight_entry' THEN 1 END) AS other_activities
    FROM liontrack_bronze.users_raw
    WHERE partition_date >= CAST('${from}' AS DATE)
        AND partition_date < CAST('${to}' AS DATE)
        AND occurred_at <= DATE_ADD(received_at, INTERVAL 10 MINUTE)
    GROUP BY user_id, partition_date
),

done AS (
    SELECT user_id, partition_date AS activity_date, COUNT(DISTINCT challenge_id) AS challenges_completed
    FROM liontrack_bronze.challenges_raw
    WHERE partition_date >= CAST('${from}' AS DATE)
        AND partition_date < CAST('${to}' AS DATE)
        AND LOWER(TRIM(status)) = 'completed'
        AND updated_at <= DATE_ADD(received_at, INTERVAL 10 MINUTE)
    GROUP BY user_id, partition_date
),

ids AS (
    SELECT user_id, activity_date FROM acts
    UNION
    SELECT user_id, activity_date FROM done
),

counted AS (
    SELECT
        ids.user_id,
        ids.activity_date,
        COALESCE(done.challenges_completed, 0) AS challenges_completed,
        COALESCE(acts.weight_entries, 0) AS weight_entries,
        COALESCE(acts.other_activities, 0) AS other_activities
    FROM ids
    LEFT JOIN acts ON acts.user_id = ids.user_id AND acts.activity_date = ids.activity_date
    LEFT JOIN done ON done.user_id = ids.user_id AND done.activity_date = ids.activity_date
)

SELECT
    user_id,
    activity_date,
    challenges_completed,
    weight_entries,
    other_activities,
    100 * (1 - EXP(-(10 * challenges_completed + 4 * weight_entries + other_activities) / 20)),
    '${run}'
FROM counted;
