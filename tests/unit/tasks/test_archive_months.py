from datetime import UTC, datetime

import pytest

from apps.tasks.archive import cutoff
from apps.tasks.archive_sql import Month, Tables, later


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        ("2026-11-22T10:00:00", 13, "2025-10-01"),
        ("2026-01-01T00:00:00", 1, "2025-12-01"),
        ("2026-12-31T23:59:59", 12, "2025-12-01"),
        ("2024-02-29T00:00:00", 24, "2022-02-01"),
    ],
)
def test_the_retained_months_are_whole(now: str, months: int, expected: str) -> None:
    assert cutoff(at(now).replace(tzinfo=UTC), months) == at(expected)


def test_months_are_consecutive() -> None:
    assert later(at("2025-12-01"), 1) == at("2026-01-01")
    assert later(at("2026-01-01"), -1) == at("2025-12-01")
    assert Month("p202512", at("2025-12-01")).end == at("2026-01-01")
    assert f"{Month('p202512', at('2025-12-01'))}" == "2025-12"


def test_each_statement_reads_one_month_of_both_tables() -> None:
    tables = Tables("live_t", "archive_t", ["k", "t"], ["k", "t", "v", "p"], "t", "p")
    month = Month("p202512", at("2025-12-01"))
    bounds = "WHERE t >= '2025-12-01 00:00:00' AND t < '2026-01-01 00:00:00'"
    for statement in (tables.copy(month), tables.live_side(month), tables.archive_side(month)):
        assert statement.count(bounds) == 2
    assert tables.drop(month) == "ALTER TABLE live_t DROP PARTITION IF EXISTS p202512"
    assert all(f"{side}.{name}" in tables.copy(month) for side in ("live", "archived") for name in ("k", "t", "v", "p"))
