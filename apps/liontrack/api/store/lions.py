"""Queries about lions."""

from typing import Final

_LATEST: Final = (
    "(SELECT MAX(metric_date) FROM liontrack_gold.lions_metrics WHERE metric_date <= DATE(UTC_TIMESTAMP()))"
)


def lions(source: str) -> str:
    """SQL of a derived table of lions with their latest metrics; `source` is a view of lions."""
    return f"""(
    SELECT
        lions.lion_id,
        lions.name,
        lions.status,
        weights.current_weight,
        metrics.health_score,
        metrics.tracking_frequency,
        lions.position_lat,
        lions.position_lng,
        lions.last_fix_at,
        lions.data_quality_score,
        metrics.metric_date,
        metrics.avg_weight,
        metrics.weight_trend,
        metrics.distance_km,
        metrics.weight_score,
        metrics.movement_score
    FROM {source} AS lions
    LEFT JOIN (
        SELECT lion_id, MAX_BY(weight, measured_at) AS current_weight
        FROM liontrack_silver.weight_history
        GROUP BY lion_id
    ) AS weights ON weights.lion_id = lions.lion_id
    LEFT JOIN (
        SELECT * FROM liontrack_gold.lions_metrics WHERE metric_date = {_LATEST}
    ) AS metrics ON metrics.lion_id = lions.lion_id
) AS found"""


SHOWN: Final = lions("liontrack_silver.lions")
"""Lions without those of smoke tests, for lists."""
ALL: Final = lions("liontrack_silver.all_lions")
"""All lions, including those of smoke tests, for requests by id."""

HEALTH: Final = f"""
SELECT
    MAX(metric_date) AS metric_date,
    COUNT(health_score) AS lions,
    COUNT(CASE WHEN health_score > 80 THEN 1 END) AS above_80,
    COUNT(CASE WHEN health_score BETWEEN 60 AND 80 THEN 1 END) AS from_60_to_80,
    COUNT(CASE WHEN health_score < 60 THEN 1 END) AS below_60,
    AVG(health_score) AS average
FROM {SHOWN}
"""
"""Health of all lions (first question in docs/liontrack.md)."""

ANOMALIES: Final = f"""
SELECT lion_id, name, health_score, avg_weight, weight_trend
FROM {SHOWN}
WHERE health_score < 60
ORDER BY health_score, lion_id
LIMIT 100
"""
"""Lions with a health score below 60 (third question in docs/liontrack.md)."""

LEADERS: Final = f"""
SELECT lion_id, name, health_score, tracking_frequency
FROM {SHOWN}
WHERE health_score IS NOT NULL
ORDER BY health_score DESC, lion_id
LIMIT %s
"""
