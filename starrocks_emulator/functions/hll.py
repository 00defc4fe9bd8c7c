"""NDV and APPROX_COUNT_DISTINCT: the same estimate as StarRocks' `HyperLogLog` (be/src/types/hll.cpp).

Up to 160 values are counted exactly. Values are hashed in their binary form in StarRocks' memory."""

import math
import struct
from collections.abc import Sequence
from datetime import date, datetime

SEED = 0xADC83B19
_PRIME = 0xC6A4A7935BD1E995
_LONG = 0xFFFFFFFFFFFFFFFF
_EXACT = 160
_PRECISION = 14
_REGISTERS = 1 << _PRECISION
_TOP_BIT = 1 << (64 - _PRECISION)
_ALPHA = 0.7213 / (1 + 1.079 / _REGISTERS)
_BIASED = 72000
_UNIX_EPOCH = 2440588
"""1970-01-01 as Julian day."""
_SIZES = {"boolean": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "largeint": 16}


def murmur_hash64a(data: bytes) -> int:
    """MurmurHash64A with StarRocks' `HashUtil::MURMUR_SEED`."""
    state = SEED ^ (len(data) * _PRIME & _LONG)
    whole = len(data) & ~7
    for start in range(0, whole, 8):
        key = int.from_bytes(data[start : start + 8], "little") * _PRIME & _LONG
        state = (state ^ ((key ^ key >> 47) * _PRIME & _LONG)) * _PRIME & _LONG
    if whole < len(data):
        state = (state ^ int.from_bytes(data[whole:], "little")) * _PRIME & _LONG
    state = (state ^ state >> 47) * _PRIME & _LONG
    return state ^ state >> 47


def _decimal(text: str, precision: int) -> bytes:
    size = 4 if precision <= 9 else 8 if precision <= 18 else 16
    return int(text.replace(".", "")).to_bytes(size, "little", signed=True)


def _julian(day: date) -> int:
    return (day - date(1970, 1, 1)).days + _UNIX_EPOCH


def _datetime(text: str) -> bytes:
    moment = datetime.fromisoformat(text)
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    return (_julian(moment.date()) << 40 | seconds * 1_000_000 + moment.microsecond).to_bytes(8, "little")


def _bytes(text: str, kind: str, precision: int) -> bytes:
    """The bytes of a value in StarRocks' memory; `text` is DuckDB's text of the value."""
    if kind == "boolean":
        return bytes([text == "true"])
    if kind in _SIZES:
        return int(text).to_bytes(_SIZES[kind], "little", signed=True)
    if kind in {"float", "double"}:
        return struct.pack("<f" if kind == "float" else "<d", float(text))
    if kind == "decimal":
        return _decimal(text, precision)
    if kind == "date":
        return _julian(date.fromisoformat(text)).to_bytes(4, "little")
    return _datetime(text) if kind == "datetime" else text.encode()


def ndv(values: Sequence[str | None], kind: str, precision: int) -> int:
    """The estimated number of distinct values.

    Args:
        values: the distinct values, as DuckDB's texts; NULL is not counted.
        kind: name of their type in StarRocks.
        precision: number of digits of a DECIMAL; else 0.
    """
    hashes = {murmur_hash64a(_bytes(value, kind, precision)) for value in values if value is not None} - {0}
    if len(hashes) <= _EXACT:
        return len(hashes)
    registers = bytearray(_REGISTERS)
    for found in hashes:
        rest = found >> _PRECISION | _TOP_BIT
        place = found % _REGISTERS
        registers[place] = max(registers[place], (rest & -rest).bit_length())
    empty = registers.count(0)
    estimate = _ALPHA * _REGISTERS * _REGISTERS / math.fsum(2.0**-register for register in registers)
    if estimate <= _REGISTERS * 2.5 and empty:
        estimate = _REGISTERS * math.log(_REGISTERS / empty)
    elif estimate < _BIASED:
        estimate -= estimate / 100 * (
            5.9119e-18 * estimate**4 - 1.4253e-12 * estimate**3 + 1.2940e-7 * estimate**2 - 5.2921e-3 * estimate
            + 83.3216
        )  # fmt: skip
    return math.floor(estimate + 0.5)
