import csv
import io

import pytest
from starlette.testclient import TestClient

from tests.integration.api.conftest import HOUR, MEASUREMENT_COLUMNS, NOW, at, measurement, pages
from tests.integration.api.platform import Emulator

pytestmark = pytest.mark.integration

KNOWN = ["ABJ-001", "ABJ-002", "Gucheng", "late", "nobody's", "smoke-detector-12"]


def test_registered_and_unregistered_stations(client: TestClient, data: Emulator) -> None:
    body = client.get("/api/v1/stations").json()
    stations = {s["station_id"]: s for s in body["items"]}
    assert list(stations) == KNOWN
    assert body["next_cursor"] is None
    first = stations["ABJ-001"]
    assert at(first.pop("last_measured_at")) == HOUR
    assert first == {
        "station_id": "ABJ-001",
        "name": "Plateau",
        "commune": "Plateau",
        "latitude": 5.32,
        "longitude": -4.02,
        "time_zone": "Africa/Abidjan",
        "demonstration": None,
        "reference_temperature": 25.0,
        "registered": True,
    }
    assert stations["ABJ-002"]["name"] == "Cocody, l'Université"
    assert stations["ABJ-002"]["last_measured_at"] is None
    assert (stations["Gucheng"]["demonstration"], stations["Gucheng"]["time_zone"]) == ("Pékin", "Asia/Shanghai")
    assert [s["registered"] for s in stations.values()] == [True, True, True, False, False, False]
    assert stations["nobody's"]["name"] is None
    assert {name: s["reference_temperature"] for name, s in stations.items()} == {
        **dict.fromkeys(KNOWN, 25.0),
        "Gucheng": 0.0,
    }
    assert client.get("/api/v1/stations/Gucheng").json()["reference_temperature"] == 0.0
    assert client.get("/api/v1/stations/late").json()["reference_temperature"] == 25.0


@pytest.mark.parametrize("limit", [1, 2, 6, 7])
def test_pages_contain_every_station_once(client: TestClient, data: Emulator, limit: int) -> None:
    found = pages(client, "/api/v1/stations", limit=limit)
    assert [s["station_id"] for page in found for s in page] == KNOWN
    assert all(len(page) == limit for page in found[:-1])


def test_a_new_station_is_listed_at_once(client: TestClient, data: Emulator) -> None:
    data.execute(
        "INSERT INTO sensor_measurements_zeta (station_id, measured_at, message_id, published_at)"
        f" VALUES ('new', '{NOW:%Y-%m-%d %H:%M:%S}', '1:1:1:1', '{NOW:%Y-%m-%d %H:%M:%S}')"
    )
    try:
        assert "new" in [s["station_id"] for s in client.get("/api/v1/stations").json()["items"]]
    finally:
        data.execute("DELETE FROM sensor_measurements_zeta WHERE station_id = 'new'")


def test_csv(client: TestClient, data: Emulator) -> None:
    response = client.get("/api/v1/stations?limit=2", headers={"Accept": "text/csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["station_id"] for row in rows] == KNOWN[:2]
    assert rows[0]["registered"] == "true"
    assert rows[1]["name"] == "Cocody, l'Université"
    assert rows[1]["latitude"] == ""
    assert 'rel="next"' in response.headers["link"]
    following = response.headers["link"].split(">")[0].removeprefix("<")
    rows = list(csv.DictReader(io.StringIO(client.get(following, headers={"Accept": "text/csv"}).text)))
    assert [row["station_id"] for row in rows] == KNOWN[2:4]


def test_one_station_with_its_newest_measurement(client: TestClient, data: Emulator) -> None:
    station = client.get("/api/v1/stations/ABJ-001").json()
    latest = station["latest"]
    assert (at(latest["measured_at"]), latest["pm25"], latest["o3"]) == (HOUR, 10.0, None)
    assert at(station["last_measured_at"]) == HOUR
    assert latest["measured_at"].endswith("Z")
    assert "count" not in latest


def test_one_station_without_data_or_registration(client: TestClient, data: Emulator) -> None:
    silent = client.get("/api/v1/stations/ABJ-002").json()
    assert (silent["registered"], silent["latest"], silent["last_measured_at"]) == (True, None, None)
    stranger = client.get("/api/v1/stations/nobody's").json()
    assert (stranger["registered"], stranger["latest"]["o3"]) == (False, 40.0)


def test_the_newest_measurement_may_be_years_old(client: TestClient, data: Emulator) -> None:
    latest = client.get("/api/v1/stations/Gucheng").json()["latest"]
    assert (latest["measured_at"], latest["pm25"]) == ("2024-03-01T04:00:00Z", 104.0)


def test_test_stations_are_found_by_id_only(client: TestClient, data: Emulator) -> None:
    assert client.get("/api/v1/stations/smoke-1").json()["latest"]["pm25"] == 500.0
    assert "smoke-1" not in client.get("/api/v1/stations").text
    assert "smoke-1" not in client.get("/api/v1/aqi/current").text


def test_unknown_station(client: TestClient, data: Emulator) -> None:
    for path in ("", "/measurements", "/aqi"):
        response = client.get(f"/api/v1/stations/nowhere{path}")
        assert response.status_code == 404
        assert response.json()["type"] == "urn:ciapol:problem:unknown-station"


def test_a_station_with_archived_measurements_only_has_its_last_time(starrocks: Emulator, client: TestClient) -> None:
    then = at("2023-05-06T07:00:00Z")
    starrocks.insert("sensor_measurements_archive_zeta", MEASUREMENT_COLUMNS, [measurement("gone", then)])
    try:
        starrocks.refresh()
        [found] = [one for one in pages(client, "/api/v1/stations")[0] if one["station_id"] == "gone"]
        assert found["last_measured_at"] == "2023-05-06T07:00:00Z"
    finally:
        starrocks.execute("DELETE FROM sensor_measurements_archive_zeta WHERE station_id = 'gone'")
        starrocks.refresh()
