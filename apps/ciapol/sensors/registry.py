"""Writes stations into StarRocks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pymysql
import pymysql.cursors

from apps.ciapol.sensors.stations import StationRow

_CONNECT_SECONDS = 10
_ANSWER_SECONDS = 60
_SELECT = (
    "SELECT station_id, name, latitude, longitude, commune, time_zone, demonstration, reference_temperature, "
    "registered_at FROM stations"
)
_UPSERT = (
    "INSERT INTO stations (station_id, name, latitude, longitude, commune, time_zone, demonstration, "
    "reference_temperature, registered_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


class RegistryError(Exception):
    """StarRocks cannot be reached or refuses a statement; the message contains its address and response."""


@dataclass(frozen=True)
class StarRocks:
    """The StarRocks database in which stations are registered.

    Args:
        host, port: address of a frontend's MySQL protocol.
        user: a user with SELECT and INSERT privileges on `stations`.
        password_file: file with the user's password; None if the user has none.
        database: database of the table `stations`.
    """

    host: str
    port: int
    user: str
    password_file: Path | None
    database: str

    @contextmanager
    def _connection(self) -> "Iterator[pymysql.Connection[pymysql.cursors.Cursor]]":
        where = f"StarRocks at {self.host}:{self.port}, user {self.user}, database {self.database}"
        try:
            password = "" if self.password_file is None else self.password_file.read_text().strip()
        except OSError as error:
            raise RegistryError(f"password file {self.password_file}: {error.strerror}") from error
        try:
            connection = pymysql.connect(
                host=self.host,
                port=self.port,
                user=self.user,
                password=password,
                database=self.database,
                charset="utf8mb4",
                autocommit=True,
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_ANSWER_SECONDS,
                write_timeout=_ANSWER_SECONDS,
            )
            with connection:
                yield connection
        except pymysql.MySQLError as error:
            raise RegistryError(f"{where}: {error}") from error

    def register(self, stations: Sequence[StationRow]) -> "Changes":
        """Insert new stations and update changed ones; other stations stay.

        Unchanged rows are not written, and changed rows keep the time of their first registration. One statement
        writes all rows, so that either all stations are registered or none.

        Raises:
            RegistryError: StarRocks cannot be reached, or refuses a statement.
        """
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(_SELECT)
            there = {str(row[0]): (row[1:8], row[8]) for row in cursor.fetchall()}
            now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
            rows: list[tuple[object, ...]] = []
            added = 0
            for station in stations:
                wanted = (
                    station.name,
                    station.latitude,
                    station.longitude,
                    station.commune,
                    station.time_zone,
                    station.demonstration,
                    station.reference_temperature,
                )
                found, registered_at = there.get(station.id, (None, None))
                if found != wanted:
                    added += found is None
                    rows.append((station.id, *wanted, registered_at or now))
            if rows:
                cursor.executemany(_UPSERT, rows)
        return Changes(added=added, changed=len(rows) - added, unchanged=len(stations) - len(rows))


@dataclass(frozen=True)
class Changes:
    """Numbers of stations that a registration changed."""

    added: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        """One line of text for the user."""
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged"
