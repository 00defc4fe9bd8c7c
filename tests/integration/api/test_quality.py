import csv
import io
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.integration.api.conftest import HOUR, at, pages
from tests.integration.api.platform import Emulator

pytestmark = pytest.mark.integration

URL = "/api/v1/quality"
COLUMNS = (
    "station_id", "hour_start", "expected", "measurements", "completeness", "freshness_seconds", "stuck_sensors",
    "out_of_range_share", "computed_at",
)  # fmt: skip
RECENT = [(hours, station) for hours in range(20, 0, -1) for station in ("ABJ-001", "silent")]


@pytest.fixture(scope="module")
def measured(data: Emulator) -> Emulator:
    """Quality rows of two stations and a test station: the last twenty hours and an old hour."""
    rows = []
    for hours in (*range(1, 21), 24 * 40):
        hour = HOUR - timedelta(hours=hours)
        rows += [
            ("ABJ-001", hour, 60, 60 - hours % 7, (60 - hours % 7) / 60, 42, "", 0.0, HOUR),
            ("silent", hour, 12, 0, 0.0, None, "o3,no2", 0.25, HOUR),
            ("smoke-1", hour, 1, 1, 1.0, 0, "", 0.0, HOUR),
        ]
    data.insert("data_quality_hourly_zeta", COLUMNS, rows)
    return data


def keys(items: list[dict[str, object]]) -> list[tuple[int, object]]:
    return [(round((HOUR - at(str(i["hour_start"]))) / timedelta(hours=1)), i["station_id"]) for i in items]


def test_the_last_day_by_hour_and_station_without_tests(client: TestClient, measured: Emulator) -> None:
    body = client.get(URL).raise_for_status().json()
    assert keys(body["items"]) == RECENT
    assert body["next_cursor"] is None
    assert body["items"][-1] == {
        "station_id": "silent",
        "hour_start": f"{HOUR - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        "expected": 12,
        "measurements": 0,
        "completeness": 0.0,
        "freshness_seconds": None,
        "stuck_sensors": ["o3", "no2"],
        "out_of_range_share": 0.25,
    }
    assert body["items"][-2]["stuck_sensors"] == []


@pytest.mark.parametrize("limit", [1, 3, 20, 40])
def test_pages_contain_every_row_once(client: TestClient, measured: Emulator, limit: int) -> None:
    found = [item for page in pages(client, URL, limit=limit) for item in page]
    assert keys(found) == RECENT


def test_a_single_test_station_can_be_requested(client: TestClient, measured: Emulator) -> None:
    for station in ("ABJ-001", "smoke-1"):
        items = client.get(URL, params={"station_id": station}).json()["items"]
        assert keys(items) == [(hours, station) for hours in range(20, 0, -1)]
        found = [item for page in pages(client, URL, station_id=station, limit=7) for item in page]
        assert found == items


def test_an_unknown_station_is_a_problem(client: TestClient, measured: Emulator) -> None:
    response = client.get(URL, params={"station_id": "nowhere"})
    assert (response.status_code, response.json()["type"]) == (404, "urn:ciapol:problem:unknown-station")
    assert client.get(URL, params={"station_id": "ABJ-002"}).json()["items"] == []


def test_a_range(client: TestClient, measured: Emulator) -> None:
    question = {"from": (HOUR - timedelta(hours=3)).isoformat(), "to": (HOUR - timedelta(hours=2)).isoformat()}
    assert keys(client.get(URL, params=question).json()["items"]) == [(3, "ABJ-001"), (3, "silent")]
    old = {"from": (HOUR - timedelta(days=41)).isoformat()}
    assert len(client.get(URL, params=old).json()["items"]) == len(RECENT) + 2


def test_a_cursor_is_valid_for_its_request_only(client: TestClient, measured: Emulator) -> None:
    cursor = client.get(URL, params={"limit": 1}).json()["next_cursor"]
    changes = ({"station_id": "ABJ-001"}, {"from": "2026-01-01T00:00:00Z"}, {"to": "2026-01-01T00:00:00Z"})
    for change in changes:
        assert client.get(URL, params={"cursor": cursor, **change}).status_code == 422


def test_csv(client: TestClient, measured: Emulator) -> None:
    response = client.get(URL, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == len(RECENT)
    assert (rows[1]["station_id"], rows[1]["stuck_sensors"], rows[1]["freshness_seconds"]) == ("silent", "o3 no2", "")
