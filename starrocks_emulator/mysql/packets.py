"""Reading and writing the fields of packets, and framing payloads as packets."""

from collections.abc import Iterable
from typing import NoReturn

from starrocks_emulator.mysql.constants import MAX_PAYLOAD
from starrocks_emulator.mysql.errors import ProtocolError

_PREFIX = [bytes([length]) for length in range(251)]


def lenenc_int(value: int) -> bytes:
    """A length-encoded integer, from 0 to 2^64-1."""
    if value < 251:
        return _PREFIX[value]
    if value < 1 << 16:
        return b"\xfc" + value.to_bytes(2, "little")
    if value < 1 << 24:
        return b"\xfd" + value.to_bytes(3, "little")
    return b"\xfe" + value.to_bytes(8, "little")


def lenenc_bytes(value: bytes) -> bytes:
    """A length-encoded string."""
    return lenenc_int(len(value)) + value


class PacketWriter:
    """Frames payloads as packets with running sequence ids, and keeps them until they are taken."""

    def __init__(self, sequence: int) -> None:
        """`sequence` is the id of the first packet."""
        self.sequence = sequence
        self._parts: list[bytes] = []
        self.size = 0

    def add(self, payload: bytes) -> None:
        """Frame one payload, in several packets if it exceeds the length of one."""
        self.add_all((payload,))

    def add_all(self, payloads: Iterable[bytes]) -> None:
        """Frame each payload."""
        whole = payloads if isinstance(payloads, list) else list(payloads)
        lengths = list(map(len, whole))
        if lengths and max(lengths) >= MAX_PAYLOAD:
            whole = [piece for payload in whole for piece in _pieces(payload)]
            lengths = list(map(len, whole))
        sequences = range(self.sequence, self.sequence + len(whole))
        # Headers and payloads alternate. A header has the length in three bytes and the sequence id in one.
        parts: list[bytes] = [b""] * (2 * len(whole))
        parts[::2] = [
            (length | (sequence & 0xFF) << 24).to_bytes(4, "little")
            for length, sequence in zip(lengths, sequences, strict=True)
        ]
        parts[1::2] = whole
        self._parts += parts
        self.sequence = (self.sequence + len(whole)) & 0xFF
        self.size += sum(lengths) + 4 * len(whole)

    def take(self) -> bytes:
        """Return and remove all packets so far."""
        data = b"".join(self._parts)
        self._parts.clear()
        self.size = 0
        return data


def _pieces(payload: bytes) -> list[bytes]:
    """Split a payload into packets. If the last packet is full, an empty packet follows."""
    if len(payload) < MAX_PAYLOAD:
        return [payload]
    return [payload[start : start + MAX_PAYLOAD] for start in range(0, len(payload) + 1, MAX_PAYLOAD)]


class PacketReader:
    """Reads the fields of one payload from left to right.

    Every method raises `ProtocolError` if the payload is too short; the message names the field.
    """

    def __init__(self, payload: bytes, packet: str) -> None:
        """`packet` is the packet's name in error messages."""
        self._payload = payload
        self._packet = packet
        self._at = 0

    @property
    def remaining(self) -> int:
        """Bytes not read yet."""
        return len(self._payload) - self._at

    def fixed(self, length: int, field: str) -> bytes:
        """Exactly `length` bytes."""
        if length > self.remaining:
            self._malformed(f"{field} needs {length} bytes, {self.remaining} are left")
        value = self._payload[self._at : self._at + length]
        self._at += length
        return value

    def integer(self, length: int, field: str) -> int:
        """An unsigned little-endian integer of `length` bytes."""
        return int.from_bytes(self.fixed(length, field), "little")

    def until_nul(self, field: str) -> bytes:
        """The bytes before the next NUL, which is skipped."""
        end = self._payload.find(b"\0", self._at)
        if end < 0:
            self._malformed(f"{field} is not ended by a NUL byte")
        value = self._payload[self._at : end]
        self._at = end + 1
        return value

    def lenenc_integer(self, field: str) -> int:
        """A length-encoded integer."""
        first = self.integer(1, field)
        if first < 251:
            return first
        if first in (0xFC, 0xFD, 0xFE):
            return self.integer({0xFC: 2, 0xFD: 3, 0xFE: 8}[first], field)
        return self._malformed(f"{field} starts with {first:#04x}, which is no length")

    def lenenc(self, field: str) -> bytes:
        """A length-encoded string."""
        return self.fixed(self.lenenc_integer(field), field)

    def rest(self) -> bytes:
        """All remaining bytes."""
        value = self._payload[self._at :]
        self._at = len(self._payload)
        return value

    def _malformed(self, reason: str) -> NoReturn:
        raise ProtocolError(f"Malformed communication packet: {self._packet}: {reason}")
