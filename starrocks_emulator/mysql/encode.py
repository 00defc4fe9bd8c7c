"""Encodes rows of a result for the text protocol, column by column.

A loop over rows that checks the type of each value takes microseconds per value. Here a batch is transposed into
columns, the types of a column's values are determined once, and each column is converted by code that runs mostly in C.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from starrocks_emulator.mysql.packets import lenenc_bytes
from starrocks_emulator.results import Column, ColumnType, Value

_PREFIX = [bytes([length]) for length in range(251)]
_NULL = b"\xfb"
_FLOAT32 = struct.Struct("<f")

Texts = Sequence[bytes]
Converter = Callable[[Sequence[Value]], Texts]
"""Converts the values of a column, which have one type and are not NULL, to texts."""


def text_rows(columns: Sequence[Column], rows: Sequence[Sequence[Value]], codec: str) -> Iterable[bytes]:
    """The payloads of text result rows, lazily, in the client's character set `codec`.

    A value that the character set lacks becomes `?`, as in MySQL.

    Raises:
        ValueError: a row has not as many values as there are columns.
    """
    try:
        by_column = list(zip(*rows, strict=True))
    except ValueError as ragged:
        raise ValueError("the rows of the batch have different lengths") from ragged
    if rows and len(by_column) != len(columns):
        raise ValueError(f"a row has {len(by_column)} values but {len(columns)} columns were announced")
    cells = [_cells(column.type, values, codec) for column, values in zip(columns, by_column, strict=False)]
    return map(b"".join, zip(*cells, strict=True))


def _cells(type_: ColumnType, values: Sequence[Value], codec: str) -> Texts:
    kinds = set(map(type, values))
    if type(None) not in kinds:
        return _prefixed(texts(type_, values, codec))
    kinds.discard(type(None))
    if not kinds:
        return [_NULL] * len(values)
    there = iter(_prefixed(texts(type_, [value for value in values if value is not None], codec)))
    return [_NULL if value is None else next(there) for value in values]


def _prefixed(values: Texts) -> Texts:
    try:
        return [_PREFIX[len(value)] + value for value in values]
    except IndexError:
        return [lenenc_bytes(value) for value in values]


def texts(type_: ColumnType, values: Sequence[Value], codec: str) -> Texts:
    """The texts of values that are not NULL, as StarRocks writes them for a column of `type_`."""
    kinds = set(map(type, values))
    if len(kinds) != 1:
        return [texts(type_, (value,), codec)[0] for value in values]
    kind = kinds.pop()
    if kind is str:
        return _strings(values, codec)
    if kind is float and type_ is ColumnType.FLOAT:
        return _float32(values)
    converter = _CONVERTERS.get(kind)
    if converter is None:
        raise TypeError(f"a value of type {kind.__name__} cannot be sent to a client")
    return converter(values)


def _strings(values: Sequence[Value], codec: str) -> Texts:
    # One call encodes the whole column, because one call per value is slow. NUL separates the values. If a value
    # contains a NUL, the number of parts is wrong, and each value is encoded separately.
    together = "\0".join([value for value in values if isinstance(value, str)])
    try:
        encoded = together.encode(codec).split(b"\0")
    except UnicodeEncodeError:
        encoded = []
    if len(encoded) == len(values):
        return encoded
    return [str(value).encode(codec, "replace") for value in values]


def _ints(values: Sequence[Value]) -> Texts:
    return str(list(values))[1:-1].encode().split(b", ")


def _bools(values: Sequence[Value]) -> Texts:
    return [b"1" if value else b"0" for value in values]


def _doubles(values: Sequence[Value]) -> Texts:
    shortest = str(list(values))[1:-1].encode().split(b", ")
    return [value.removesuffix(b".0") for value in shortest]


def _float32(values: Sequence[Value]) -> Texts:
    return [float32_text(value).encode() for value in values if isinstance(value, float)]


def float32_text(value: float) -> str:
    """The shortest text that parses to the same 4-byte float; nine digits always suffice (`FLT_DECIMAL_DIG`)."""
    try:
        packed = _FLOAT32.pack(value)
    except OverflowError:
        return repr(value).removesuffix(".0")
    (value,) = _FLOAT32.unpack(packed)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        with suppress(OverflowError):  # Rounded to few digits, the largest floats exceed the largest float.
            if _FLOAT32.pack(float(text)) == packed:
                break
    # `g` writes an exponent from 10^digits on. The result is formatted like `repr`, so that FLOAT and DOUBLE look
    # alike.
    return repr(float(text)).removesuffix(".0")


def _decimals(values: Sequence[Value]) -> Texts:
    found = [str(value) for value in values]
    if any("E" in text for text in found):
        found = [format(value, "f") for value in values if isinstance(value, Decimal)]
    return [text.encode() for text in found]


def _temporals(values: Sequence[Value]) -> Texts:
    return "\0".join(map(str, values)).encode().split(b"\0")


def _intervals(values: Sequence[Value]) -> Texts:
    return [_time_text(value) for value in values if isinstance(value, timedelta)]


def _time_text(value: timedelta) -> bytes:
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    minutes, seconds = divmod(value.days * 86400 + value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{sign}{hours:02}:{minutes:02}:{seconds:02}"
    return (f"{text}.{value.microseconds:06}" if value.microseconds else text).encode()


def _bytes(values: Sequence[Value]) -> Texts:
    return [value for value in values if isinstance(value, bytes)]


_CONVERTERS: dict[type, Converter] = {
    int: _ints,
    bool: _bools,
    float: _doubles,
    Decimal: _decimals,
    bytes: _bytes,
    date: _temporals,
    datetime: _temporals,
    timedelta: _intervals,
}
