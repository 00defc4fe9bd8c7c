"""Reads and validates CSV files of stations."""

import csv
import re
from pathlib import Path
from typing import Annotated, Self, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from apps.ciapol.sensors.event import STATION_ID

COLUMNS = ("id", "name", "latitude", "longitude", "commune", "time_zone", "demonstration", "reference_temperature")
_REQUIRED = frozenset({"id", "name", "latitude", "longitude", "commune"})
DEFAULT_ZONE = "Africa/Abidjan"
DEFAULT_REFERENCE = 25.0


class StationsError(Exception):
    """A file of stations is invalid; the message has one line for each error."""


def _station_id(text: str) -> str:
    if not STATION_ID.fullmatch(text):
        raise ValueError("1 to 64 letters, digits, '.', '_', '-', the first a letter or digit")
    return text


def _known_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"a time zone of the IANA database such as {DEFAULT_ZONE}") from None
    return text


def _text(most: int, least: int = 0) -> AfterValidator:
    """Validate the length of a text in bytes of UTF-8, as StarRocks limits a VARCHAR."""

    def check(text: str | None) -> str | None:
        if text is not None and not least <= len(text.encode()) <= most:
            raise ValueError(f"{least} to {most} bytes of text")
        return text

    return AfterValidator(check)


def _degrees(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        raise ValueError("degrees as a decimal number such as 5.345, or nothing")
    return text


def _celsius(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        raise ValueError("°C as a decimal number such as 20, or nothing")
    return text


_EmptyIsNone = BeforeValidator(lambda text: None if text == "" else text)


class StationRow(BaseModel):
    """A station.

    Args:
        id: identifier of the station in its events.
        name: display name.
        latitude, longitude: position in degrees, WGS 84; both or neither.
        commune: commune of its location.
        time_zone: IANA name of its local time zone.
        demonstration: source of its data, if it is not a station of the network.
        reference_temperature: °C that its µg/m³ of gases refer to, at 1013.25 hPa.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: Annotated[str, AfterValidator(_station_id)]
    name: Annotated[str, _text(255, least=1)]
    latitude: Annotated[float | None, Field(ge=-90, le=90), BeforeValidator(_degrees), _EmptyIsNone] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180), BeforeValidator(_degrees), _EmptyIsNone] = None
    commune: Annotated[str | None, _text(128), _EmptyIsNone] = None
    time_zone: Annotated[
        str, AfterValidator(_known_zone), BeforeValidator(lambda text: DEFAULT_ZONE if text == "" else text)
    ] = DEFAULT_ZONE
    demonstration: Annotated[str | None, _text(255), _EmptyIsNone] = None
    reference_temperature: Annotated[
        float,
        Field(ge=-50, le=50),
        BeforeValidator(_celsius),
        BeforeValidator(lambda text: DEFAULT_REFERENCE if text == "" else text),
    ] = DEFAULT_REFERENCE

    @model_validator(mode="after")
    def _whole_position(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude together, or neither")
        return self


def read_stations(path: Path) -> list[StationRow]:
    """Read the stations of a CSV file with a header; the columns after `commune` are optional.

    Raises:
        StationsError: the file is invalid; the message has line, field, value and expectation of each error.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            return _read(path, text)
    except OSError as error:
        raise StationsError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise StationsError(f"{path}: not UTF-8: invalid byte {error.object[error.start]:#04x}") from error


def _read(path: Path, text: TextIO) -> list[StationRow]:
    reader = csv.reader(text, strict=True)
    problems: list[str] = []
    stations: dict[str, StationRow] = {}
    lines: dict[str, int] = {}
    try:
        header = next(reader, [])
        if not _REQUIRED <= set(header) <= set(COLUMNS) or len(set(header)) != len(header):
            raise StationsError(
                f"{path}, line 1: found columns {', '.join(header) or '(none)'}, expected {', '.join(COLUMNS)} "
                "(the last three may be left out)"
            )
        for row in reader:
            if not row:
                continue
            where = f"{path}, line {reader.line_num}"
            if len(row) != len(header):
                problems.append(f"{where}: found {len(row)} cells, expected {len(header)}")
                continue
            try:
                station = StationRow.model_validate(dict(zip(header, row, strict=True)))
            except ValidationError as error:
                problems.extend(
                    f"{where}, {problem}" for problem in _problems(error, dict(zip(header, row, strict=True)))
                )
                continue
            if station.id in stations:
                problems.append(f"{where}, field id: found {station.id!r}, which line {lines[station.id]} has already")
            stations[station.id] = station
            lines[station.id] = reader.line_num
    except csv.Error as error:
        problems.append(f"{path}, line {reader.line_num}: {error}")
    if problems:
        raise StationsError("\n".join(problems))
    return list(stations.values())


def _problems(error: ValidationError, cells: dict[str, str]) -> list[str]:
    found = []
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else "latitude, longitude"
        value = cells[name] if name in cells else f"{cells['latitude']}, {cells['longitude']}"
        expected = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        found.append(f"field {name}: found {value!r}, expected {expected}")
    return found
