import csv
import io
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.integration.api.conftest import HOUR, MEASUREMENT_COLUMNS, at, measurement, pages
from tests.integration.api.platform import Emulator

pytestmark = pytest.mark.integration

URL = "/api/v1/stations/ABJ-001/measurements"
ARCHIVED = "/api/v1/stations/Gucheng/measurements"
MARCH = {"from": "2024-03-01T00:00:00Z", "to": "2024-03-02T00:00:00Z"}


def iso(hours: float) -> str:
    return (HOUR - timedelta(hours=hours)).isoformat()


def test_the_last_day_by_time(client: TestClient, data: Emulator) -> None:
    body = client.get(URL).json()
    times = [at(item["measured_at"]) for item in body["items"]]
    assert times == sorted(times)
    assert times[-1] == HOUR
    assert at(body["to"]) - at(body["from"]) == timedelta(days=1)
    assert all(at(body["from"]) <= time < at(body["to"]) for time in times)
    assert len(times) == len({i for i in range(200) if HOUR - timedelta(minutes=20 * i) >= at(body["from"])})
    assert (body["station_id"], body["interval"], body["next_cursor"]) == ("ABJ-001", "raw", None)
    assert body["items"][-1] == {
        "measured_at": f"{HOUR:%Y-%m-%dT%H:%M:%SZ}",
        "pm25": 10.0,
        "pm10": None,
        "so2": None,
        "no2": None,
        "o3": None,
        "co": None,
        "temperature": 28.5,
        "pressure": 1011.0,
        "humidity": 80.0,
        "wind_speed": 1.5,
    }


def test_a_range_includes_its_start_and_excludes_its_end(client: TestClient, data: Emulator) -> None:
    body = client.get(URL, params={"from": iso(2), "to": iso(1)}).json()
    assert [item["pm25"] for item in body["items"]] == [16.0, 15.0, 14.0]


@pytest.mark.parametrize("interval", ["raw", "hour", "day"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_have_every_item_once(client: TestClient, data: Emulator, interval: str, limit: int) -> None:
    question = {"from": iso(72), "to": iso(-1), "interval": interval}
    whole = client.get(URL, params={**question, "limit": 1000}).json()
    assert whole["next_cursor"] is None
    found = pages(client, URL, **question, limit=limit)
    assert [item for page in found for item in page] == whole["items"]
    assert all(len(page) == limit for page in found[:-1])
    assert len(whole["items"]) == {"raw": 200, "hour": 68}.get(interval, len(whole["items"]))


def test_hourly_means(client: TestClient, data: Emulator) -> None:
    body = client.get(URL, params={"from": iso(3), "to": iso(0), "interval": "hour"}).json()
    # An hour has measurements at :00, :20 and :40, with decreasing values.
    assert [(i["measured_at"], i["count"], i["pm25"], i["o3"], i["temperature"]) for i in body["items"]] == [
        (f"{HOUR - timedelta(hours=ago):%Y-%m-%dT%H:%M:%SZ}", 3, 10.0 + 3 * ago - 1, None, 28.5) for ago in (3, 2, 1)
    ]


def test_daily_means_are_of_utc_days(client: TestClient, data: Emulator) -> None:
    body = client.get(ARCHIVED, params={**MARCH, "interval": "day"}).json()
    (day,) = body["items"]
    assert (day["measured_at"], day["count"]) == ("2024-03-01T00:00:00Z", 5)
    assert day["pm25"] == pytest.approx((100 + 101 + 5 + 5 + 104) / 5)


def test_live_and_archived_rows_are_merged_and_live_rows_take_precedence(client: TestClient, data: Emulator) -> None:
    body = client.get(ARCHIVED, params=MARCH).json()
    assert [(i["measured_at"][11:13], i["pm25"]) for i in body["items"]] == [
        ("00", 100.0),
        ("01", 101.0),
        ("02", 5.0),
        ("03", 5.0),
        ("04", 104.0),
    ]


@pytest.mark.parametrize("interval", ["raw", "hour"])
def test_only_the_requested_pollutants_are_returned(client: TestClient, data: Emulator, interval: str) -> None:
    question = {"interval": interval, "pollutant": ["o3", "pm25"], "limit": 1}
    body = client.get(URL, params=question).json()
    assert list(body["items"][0]) == ["measured_at", "pm25", "o3", *(["count"] if interval == "hour" else [])]
    again = client.get(URL, params={"cursor": body["next_cursor"], "limit": 1}).json()
    assert list(again["items"][0]) == list(body["items"][0])


def test_fractions_of_seconds_are_preserved(client: TestClient, data: Emulator) -> None:
    first = at("2025-02-01T00:00:00.000001Z")
    rows = [measurement("ABJ-002", first + timedelta(microseconds=i), float(i)) for i in range(5)]
    data.insert("sensor_measurements_zeta", MEASUREMENT_COLUMNS, rows)
    try:
        question = {
            "from": "2025-02-01T00:00:00Z",
            "to": "2025-02-02T00:00:00Z",
        }
        found = pages(client, "/api/v1/stations/ABJ-002/measurements", **question, limit=2)
        assert [(i["measured_at"], i["pm25"]) for page in found for i in page] == [
            (f"2025-02-01T00:00:00.00000{i + 1}Z", float(i)) for i in range(5)
        ]
    finally:
        data.execute("DELETE FROM sensor_measurements_zeta WHERE station_id = 'ABJ-002'")


def test_a_new_measurement_is_returned_at_once(client: TestClient, data: Emulator) -> None:
    measured_at = HOUR - timedelta(seconds=1)
    data.insert("sensor_measurements_zeta", MEASUREMENT_COLUMNS, [measurement("ABJ-002", measured_at, 77.0)])
    try:
        items = client.get("/api/v1/stations/ABJ-002/measurements").json()["items"]
        assert [i["pm25"] for i in items] == [77.0]
    finally:
        data.execute("DELETE FROM sensor_measurements_zeta WHERE station_id = 'ABJ-002'")


def test_csv(client: TestClient, data: Emulator) -> None:
    question = {"from": iso(2), "to": iso(1)}
    text = client.get(URL, params={**question, "pollutant": "pm25"}, headers={"Accept": "text/csv"}).text
    assert text.splitlines()[0] == "measured_at,pm25"
    assert text.splitlines()[1] == f"{HOUR - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ},16.0"
    text = client.get(URL, params={**question, "interval": "hour"}, headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["count"], rows[0]["pm25"], rows[0]["o3"]) == ("3", "15.0", "")
    empty = client.get("/api/v1/stations/ABJ-002/measurements", headers={"Accept": "text/csv"})
    assert empty.status_code == 200
    assert len(empty.text.splitlines()) == 1


def test_a_registered_station_without_data_has_none(client: TestClient, data: Emulator) -> None:
    body = client.get("/api/v1/stations/ABJ-002/measurements").json()
    assert (body["items"], body["next_cursor"]) == ([], None)


@pytest.mark.parametrize(
    "change",
    [
        {"interval": "hour"},
        {"pollutant": "o3"},
        {"from": "2026-01-01T00:00:00Z"},
        {"to": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_cursor_is_valid_for_its_request_only(client: TestClient, data: Emulator, change: dict[str, str]) -> None:
    cursor = client.get(URL, params={"limit": 1, "interval": "raw", "pollutant": "pm25"}).json()["next_cursor"]
    assert client.get(URL, params={"cursor": cursor, "interval": "raw", "pollutant": "pm25"}).status_code == 200
    for url, question in ((URL, {"cursor": cursor, **change}), (ARCHIVED, {"cursor": cursor})):
        response = client.get(url, params=question)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "cursor"
