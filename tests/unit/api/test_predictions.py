from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from apps.ciapol.api.settings import Settings
from apps.ciapol.api.store import predictions
from apps.web.starrocks import Parameter, Row
from tests.unit.api.conftest import RecordedPool

NOW = datetime(2026, 1, 31, 12, 40, tzinfo=UTC)
MADE = datetime(2026, 1, 31, 12, 7, tzinfo=UTC)


def value(
    hours: int,
    quantity: str,
    number: float | None,
    model: str = "trees-1",
    fallback: int = 0,
    sub_index: int | None = None,
) -> Row:
    return {
        "target_hour": MADE.replace(minute=0) + timedelta(hours=hours),
        "quantity": quantity,
        "value": number,
        "lower": None if number is None else number - 5,
        "upper": None if number is None else number + 5,
        "model": model,
        "fallback": fallback,
        "sub_index": sub_index,
    }


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "now", lambda: NOW)


def pool_of(settings: Settings, rows: list[Row], made: Sequence[datetime | None]) -> RecordedPool:
    answers = iter(made)

    def reply(sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        return [{"made_at": next(answers)}] if "MAX(made_at)" in sql else rows

    return RecordedPool(settings, reply)


def test_each_hour_has_its_quantities_and_the_category_of_its_index(settings: Settings) -> None:
    rows = [value(1, "aqi", 100.4), value(1, "pm25", 35.5), value(2, "aqi", 100.6), value(3, "o3", 60.0)]
    found = predictions.predictions(pool_of(settings, rows, [MADE]), "A")
    assert (found.made_at, found.model, found.fallback) == (MADE, "trees-1", False)
    assert [(h.target_hour.hour, h.category, h.color) for h in found.items] == [
        (13, "moderate", "#FFFF00"),
        (14, "unhealthy_sensitive", "#FF7E00"),
        (15, None, None),
    ]
    assert found.items[0].quantities["pm25"].model_dump() == {
        "value": 35.5,
        "lower": 30.5,
        "upper": 40.5,
        "fallback": False,
    }


def test_the_station_has_the_model_of_its_index_and_each_quantity_its_own_fallback(settings: Settings) -> None:
    rows = [value(1, "aqi", 10), value(1, "co", 5, "same-hour-yesterday", 1)]
    found = predictions.predictions(pool_of(settings, rows, [MADE]), "A")
    assert (found.model, found.fallback) == ("trees-1", False)
    assert {name: p.fallback for name, p in found.items[0].quantities.items()} == {"aqi": False, "co": True}
    only = predictions.predictions(pool_of(settings, rows[1:], [MADE]), "A")
    assert (only.model, only.fallback) == ("same-hour-yesterday", True)


def test_the_pollutant_with_the_greatest_sub_index_is_dominant(settings: Settings) -> None:
    rows = [
        *(value(1, "aqi", 100), value(1, "pm25", 35.4, sub_index=100), value(1, "o3", 90.0, sub_index=42)),
        *(value(2, "aqi", 51), value(2, "o3", 110.0, sub_index=51), value(2, "pm25", 9.1, sub_index=51)),
        *(value(3, "pm25", 9.1), value(3, "no2", 9.0, sub_index=4)),
    ]
    found = predictions.predictions(pool_of(settings, rows, [MADE]), "A").items
    assert [hour.dominant_pollutant for hour in found] == ["pm25", "pm25", None]
    assert found[0].sub_indices.model_dump() == {**dict.fromkeys(("pm10", "co", "no2", "so2")), "pm25": 100, "o3": 42}
    assert (found[2].category, found[2].sub_indices.no2) == (None, 4)


def test_a_rule_in_any_hour_of_the_index_is_marked(settings: Settings) -> None:
    rows = [value(1, "aqi", 10), value(2, "aqi", 20, "simple-rules-2", 1)]
    found = predictions.predictions(pool_of(settings, rows, [MADE]), "A")
    assert (found.model, found.fallback) == ("simple-rules-2", True)


def test_an_index_without_a_value_has_no_category(settings: Settings) -> None:
    found = predictions.predictions(pool_of(settings, [value(1, "aqi", None)], [MADE]), "A")
    assert (found.items[0].category, found.items[0].quantities["aqi"].value) == (None, None)


def test_old_predictions_are_queried_only_without_recent_ones(settings: Settings) -> None:
    old = MADE - timedelta(days=40)
    pool = pool_of(settings, [value(1, "aqi", 10)], [None, old])
    assert predictions.predictions(pool, "A").made_at == old
    assert [each[1][1] for each in pool.queries[:2]] == [NOW - timedelta(days=2), NOW - timedelta(days=36500)]
    assert pool.queries[2][1] == ("A", old - timedelta(days=2), old)


def test_a_station_without_predictions(settings: Settings) -> None:
    found = predictions.predictions(pool_of(settings, [], [None, None]), "A")
    assert (found.made_at, found.model, found.fallback, found.items) == (None, None, None, [])
