"""A client that can send arbitrary bytes."""

import socket
import struct
from types import TracebackType
from typing import Self

from starrocks_emulator.mysql.constants import Capability
from starrocks_emulator.mysql.packets import lenenc_bytes
from tests.unit.emulator_mysql.sqlite_backend import native_password

BASIC = (
    Capability.LONG_PASSWORD
    | Capability.PROTOCOL_41
    | Capability.SECURE_CONNECTION
    | Capability.PLUGIN_AUTH
    | Capability.MULTI_RESULTS
)


class RawClient:
    """Sends and receives packets of the MySQL protocol over a blocking socket."""

    def __init__(self, port: int, timeout: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def read(self) -> bytes:
        """Read the payload of the next packet. Raises EOFError if the server closed the connection."""
        payload = b""
        while True:
            header = self._exactly(4)
            self.sequence = (header[3] + 1) & 0xFF
            part = self._exactly(int.from_bytes(header[:3], "little"))
            payload += part
            if len(part) < 0xFFFFFF:
                return payload

    def send(self, payload: bytes, sequence: int | None = None) -> None:
        """Send one packet. If `sequence` is None, its sequence id follows the last received one."""
        number = self.sequence if sequence is None else sequence
        self.socket.sendall(len(payload).to_bytes(3, "little") + bytes([number]) + payload)

    def command(self, payload: bytes) -> bytes:
        """Send a command, and return the first packet of the response."""
        self.send(payload, 0)
        return self.read()

    def rows(self, first: bytes, *, deprecate_eof: bool = False) -> list[bytes]:
        """Read the row packets of a result whose first packet, the column count, is `first`."""
        for _ in range(first[0] + (0 if deprecate_eof else 1)):
            self.read()
        rows: list[bytes] = []
        while True:
            payload = self.read()
            if payload[0] == 0xFE and len(payload) < 0xFFFFFF:
                return rows
            assert payload[0] != 0xFF, payload
            rows.append(payload)

    def salt(self, greeting: bytes) -> bytes:
        """The salt in the server's greeting."""
        rest = greeting[greeting.index(b"\0", 1) + 1 :]
        return rest[4:12] + rest[31:43]

    def response(
        self,
        user: str,
        scramble: bytes,
        capabilities: int = BASIC,
        plugin: str = "mysql_native_password",
        collation: int = 45,
        database: str | None = None,
    ) -> bytes:
        """Build a `HandshakeResponse41`."""
        if database is not None:
            capabilities |= Capability.CONNECT_WITH_DB
        payload = struct.pack("<IIB", capabilities, 1 << 24, collation) + bytes(23) + user.encode() + b"\0"
        payload += lenenc_bytes(scramble)
        payload += database.encode() + b"\0" if database is not None else b""
        return payload + plugin.encode() + b"\0"

    def login(
        self,
        user: str = "root",
        password: str = "",
        capabilities: int = BASIC,
        collation: int = 45,
        database: str | None = None,
    ) -> bytes:
        """Log in with `mysql_native_password`, and return the server's OK or error packet."""
        salt = self.salt(self.read())
        scramble = native_password(password, salt)
        self.send(self.response(user, scramble, capabilities, collation=collation, database=database))
        return self.read()

    def closed(self) -> bool:
        """Whether the server closes the connection without sending more data."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def drained(self) -> bool:
        """Read and return all data until the server closes the connection."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = self.socket.recv(length - len(data))
            if not piece:
                raise EOFError("the server has closed the connection")
            data += piece
        return data


def error_of(payload: bytes) -> tuple[int, str]:
    """Number and message of an error packet."""
    assert payload[0] == 0xFF, payload
    rest = payload[3:]
    text = rest[6:] if rest[:1] == b"#" else rest
    return int.from_bytes(payload[1:3], "little"), text.decode()
