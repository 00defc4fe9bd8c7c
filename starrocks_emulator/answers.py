"""Results of DuckDB queries as StarRocks sends them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import duckdb

from starrocks_emulator import errors
from starrocks_emulator.encoded_rows import FEW_ROWS, encoded_query, payloads
from starrocks_emulator.mysql.encode import float32_text
from starrocks_emulator.results import Column, ResultSet, Value
from starrocks_emulator.types import LENGTHS, WIRE, from_stored

_BATCH = 2048


def column(name: str, stored: str) -> Column:
    """The description of a result column by its name and DuckDB type."""
    kind = from_stored(stored)
    scale = kind.arguments[1] if kind.name == "decimal" else 31 if kind.name in {"double", "float"} else 0
    length = kind.arguments[0] * 4 if kind.is_string else LENGTHS.get(kind.name, 65535)
    return Column(name, WIRE[kind.name], min(length, 4194304), scale)


def read(cursor: duckdb.DuckDBPyConnection, text: str) -> ResultSet:
    """Run a DuckDB query; its rows are fetched in batches as the client reads them."""
    cursor.execute(text)
    description = cursor.description or []
    columns = [column(str(entry[0]), str(entry[1])) for entry in description]
    nested = {index: str(entry[1]) for index, entry in enumerate(description) if str(entry[1]).endswith("[]")}
    temporal = [index for index, entry in enumerate(description) if str(entry[1]) in {"DATE", "TIMESTAMP"}]
    return ResultSet(columns, _batches(cursor, nested, temporal))


def read_encoded(cursor: duckdb.DuckDBPyConnection, text: str, grouped: bool) -> ResultSet:
    """Run a DuckDB query. If there are many rows, DuckDB itself encodes them for the text protocol.

    `grouped`: the query has GROUP BY, which makes running it twice expensive."""
    if not grouped:
        # Most results are short, and preparing the encoded query costs more than running a short query twice.
        few = read(cursor, f"{text} LIMIT {FEW_ROWS + 1}")
        rows = [row for batch in few.batches for row in batch]
        if len(rows) <= FEW_ROWS:
            return ResultSet(few.columns, iter([rows] if rows else []))
    relation = cursor.sql(text)
    types = [str(type_) for type_ in relation.types]
    query = encoded_query(text, types)
    if query is None:
        return read(cursor, text)
    columns = [column(name, stored) for name, stored in zip(relation.columns, types, strict=True)]
    cursor.execute(query)
    first = cursor.fetchmany(_BATCH)  # errors must be raised before the columns are sent

    def values() -> Iterator[Sequence[Sequence[Value]]]:
        yield from read(cursor, text).batches

    def encoded() -> Iterator[Iterable[bytes]]:
        yield payloads(first)
        for batch in _batches(cursor, {}):
            yield payloads(batch)

    return ResultSet(columns, values(), encoded())


def _batches(
    cursor: duckdb.DuckDBPyConnection, nested: Mapping[int, str], temporal: Sequence[int] = ()
) -> Iterator[Sequence[Sequence[Value]]]:
    """Rows of the running query; `nested`: indexes and types of array columns, `temporal`: indexes of date columns."""
    while True:
        try:
            batch = cursor.fetchmany(_BATCH)
        except duckdb.Error as error:
            raise errors.translated(error, "reading a result") from error
        if not batch:
            return
        if nested:
            batch = [
                tuple(_array(value, nested[index]) if index in nested else value for index, value in enumerate(row))
                for row in batch
            ]
        if temporal and any(isinstance(row[index], str) for row in batch for index in temporal):
            batch = [
                tuple(_year_0(value) if index in temporal else value for index, value in enumerate(row))
                for row in batch
            ]
        yield batch


def _year_0(value: Value) -> Value:
    """A date of the year 0, which Python does not support; DuckDB returns it as text, as of 1 BC."""
    return value.replace("0001", "0000", 1).replace(" (BC)", "") if isinstance(value, str) else value


def _array(value: object, stored: str) -> str | None:
    return None if value is None else _element(value, stored.rstrip("[]"))


def _element(value: object, stored: str) -> str:
    """An element of an array as StarRocks prints it: strings and dates in quotes, booleans as 1 and 0.

    `stored`: DuckDB's type of the innermost elements."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[" + ",".join(_element(one, stored) for one in value) + "]"
    if isinstance(value, float):
        return float32_text(value) if stored == "FLOAT" else repr(value).removesuffix(".0")
    if isinstance(value, int | Decimal):
        return str(int(value) if isinstance(value, bool) else value)
    return f"'{value}'" if stored == "JSON" else json.dumps(str(value), ensure_ascii=False)
