"""Reads histories from StarRocks and writes predictions to it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import TypeAdapter

from apps.ciapol.predictor.history import (
    COLUMNS,
    DEFAULT_REFERENCE,
    POLLUTANTS,
    WEATHER,
    Floats,
    History,
    Station,
    counting,
    hour_number,
    moment_of,
)
from apps.ciapol.predictor.index import Breakpoint, IndexMethod
from apps.shared import starrocks
from apps.shared.starrocks import Cell
from apps.shared.starrocks_address import Address as Server
from apps.shared.starrocks_address import passwords
from apps.shared.starrocks_errors import StarRocksError

DEFAULT_ZONE = "Africa/Abidjan"
"""Time zone of unregistered stations; equal to the default of `stations.time_zone`."""

_CONNECT_SECONDS = 10
_ANSWER_SECONDS = 300
_MEANS = ", ".join(f"AVG({name}) AS {name}" for name in (*POLLUTANTS, *WEATHER))
_COUNTS = ", ".join(f"COUNT({name}) AS {name}_values" for name in POLLUTANTS)
_PREDICTIONS = (
    *("station_id", "target_hour", "made_at", "quantity", "value", "`lower`", "`upper`", "model", "fallback"),
    "sub_index",
)
_BREAKPOINTS = tuple(field.name for field in fields(Breakpoint))
_ROWS_AT_ONCE = 20_000
_Breakpoint = TypeAdapter(Breakpoint)


@dataclass(frozen=True)
class Address:
    """Address and user of StarRocks.

    Args:
        host, port: address of a frontend's MySQL protocol.
        user: a user with SELECT privileges on measurements and index, and INSERT on `aqi_predictions_zeta`.
        password_file: file with the user's password; None if the user has none.
        database: database of the product.
    """

    host: str
    port: int
    user: str
    password_file: Path | None
    database: str

    def __str__(self) -> str:
        """The address as text for messages."""
        return f"StarRocks at {self.host}:{self.port}, user {self.user}, database {self.database}"


@dataclass(frozen=True)
class Prediction:
    """A row of `aqi_predictions_zeta`; hours are numbers as in `history.hour_number`.

    `sub_index` is that of a pollutant, None where too few hours have a value.
    """

    station_id: str
    target_hour: int
    made_at: int
    quantity: str
    value: float
    lower: float
    upper: float
    model: str
    fallback: bool
    sub_index: int | None = None


class StarRocks:
    """Reads the input of predictions and writes predictions."""

    def __init__(self, client: starrocks.StarRocks) -> None:
        """Use a client whose user has the privileges that `Address` lists."""
        self._client = client

    @classmethod
    @contextmanager
    def opened(cls, address: Address) -> Iterator[Self]:
        """Connect for the duration of the block.

        Raises:
            StarRocksError: StarRocks cannot be reached, refuses a statement, or the password file cannot be read.
        """
        try:
            password, former = ("", "") if address.password_file is None else passwords(address.password_file)
        except OSError as error:
            raise StarRocksError(f"password file {address.password_file}: {error.strerror}") from error
        server = Server(address.host, address.port, address.user, password, address.database, former)
        try:
            with starrocks.StarRocks(
                server, connect_seconds=_CONNECT_SECONDS, answer_seconds=_ANSWER_SECONDS, program="predictor"
            ) as client:
                yield cls(client)
        except StarRocksError as error:
            raise StarRocksError(f"{address}: {error}", code=error.code, error_text=error.error_text) from error

    def stations(self, first_hour: int, made_at: int, requested: Sequence[str] = ()) -> list[Station]:
        """The stations with measurements from `first_hour` to the start of `made_at`, sorted by identifier.

        Args:
            first_hour, made_at: numbers of hours.
            requested: identifiers of the stations to include, also test stations; if empty, all except test stations.
        """
        source, condition = "measurements", ""
        if requested:
            source, condition = "all_measurements", f" AND station_id IN ({', '.join(['%s'] * len(requested))})"
        measuring = self._rows(
            f"SELECT DISTINCT station_id FROM {source} WHERE measured_at >= %s AND measured_at <= %s{condition}",
            (moment_of(first_hour), moment_of(made_at), *requested),
        )
        registered = {
            str(station_id): (str(zone), "" if demonstration is None else str(demonstration), _number(reference))
            for station_id, zone, demonstration, reference in self._rows(
                "SELECT station_id, time_zone, demonstration, reference_temperature FROM stations", ()
            )
        }
        stations = []
        for station_id in sorted(str(row[0]) for row in measuring):
            zone, demonstration, reference = registered.get(station_id, (DEFAULT_ZONE, "", DEFAULT_REFERENCE))
            stations.append(Station(station_id, zone, f"{zone} {demonstration}".strip(), reference))
        return stations

    def index_method(self) -> IndexMethod:
        """The method of the index with the breakpoints of the database."""
        rows = self._rows(f"SELECT {', '.join(_BREAKPOINTS)} FROM aqi_breakpoints", ())
        return IndexMethod(_Breakpoint.validate_python(dict(zip(_BREAKPOINTS, row, strict=True))) for row in rows)

    def histories(self, stations: Sequence[Station], first_hour: int, made_at: int) -> list[History]:
        """The histories of these stations from `first_hour` to the start of `made_at`, also of test stations.

        The last hour, which begins at `made_at`, contains only measurements at exactly that time.
        """
        return [self._history(station, first_hour, made_at) for station in stations]

    def _history(self, station: Station, first_hour: int, made_at: int) -> History:
        values: Floats = np.full((made_at - first_hour + 1, len(COLUMNS)), np.nan)
        counts: Floats = np.zeros((len(values), len(POLLUTANTS)))
        bounds = (station.station_id, moment_of(first_hour), moment_of(made_at))
        delay = 0
        for hour_start, last_at, *cells in self._rows(
            f"SELECT date_trunc('hour', measured_at) AS hour_start, MAX(measured_at) AS last_at, {_MEANS}, {_COUNTS} "
            "FROM all_measurements WHERE station_id = %s AND measured_at >= %s AND measured_at <= %s "
            "GROUP BY date_trunc('hour', measured_at)",
            bounds,
        ):
            row = _row(hour_start, first_hour)
            values[row, 1:] = [_number(cell) for cell in cells[: len(COLUMNS) - 1]]
            counts[row] = [_number(cell) for cell in cells[len(COLUMNS) - 1 :]]
            if last_at != hour_start:
                delay = 1
        for number, pollutant in enumerate(POLLUTANTS):
            column = COLUMNS.index(pollutant)
            values[:, column] = counting(values[:, column], counts[:, number])
        for hour_start, aqi in self._rows(
            "SELECT hour_start, aqi FROM aqi_hourly_zeta "
            "WHERE station_id = %s AND hour_start >= %s AND hour_start <= %s",
            bounds,
        ):
            values[_row(hour_start, first_hour), 0] = _number(aqi)
        return History(station, first_hour, values, delay)

    def write(self, predictions: Sequence[Prediction]) -> None:
        """Write predictions; existing ones with the same key are replaced."""
        rows = [
            (
                p.station_id,
                _text(moment_of(p.target_hour)),
                _text(moment_of(p.made_at)),
                p.quantity,
                p.value,
                p.lower,
                p.upper,
                p.model,
                p.fallback,
                p.sub_index,
            )
            for p in predictions
        ]
        for begin in range(0, len(rows), _ROWS_AT_ONCE):
            self._client.insert("aqi_predictions_zeta", _PREDICTIONS, rows[begin : begin + _ROWS_AT_ONCE])

    def _rows(self, query: str, parameters: Sequence[str | datetime]) -> Iterator[tuple[Cell, ...]]:
        yield from self._client.stream(query, [_text(p) if isinstance(p, datetime) else p for p in parameters])


def _row(hour_start: object, first_hour: int) -> int:
    if not isinstance(hour_start, datetime):
        raise StarRocksError(f"hour_start is {hour_start!r}, expected a DATETIME")
    return hour_number(hour_start) - first_hour


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
