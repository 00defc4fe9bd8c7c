import csv
import io
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.integration.api.conftest import NOW, at, pages
from tests.integration.api.platform import Emulator

pytestmark = pytest.mark.integration

URL = "/api/v1/rejected"
LAST_DAY = ["2:2:0:-1", *(f"1:{i:02}:0:-1" for i in reversed(range(7)))]


def test_newest_first_without_tests(client: TestClient, data: Emulator) -> None:
    items = client.get(URL).json()["items"]
    assert [item["message_id"] for item in items] == LAST_DAY
    assert items[0] == {
        "received_at": f"{NOW - timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}",
        "message_id": "2:2:0:-1",
        "station_id": None,
        "reject_reason": "not JSON",
    }
    assert not any("payload" in item for item in items)


def test_payloads_are_returned_for_a_single_station_only(client: TestClient, data: Emulator) -> None:
    [first, *_] = client.get(URL, params={"station_id": "ABJ-001"}).json()["items"]
    assert first["payload"] == '{"n": 6, "é": "\\""}'


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_with_equal_times_contain_every_message_once(client: TestClient, data: Emulator, limit: int) -> None:
    found = pages(client, URL, limit=limit)
    assert [item["message_id"] for page in found for item in page] == LAST_DAY


def test_since(client: TestClient, data: Emulator) -> None:
    since = NOW - timedelta(days=41)
    items = client.get(URL, params={"since": since.isoformat()}).json()["items"]
    assert [item["message_id"] for item in items] == [*LAST_DAY, "0:0:0:-1"]
    since = at(items[-1]["received_at"])
    assert len(client.get(URL, params={"since": since.isoformat()}).json()["items"]) == 9
    since += timedelta(seconds=1)
    assert len(client.get(URL, params={"since": since.isoformat()}).json()["items"]) == 8


def test_only_marked_stations_count_as_test_stations(client: TestClient, data: Emulator) -> None:
    columns = ("received_at", "message_id", "message_key", "topic", "reject_reason", "payload", "payload_base64")
    row = (NOW - timedelta(minutes=3), "3:3:0:-1", "smoke-detector-12", "t", "not JSON", "x", "AAE=")
    data.insert("rejected_measurements_zeta", columns, [row])
    try:
        assert "3:3:0:-1" in [item["message_id"] for item in client.get(URL).json()["items"]]
    finally:
        data.execute("DELETE FROM rejected_measurements_zeta WHERE message_id = '3:3:0:-1'")


def test_messages_of_a_station_are_found_by_id_or_key(client: TestClient, data: Emulator) -> None:
    items = client.get(URL, params={"station_id": "smoke-1"}).json()["items"]
    assert [item["message_id"] for item in items] == ["2:1:0:-1", "2:0:0:-1"]
    assert pages(client, URL, station_id="smoke-1", limit=1) == [[items[0]], [items[1]]]


def test_a_cursor_is_valid_for_its_request_only(client: TestClient, data: Emulator) -> None:
    cursor = client.get(URL, params={"limit": 1}).json()["next_cursor"]
    for change in ({"station_id": "ABJ-001"}, {"since": "2026-01-01T00:00:00Z"}):
        assert client.get(URL, params={"cursor": cursor, **change}).status_code == 422


def test_csv(client: TestClient, data: Emulator) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(URL, headers={"Accept": "text/csv"}).text)))
    assert [row["message_id"] for row in rows] == LAST_DAY
    assert "payload" not in rows[1]
    one = client.get(URL, params={"station_id": "ABJ-001"}, headers={"Accept": "text/csv"}).text
    assert next(iter(csv.DictReader(io.StringIO(one))))["payload"] == '{"n": 6, "é": "\\""}'
