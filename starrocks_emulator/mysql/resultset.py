"""Results as packets, from the column definitions to the end of the last result."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from starrocks_emulator.mysql.charsets import codec_of_collation
from starrocks_emulator.mysql.constants import UTF8_COLLATION, Capability, Status
from starrocks_emulator.mysql.encode import text_rows
from starrocks_emulator.mysql.packets import PacketWriter, lenenc_int
from starrocks_emulator.mysql.responses import column_definition, end_of_rows, eof, ok
from starrocks_emulator.mysql.responses import error as error_packet
from starrocks_emulator.results import Column, Ok, ResultSet, SqlError, Value

CHUNK_BYTES = 128 * 1024
"""Approximate size of the chunks in which packets are sent, in bytes."""
_CHUNK_SECONDS = 0.05
_ROWS_AT_ONCE = 1024

T = TypeVar("T")
Encode = Callable[[Sequence[Column], Sequence[Sequence[Value]], str], Iterable[bytes]]
"""Rows of some columns as payloads, in a codec: the text or the binary protocol."""


@dataclass
class Conversation:
    """The capabilities and character sets that client and server have negotiated."""

    capabilities: Capability
    decode: str
    """Codec of the client's text."""
    encode: str
    """Codec of results."""
    collation: int = UTF8_COLLATION

    @classmethod
    def of(cls, capabilities: Capability, collation: int) -> "Conversation":
        """The conversation after a login.

        Raises:
            SqlError: 1115, the character set cannot be used.
        """
        codec = codec_of_collation(collation)
        return cls(capabilities, codec, codec, UTF8_COLLATION if codec == "utf-8" else collation)


class ResultWriter:
    """Writes results by the negotiated capabilities and character sets."""

    def __init__(self, conversation: Conversation) -> None:
        """`conversation` may change between results."""
        self.conversation = conversation

    def results(self, results: Iterator[Ok | ResultSet], out: PacketWriter, encode: Encode) -> Iterator[bytes]:
        """The responses to one or several statements.

        Raises:
            SqlError: a statement failed; the packets in `out` must be sent before the error.
        """
        with closing(results):
            result = next(results, None)
            if result is None:
                raise SqlError(1065, "Query was empty", "42000")
            while result is not None:
                if isinstance(result, ResultSet):
                    yield from self._rows(result, out, encode)
                # The end of a response contains a flag: whether another response follows. The next statement therefore
                # runs before the end is sent.
                failed: SqlError | None = None
                following: Ok | ResultSet | None = None
                try:
                    following = next(results, None)
                except SqlError as error_:
                    failed = error_
                status = Status.AUTOCOMMIT
                if failed or following:
                    status |= Status.MORE_RESULTS_EXISTS
                if isinstance(result, Ok):
                    out.add(ok(status, result.affected_rows, result.warnings, result.info))
                else:
                    out.add(end_of_rows(status, self.conversation.capabilities))
                if failed:
                    raise failed
                result = following

    def _rows(self, result: ResultSet, out: PacketWriter, encode: Encode) -> Iterator[bytes]:
        self.announce(result.columns, out)
        self.end_of_definitions(out)
        columns, codec = result.columns, self.conversation.encode
        if result.encoded is not None and encode is text_rows and codec == "utf-8":
            yield from self._encoded(result.encoded, out)
            return
        since = time.monotonic()
        with closing(result.batches) as batches:
            for batch in batches:
                for start in range(0, len(batch), _ROWS_AT_ONCE):
                    whole = start == 0 and len(batch) <= _ROWS_AT_ONCE
                    out.add_all(encode(columns, batch if whole else batch[start : start + _ROWS_AT_ONCE], codec))
                    if out.size > CHUNK_BYTES or time.monotonic() - since > _CHUNK_SECONDS:
                        yield out.take()
                        since = time.monotonic()

    @staticmethod
    def _encoded(rows: Iterator[Iterable[bytes]], out: PacketWriter) -> Iterator[bytes]:
        with closing(rows) as batches:
            for payloads in batches:
                out.add_all(payloads)
                if out.size > CHUNK_BYTES:
                    yield out.take()

    def announce(self, columns: Sequence[Column], out: PacketWriter) -> None:
        """The column count and the column definitions."""
        if not columns:
            raise SqlError(1105, "a result needs at least one column")
        out.add(lenenc_int(len(columns)))
        out.add_all(self.definition(column) for column in columns)

    def end_of_definitions(self, out: PacketWriter) -> None:
        """The EOF packet after definitions that older clients expect."""
        if not self.conversation.capabilities & Capability.DEPRECATE_EOF:
            out.add(eof(Status.AUTOCOMMIT))

    def definition(self, column: Column) -> bytes:
        """One column definition."""
        return column_definition(column, self.conversation.encode, self.conversation.collation)

    def error(self, failed: SqlError) -> bytes:
        """The error packet for a statement that failed."""
        return error_packet(failed.code, failed.sqlstate, failed.message, codec=self.conversation.encode)


@contextmanager
def closing(iterator: Iterator[T]) -> Iterator[Iterator[T]]:
    """Close a generator when it is no longer needed, so that the engine frees the result's resources."""
    try:
        yield iterator
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
