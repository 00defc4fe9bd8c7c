"""Reads positions from CSV files: this project's columns, or those of Movebank."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


class BadRowError(Exception):
    """An invalid row. The message names file, line, column, value and expected value."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A position of a lion; latitude and longitude in degrees (WGS 84), None if the collar found no position."""

    lion_id: str
    at: datetime
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class _Columns:
    lion: str
    time: str
    latitude: str
    longitude: str

    @property
    def names(self) -> tuple[str, ...]:
        return self.lion, self.time, self.latitude, self.longitude


_OWN = _Columns("lion_id", "measured_at", "latitude", "longitude")
_MOVEBANK = _Columns("individual-local-identifier", "timestamp", "location-lat", "location-long")
"""Names of https://www.movebank.org/cms/movebank-content/movebank-attribute-dictionary; times are UTC."""


def read_fixes(path: Path) -> Iterator[Fix | BadRowError]:
    """The rows of a file in order. An invalid row is returned as an error, so that the caller can skip it.

    Raises:
        BadRowError: the file cannot be read, or its first line names other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.DictReader(text)
            columns = _columns(path, rows.fieldnames or ())
            for row in rows:
                try:
                    yield _fix(row, columns, f"{path}:{rows.line_num}")
                except BadRowError as error:
                    yield error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRowError(f"{path}: {error}") from error


def _columns(path: Path, found: object) -> _Columns:
    names = set(found) if isinstance(found, list) else set()
    for columns in (_OWN, _MOVEBANK):
        if names >= set(columns.names):
            return columns
    raise BadRowError(
        f"{path}:1: found the columns {', '.join(sorted(names)) or 'none'}; "
        f"expected {', '.join(_OWN.names)}, or {', '.join(_MOVEBANK.names)}"
    )


def _fix(row: dict[str, str | None], columns: _Columns, place: str) -> Fix:
    lion = (row[columns.lion] or "").strip()
    if not lion:
        raise BadRowError(f"{place}: {columns.lion}: empty; expected the lion's identifier")
    return Fix(
        lion,
        _time(row[columns.time] or "", f"{place}: {columns.time}"),
        _degrees(row[columns.latitude] or "", f"{place}: {columns.latitude}"),
        _degrees(row[columns.longitude] or "", f"{place}: {columns.longitude}"),
    )


def _time(text: str, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC, the year may be 0 or 10000
        raise BadRowError(f"{place}: found {text!r}; expected a time such as 2026-01-31T12:00:00Z") from None


def _degrees(text: str, place: str) -> float | None:
    """Parse degrees. Any finite number is accepted, because the pipeline excludes impossible positions."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRowError(f"{place}: found {text!r}; expected a number of degrees")
    return value
