"""Quality of bronze: the shares of received messages that are usable, and that match the declared fields."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apps.liontrack.pipeline.run import Run
from apps.liontrack.pipeline.store import insert, not_of_tests, number

TOPICS: Final = {
    "lions.position.events": "bronze.lions_raw",
    "lions.weight.events": "bronze.weights_raw",
    "users.activity.events": "bronze.users_raw",
    "challenges.status.events": "bronze.challenges_raw",
}
"""Table by topic."""
_TOPIC: Final = "persistent://liontrack/tracking/"
_KEPT_DAYS: Final = 365


def check(run: Run, print_line: Callable[[str], None]) -> None:
    """Check the messages that the broker received in the run's range. A topic without messages gets no check.

    `bronze_validation` is the share of usable messages, `schema_check` the share of usable messages without unknown
    fields. Messages of smoke tests are not counted.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    # A further attempt replaces the results of the first.
    checked_at = run.started_at()
    for topic, table in TOPICS.items():
        row = run.store.query(
            "SELECT COUNT(*) AS messages, COUNT(CASE WHEN usable THEN 1 END) AS usable, "
            "COUNT(CASE WHEN usable AND unknown_fields IS NULL THEN 1 END) AS known "
            "FROM liontrack_bronze.messages WHERE received_at >= %s AND received_at < %s AND topic = %s "
            f"AND {not_of_tests('message_key')}",
            (run.first, run.end, _TOPIC + topic),
        )[0]
        messages, usable, known = (number(row[name]) for name in ("messages", "usable", "known"))
        if not messages:
            continue
        for name, passed in (("bronze_validation", usable), ("schema_check", known)):
            percentage = 100 * passed / messages
            print_line(f"{table}: {name} {percentage:.1f} % of {messages} messages")
            insert(
                run.store,
                "liontrack_metadata.data_quality_checks",
                {
                    "table_name": table,
                    "check_name": name,
                    "checked_at": checked_at,
                    "quality_percentage": percentage,
                    "details": json.dumps({"messages": messages, "passed": passed, "failed": messages - passed}),
                    "received_at": now,
                    "message_id": f"run:{run.id}"[:64],
                },
            )
    run.store.change(
        "DELETE FROM liontrack_metadata.data_quality_checks WHERE checked_at < %s", (now - timedelta(days=_KEPT_DAYS),)
    )
