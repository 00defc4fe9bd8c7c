import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from apps.ciapol.api.settings import Settings
from tests.integration.api.platform import ROOT, Emulator, emulator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from apps.ciapol.api.app import create_app

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = NOW.replace(minute=0, second=0)
PASSWORD = "it's \\ a secret"

MEASUREMENT_COLUMNS = (
    "station_id", "measured_at", "event_id", "pm25", "pm10", "so2", "no2", "o3", "co", "temperature",
    "pressure", "humidity", "wind_speed", "message_id", "published_at",
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def measurement(
    station: str, measured_at: datetime, pm25: float | None = 10.0, o3: float | None = None
) -> list[object]:
    values = [pm25, None, None, None, o3, None, 28.5, 1011.0, 80.0, 1.5]
    return [station, measured_at, f"event {measured_at}", *values, "1:2:0:-1", measured_at]


@pytest.fixture(scope="session")
def starrocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator with the schema and the API's user."""
    with emulator(tmp_path_factory.mktemp("starrocks")) as instance:
        instance.add_user("api", PASSWORD.replace("\\", "\\\\").replace("'", "\\'"), "ciapol_reader")
        yield instance


@pytest.fixture(scope="session")
def settings(starrocks: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The API's settings, with its read-only user."""
    password = tmp_path_factory.mktemp("secrets") / "password"
    password.write_text(PASSWORD + "\n")
    return Settings(
        starrocks_host="127.0.0.1",
        starrocks_port=starrocks.server.mysql_port,
        starrocks_database="ciapol_analytics",
        starrocks_user="api",
        starrocks_password_file=password,
        queries_dir=ROOT / "sql" / "ciapol" / "queries",
        starrocks_pool_size=3,
    )


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A client of the API."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def data(starrocks: Emulator) -> Emulator:
    """Registered, unregistered and test stations, with live, archived and rejected measurements."""
    starrocks.insert(
        "stations",
        ("station_id", "name", "commune", "latitude", "longitude", "time_zone", "demonstration", "registered_at"),
        [
            ("ABJ-001", "Plateau", "Plateau", 5.32, -4.02, "Africa/Abidjan", None, NOW),
            ("ABJ-002", "Cocody, l'Université", None, None, None, "Africa/Abidjan", None, NOW),
            ("Gucheng", "Gucheng", None, None, None, "Asia/Shanghai", "Pékin", NOW),
        ],
    )
    starrocks.execute("UPDATE stations SET reference_temperature = 0 WHERE station_id = 'Gucheng'")
    starrocks.insert("test_stations", ("station_id", "run", "created_at"), [("smoke-1", "a run", NOW)])
    archived = at("2024-03-01T00:00:00Z")
    live = [
        *(measurement("ABJ-001", HOUR - timedelta(minutes=20 * i), 10.0 + i) for i in range(200)),
        *(measurement("Gucheng", archived + timedelta(hours=i), 5.0) for i in (2, 3)),
        measurement("nobody's", NOW - timedelta(minutes=1), None, 40.0),
        measurement("late", NOW - timedelta(hours=5), 80.0),
        measurement("smoke-1", NOW - timedelta(minutes=1), 500.0),
        measurement("smoke-detector-12", NOW - timedelta(minutes=3), 12.0),
    ]
    starrocks.insert("sensor_measurements_zeta", MEASUREMENT_COLUMNS, live)
    old = [measurement("Gucheng", archived + timedelta(hours=i), 100.0 + i) for i in range(5)]
    starrocks.insert("sensor_measurements_archive_zeta", MEASUREMENT_COLUMNS, old)
    received = NOW - timedelta(hours=2)
    rejected_columns = ("received_at", "message_id", "station_id", "message_key", "topic", "reject_reason", "payload")
    rejected: list[tuple[object, ...]] = [
        (received, f"1:{i:02}:0:-1", "ABJ-001", "ABJ-001", "t", "pm25: -3 is below 0", f'{{"n": {i}, "é": "\\""}}')
        for i in range(7)
    ]
    rejected += [
        (NOW - timedelta(minutes=1), "2:0:0:-1", None, "smoke-1", "t", "not JSON", "smoke-1"),
        (NOW - timedelta(minutes=1), "2:1:0:-1", "smoke-1", None, "t", "not JSON", "smoke-1"),
        (NOW - timedelta(minutes=2), "2:2:0:-1", None, None, "t", "not JSON", "\x00\x01"),
        (NOW - timedelta(days=40), "0:0:0:-1", "ABJ-001", None, "t", "not JSON", "old"),
    ]
    starrocks.insert(
        "rejected_measurements_zeta", (*rejected_columns, "payload_base64"), [(*row, "AAE=") for row in rejected]
    )
    starrocks.insert(
        "raw_measurements_zeta",
        ("received_at", "message_id", "topic", "payload"),
        [(NOW - timedelta(seconds=30), "9:9:0:-1", "t", "{}")],
    )
    starrocks.refresh()
    return starrocks


def pages(client: TestClient, url: str, **parameters: str | int | list[str]) -> list[list[dict[str, object]]]:
    """The items of each page; only `next_cursor` selects the next page."""
    found = []
    cursor: str | None = None
    while True:
        given = {"cursor": cursor, "limit": parameters.get("limit", 1000)} if cursor else parameters
        body = client.get(url, params=given).raise_for_status().json()
        found.append(body["items"])
        cursor = body["next_cursor"]
        if cursor is None:
            return found
        assert len(found) < 1000
