"""Cells, errors and interfaces that the formats of files share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apps.ciapol.sensors.event import STATION_ID, Measurement
from apps.ciapol.sensors.local_clock import LocalClock

NOT_MEASURED = frozenset({"", "NA"})
"""Contents of a cell without a measurement. `NA` is R's notation, which the UCI files use."""


class UnreadableFileError(Exception):
    """A file cannot be read as measurements; the message names the file and what is expected."""


@dataclass
class BadRowError(Exception):
    """A row is invalid; the message has file, line, field, value and expectation."""

    path: Path
    line: int
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        """One line of text for the user."""
        where = f"{self.path}, line {self.line}, field {self.field}"
        return f"{where}: found {self.value!r}, expected {self.expected}"


class BadCellError(Exception):
    """A cell is invalid; the reader adds file and line."""

    def __init__(self, field: str, value: str, expected: str) -> None:
        """Describe the error.

        Args:
            field: name of the column.
            value: content of the cell.
            expected: valid content, in words.
        """
        super().__init__(field, value, expected)
        self.field = field
        self.value = value
        self.expected = expected


class Form(Protocol):
    """A format of files: converts rows into measurements."""

    def measurement(self, row: Sequence[str]) -> Measurement:
        """The measurement of a row that has as many cells as the header.

        Raises:
            BadCellError: a cell is invalid.
        """
        ...


class FormOf(Protocol):
    """Creates the form of a file from its header."""

    def __call__(self, columns: Mapping[str, int], clock: LocalClock | None) -> Form:
        """Create the form.

        Args:
            columns: position of each column, by name.
            clock: converter of times without an offset; None for the format's default.
        """
        ...


def number(field: str, text: str) -> float | None:
    """The number in a cell; None if nothing was measured.

    Raises:
        BadCellError: the text is neither a finite decimal number nor one of `NOT_MEASURED`.
    """
    if text in NOT_MEASURED:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise BadCellError(field, text, "a number such as 35.1; NA or nothing if it was not measured")
    return value


def station_id(field: str, text: str) -> str:
    """The station's identifier in a cell.

    Raises:
        BadCellError: the text is not a valid identifier; the ingest job would reject its events.
    """
    if not STATION_ID.fullmatch(text):
        raise BadCellError(
            field, text, "a station's identifier: 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit"
        )
    return text
