"""Access to StarRocks as the product's user `smoke`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from apps.shared.starrocks import Cell, StarRocks
from apps.shared.starrocks_address import Address
from smoke_tests.outputs import Outputs

MARKS = "test_stations"
"""Table of the marked test stations. Only this user writes it, and the views exclude these stations."""

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
    """Reads rows, marks test stations, and deletes the rows of test stations."""

    def __init__(self, starrocks: StarRocks) -> None:
        """Use the session of a StarRocks user.

        Args:
            starrocks: session of a user with SELECT, with DELETE on the tables that ingestion and the workflows fill,
                and with INSERT and DELETE on `test_stations`.
        """
        self._starrocks = starrocks

    @staticmethod
    @contextmanager
    def connect(outputs: Outputs) -> "Iterator[Store]":
        """Open the store of a stack."""
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
        """The clean rows of a station, ordered by time."""
        return self.rows(f"SELECT * FROM {_MEASUREMENTS} WHERE station_id = %s ORDER BY measured_at", station)

    def raw(self, key: str) -> list[Row]:
        """The raw rows of the messages with this key."""
        return self.rows(f"SELECT * FROM {_RAW} WHERE message_key = %s", key)

    def rejected(self, key: str) -> list[Row]:
        """The rejected rows of the messages with this key."""
        return self.rows(f"SELECT * FROM {_REJECTED} WHERE message_key = %s", key)

    def now(self) -> datetime:
        """The time of StarRocks' clock, which also sets `computed_at`, in whole seconds."""
        (row,) = self.rows("SELECT UTC_TIMESTAMP() AS now")
        return _time(row["now"]).replace(microsecond=0)

    def measured_hours(self, hours: int) -> set[tuple[str, datetime]]:
        """Station and start of each hour with measurements in the last `hours` hours, without test stations."""
        rows = self.rows(
            "SELECT station_id, date_trunc('hour', measured_at) AS hour_start FROM measurements "
            f"WHERE measured_at >= date_sub(utc_timestamp(), INTERVAL {hours} HOUR) AND measured_at <= utc_timestamp() "
            "GROUP BY station_id, date_trunc('hour', measured_at)"
        )
        return {(str(row["station_id"]), _time(row["hour_start"])) for row in rows}

    def indexed_hours(self, since: datetime) -> set[tuple[str, datetime]]:
        """Station and start of each hour whose index was computed at `since` or later."""
        rows = self.rows(f"SELECT station_id, hour_start FROM {_INDEX} WHERE computed_at >= %s", since)
        return {(str(row["station_id"]), _time(row["hour_start"])) for row in rows}

    def measuring_stations(self, hours: int) -> list[str]:
        """Stations with a value of a pollutant in the last `hours` whole hours, without test stations."""
        rows = self.rows(
            "SELECT DISTINCT station_id FROM measurements "
            f"WHERE measured_at >= date_sub(date_trunc('hour', utc_timestamp()), INTERVAL {hours} HOUR) "
            "AND measured_at < date_trunc('hour', utc_timestamp()) "
            "AND COALESCE(pm25, pm10, so2, no2, o3, co) IS NOT NULL ORDER BY station_id"
        )
        return [str(row["station_id"]) for row in rows]

    def mark(self, run: str, stations: Sequence[str]) -> None:
        """Mark stations as test stations, before their first event is published.

        Raises:
            AssertionError: a station already has rows, so it is not a new test station.
        """
        assert self.count(stations) == 0, f"stations {', '.join(stations)} have rows already"
        at = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        columns = ("station_id", "run", "created_at")
        self._starrocks.insert(MARKS, columns, [(station, run, at) for station in stations])

    def count(self, stations: Sequence[str]) -> int:
        """Number of rows of these stations in all tables together."""
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
        """Delete all rows of marked stations, then their marks.

        Raises:
            AssertionError: a station is not marked, so it is not a test station.
        """
        marks = ", ".join(["%s"] * len(stations))
        marked = {
            str(row["station_id"])
            for row in self.rows(f"SELECT station_id FROM {MARKS} WHERE station_id IN ({marks})", *stations)
        }
        assert marked == set(stations), f"not test stations: {', '.join(sorted(set(stations) - marked))}"
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
        """Stations that were marked more than this many minutes ago."""
        rows = self.rows(
            f"SELECT station_id FROM {MARKS} "
            f"WHERE created_at < date_sub(utc_timestamp(), INTERVAL {minutes} MINUTE) ORDER BY station_id"
        )
        return [str(row["station_id"]) for row in rows]


def _time(value: Cell) -> datetime:
    assert isinstance(value, datetime)
    return value
