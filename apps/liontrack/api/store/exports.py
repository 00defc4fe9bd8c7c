"""The tables that may be exported, and reading them in batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from apps.web.rows import beyond
from apps.web.starrocks import Parameter, Pool, Row

AT_ONCE: Final = 5_000
"""Number of rows per query. Between two queries, a slow client occupies no connection to StarRocks."""
_NOT_OF_TESTS: Final = "{} NOT IN (SELECT entity_id FROM liontrack_silver.test_entities)"


@dataclass(frozen=True)
class Table:
    """A table or view of a layer.

    Args:
        name: name for clients, such as `silver.lions`.
        columns: columns in the order of the export.
        key: columns that identify a row and by which the rows are sorted.
        entity: column with a lion or user; rows of smoke tests' lions and users are left out. Empty for none.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    entity: str = ""


def _of(*tables: Table) -> dict[str, Table]:
    return {table.name: table for table in tables}


_RECEIVED: Final = ("metadata", "received_at", "message_id", "partition_date")
TABLES: Final = _of(
    Table(
        "bronze.lions_raw",
        ("lion_id", "name", "position_lat", "position_lng", "last_update", *_RECEIVED),
        ("lion_id", "last_update"),
        "lion_id",
    ),
    Table(
        "bronze.weights_raw",
        ("weight_id", "lion_id", "weight", "unit", "measured_at", *_RECEIVED),
        ("weight_id",),
        "lion_id",
    ),
    Table(
        "bronze.challenges_raw",
        ("challenge_id", "user_id", "title", "status", "updated_at", *_RECEIVED),
        ("challenge_id", "updated_at"),
        "user_id",
    ),
    Table(
        "bronze.users_raw",
        ("event_id", "user_id", "username", "activity", "occurred_at", *_RECEIVED),
        ("event_id", "partition_date"),
        "user_id",
    ),
    Table(
        "silver.lions",
        ("lion_id", "name", "position_lat", "position_lng", "status", "data_quality_score", "dw_update_date"),
        ("lion_id",),
    ),
    Table("silver.weight_history", ("lion_id", "weight", "unit", "measured_at"), ("lion_id", "measured_at"), "lion_id"),
    Table(
        "silver.positions",
        ("lion_id", "measured_at", "position_lat", "position_lng", "accuracy", "distance_km"),
        ("lion_id", "measured_at"),
        "lion_id",
    ),
    Table(
        "silver.challenges", ("challenge_id", "user_id", "title", "status", "updated_at"), ("challenge_id",), "user_id"
    ),
    Table("silver.users", ("user_id", "username"), ("user_id",), "user_id"),
    Table(
        "gold.lions_metrics",
        (
            *("lion_id", "metric_date", "avg_weight", "weight_trend", "health_score", "tracking_frequency"),
            *("distance_km", "weight_score", "movement_score"),
        ),
        ("lion_id", "metric_date"),
        "lion_id",
    ),
    Table(
        "gold.users_activity",
        ("user_id", "activity_date", "challenges_completed", "weight_entries", "other_activities", "engagement_score"),
        ("user_id", "activity_date"),
        "user_id",
    ),
    Table(
        "gold.lions_positions_history",
        ("lion_id", "position_date", "lat", "lng", "accuracy", "fixes", "distance_km"),
        ("lion_id", "position_date"),
        "lion_id",
    ),
    Table(
        "metadata.data_quality_checks",
        ("table_name", "check_name", "checked_at", "quality_percentage", "details"),
        ("table_name", "check_name", "checked_at"),
    ),
    Table(
        "metadata.lineage",
        (
            *("run_id", "target_table", "day_from", "day_to", "source_tables", "rows_in", "rows_out", "rows_excluded"),
            *("excluded_by_reason", "recorded_at"),
        ),
        ("run_id", "target_table", "day_from", "day_to"),
    ),
)
"""The tables by the name that clients use."""


def read(pool: Pool, table: Table) -> Iterator[Row]:
    """All rows, sorted by key, read in batches in constant memory."""
    columns = ", ".join(f"`{column}`" for column in table.columns)
    order = ", ".join(f"`{column}`" for column in table.key)
    after: list[Parameter] = []
    while True:
        conditions = [_NOT_OF_TESTS.format(f"`{table.entity}`")] if table.entity else []
        values: list[Parameter] = []
        if after:
            condition, values = beyond(table.key, after, newest_first=False)
            conditions.append(condition)
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        rows = pool.query(
            f"SELECT {columns} FROM liontrack_{table.name} {where}ORDER BY {order} LIMIT %s", [*values, AT_ONCE]
        )
        if rows:
            after = [_parameter(rows[-1][column]) for column in table.key]
        full = len(rows) == AT_ONCE
        yield from rows
        if not full:
            return
        rows = []


def _parameter(value: object) -> Parameter:
    if isinstance(value, datetime | int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
