"""Queries about quality reports."""

from typing import Final

_LATEST: Final = """
    SELECT table_name, check_name, MAX(checked_at) AS checked_at
    FROM liontrack_metadata.data_quality_checks
    WHERE {period}
    GROUP BY table_name, check_name
"""
_UNTIL_NOW: Final = "checked_at <= UTC_TIMESTAMP()"
"""A report from the future would hide all reports up to its time."""
_RECENT: Final = f"{_UNTIL_NOW} AND checked_at > DATE_SUB(UTC_TIMESTAMP(), INTERVAL 3 DAY)"
"""The pipeline checks tables that received messages, once a night. Older results are of data that were reviewed."""
_JOINED: Final = """
INNER JOIN ({latest}) AS latest
    ON latest.table_name = checks.table_name
    AND latest.check_name = checks.check_name
    AND latest.checked_at = checks.checked_at
"""

LATEST: Final = f"""
SELECT checks.table_name, checks.check_name, checks.quality_percentage, checks.checked_at
FROM liontrack_metadata.data_quality_checks AS checks
{_JOINED.format(latest=_LATEST.format(period=_UNTIL_NOW))}
ORDER BY checks.table_name, checks.check_name
"""
"""The latest result of each check, whatever its age."""

SCORES: Final = f"""
SELECT checks.table_name, MIN(checks.quality_percentage) AS score
FROM liontrack_metadata.data_quality_checks AS checks
{_JOINED.format(latest=_LATEST.format(period=_RECENT))}
GROUP BY checks.table_name
"""
"""The lowest of the latest results of each table in the last three days."""
