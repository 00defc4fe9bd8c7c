"""StarRocks as the product's user `smoke` sees it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from apps.shared.starrocks import Address, Cell, StarRocks
from smoke_tests.outputs import Outputs

MARKS = "test_stations"
"""Stations of tests: only this user writes the table, and views leave these stations out."""

_MEASUREMENTS = "sensor_measurements_zeta"
_RAW = "raw_measurements_zeta"
_REJECTED = "rejected_measurements_zeta"
_INDEX = "aqi_hourly_zeta"
_PREDICTIONS = "aqi_predictions_zeta"
_QUALITY = "data_quality_hourly_zeta"
_MESSAGES = (_RAW, _REJECTED)
_BY_STATION = (_MEASUREMENTS, _INDEX, _PREDICTIONS, _QUALITY)

Row = dict[str, Cell]


class Store:
    """Reads and deletes rows of tests."""

    def __init__(self, starrocks: StarRocks) -> None:
        """`starrocks`: its user may select, and delete from the tables that ingestion and the workflows fill."""
        self._starrocks = starrocks

    @staticmethod
    @contextmanager
    def connect(outputs: Outputs) -> "Iterator[Store]":
        """A store of a stack."""
        login = outputs.credentials.products["ciapol"].starrocks["smoke"]
        address = Address(
            outputs.addresses.starrocks_host,
            outputs.addresses.starrocks_query_port,
            login.user,
            login.password.get_secret_value(),
            outputs.products["ciapol"].databases[0],
        )
        with StarRocks(address, answer_seconds=300, program="smoke tests") as starrocks:
            yield Store(starrocks)

    def rows(self, query: str, *parameters: str | datetime) -> list[Row]:
        """The rows of a query."""
        return self._starrocks.query(query, parameters)

    def measurements(self, station: str) -> list[Row]:
        """The clean rows of a station by time."""
        return self.rows(f"SELECT * FROM {_MEASUREMENTS} WHERE station_id = %s ORDER BY measured_at", station)

    def raw(self, key: str) -> list[Row]:
        """The messages with a key."""
        return self.rows(f"SELECT * FROM {_RAW} WHERE message_key = %s", key)

    def rejected(self, key: str) -> list[Row]:
        """The rejected messages with a key."""
        return self.rows(f"SELECT * FROM {_REJECTED} WHERE message_key = %s", key)

    def now(self) -> datetime:
        """The time by StarRocks' clock, which writes `computed_at`; to the second."""
        (row,) = self.rows("SELECT UTC_TIMESTAMP() AS now")
        return _time(row["now"]).replace(microsecond=0)

    def measured_hours(self, hours: int) -> set[tuple[str, datetime]]:
        """Station and start of every hour with measurements, of the last hours; without stations of tests."""
        rows = self.rows(
            "SELECT station_id, date_trunc('hour', measured_at) AS hour_start FROM measurements "
            f"WHERE measured_at >= date_sub(utc_timestamp(), INTERVAL {hours} HOUR) AND measured_at <= utc_timestamp() "
            "GROUP BY station_id, date_trunc('hour', measured_at)"
        )
        return {(str(row["station_id"]), _time(row["hour_start"])) for row in rows}

    def indexed_hours(self, since: datetime) -> set[tuple[str, datetime]]:
        """Station and start of every hour whose index was computed at `since` or later."""
        rows = self.rows(f"SELECT station_id, hour_start FROM {_INDEX} WHERE computed_at >= %s", since)
        return {(str(row["station_id"]), _time(row["hour_start"])) for row in rows}

    def measuring_stations(self, hours: int) -> list[str]:
        """Stations with a value of a pollutant in the last whole hours; without stations of tests."""
        rows = self.rows(
            "SELECT DISTINCT station_id FROM measurements "
            f"WHERE measured_at >= date_sub(date_trunc('hour', utc_timestamp()), INTERVAL {hours} HOUR) "
            "AND measured_at < date_trunc('hour', utc_timestamp()) "
            "AND COALESCE(pm25, pm10, so2, no2, o3, co) IS NOT NULL ORDER BY station_id"
        )
        return [str(row["station_id"]) for row in rows]

    def mark(self, run: str, stations: Sequence[str]) -> None:
        """Mark stations as those of a test, before any event of theirs is published.

        Raises:
            AssertionError: a station has rows already, so that it is not the test's.
        """
        assert self.count(stations) == 0, f"stations {', '.join(stations)} have rows already"
        at = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        columns = ("station_id", "run", "created_at")
        self._starrocks.insert(MARKS, columns, [(station, run, at) for station in stations])

    def count(self, stations: Sequence[str]) -> int:
        """The number of rows of these stations in all tables."""
        marks = ", ".join(["%s"] * len(stations))
        found = 0
        for table in _BY_STATION:
            found += self._starrocks.number(
                f"SELECT COUNT(*) FROM {table} WHERE station_id IN ({marks})", list(stations)
            )
        for table in _MESSAGES:
            found += self._starrocks.number(
                f"SELECT COUNT(*) FROM {table} WHERE message_key IN ({marks}) OR station_id IN ({marks})",
                [*stations, *stations],
            )
        return found

    def delete(self, stations: Sequence[str], *, keep_mark: bool = False) -> None:
        """Delete all rows of marked stations, and then their marks.

        Raises:
            AssertionError: a station is not marked, so that it is not a test's.
        """
        marks = ", ".join(["%s"] * len(stations))
        marked = {
            str(row["station_id"])
            for row in self.rows(f"SELECT station_id FROM {MARKS} WHERE station_id IN ({marks})", *stations)
        }
        assert marked == set(stations), f"not stations of tests: {', '.join(sorted(set(stations) - marked))}"
        for table in _BY_STATION:
            self._starrocks.change(f"DELETE FROM {table} WHERE station_id IN ({marks})", list(stations))
        for table in _MESSAGES:
            self._starrocks.change(
                f"DELETE FROM {table} WHERE message_key IN ({marks}) OR station_id IN ({marks})",
                [*stations, *stations],
            )
        if not keep_mark:
            self._starrocks.change(f"DELETE FROM {MARKS} WHERE station_id IN ({marks})", list(stations))

    def stations_of_crashed_runs(self, minutes: int) -> list[str]:
        """Stations that runs marked more than so many minutes ago."""
        rows = self.rows(
            f"SELECT station_id FROM {MARKS} "
            f"WHERE created_at < date_sub(utc_timestamp(), INTERVAL {minutes} MINUTE) ORDER BY station_id"
        )
        return [str(row["station_id"]) for row in rows]


def _time(value: Cell) -> datetime:
    assert isinstance(value, datetime)
    return value
