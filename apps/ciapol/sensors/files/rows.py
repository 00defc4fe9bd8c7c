"""What the forms of files share: cells, and what is said when one is wrong."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Protocol

from apps.ciapol.sensors.event import STATION_ID, Measurement

NOT_MEASURED = frozenset({"", "NA"})
"""What a cell without a measurement holds; `NA` is what R, and with it the UCI files, write."""


class UnreadableFileError(Exception):
    """A file that cannot be read as measurements at all; the message says which and what would be right."""


@dataclass
class BadRowError(Exception):
    """A row that cannot be used: where it is, which field, what it holds and what it should hold."""

    path: Path
    line: int
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        """One line for a person."""
        where = f"{self.path}, line {self.line}, field {self.field}"
        return f"{where}: found {self.value!r}, expected {self.expected}"


class BadCellError(Exception):
    """A cell that cannot be used; the reader adds file and line."""

    def __init__(self, field: str, value: str, expected: str) -> None:
        """Name the column, what the cell holds and what it should hold."""
        super().__init__(field, value, expected)
        self.field = field
        self.value = value
        self.expected = expected


class Form(Protocol):
    """One form of a file: turns its rows into measurements."""

    def measurement(self, row: Sequence[str]) -> Measurement:
        """The measurement of a row that has as many cells as the header.

        Raises:
            BadCellError: a cell that cannot be used.
        """
        ...


class FormOf(Protocol):
    """Makes a form for a file from its header."""

    def __call__(self, columns: Mapping[str, int], zone: tzinfo | None) -> Form:
        """`columns`: position by name; `zone`: of the times that tell none."""
        ...


def number(field: str, text: str) -> float | None:
    """The number in a cell, None where nothing was measured.

    Raises:
        BadCellError: neither a finite decimal number nor one of `NOT_MEASURED`.
    """
    if text in NOT_MEASURED:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise BadCellError(field, text, "a number such as 35.1, or NA or nothing where it was not measured")
    return value


def station_id(field: str, text: str) -> str:
    """The station's identifier in a cell.

    Raises:
        BadCellError: it is no identifier, so that the ingest job would reject its events.
    """
    if not STATION_ID.fullmatch(text):
        raise BadCellError(
            field, text, "a station's identifier: 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit"
        )
    return text
