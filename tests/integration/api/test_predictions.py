import csv
import io
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from tests.integration.api.conftest import HOUR, at
from tests.integration.api.platform import Emulator

pytestmark = pytest.mark.integration

URL = "/api/v1/stations/ABJ-001/predictions"
COLUMNS = ("station_id", "target_hour", "made_at", "quantity", "value", "lower", "upper", "model", "fallback")
MADE = HOUR


def hours(station: str, made_at: datetime, *, first: float, fallback: bool = False) -> list[list[object]]:
    model = "same-hour-yesterday" if fallback else "trees-1"
    return [
        [station, made_at + timedelta(hours=i), made_at, quantity, value, value - 10, value + 10, model, fallback]
        for i in range(1, 25)
        for quantity, value in (("aqi", first + i), ("pm25", first + i + 0.25))
    ]


@pytest.fixture(scope="module")
def predicted(data: Emulator) -> Emulator:
    """Predictions of three runs: for a station with short history, one with old predictions, and a test station."""
    rows = [
        *hours("ABJ-001", MADE - timedelta(hours=1), first=200),
        *hours("ABJ-001", MADE, first=90),
        *hours("ABJ-001", MADE - timedelta(days=60), first=10),
        *hours("late", MADE, first=40, fallback=True),
        *hours("Gucheng", MADE - timedelta(days=50), first=300),
        *hours("smoke-1", MADE, first=30),
    ]
    data.insert("aqi_predictions_zeta", COLUMNS, rows)
    return data


def test_the_newest_prediction_is_returned_by_hour(client: TestClient, predicted: Emulator) -> None:
    body = client.get(URL).raise_for_status().json()
    assert list(body) == ["station_id", "made_at", "model", "fallback", "items"]
    assert (body["station_id"], at(body["made_at"]), body["model"], body["fallback"]) == (
        "ABJ-001",
        MADE,
        "trees-1",
        False,
    )
    assert [at(item["target_hour"]) for item in body["items"]] == [HOUR + timedelta(hours=i) for i in range(1, 25)]
    first = body["items"][0]
    assert (first["category"], first["color"]) == ("moderate", "#FFFF00")
    assert first["dominant_pollutant"] is None
    assert set(first["sub_indices"].values()) == {None}
    assert first["quantities"] == {
        "aqi": {"value": 91.0, "lower": 81.0, "upper": 101.0, "fallback": False},
        "pm25": {"value": 91.25, "lower": 81.25, "upper": 101.25, "fallback": False},
    }
    assert {item["category"] for item in body["items"]} == {"moderate", "unhealthy_sensitive"}


def test_a_simple_rule_is_marked(client: TestClient, predicted: Emulator) -> None:
    body = client.get("/api/v1/stations/late/predictions").json()
    assert (body["model"], body["fallback"]) == ("same-hour-yesterday", True)
    assert body["items"][0]["quantities"]["pm25"]["fallback"] is True


def test_an_old_prediction_is_returned_with_its_time(client: TestClient, predicted: Emulator) -> None:
    body = client.get("/api/v1/stations/Gucheng/predictions").json()
    assert at(body["made_at"]) == MADE - timedelta(days=50)
    assert len(body["items"]) == 24


def test_a_station_without_predictions_has_no_items(client: TestClient, predicted: Emulator) -> None:
    body = client.get("/api/v1/stations/ABJ-002/predictions").raise_for_status().json()
    assert body == {"station_id": "ABJ-002", "made_at": None, "model": None, "fallback": None, "items": []}


def test_a_test_station_is_found_by_its_id(client: TestClient, predicted: Emulator) -> None:
    assert len(client.get("/api/v1/stations/smoke-1/predictions").json()["items"]) == 24


def test_an_unknown_station_is_a_problem(client: TestClient, predicted: Emulator) -> None:
    response = client.get("/api/v1/stations/nowhere/predictions")
    assert (response.status_code, response.json()["type"]) == (404, "urn:ciapol:problem:unknown-station")


def test_csv(client: TestClient, predicted: Emulator) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(URL, headers={"Accept": "text/csv"}).text)))
    assert len(rows) == 24
    assert (rows[0]["aqi_value"], rows[0]["aqi_lower"], rows[0]["aqi_upper"]) == ("91.0", "81.0", "101.0")
    assert (rows[0]["pm25_value"], rows[0]["pm25_fallback"], rows[0]["so2_value"]) == ("91.25", "false", "")
    assert at(rows[0]["target_hour"]) == HOUR + timedelta(hours=1)
