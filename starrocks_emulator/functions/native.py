"""Functions that SQL would compute too slowly or not at all: written in Python, known to DuckDB by these names.

Nobody can call them by name: a query may only use what is on the allowlist."""

import zlib
from collections.abc import Callable

import duckdb

MURMUR_SEED = 104729
"""StarRocks' `HashUtil::MURMUR3_32_SEED` (be/src/util/hash_util.hpp)."""
_WORD = 0xFFFFFFFF


def _murmur_key(block: bytes) -> int:
    key = int.from_bytes(block, "little") * 0xCC9E2D51 & _WORD
    return (key << 15 | key >> 17) * 0x1B873593 & _WORD


def murmur3(seed: int, text: str) -> int:
    """MurmurHash3 x86 32 of a text as a signed INT; several texts are chained, each hash the seed of the next."""
    data = text.encode()
    state = seed & _WORD
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        state ^= _murmur_key(data[start : start + 4])
        state = ((state << 13 | state >> 19) & _WORD) * 5 + 0xE6546B64 & _WORD
    state ^= _murmur_key(data[whole:]) ^ len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & _WORD
    state = (state ^ state >> 13) * 0xC2B2AE35 & _WORD
    state ^= state >> 16
    return state - (1 << 32) if state >> 31 else state


def crc32(text: str) -> int:
    """CRC-32 (zlib's polynomial) of a text's UTF-8 bytes."""
    return zlib.crc32(text.encode())


NATIVE: dict[str, tuple[Callable[..., object], tuple[str, ...], str]] = {
    "py_murmur3": (murmur3, ("INTEGER", "VARCHAR"), "INTEGER"),
    "py_crc32": (crc32, ("VARCHAR",), "BIGINT"),
}
"""Name, Python function, types of its arguments and of its result. NULL in any argument gives NULL."""


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to all connections of a database."""
    for name, (function, parameters, result) in NATIVE.items():
        connection.create_function(name, function, list(parameters), result)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of the functions before the database is closed: DuckDB keeps Python objects alive otherwise."""
    for name in NATIVE:
        connection.remove_function(name)
