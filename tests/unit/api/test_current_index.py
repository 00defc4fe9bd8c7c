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


def hour(station: str, ago: int, index: int | None) -> Row:
    return {
        "station_id": station,
        "hour_start": HOUR - timedelta(hours=ago),
        "aqi": index,
        "dominant_pollutant": None if index is None else "pm25",
        **{f"aqi_{name}": index if name == "pm25" else None for name in NAMES},
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
    return aqi.CurrentIndex(pool, settings.queries_dir), pool


def test_ranks_the_worst_first_and_the_unknown_last(settings: Settings) -> None:
    rows = [hour("A", 0, 40), hour("B", 0, 160), hour("C", 1, 40), hour("D", 0, None)]
    index, _ = current(settings, rows, "ABCDE")
    found = [(i.rank, i.station.station_id, i.aqi, i.category, i.color) for i in index.get().items]
    assert found == [
        (1, "B", 160, "unhealthy", "#FF0000"),
        (2, "A", 40, "good", "#00E400"),
        (2, "C", 40, "good", "#00E400"),
        (None, "D", None, None, None),
        (None, "E", None, None, None),
    ]
    assert index.get().computed_at == NOW


def test_takes_the_newest_hour_that_has_an_index(settings: Settings) -> None:
    rows = [hour("A", 2, 90), hour("A", 0, None), hour("A", 1, 80), hour("A", 3, 70)]
    index, _ = current(settings, rows, "A")
    (item,) = index.get().items
    assert (item.aqi, item.hour_start) == (80, HOUR - timedelta(hours=1))
    assert item.sub_indices.pm25 == 80
    assert item.sub_indices.o3 is None


def test_asks_for_three_hours_and_this_one(settings: Settings) -> None:
    index, pool = current(settings, [], "")
    assert index.get().items == []
    query = pool.asked[0][0]
    assert "DATE_SUB(CAST('2026-01-31 09:00:00' AS DATETIME)" in query
    assert "measured_at < CAST('2026-01-31 13:00:00' AS DATETIME)" in query
    assert "${" not in query


def test_is_kept_for_two_seconds(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("apps.ciapol.api.store.aqi.time.monotonic", lambda: clock[0])
    index, pool = current(settings, [], "A")
    first = index.get()
    clock[0] += 1.9
    assert index.get() is first
    assert len(pool.asked) == 2
    clock[0] += 0.2
    assert index.get() is not first
    assert len(pool.asked) == 4
