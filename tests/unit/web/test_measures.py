"""Metrics that queries compute."""

import threading
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from apps.web.background import Background
from apps.web.measures import QueryMetric, queries
from apps.web.settings import Settings
from apps.web.starrocks import Parameter, Pool, Row, StarRocksUnavailable

ROWS = QueryMetric(name="rows", help="Rows by kind", query="SELECT rows", labels=("kind",))
NEWEST = QueryMetric(name="newest_timestamp_seconds", help="Newest row", query="SELECT newest")
BROKEN = QueryMetric(name="broken", help="Never there", query="SELECT broken")
ANSWERS: dict[str, list[Row]] = {
    "SELECT rows": [{"kind": "good", "value": 3}, {"kind": "bad", "value": None}],
    "SELECT newest": [{"value": datetime(1970, 1, 1, 0, 1, tzinfo=UTC)}],
}


class FakePool(Pool):
    """Returns prepared results of queries, and counts the queries."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.queries: list[str] = []

    def query(self, sql: str, parameters: tuple[Parameter, ...] = ()) -> list[Row]:  # type: ignore[override]
        self.queries.append(sql)
        if sql not in ANSWERS:
            raise StarRocksUnavailable("away")
        return ANSWERS[sql]


@pytest.fixture
def pool(tmp_path: Path) -> FakePool:
    (tmp_path / "password").write_text("x")
    return FakePool(
        Settings(
            starrocks_host="127.0.0.1",
            starrocks_port=9,
            starrocks_database="d",
            starrocks_user="u",
            starrocks_password_file=tmp_path / "password",
        )
    )


def values(pool: Pool, *metrics: QueryMetric) -> dict[str, list[tuple[dict[str, str], float]]]:
    return {
        metric.name: [(sample.labels, sample.value) for sample in metric.samples] for metric in queries(metrics)(pool)
    }


def test_rows_become_series_and_null_none(pool: FakePool) -> None:
    found = values(pool, ROWS, NEWEST)
    assert found["rows"] == [({"kind": "good"}, 3)]
    assert found["newest_timestamp_seconds"] == [({}, 60)]


def test_a_failed_query_is_reported_and_the_others_are_there(pool: FakePool) -> None:
    found = values(pool, BROKEN, ROWS)
    assert "broken" not in found
    assert found["api_measure_failed"] == [({"measure": "broken"}, 1), ({"measure": "rows"}, 0)]
    assert found["rows"]


def test_a_result_is_kept_while_it_is_fresh() -> None:
    numbers = count()
    kept = Background(lambda: next(numbers), fresh_seconds=3600)
    assert kept.get(60) == kept.get(60)
    fleeting = Background(lambda: next(numbers))
    assert fleeting.get(60) != fleeting.get(60)


def test_a_computation_that_hangs_is_not_waited_for_and_not_repeated() -> None:
    go_on = threading.Event()
    began: list[int] = []

    def hang() -> str:
        began.append(1)
        go_on.wait()
        return "done"

    background = Background(hang)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            background.get(0.05)
    assert began == [1]
    go_on.set()
    assert background.get(60) == "done"


def test_an_error_of_the_computation_reaches_the_caller() -> None:
    background = Background(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        background.get(60)


def test_an_error_is_not_kept() -> None:
    results = iter([0, 1])
    background = Background(lambda: 1 // next(results), fresh_seconds=3600)
    with pytest.raises(ZeroDivisionError):
        background.get(60)
    assert background.get(60) == background.get(60) == 1
