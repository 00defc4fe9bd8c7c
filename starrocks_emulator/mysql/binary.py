"""Rows of a result in the binary protocol, for prepared statements."""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from starrocks_emulator.mysql.encode import texts
from starrocks_emulator.mysql.packets import lenenc_bytes
from starrocks_emulator.results import Column, ColumnType, Value

_DATE = struct.Struct("<BHBB")
_DATETIME = struct.Struct("<BHBBBBB")
_DATETIME_MICROS = struct.Struct("<BHBBBBBI")
_TIME = struct.Struct("<BBIBBB")
_TIME_MICROS = struct.Struct("<BBIBBBI")

_FORMATS = {
    ColumnType.TINY: ("<b", "<B"),
    ColumnType.SHORT: ("<h", "<H"),
    ColumnType.LONG: ("<i", "<I"),
    ColumnType.LONGLONG: ("<q", "<Q"),
    ColumnType.FLOAT: ("<f", "<f"),
    ColumnType.DOUBLE: ("<d", "<d"),
}


def binary_rows(columns: Sequence[Column], rows: Sequence[Sequence[Value]], codec: str) -> Iterable[bytes]:
    """The payloads of binary result rows, lazily.

    Raises:
        ValueError: a row has another number of values than there are columns, or a value does not fit its column's
            type.
    """
    if not rows:
        return iter(())
    by_column = list(zip(*rows, strict=True))
    if len(by_column) != len(columns):
        raise ValueError(f"a row has {len(by_column)} values but {len(columns)} columns were announced")
    nulls = [0] * len(rows)
    cells: list[Sequence[bytes]] = []
    for number, (column, values) in enumerate(zip(columns, by_column, strict=True)):
        if None not in values:
            cells.append(_cells(column, values, codec))
            continue
        bit = 1 << (number + 2)  # the bitmap of rows starts at bit 2
        nulls = [bits | bit if value is None else bits for bits, value in zip(nulls, values, strict=True)]
        there = iter(_cells(column, [value for value in values if value is not None], codec))
        cells.append([b"" if value is None else next(there) for value in values])
    width = (len(columns) + 9) // 8
    heads = [b"\0" + bits.to_bytes(width, "little") for bits in nulls]
    return map(b"".join, zip(heads, *cells, strict=True))


def _cells(column: Column, values: Sequence[Value], codec: str) -> Sequence[bytes]:
    formats = _FORMATS.get(column.type)
    try:
        if formats is not None:
            pack = struct.Struct(formats[column.unsigned]).pack
            try:
                return [pack(value) for value in values]
            except struct.error:
                return [pack(_number(value, column.type)) for value in values]
        convert = _TEMPORALS.get(column.type)
        if convert is not None:
            return [convert(value) for value in values]
    except (struct.error, TypeError, ValueError, OverflowError) as misfit:
        raise ValueError(f"column {column.name}: a value does not fit {column.type.name}: {misfit}") from misfit
    return [lenenc_bytes(value) for value in texts(column.type, values, codec)]


def _number(value: Value, type_: ColumnType) -> int | float:
    """Convert a number of another type (Decimal, text); a fraction is an error and is never rounded."""
    if value is None or isinstance(value, bytes | date | timedelta):
        raise TypeError(f"{value!r} is not a number")
    if type_ in (ColumnType.FLOAT, ColumnType.DOUBLE):
        return float(value)
    if int(value) != (float(value) if isinstance(value, str) else value):
        raise ValueError(f"{value!r} is not an integer")
    return int(value)


def _date(value: Value) -> bytes:
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date")
    return _DATE.pack(4, value.year, value.month, value.day)


def _datetime(value: Value) -> bytes:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date and time")
    if not isinstance(value, datetime):
        return _DATE.pack(4, value.year, value.month, value.day)
    fields = (value.year, value.month, value.day, value.hour, value.minute, value.second)
    if value.microsecond:
        return _DATETIME_MICROS.pack(11, *fields, value.microsecond)
    return _DATETIME.pack(7, *fields)


def _time(value: Value) -> bytes:
    if not isinstance(value, timedelta):
        raise TypeError(f"{value!r} is not a time")
    negative, value = (1, -value) if value < timedelta(0) else (0, value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if value.microseconds:
        return _TIME_MICROS.pack(12, negative, value.days, hours, minutes, seconds, value.microseconds)
    return _TIME.pack(8, negative, value.days, hours, minutes, seconds)


_TEMPORALS: dict[ColumnType, Callable[[Value], bytes]] = {
    ColumnType.DATE: _date,
    ColumnType.DATETIME: _datetime,
    ColumnType.TIME: _time,
}
