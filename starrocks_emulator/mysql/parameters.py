"""Reads the parameters of a prepared statement from COM_STMT_EXECUTE."""

import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from starrocks_emulator.mysql.constants import ParameterType
from starrocks_emulator.mysql.errors import ProtocolError
from starrocks_emulator.mysql.packets import PacketReader
from starrocks_emulator.results import SqlError, Value

Types = Sequence[tuple[ParameterType, bool]]
"""The type of each parameter, and whether it is unsigned."""

_INTEGERS = {
    ParameterType.TINY: 1,
    ParameterType.SHORT: 2,
    ParameterType.YEAR: 2,
    ParameterType.LONG: 4,
    ParameterType.INT24: 4,
    ParameterType.LONGLONG: 8,
}
_TEXTS = frozenset(
    {
        ParameterType.VARCHAR,
        ParameterType.VAR_STRING,
        ParameterType.STRING,
        ParameterType.ENUM,
        ParameterType.SET,
        ParameterType.JSON,
    }
)
_BLOBS = frozenset(
    {
        ParameterType.TINY_BLOB,
        ParameterType.MEDIUM_BLOB,
        ParameterType.LONG_BLOB,
        ParameterType.BLOB,
        ParameterType.BIT,
    }
)
_PACKET = "COM_STMT_EXECUTE"


def read_types(reader: PacketReader, count: int) -> Types:
    """The types of `count` parameters.

    Raises:
        ProtocolError: the packet ends too early, or a type is unknown.
    """
    types: list[tuple[ParameterType, bool]] = []
    for number in range(1, count + 1):
        code, flags = reader.fixed(2, f"type of parameter {number}")
        try:
            types.append((ParameterType(code), bool(flags & 0x80)))
        except ValueError as unknown:
            raise ProtocolError(f"Malformed communication packet: parameter {number} has type {code}") from unknown
    return types


def read_values(
    reader: PacketReader, types: Types, nulls: bytes, long_data: Mapping[int, bytearray], codec: str
) -> list[Value]:
    """The values of the parameters.

    Args:
        reader: positioned at the first value.
        types: type of each parameter.
        nulls: the NULL bitmap, lowest bit first.
        long_data: data from COM_STMT_SEND_LONG_DATA, by parameter number from 0; this packet does not contain them.
        codec: codec of the client's strings.

    Raises:
        ProtocolError: the packet ends too early.
        SqlError: 1292, a value is invalid for its type; 1210, a type is not supported.
    """
    values: list[Value] = []
    for number, (type_, unsigned) in enumerate(types):
        if number in long_data:
            data = bytes(long_data[number])
            values.append(data if type_ in _BLOBS else _text(data, codec))
        elif nulls[number // 8] >> number % 8 & 1 or type_ is ParameterType.NULL:
            values.append(None)
        else:
            values.append(_value(reader, type_, unsigned, codec, f"parameter {number + 1}"))
    return values


def _value(reader: PacketReader, type_: ParameterType, unsigned: bool, codec: str, field: str) -> Value:
    if type_ in _INTEGERS:
        return int.from_bytes(reader.fixed(_INTEGERS[type_], field), "little", signed=not unsigned)
    if type_ in _TEXTS:
        return _text(reader.lenenc(field), codec)
    if type_ in _BLOBS:
        return reader.lenenc(field)
    read = _READERS.get(type_)
    if read is None:
        raise SqlError(1210, f"{field} has type {type_.name}, which StarRocks does not have")
    return read(reader, field)


def _text(data: bytes, codec: str) -> str | bytes:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return data  # go-sql-driver sends []byte as a string with arbitrary bytes


def _float(reader: PacketReader, field: str) -> float:
    value: float = struct.unpack("<f", reader.fixed(4, field))[0]
    return value


def _double(reader: PacketReader, field: str) -> float:
    value: float = struct.unpack("<d", reader.fixed(8, field))[0]
    return value


def _decimal(reader: PacketReader, field: str) -> Decimal:
    data = reader.lenenc(field)
    try:
        value = Decimal(data.decode("ascii"))
    except (UnicodeDecodeError, InvalidOperation):
        raise SqlError(1292, f"Incorrect DECIMAL value: {data[:64]!r} for {field}", "22007") from None
    if not value.is_finite():
        raise SqlError(1292, f"Incorrect DECIMAL value: {data[:64]!r} for {field}", "22007")
    return value


def _temporal(reader: PacketReader, lengths: tuple[int, ...], field: str) -> PacketReader | None:
    length = reader.integer(1, field)
    if length not in lengths:
        wanted = ", ".join(map(str, lengths))
        raise ProtocolError(f"Malformed communication packet: {field}: a length of {length}, not one of {wanted}")
    return PacketReader(reader.fixed(length, field), _PACKET) if length else None


def _date_fields(reader: PacketReader, field: str) -> tuple[int, int, int]:
    return reader.integer(2, field), reader.integer(1, field), reader.integer(1, field)


def _date(reader: PacketReader, field: str) -> date:
    inner = _temporal(reader, (0, 4, 7, 11), field)
    fields = _date_fields(inner, field) if inner else (0, 0, 0)
    try:
        return date(*fields)
    except ValueError:
        year, month, day = fields
        raise SqlError(1292, f"Incorrect DATE value: '{year:04}-{month:02}-{day:02}' for {field}", "22007") from None


def _datetime(reader: PacketReader, field: str) -> datetime:
    inner = _temporal(reader, (0, 4, 7, 11), field)
    year, month, day = _date_fields(inner, field) if inner else (0, 0, 0)
    hour, minute, second = inner.fixed(3, field) if inner and inner.remaining else (0, 0, 0)
    micros = inner.integer(4, field) if inner and inner.remaining else 0
    try:
        return datetime(year, month, day, hour, minute, second, micros)  # noqa: DTZ001 -- a DATETIME has no zone
    except (ValueError, OverflowError):
        text = f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}"
        raise SqlError(1292, f"Incorrect DATETIME value: '{text}' for {field}", "22007") from None


def _time(reader: PacketReader, field: str) -> timedelta:
    inner = _temporal(reader, (0, 8, 12), field)
    if inner is None:
        return timedelta(0)
    negative, days = inner.integer(1, field), inner.integer(4, field)
    hours, minutes, seconds = inner.fixed(3, field)
    micros = inner.integer(4, field) if inner.remaining else 0
    if days > 34 or hours > 23 or minutes > 59 or seconds > 59 or micros > 999_999:
        text = f"{days} {hours:02}:{minutes:02}:{seconds:02}.{micros:06}"
        raise SqlError(1292, f"Incorrect TIME value: '{text}' for {field}; at most 34 days", "22007")
    value = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
    return -value if negative else value


_READERS: dict[ParameterType, Callable[[PacketReader, str], Value]] = {
    ParameterType.FLOAT: _float,
    ParameterType.DOUBLE: _double,
    ParameterType.DECIMAL: _decimal,
    ParameterType.NEWDECIMAL: _decimal,
    ParameterType.DATE: _date,
    ParameterType.NEWDATE: _date,
    ParameterType.DATETIME: _datetime,
    ParameterType.TIMESTAMP: _datetime,
    ParameterType.TIME: _time,
}
