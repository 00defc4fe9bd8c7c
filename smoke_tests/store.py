"""StarRocks as the tests' own user sees it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import pymysql
import pymysql.cursors

from smoke_tests.outputs import Outputs

MARK = "smoke-"
"""How the ids of all stations of tests begin; the platform leaves them out of what it shows."""

BENCHMARK_MARK = "smoke-bench-"
"""How those of benchmarks begin, which tidy up after themselves."""

_MEASUREMENTS = "sensor_measurements_zeta"
_RAW = "raw_measurements_zeta"
_REJECTED = "rejected_measurements_zeta"
_INDEX = "aqi_hourly_zeta"
_PREDICTIONS = "aqi_predictions_zeta"
_QUALITY = "data_quality_hourly_zeta"
_MESSAGES = (_RAW, _REJECTED)
_COMPUTED = (_INDEX, _PREDICTIONS, _QUALITY)

Row = dict[str, object]


class Store:
    """Looks up and deletes rows of tests."""

    def __init__(self, connection: "pymysql.Connection[pymysql.cursors.DictCursor]") -> None:
        """`connection`: may select, and delete from the tables that ingestion and the workflows fill."""
        self._connection = connection

    @staticmethod
    @contextmanager
    def connect(outputs: Outputs) -> "Iterator[Store]":
        """A store as user `smoke`."""
        login = outputs.credentials.smoke
        connection = pymysql.connect(
            host=outputs.addresses.starrocks_host,
            port=outputs.addresses.starrocks_query_port,
            user=login.user,
            password=login.password.get_secret_value(),
            database=outputs.starrocks.database,
            cursorclass=pymysql.cursors.DictCursor,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=10,
            read_timeout=60,
        )
        with connection:
            yield Store(connection)

    def rows(self, query: str, *parameters: object) -> list[Row]:
        """The answer to a query."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def measurements(self, station: str) -> list[Row]:
        """The clean rows of a station by time."""
        return self.rows(f"SELECT * FROM {_MEASUREMENTS} WHERE station_id = %s ORDER BY measured_at", station)

    def raw(self, key: str) -> list[Row]:
        """The messages that came with a key."""
        return self.rows(f"SELECT * FROM {_RAW} WHERE message_key = %s", key)

    def rejected(self, key: str) -> list[Row]:
        """The messages with a key that could not be used."""
        return self.rows(f"SELECT * FROM {_REJECTED} WHERE message_key = %s", key)

    def now(self) -> datetime:
        """The time by StarRocks' clock, which `computed_at` is written by; to the second."""
        (row,) = self.rows("SELECT UTC_TIMESTAMP() AS now")
        now = row["now"]
        assert isinstance(now, datetime)
        return now.replace(microsecond=0)

    def measured_hours(self, hours: int) -> set[tuple[str, datetime]]:
        """Station and start of every hour with measurements, of the last so many; without stations of tests."""
        rows = self.rows(
            "SELECT station_id, date_trunc('hour', measured_at) AS hour_start FROM measurements "
            f"WHERE measured_at >= date_sub(utc_timestamp(), INTERVAL {hours} HOUR) AND measured_at <= utc_timestamp() "
            "GROUP BY station_id, date_trunc('hour', measured_at)"
        )
        return {(str(row["station_id"]), _time(row["hour_start"])) for row in rows}

    def indexed_hours(self, since: datetime) -> set[tuple[str, datetime]]:
        """Station and start of every hour whose index was computed from then on."""
        rows = self.rows(f"SELECT station_id, hour_start FROM {_INDEX} WHERE computed_at >= %s", since)
        return {(str(row["station_id"]), _time(row["hour_start"])) for row in rows}

    def measuring_stations(self, hours: int) -> list[str]:
        """Stations with a value of a pollutant in the last so many whole hours; without stations of tests."""
        rows = self.rows(
            "SELECT DISTINCT station_id FROM measurements "
            f"WHERE measured_at >= date_sub(date_trunc('hour', utc_timestamp()), INTERVAL {hours} HOUR) "
            "AND measured_at < date_trunc('hour', utc_timestamp()) "
            "AND COALESCE(pm25, pm10, so2, no2, o3, co) IS NOT NULL ORDER BY station_id"
        )
        return [str(row["station_id"]) for row in rows]

    def count(self, keys: Sequence[str]) -> int:
        """How many rows of any table belong to these stations."""
        marks = ", ".join(["%s"] * len(keys))
        found = 0
        for table in (_MEASUREMENTS, *_COMPUTED):
            found += _number(self.rows(f"SELECT COUNT(*) AS n FROM {table} WHERE station_id IN ({marks})", *keys))
        for table in _MESSAGES:
            found += _number(
                self.rows(
                    f"SELECT COUNT(*) AS n FROM {table} WHERE message_key IN ({marks}) OR station_id IN ({marks})",
                    *keys,
                    *keys,
                )
            )
        return found

    def delete(self, keys: Sequence[str]) -> None:
        """Delete all rows of these stations."""
        marks = ", ".join(["%s"] * len(keys))
        with self._connection.cursor() as cursor:
            for table in (_MEASUREMENTS, *_COMPUTED):
                cursor.execute(f"DELETE FROM {table} WHERE station_id IN ({marks})", keys)
            for table in _MESSAGES:
                cursor.execute(
                    f"DELETE FROM {table} WHERE message_key IN ({marks}) OR station_id IN ({marks})", [*keys, *keys]
                )

    def left_by_crashed_runs(self, minutes: int) -> list[str]:
        """Stations of runs that are older than that and have rows still."""
        found: set[str] = set()
        ages = {
            _MEASUREMENTS: "published_at",
            _INDEX: "computed_at",
            _PREDICTIONS: "made_at",
            _QUALITY: "computed_at",
            _RAW: "received_at",
            _REJECTED: "received_at",
        }
        for table, age in ages.items():
            names = ["station_id", "message_key"] if table in _MESSAGES else ["station_id"]
            for name in names:
                for row in self.rows(
                    f"SELECT DISTINCT {name} AS station FROM {table} WHERE {name} LIKE %s AND {name} NOT LIKE %s "
                    f"AND {age} < date_sub(utc_timestamp(), INTERVAL {minutes} MINUTE)",
                    f"{MARK}%",
                    f"{BENCHMARK_MARK}%",
                ):
                    found.add(str(row["station"]))
        return sorted(found)


def _time(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value


def _number(rows: list[Row]) -> int:
    number = rows[0]["n"]
    assert isinstance(number, int)
    return number
