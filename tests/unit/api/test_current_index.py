import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from apps.ciapol.api.settings import Settings
from apps.ciapol.api.store import aqi
from apps.web.starrocks import Parameter, Row
from tests.unit.api.conftest import RecordedPool

NOW = datetime(2026, 1, 31, 12, 40, tzinfo=UTC)
HOUR = datetime(2026, 1, 31, 12, tzinfo=UTC)
NAMES = ("pm25", "pm10", "o3", "co", "no2", "so2")


def hour(
    station: str, ago: int, index: int | None, reason: str | None = None, known: int | None = None, missing: str = ""
) -> Row:
    value = index if known is None else known
    return {
        "station_id": station,
        "hour_start": HOUR - timedelta(hours=ago),
        "aqi": index,
        "dominant_pollutant": None if value is None else "pm25",
        **{f"aqi_{name}": value if name == "pm25" else None for name in NAMES},
        "aqi_known": value,
        "reason": reason,
        "missing": missing,
    }


def station(station_id: str) -> Row:
    return {
        "station_id": station_id,
        "name": None,
        "commune": None,
        "latitude": None,
        "longitude": None,
        "time_zone": None,
        "demonstration": None,
        "registered": 0,
        "last_measured_at": NOW,
    }


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aqi, "now", lambda: NOW)


def current(settings: Settings, rows: list[Row], stations: str) -> tuple[aqi.CurrentIndex, RecordedPool]:
    def reply(sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        return rows if "nowcasts" in sql else [station(name) for name in stations]

    pool = RecordedPool(settings, reply)
    return aqi.CurrentIndex(pool, settings.queries_dir, within=60), pool


def test_the_worst_index_is_first_and_unknown_ones_last(settings: Settings) -> None:
    rows = [hour("A", 0, 40), hour("B", 0, 160), hour("C", 1, 40), hour("D", 1, None, "nothing_measured")]
    index, _ = current(settings, rows, "ABCDE")
    found = [(i.rank, i.station.station_id, i.aqi, i.category, i.color) for i in asyncio.run(index.get()).items]
    assert found == [
        (1, "B", 160, "unhealthy", "#FF0000"),
        (2, "A", 40, "good", "#00E400"),
        (2, "C", 40, "good", "#00E400"),
        (None, "D", None, None, None),
        (None, "E", None, None, None),
    ]
    assert asyncio.run(index.get()).computed_at == NOW


def test_the_newest_complete_hour_with_pollutants_is_used(settings: Settings) -> None:
    rows = [
        hour("A", 2, 90),
        hour("A", 0, None, "running", known=400),
        hour("A", 1, 80),
        hour("A", 3, 70),
        hour("B", 1, None, "nothing_measured"),
        hour("B", 2, 60),
    ]
    index, _ = current(settings, rows, "AB")
    first, second = asyncio.run(index.get()).items
    assert (first.aqi, first.hour_start, first.provisional) == (80, HOUR - timedelta(hours=1), False)
    assert first.sub_indices.pm25 == 80
    assert first.sub_indices.o3 is None
    assert (second.station.station_id, second.aqi) == ("B", 60)


def test_a_newer_hour_without_an_index_takes_precedence_over_an_older_index(settings: Settings) -> None:
    rows = [hour("A", 2, 40), hour("A", 1, None, "too_few_hours", known=2, missing="pm25:1,o3:5")]
    index, _ = current(settings, rows, "A")
    (item,) = asyncio.run(index.get()).items
    assert (item.rank, item.aqi, item.at_least, item.category, item.color) == (None, None, 2, None, None)
    assert (item.reason, item.hour_start) == ("too_few_hours", HOUR - timedelta(hours=1))
    assert [(m.pollutant, m.expected_at) for m in item.missing] == [
        ("pm25", HOUR + timedelta(hours=1)),
        ("o3", HOUR + timedelta(hours=5)),
    ]


@pytest.mark.parametrize(
    ("known", "category", "rank"), [(100, None, None), (101, "unhealthy_sensitive", 1), (350, "hazardous", 1)]
)
def test_an_incomplete_index_has_a_category_only_above_100(
    settings: Settings, known: int, category: str | None, rank: int | None
) -> None:
    index, _ = current(settings, [hour("A", 1, None, "too_few_values", known=known, missing="no2:1")], "A")
    (item,) = asyncio.run(index.get()).items
    assert (item.aqi, item.at_least, item.category, item.rank) == (None, known, category, rank)


def test_the_current_hour_is_provisional_and_has_no_rank(settings: Settings) -> None:
    index, _ = current(settings, [hour("A", 0, None, "running", known=360)], "A")
    (item,) = asyncio.run(index.get()).items
    assert (item.provisional, item.reason, item.at_least) == (True, "running", 360)
    assert (item.rank, item.category, item.color) == (None, None, None)


def test_rows_of_older_revisions_get_defaults_for_new_columns(settings: Settings) -> None:
    row = hour("A", 1, 70)
    for column in ("aqi_known", "reason", "missing"):
        row[column] = None
    found = aqi.HOURS.build
    assert found is not None
    item = found(row)
    assert (item.aqi, item.at_least, item.category, item.missing) == (70, 70, "moderate", [])


def test_the_query_covers_three_hours_and_the_current_one(settings: Settings) -> None:
    index, pool = current(settings, [], "")
    assert asyncio.run(index.get()).items == []
    query = pool.queries[0][0]
    assert "DATE_SUB(CAST('2026-01-31 09:00:00' AS DATETIME)" in query
    assert "measured_at < CAST('2026-01-31 13:00:00' AS DATETIME)" in query
    assert "${" not in query


def test_the_result_is_cached_for_ten_seconds(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("apps.web.background.time.monotonic", lambda: clock[0])
    index, pool = current(settings, [], "A")
    first = asyncio.run(index.get())
    clock[0] += 9.9
    assert asyncio.run(index.get()) is first
    assert len(pool.queries) == 2
    clock[0] += 0.2
    assert asyncio.run(index.get()) is not first
    assert len(pool.queries) == 4
