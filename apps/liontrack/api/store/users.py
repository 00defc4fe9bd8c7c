"""Queries about users."""

from typing import Final

LEADERS: Final = """
SELECT
    acts.user_id,
    MAX(users.username) AS username,
    SUM(acts.challenges_completed) AS challenges_completed,
    SUM(acts.weight_entries) AS weight_entries,
    AVG(acts.engagement_score) AS engagement_score
FROM liontrack_gold.users_activity AS acts
LEFT JOIN liontrack_silver.users AS users ON users.user_id = acts.user_id
WHERE acts.activity_date > DATE_SUB(DATE(UTC_TIMESTAMP()), INTERVAL 30 DAY)
    AND acts.activity_date <= DATE(UTC_TIMESTAMP())
    AND NOT EXISTS (
        SELECT 1 FROM liontrack_silver.test_entities AS marked WHERE marked.entity_id = acts.user_id
    )
GROUP BY acts.user_id
ORDER BY engagement_score DESC, acts.user_id
LIMIT %s
"""
"""The most engaged users of the last 30 days, best first (second question in docs/liontrack.md)."""

SUMMARY: Final = """
SELECT
    COUNT(*) AS active_days,
    COALESCE(SUM(challenges_completed), 0) AS challenges_completed,
    COALESCE(SUM(weight_entries), 0) AS weight_entries,
    COALESCE(SUM(other_activities), 0) AS other_activities,
    AVG(engagement_score) AS engagement_score
FROM liontrack_gold.users_activity
WHERE user_id = %s
    AND activity_date > DATE_SUB(DATE(UTC_TIMESTAMP()), INTERVAL 30 DAY)
    AND activity_date <= DATE(UTC_TIMESTAMP())
"""
