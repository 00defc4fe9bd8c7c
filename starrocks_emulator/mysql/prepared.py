"""Prepared statements of a connection, and the cursors that they may open."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from starrocks_emulator.mysql.errors import ProtocolError
from starrocks_emulator.mysql.packets import PacketReader
from starrocks_emulator.mysql.parameters import Types, read_types, read_values
from starrocks_emulator.results import Column, Prepared, SqlError, Value

_SPOOL_MEMORY = 8 * 1024 * 1024
_CURSOR_FLAGS = {0: False, 1: True}


class Cursor:
    """The rows of a result that the client fetches in portions.

    All rows are read from the engine when the cursor opens, as in MySQL, because the session may run other statements
    before the last row is fetched. Rows beyond 8 MiB are stored in a temporary file.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        """Create a cursor with these `columns`; `store` adds its rows."""
        self.columns = columns
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL_MEMORY)  # noqa: SIM115 -- kept open
        self._left = 0

    def store(self, payloads: Iterable[bytes]) -> None:
        """Append rows."""
        for payload in payloads:
            self._file.write(len(payload).to_bytes(8, "little"))
            self._file.write(payload)
            self._left += 1

    def rewind(self) -> None:
        """Move to the first row after all rows are stored."""
        self._file.seek(0)

    def fetch(self, count: int) -> Iterator[bytes]:
        """The next rows, at most `count`."""
        for _ in range(min(count, self._left)):
            length = int.from_bytes(self._file.read(8), "little")
            self._left -= 1
            yield self._file.read(length)

    @property
    def exhausted(self) -> bool:
        """Whether the last row was fetched."""
        return self._left == 0

    def close(self) -> None:
        """Free the rows."""
        self._file.close()


@dataclass
class Statement:
    """A prepared statement and the data that the client has sent for its next execution."""

    prepared: Prepared
    types: Types | None = None
    long_data: dict[int, bytearray] = field(default_factory=dict)
    broken: SqlError | None = None
    """The error of a long data packet. Such packets have no response, so the next execution reports the error."""
    cursor: Cursor | None = None

    def reset(self) -> None:
        """Delete long data and close the cursor."""
        self.long_data.clear()
        self.broken = None
        if self.cursor is not None:
            self.cursor.close()
            self.cursor = None

    def append_long_data(self, parameter: int, data: bytes, limit: int) -> None:
        """Append to a parameter that is sent in pieces of at most `limit` bytes in total."""
        if parameter >= self.prepared.parameters:
            self.broken = SqlError(
                1210, f"Incorrect arguments to mysql_stmt_send_long_data: there is no parameter {parameter + 1}"
            )
            return
        if sum(map(len, self.long_data.values())) + len(data) > limit:
            self.long_data.clear()
            self.broken = SqlError(
                1153, f"Parameters sent in pieces are longer than 'max_allowed_packet': the limit is {limit} bytes"
            )
        if self.broken is None:
            self.long_data.setdefault(parameter, bytearray()).extend(data)

    def read_execution(self, reader: PacketReader, codec: str) -> tuple[list[Value], bool]:
        """The parameters of an execution, and whether it requests a cursor. The reader is positioned after the id.

        Raises:
            ProtocolError: a malformed packet.
            SqlError: a parameter is invalid, the cursor type is not read-only, or the long data are invalid.
        """
        flags = reader.integer(1, "cursor type")
        reader.fixed(4, "iteration count")
        count = self.prepared.parameters
        values: list[Value] = []
        broken, self.broken = self.broken, None
        long_data, self.long_data = self.long_data, {}
        if broken is not None:
            raise broken
        if count:
            nulls = reader.fixed((count + 7) // 8, "NULL bitmap")
            if reader.integer(1, "new parameters flag"):
                self.types = read_types(reader, count)
            if self.types is None:
                raise ProtocolError("Malformed communication packet: COM_STMT_EXECUTE: types were never sent")
            values = read_values(reader, self.types, nulls, long_data, codec)
        if reader.remaining:
            raise ProtocolError(
                f"Malformed communication packet: COM_STMT_EXECUTE: {reader.remaining} bytes behind the parameters"
            )
        if flags not in _CURSOR_FLAGS:
            raise SqlError(1235, f"cursor type {flags} is not supported; 0 (none) and 1 (read only) are", "42000")
        return values, _CURSOR_FLAGS[flags]


class Statements:
    """The prepared statements of a connection, by id."""

    def __init__(self, limit: int) -> None:
        """Hold at most `limit` statements."""
        self._limit = limit
        self._by_id: dict[int, Statement] = {}
        self._last_id = 0

    def __len__(self) -> int:
        """Number of statements."""
        return len(self._by_id)

    def add(self, prepared: Prepared) -> int:
        """Store a statement and return its id.

        Raises:
            SqlError: 1461, there are too many statements.
        """
        if len(self._by_id) >= self._limit:
            raise SqlError(
                1461,
                "Can't create more than max_prepared_stmt_count statements on a connection "
                f"(current value: {self._limit})",
                "42000",
            )
        self._last_id += 1
        self._by_id[self._last_id] = Statement(prepared)
        return self._last_id

    def find(self, statement_id: int, command: str) -> Statement:
        """The statement of an id.

        Raises:
            SqlError: 1243, no statement has this id.
        """
        statement = self._by_id.get(statement_id)
        if statement is None:
            raise SqlError(1243, f"Unknown prepared statement handler ({statement_id}) given to {command}")
        return statement

    def get(self, statement_id: int) -> Statement | None:
        """The statement of an id, or None."""
        return self._by_id.get(statement_id)

    def close(self, statement_id: int) -> None:
        """Remove a statement if it exists."""
        statement = self._by_id.pop(statement_id, None)
        if statement is not None:
            statement.reset()

    def close_all(self) -> None:
        """Remove all statements."""
        for statement_id in list(self._by_id):
            self.close(statement_id)
