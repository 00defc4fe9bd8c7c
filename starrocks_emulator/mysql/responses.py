"""The payloads of a server's responses: OK, ERR, EOF, column definitions."""

import re

from starrocks_emulator.mysql.constants import (
    BINARY_COLLATION,
    UTF8_COLLATION,
    Capability,
    Status,
)
from starrocks_emulator.mysql.packets import lenenc_bytes, lenenc_int
from starrocks_emulator.results import Column, ColumnType

_TEXT_TYPES = frozenset({ColumnType.VAR_STRING, ColumnType.STRING, ColumnType.JSON})
_NOT_NULL, _UNSIGNED = 0x0001, 0x0020
_MAX_MESSAGE = 8192


def ok(status: Status, affected_rows: int = 0, warnings: int = 0, info: str = "", header: int = 0) -> bytes:
    """An OK packet. `info` is a human-readable summary; servers send it length-encoded."""
    payload = (
        bytes([header])
        + lenenc_int(affected_rows)
        + b"\0"  # last insert id: StarRocks reports none
        + status.to_bytes(2, "little")
        + min(warnings, 0xFFFF).to_bytes(2, "little")
    )
    return payload + lenenc_bytes(info.encode()) if info else payload


def end_of_rows(status: Status, capabilities: Capability) -> bytes:
    """The packet after the rows of a result: OK with EOF's header, or EOF for clients that expect it."""
    if capabilities & Capability.DEPRECATE_EOF:
        return ok(status, header=0xFE)
    return eof(status)


def eof(status: Status) -> bytes:
    """An EOF packet, without warnings."""
    return b"\xfe\0\0" + status.to_bytes(2, "little")


def error(code: int, sqlstate: str, message: str, *, before_handshake: bool = False, codec: str = "utf-8") -> bytes:
    """An ERR packet. Before the handshake the client's protocol is unknown, so no SQLSTATE is sent."""
    state = b"" if before_handshake else b"#" + sqlstate.encode("ascii", "replace")[:5].ljust(5, b"0")
    text = message.encode(codec, "replace")[:_MAX_MESSAGE]
    return b"\xff" + code.to_bytes(2, "little") + state + text


def column_definition(column: Column, codec: str = "utf-8", collation: int = UTF8_COLLATION) -> bytes:
    """A `ColumnDefinition41`. `collation` is the announced collation of strings, `codec` encodes names."""
    table, name = column.table.encode(codec, "replace"), column.name.encode(codec, "replace")
    flags = (0 if column.nullable else _NOT_NULL) | (_UNSIGNED if column.unsigned else 0)
    return b"".join(
        (
            lenenc_bytes(b"def"),
            lenenc_bytes(column.schema.encode(codec, "replace")),
            lenenc_bytes(table),
            lenenc_bytes(table),
            lenenc_bytes(name),
            lenenc_bytes(name),
            b"\x0c",
            (collation if column.type in _TEXT_TYPES else BINARY_COLLATION).to_bytes(2, "little"),
            min(max(column.length, 0), 0xFFFFFFFF).to_bytes(4, "little"),
            bytes([column.type]),
            flags.to_bytes(2, "little"),
            bytes([min(max(column.decimals, 0), 0xFF)]),
            b"\0\0",
        )
    )


def prepare_ok(statement_id: int, columns: int, parameters: int) -> bytes:
    """The first packet of the response to COM_STMT_PREPARE."""
    return b"".join(
        (
            b"\0",
            statement_id.to_bytes(4, "little"),
            columns.to_bytes(2, "little"),
            parameters.to_bytes(2, "little"),
            b"\0\0\0",
        )
    )


def like_pattern(wildcard: str) -> re.Pattern[str]:
    """A MySQL wildcard (`%`, `_`, `\\` escapes) of COM_FIELD_LIST as a regular expression; empty matches all."""
    if not wildcard:
        return re.compile("")
    translated = re.sub(
        r"\\(.)|(%)|(_)|(.)",
        lambda m: ".*" if m[2] else "." if m[3] else re.escape(m[1] or m[4]),
        wildcard,
        flags=re.DOTALL,
    )
    return re.compile(rf"(?:{translated})\Z", re.IGNORECASE | re.DOTALL)
