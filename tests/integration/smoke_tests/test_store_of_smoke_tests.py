"""The StarRocks statements of the smoke tests, run as their own user, and their clean-up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from smoke_tests.ciapol.store import MARKS, Store
from tests.integration.api.platform import DATABASE, Emulator, emulator

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
HOUR = NOW.replace(minute=0, second=0)
OLD = NOW - timedelta(hours=3)


@pytest.fixture(scope="module")
def starrocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("starrocks")) as instance:
        instance.add_user("ciapol_smoke", "secret", "ciapol_smoke_role")
        yield instance


@pytest.fixture
def store(starrocks: Emulator) -> Iterator[Store]:
    address = Address("127.0.0.1", starrocks.server.mysql_port, "ciapol_smoke", "secret", DATABASE)
    with StarRocks(address) as connection:
        yield Store(connection)


def rows_of(starrocks: Emulator, station: str, moment: datetime) -> None:
    """Insert a row of a station into every table that can contain a station of a smoke test."""
    starrocks.insert(
        "sensor_measurements_zeta",
        ("station_id", "measured_at", "pm25", "message_id", "published_at"),
        [(station, moment, 5.0, "1", moment)],
    )
    starrocks.insert(
        "aqi_hourly_zeta",
        ("station_id", "hour_start", "aqi", "measurements", "computed_at"),
        [(station, moment.replace(minute=0, second=0), 40, 1, moment)],
    )
    starrocks.insert(
        "aqi_predictions_zeta",
        ("station_id", "target_hour", "made_at", "quantity", "model", "fallback"),
        [(station, HOUR, moment, "aqi", "m", False)],
    )
    starrocks.insert(
        "data_quality_hourly_zeta",
        ("station_id", "hour_start", "expected", "measurements", "completeness", "stuck_sensors",
         "out_of_range_share", "computed_at"),
        [(station, HOUR, 1, 1, 1.0, "", 0.0, moment)],
    )  # fmt: skip
    starrocks.insert(
        "raw_measurements_zeta",
        ("received_at", "message_id", "station_id", "message_key", "topic", "payload"),
        [(moment, station, station, station, "t", "{}")],
    )


def clear(starrocks: Emulator, *stations: str) -> None:
    """Delete an unmarked station, which the smoke tests' user cannot delete."""
    for table in ("sensor_measurements_zeta", "aqi_hourly_zeta", "aqi_predictions_zeta", "data_quality_hourly_zeta",
                  "raw_measurements_zeta", MARKS):  # fmt: skip
        for station in stations:
            starrocks.execute(f"DELETE FROM {table} WHERE station_id = '{station}'")


def test_the_rows_of_a_run_are_deleted(starrocks: Emulator, store: Store) -> None:
    store.mark("r", ["test-a", "test-b"])
    rows_of(starrocks, "test-a", NOW)
    rows_of(starrocks, "ABJ-001", NOW)
    assert store.count(["test-a"]) == 5
    store.delete(["test-a", "test-b"])
    assert store.count(["test-a"]) == 0
    assert store.count(["ABJ-001"]) == 5
    clear(starrocks, "ABJ-001")


def test_a_station_with_rows_cannot_be_marked_as_test_station(starrocks: Emulator, store: Store) -> None:
    rows_of(starrocks, "smoke-detector-12", NOW)
    with pytest.raises(AssertionError, match="smoke-detector-12 have rows already"):
        store.mark("r", ["smoke-detector-12"])
    with pytest.raises(AssertionError, match="not test stations: smoke-detector-12"):
        store.delete(["smoke-detector-12"])
    assert store.count(["smoke-detector-12"]) == 5
    assert ("smoke-detector-12", HOUR) in store.measured_hours(6)
    clear(starrocks, "smoke-detector-12")


def test_crashed_runs_are_found_by_their_marks(starrocks: Emulator, store: Store) -> None:
    store.mark("old", ["test-old"])
    store.mark("young", ["test-young"])
    starrocks.execute(f"UPDATE {MARKS} SET created_at = '{OLD}' WHERE run = 'old'")
    rows_of(starrocks, "test-old", OLD)
    rows_of(starrocks, "ABJ-001", OLD)
    assert store.stations_of_crashed_runs(120) == ["test-old"]
    store.delete(["test-old"], keep_mark=True)
    assert store.stations_of_crashed_runs(120) == ["test-old"]
    store.delete(["test-old", "test-young"])
    assert store.stations_of_crashed_runs(120) == []
    clear(starrocks, "ABJ-001")


def test_measured_and_indexed_hours_exclude_test_stations(starrocks: Emulator, store: Store) -> None:
    before = store.now()
    assert abs(before - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)
    store.mark("r", ["test-a"])
    for station in ("ABJ-001", "test-a"):
        rows_of(starrocks, station, NOW)
        rows_of(starrocks, station, HOUR - timedelta(minutes=5))
    assert store.measured_hours(6) == {("ABJ-001", HOUR), ("ABJ-001", HOUR - timedelta(hours=1))}
    assert ("ABJ-001", HOUR) in store.indexed_hours(NOW)
    assert ("ABJ-001", HOUR - timedelta(hours=1)) not in store.indexed_hours(NOW)
    assert store.measuring_stations(2) == ["ABJ-001"]
    store.delete(["test-a"])
    clear(starrocks, "ABJ-001")
    assert (store.measured_hours(6), store.measuring_stations(2)) == (set(), [])
