"""Fills the temporary table `stage` from a body."""

import logging
import mmap
from contextlib import suppress
from pathlib import Path

import duckdb

from starrocks_emulator.errors import raised_text, translated
from starrocks_emulator.functions.loaded_json import failure as failure_of_json
from starrocks_emulator.load import exact, source
from starrocks_emulator.load.settings import Settings, SettingsError
from starrocks_emulator.schema import Table

_LOG = logging.getLogger(__name__)


def read_json(  # noqa: PLR0917
    cursor: duckdb.DuckDBPyConnection, table: Table, body: Path, settings: Settings, mapped: source.Mapped,
    wanted: tuple[source.Conversion, str],
) -> str:  # fmt: skip
    """Fill `stage` from a JSON body; return the relation that reads the body.

    Raises:
        SettingsError: the body is no JSON.
    """
    size = body.stat().st_size
    plain = exact.is_plain(cursor, body, table, mapped, settings)
    exact_rows = exact.relation(body, size, settings, table, mapped)
    if exact_rows is None or plain or not exact.loses_text(body, table, mapped, settings):
        booleans = not plain and _may_hold_booleans(body)
        digits = source.digit_fields(table, mapped) if booleans else ()
        documents = source.document_fields(table, mapped)
        rows = source.relation(body, size, settings, mapped.fields, digits=digits, documents=documents)
        if not booleans and _read_typed(cursor, table, body, settings, mapped):
            return rows
        try:
            cursor.execute(_staging(*wanted, rows))
        except duckdb.Error as error:
            if exact_rows is None or raised_text(error):
                raise SettingsError(_reason(error, settings)) from error
        else:
            return rows
    try:
        cursor.execute(_staging(*wanted, exact_rows))
    except duckdb.Error as error:
        raise SettingsError(_reason(error, settings)) from error
    return exact_rows


def _read_typed(
    cursor: duckdb.DuckDBPyConnection, table: Table, body: Path, settings: Settings, mapped: source.Mapped
) -> bool:
    typed = source.typed_fields(table, mapped, settings)
    if not typed:
        return False
    converted = source.conversion(table, mapped, settings, typed)
    documents = source.document_fields(table, mapped)
    rows = source.relation(body, body.stat().st_size, settings, mapped.fields, typed, documents=documents)
    try:
        cursor.execute(_staging(converted, "", rows))
    except duckdb.Error:
        return False  # A value is not a number; the slower read finds the row.
    return True


def read_csv(
    cursor: duckdb.DuckDBPyConnection, body: Path, settings: Settings, mapped: source.Mapped,
    wanted: tuple[source.Conversion, str],
) -> tuple[str, int]:  # fmt: skip
    """Fill `stage` from a CSV body; return the relation that reads it, and the number of rows without all fields.

    Raises:
        SettingsError: DuckDB cannot read the body.
    """
    size = body.stat().st_size
    returned = "" if "\r" in settings.column_separator else source.hide_returns(body)
    rows = source.relation(body, size, settings, mapped.fields, returned=returned)
    with suppress(duckdb.Error):
        cursor.execute(_staging(*wanted, rows))
        return rows, 0
    rows = source.relation(body, size, settings, mapped.fields, lenient=True, returned=returned)
    try:
        cursor.execute(_staging(*wanted, rows))
    except duckdb.Error as error:
        raise SettingsError(_reason(error, settings)) from error
    return rows, _lines(body) - settings.skip_header - number(cursor, f"SELECT count(*) FROM {rows}")


def _reason(error: duckdb.Error, settings: Settings) -> str:
    """The message for a body that cannot be read, or for an expression that DuckDB refuses.

    DuckDB's own message may name a local file."""
    if text := raised_text(error):
        return text
    if not isinstance(error, duckdb.InvalidInputException | duckdb.IOException):
        return translated(error, "a load").message
    _LOG.warning("the body of a load cannot be read", exc_info=error)
    return (
        failure_of_json(settings.strip_outer_array and not settings.json_root) if settings.format == "json" else _NO_CSV
    )


_NO_CSV = "parse error. The body cannot be read as CSV; the emulator's log has the details"


def _staging(converted: source.Conversion, where: str, rows: str) -> str:
    """The statement that fills `stage`."""
    condition = f" WHERE coalesce({where}, FALSE)" if where else ""
    return (
        f"CREATE OR REPLACE TEMP TABLE stage AS SELECT *, ({converted.bad}) AS __bad FROM "
        f"(SELECT {converted.select} FROM {rows}{condition})"
    )


def _lines(body: Path) -> int:
    with body.open("rb") as file:
        count, last = 0, b""
        while block := file.read(1 << 20):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last not in {b"", b"\n"})


def _may_hold_booleans(body: Path) -> bool:
    """Whether the body contains the word true or false; JSON booleans need a slower read."""
    if not body.stat().st_size:
        return False
    with body.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(b"true") >= 0 or data.find(b"false") >= 0


def number(cursor: duckdb.DuckDBPyConnection, query: str) -> int:
    """The number that a query returns."""
    row = cursor.execute(query).fetchone()
    return int(row[0]) if row else 0
