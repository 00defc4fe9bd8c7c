from datetime import timedelta

import pymysql
import pytest
from starlette.testclient import TestClient

from tests.integration.api.conftest import NOW, PASSWORD
from tests.integration.api.platform import Emulator

pytestmark = pytest.mark.integration

ATTEMPTS = [
    "' OR '1'='1",
    "' OR 1=1 -- ",
    "\\' OR 1=1 -- ",
    "ABJ-001' --",
    "'; DROP TABLE stations; --",
    "x' UNION SELECT user, host FROM mysql.user --",
    '" OR ""="',
    "ABJ-00_",
    "ABJ%",
    "%s",
    "%(a)s",
    "${from}",
    "ABJ-001\x00",
    "é' OR 'é'='é",
    "𝄞",
    "a/b",
    "a/measurements",
    "/",
    "../stations",
    "%2F",
]


@pytest.mark.parametrize("text", ATTEMPTS)
def test_ids_are_only_data(client: TestClient, data: Emulator, text: str) -> None:
    before = data.execute("SELECT COUNT(*) FROM stations")
    for path in ("", "/measurements", "/measurements?interval=hour", "/aqi", "/predictions"):
        name, _, query = path.partition("?")
        url = client.base_url.copy_with(raw_path=b"")
        quoted = "".join(f"%{byte:02X}" for byte in text.encode())
        response = client.get(f"{url}/api/v1/stations/{quoted}{name}?{query}")
        assert response.status_code == 404, response.text
    response = client.get("/api/v1/rejected", params={"station_id": text})
    assert (response.status_code, response.json()["items"]) == (200, [])
    assert client.get("/api/v1/quality", params={"station_id": text}).status_code == 404
    assert data.execute("SELECT COUNT(*) FROM stations") == before


@pytest.mark.parametrize("text", ATTEMPTS)
@pytest.mark.parametrize("name", ["from", "to", "interval", "pollutant", "limit", "cursor"])
def test_parameters_are_checked(client: TestClient, data: Emulator, name: str, text: str) -> None:
    response = client.get("/api/v1/stations/ABJ-001/measurements", params={name: text})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == name


def test_a_station_may_have_any_id(client: TestClient, data: Emulator) -> None:
    for name in ATTEMPTS:
        if "\x00" in name:
            continue
        with data.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sensor_measurements_zeta (station_id, measured_at, pm25, message_id, published_at)"
                " VALUES (%s, %s, 1, '1', %s)",
                (name, NOW - timedelta(minutes=5), NOW),
            )
            try:
                quoted = "".join(f"%{byte:02X}" for byte in name.encode())
                found = client.get(f"/api/v1/stations/{quoted}").json()
                assert (found["station_id"], found["latest"]["pm25"]) == (name, 1.0)
                for path in ("measurements", "aqi", "predictions"):
                    assert client.get(f"/api/v1/stations/{quoted}/{path}").json()["station_id"] == name
                assert name in [s["station_id"] for s in client.get("/api/v1/stations").json()["items"]]
            finally:
                cursor.execute("DELETE FROM sensor_measurements_zeta WHERE station_id = %s", (name,))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO stations (station_id, name, time_zone) VALUES ('x', 'x', 'UTC')",
        "INSERT INTO sensor_measurements_zeta (station_id, measured_at, message_id, published_at)"
        " VALUES ('x', '2026-01-01 00:00:00', '1', '2026-01-01 00:00:00')",
        "DELETE FROM stations WHERE station_id = 'ABJ-001'",
        "UPDATE stations SET name = 'x' WHERE station_id = 'ABJ-001'",
        "TRUNCATE TABLE stations",
        "DROP TABLE stations",
        "DROP DATABASE ciapol_analytics",
        "CREATE TABLE t (a INT NOT NULL) PRIMARY KEY (a) DISTRIBUTED BY HASH (a) BUCKETS 1",
        "GRANT INSERT ON TABLE ciapol_analytics.stations TO ROLE ciapol_reader",
        "CREATE USER 'x'@'%' IDENTIFIED BY 'x'",
    ],
)
def test_the_api_user_can_only_read(data: Emulator, statement: str) -> None:
    with data.connection("api", PASSWORD) as connection, connection.cursor() as cursor:
        with pytest.raises(pymysql.MySQLError, match=r"(?i)access denied|privilege"):
            cursor.execute(statement)
        cursor.execute("SELECT COUNT(*) FROM stations")
        assert cursor.fetchone() == (3,)


MEASUREMENT = "(station_id, measured_at, message_id, published_at) VALUES ('r', '2026-01-01', '1', '2026-01-01')"
WRITES = {
    "sensor_measurements_zeta": f"INSERT INTO sensor_measurements_zeta {MEASUREMENT}",
    "sensor_measurements_archive_zeta": f"INSERT INTO sensor_measurements_archive_zeta {MEASUREMENT}",
    "raw_measurements_zeta": "INSERT INTO raw_measurements_zeta (received_at, message_id, topic, payload)"
    " VALUES ('2026-01-01', 'r', 't', 'p')",
    "rejected_measurements_zeta": "INSERT INTO rejected_measurements_zeta"
    " (received_at, message_id, topic, reject_reason, payload, payload_base64)"
    " VALUES ('2026-01-01', 'r', 't', 'r', 'p', 'p')",
    "aqi_hourly_zeta": "INSERT INTO aqi_hourly_zeta (station_id, hour_start, measurements, computed_at)"
    " VALUES ('r', '2026-01-01', 1, '2026-01-01')",
    "aqi_predictions_zeta": "INSERT INTO aqi_predictions_zeta"
    " (station_id, target_hour, made_at, quantity, model, fallback)"
    " VALUES ('r', '2026-01-01', '2026-01-01', 'aqi', 'm', false)",
    "data_quality_hourly_zeta": "INSERT INTO data_quality_hourly_zeta (station_id, hour_start, expected, measurements,"
    " completeness, stuck_sensors, out_of_range_share, computed_at)"
    " VALUES ('r', '2026-01-01', 1, 1, 1, '', 0, '2026-01-01')",
    "test_stations": "INSERT INTO test_stations (station_id, run, created_at) VALUES ('r', 'r', '2026-01-01')",
    "stations": "INSERT INTO stations (station_id, name, time_zone) VALUES ('r', 'r', 'UTC')",
}
KEYS = {"stations": "station_id", "raw_measurements_zeta": "message_id", "rejected_measurements_zeta": "message_id"}
INGEST = {"sensor_measurements_zeta", "raw_measurements_zeta", "rejected_measurements_zeta"}
EVERY = {*WRITES, "aqi_breakpoints"}

ROLES = {
    "ciapol_loader": (set(), INGEST, set()),
    "ciapol_forecaster": (
        EVERY
        - {
            "test_stations",
            "raw_measurements_zeta",
            "rejected_measurements_zeta",
            "data_quality_hourly_zeta",
        },
        {"aqi_predictions_zeta"},
        set(),
    ),
    "ciapol_scheduler_role": (
        EVERY,
        {"aqi_hourly_zeta", "sensor_measurements_archive_zeta", "data_quality_hourly_zeta"},
        set(),
    ),
    "ciapol_smoke_role": (
        EVERY,
        {"test_stations"},
        {*INGEST, "test_stations", "aqi_hourly_zeta", "aqi_predictions_zeta", "data_quality_hourly_zeta"},
    ),
    "ciapol_registrar_role": ({"stations"}, {"stations"}, {"stations"}),
    "ciapol_reader": (EVERY, set(), set()),
}
"""Role → tables with SELECT, tables with INSERT, tables with DELETE."""


PLATFORM = {
    "pipeline_steps": "INSERT INTO pipeline_steps (product, workflow, task, run_id, state, started_at)"
    " VALUES ('r', 'r', 'r', 'r', 'failed', '2026-01-01')",
    "streaming_jobs": "INSERT INTO streaming_jobs (job_id, product, name, definition, wanted, failures)"
    " VALUES (1, 'r', 'r', '{}', 'stopped', 0)",
    "run_ranges": "INSERT INTO run_ranges (product, workflow, run_id, range_from, range_to, noted_at)"
    " VALUES ('r', 'r', 'r', '', '', '2026-01-01')",
}


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [("platform_reader_role", True, False), ("platform_scheduler_role", True, True), ("ciapol_reader", False, False),
     ("ciapol_scheduler_role", False, False), ("ciapol_smoke_role", False, False)],
)  # fmt: skip
@pytest.mark.parametrize("table", PLATFORM)
def test_only_the_platforms_users_have_access_to_its_tables(
    data: Emulator, table: str, role: str, *, reads: bool, writes: bool
) -> None:
    data.add_user(f"of_{role}", "secret", role)
    with data.connection(f"of_{role}", "secret", None) as connection, connection.cursor() as cursor:
        assert _permitted(cursor, f"SELECT COUNT(*) FROM kappastack.{table}") is reads
        for statement in (
            PLATFORM[table].replace(table, f"kappastack.{table}"),
            f"UPDATE kappastack.{table} SET product = product WHERE product = 'r'"
            if table == "streaming_jobs"
            else f"DELETE FROM kappastack.{table} WHERE product = 'none'",
            f"DELETE FROM kappastack.{table} WHERE product = 'r'",
        ):
            assert _permitted(cursor, statement) is writes


def test_the_platforms_users_have_no_access_to_products(data: Emulator) -> None:
    for role in ("platform_reader_role", "platform_scheduler_role"):
        data.add_user(f"of_{role}", "secret", role)
        with data.connection(f"of_{role}", "secret", None) as connection, connection.cursor() as cursor:
            assert not _permitted(cursor, "SELECT COUNT(*) FROM ciapol_analytics.stations")


def test_the_roles_of_older_revisions_are_dropped(data: Emulator) -> None:
    roles = {str(row[0]) for row in data.execute("SHOW ROLES")}
    assert not roles & {"reader", "loader", "forecaster", "scheduler_role", "smoke_role", "registrar_role"}
    assert set(ROLES) <= roles


def _permitted(cursor: pymysql.cursors.Cursor, statement: str) -> bool:
    try:
        cursor.execute(statement)
    except pymysql.MySQLError as error:
        if "denied" not in str(error).lower():
            raise
        return False
    return True


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_exactly_its_privileges(data: Emulator, role: str) -> None:
    selects, inserts, deletes = ROLES[role]
    data.add_user(f"of_{role}", "secret", role)
    allowed: dict[str, set[str]] = {"select": set(), "insert": set(), "delete": set()}
    with data.connection(f"of_{role}", "secret") as connection, connection.cursor() as cursor:
        for table in sorted(EVERY):
            attempts = {"select": f"SELECT COUNT(*) FROM {table}"}
            if table in WRITES:
                attempts["insert"] = WRITES[table]
                attempts["delete"] = f"DELETE FROM {table} WHERE {KEYS.get(table, 'station_id')} = 'r'"
            for kind, statement in attempts.items():
                if _permitted(cursor, statement):
                    allowed[kind].add(table)
    for table in inserts:
        data.execute(f"DELETE FROM {table} WHERE {KEYS.get(table, 'station_id')} = 'r'")
    assert allowed == {"select": selects, "insert": inserts, "delete": deletes}
