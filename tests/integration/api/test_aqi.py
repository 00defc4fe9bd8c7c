import csv
import io
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from apps.ciapol.api.store.aqi import fill
from tests.integration.api.conftest import HOUR, at, pages
from tests.integration.api.platform import ROOT, Emulator

pytestmark = pytest.mark.integration

QUERY = (ROOT / "sql" / "ciapol" / "queries" / "aqi_hourly.sql").read_text()
COLUMNS = (
    "station_id, hour_start, aqi, dominant_pollutant, aqi_pm25, aqi_pm10, aqi_o3, aqi_co, aqi_no2, aqi_so2,"
    " pm25_nowcast, pm10_nowcast, measurements, computed_at, aqi_known, reason, missing"
)


@pytest.fixture(scope="module")
def computed(data: Emulator) -> Emulator:
    """The hours of the last three days, computed with the statement of the batch job."""
    query = fill(QUERY, HOUR - timedelta(days=3), HOUR)
    data.execute(f"INSERT INTO aqi_hourly_zeta ({COLUMNS}) {query}")
    return data


def test_the_query_returns_the_columns_of_its_table(data: Emulator) -> None:
    with data.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM aqi_hourly_zeta LIMIT 0")
        table = [column[0] for column in cursor.description or ()]
        cursor.execute(fill(QUERY, HOUR, HOUR + timedelta(hours=1)))
        assert [column[0] for column in cursor.description or ()] == table


def test_computing_twice_changes_nothing(computed: Emulator) -> None:
    values = "SELECT " + COLUMNS.replace(", computed_at", "") + " FROM aqi_hourly_zeta ORDER BY station_id, hour_start"
    before = computed.execute(values)
    query = fill(QUERY, HOUR - timedelta(days=3), HOUR)
    computed.execute(f"INSERT INTO aqi_hourly_zeta ({COLUMNS}) {query}")
    assert computed.execute(values) == before
    assert len(before) > 60
    assert {str(row[0]) for row in before if str(row[0]).startswith("smoke-")} <= {"smoke-detector-12"}


def test_hours_of_a_station(client: TestClient, computed: Emulator) -> None:
    body = client.get("/api/v1/stations/ABJ-001/aqi").json()
    times = [at(item["hour_start"]) for item in body["items"]]
    assert times == sorted(times)
    assert times[-1] == HOUR - timedelta(hours=1)
    assert len(times) in {23, 24}
    newest = body["items"][-1]
    assert newest["dominant_pollutant"] == "pm25"
    assert newest["aqi"] == newest["sub_indices"]["pm25"]
    assert newest["category"] == "moderate"
    assert newest["sub_indices"]["so2"] is None
    assert (newest["at_least"], newest["provisional"], newest["reason"], newest["missing"]) == (
        newest["aqi"],
        False,
        None,
        [],
    )


@pytest.mark.parametrize("limit", [1, 10])
def test_pages_contain_every_hour_once(client: TestClient, computed: Emulator, limit: int) -> None:
    url = "/api/v1/stations/ABJ-001/aqi"
    question = {"from": (HOUR - timedelta(days=2)).isoformat(), "to": HOUR.isoformat()}
    whole = client.get(url, params=question).json()["items"]
    assert len(whole) == 48
    assert [item for page in pages(client, url, **question, limit=limit) for item in page] == whole


def test_csv_of_hours(client: TestClient, computed: Emulator) -> None:
    response = client.get("/api/v1/stations/ABJ-001/aqi?limit=2", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == 2
    assert rows[0]["aqi"] == rows[0]["aqi_pm25"]
    assert rows[0]["aqi_so2"] == ""


def test_a_cursor_is_valid_for_its_station_only(client: TestClient, computed: Emulator) -> None:
    cursor = client.get("/api/v1/stations/ABJ-001/aqi?limit=1").json()["next_cursor"]
    assert client.get("/api/v1/stations/Gucheng/aqi", params={"cursor": cursor}).status_code == 422


def test_all_stations_now(client: TestClient, data: Emulator) -> None:
    body = client.get("/api/v1/aqi/current").json()
    found = [(i["rank"], i["station"]["station_id"], i["aqi"] is None) for i in body["items"]]
    # One hour of ozone is not enough for its 8-hour mean. The other station has sent nothing for five hours.
    assert found == [
        (1, "ABJ-001", False),
        (None, "ABJ-002", True),
        (None, "Gucheng", True),
        (None, "late", True),
        (None, "nobody's", True),
        (None, "smoke-detector-12", True),
    ]
    first = body["items"][0]
    assert at(first["hour_start"]) in {HOUR, HOUR - timedelta(hours=1)}
    assert first["provisional"] is False
    [ozone] = [item for item in body["items"] if item["station"]["station_id"] == "nobody's"]
    assert (ozone["reason"], ozone["provisional"], ozone["category"]) in {
        ("running", True, None),
        ("too_few_hours", False, None),
    }
    assert (first["category"], first["color"], first["dominant_pollutant"]) == ("moderate", "#FFFF00", "pm25")
    assert first["station"]["name"] == "Plateau"
    assert body["items"][1]["sub_indices"] == dict.fromkeys(("pm25", "pm10", "o3", "co", "no2", "so2"))


def test_csv_of_now(client: TestClient, data: Emulator) -> None:
    text = client.get("/api/v1/aqi/current", headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["station_id"] == "ABJ-001"
    assert rows[0]["aqi_pm25"] == rows[0]["aqi"]
    assert rows[1]["rank"] == ""
