"""Reads a file of measurements and detects its format."""

import csv
import lzma
from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import TextIO

from apps.ciapol.sensors.event import Measurement
from apps.ciapol.sensors.files import event_csv, uci
from apps.ciapol.sensors.files.rows import BadCellError, BadRowError, Form, FormOf, UnreadableFileError
from apps.ciapol.sensors.local_clock import ClockChange, LocalClock

_FORMS: Mapping[str, tuple[frozenset[str], frozenset[str], FormOf]] = {
    "UCI data set 501": (uci.REQUIRED, uci.COLUMNS, uci.UciForm),
    "event": (event_csv.REQUIRED, event_csv.COLUMNS, event_csv.EventForm),
}


def read_measurements(
    path: Path,
    zone: tzinfo | None = None,
    bad: Callable[[BadRowError], None] | None = None,
    change: ClockChange | None = None,
) -> Iterator[Measurement]:
    """The measurements of a `.csv` or `.csv.xz` file, in the file's order, with one row in memory.

    Args:
        path: a file in the format of UCI data set 501, or with the event's field names.
        zone: time zone of times without one. None means Beijing's for UCI files; in other files, each time must then
            have an offset.
        bad: called with each invalid row; None means that the first invalid row is raised.
        change: how to read local times that a clock change skips or repeats; None means that such rows are invalid.

    Raises:
        BadRowError: a row is invalid.
        UnreadableFileError: the file is missing, damaged or no CSV, or has unknown, missing or repeated columns.
    """
    try:
        with _open(path) as text:
            yield from _rows(path, text, None if zone is None else LocalClock(zone, change), bad)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise UnreadableFileError(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"{path}: not UTF-8: invalid byte {error.object[error.start]:#04x}") from error


def _open(path: Path) -> TextIO:
    if path.name.endswith(".csv.xz"):
        return lzma.open(path, "rt", encoding="utf-8-sig", newline="")
    if path.name.endswith(".csv"):
        return path.open(encoding="utf-8-sig", newline="")
    raise UnreadableFileError(f"{path}: the name must end with .csv or .csv.xz")


def _rows(
    path: Path, text: TextIO, clock: LocalClock | None, bad: Callable[[BadRowError], None] | None
) -> Iterator[Measurement]:
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, [])
        form = _form(path, header, clock)
        for row in reader:
            if not row:
                continue
            try:
                measurement = _measurement(form, row, len(header))
            except BadCellError as cell:
                problem = BadRowError(path, reader.line_num, cell.field, cell.value, cell.expected)
                if bad is None:
                    raise problem from None
                bad(problem)
            else:
                yield measurement
    except csv.Error as error:
        raise UnreadableFileError(f"{path}, line {reader.line_num}: {error}") from error


def _measurement(form: Form, row: list[str], width: int) -> Measurement:
    if len(row) != width:
        raise BadCellError("(all)", f"{len(row)} cells", f"{width}, as in the header")
    return form.measurement(row)


def _form(path: Path, header: list[str], clock: LocalClock | None) -> Form:
    columns = {name: position for position, name in enumerate(header)}
    for name, (required, known, form) in _FORMS.items():
        if not required <= columns.keys():
            continue
        if unknown := sorted(columns.keys() - known):
            raise UnreadableFileError(
                f"{path}: form {name} has no column {', '.join(map(repr, unknown))}; it has {', '.join(sorted(known))}"
            )
        if len(columns) != len(header):
            twice = sorted({column for column in header if header.count(column) > 1})
            raise UnreadableFileError(f"{path}: the header names {', '.join(twice)} more than once")
        return form(columns, clock)
    wanted = "; or ".join(f"{name}: {', '.join(sorted(required))}" for name, (required, _, _) in _FORMS.items())
    raise UnreadableFileError(f"{path}: the header is {header!r}; expected at least the columns of form {wanted}")
