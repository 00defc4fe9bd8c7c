"""Reads and writes a client's packets, with flow control in both directions, time limits and bounded buffers."""

import asyncio
from collections.abc import Callable
from ssl import SSLContext

from starrocks_emulator.mysql.constants import MAX_PAYLOAD
from starrocks_emulator.mysql.errors import ConnectionClosedError, ProtocolError

_CHUNK = 32 * 1024
_READ_AHEAD = 64 * 1024
_WRITE_BUFFER = 256 * 1024
_TLS_LINGER_SECONDS = 0.5


class Wire(asyncio.BufferedProtocol):
    """Reads and writes packets of one connection.

    While `exact` is set, as it is from the start, the wire reads no byte beyond the current packet. This makes the
    upgrade to TLS safe: a client may send its ClientHello directly after the packet that requests TLS, and bytes that
    were read too early would be lost to the TLS layer.
    """

    def __init__(self, on_connect: Callable[["Wire"], None]) -> None:
        """`on_connect` is called when the connection is made."""
        self._on_connect = on_connect
        self.on_lost: Callable[[], None] | None = None
        """Called when the connection is lost, also while nothing is read."""
        self.sequence = 0
        """The expected sequence id of the next packet."""
        self.exact = True
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._chunk = memoryview(bytearray(_CHUNK))
        self._wanted = 0
        self._reader: asyncio.Future[None] | None = None
        self._drainer: asyncio.Future[None] | None = None
        self._write_paused = False
        self._discarding = False
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def transport(self) -> asyncio.Transport:
        """The current transport: the socket, or TLS on it."""
        if self._transport is None:
            raise ConnectionClosedError
        return self._transport

    @property
    def closed(self) -> bool:
        """Whether the client is gone."""
        return self._lost.done()

    def peer_host(self) -> str:
        """The client's address, or an empty string if the socket has none."""
        peer: object = self.transport.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) and peer else ""

    async def start_tls(self, context: SSLContext, seconds: float) -> None:
        """Upgrade to TLS; see `tls.upgrade`."""
        assert self.exact
        assert not self._buffer
        loop = asyncio.get_running_loop()
        # Decrypted bytes may arrive before `start_tls` returns the transport that can pause reading: accept them all.
        self.exact = False
        raw, self._transport = self.transport, None
        try:
            transport = await loop.start_tls(raw, self, context, server_side=True, ssl_handshake_timeout=seconds)
        finally:
            self._transport = raw
        if transport is None:
            raise ConnectionClosedError("the client disconnected during the TLS handshake")
        self._transport = transport
        transport.set_write_buffer_limits(high=_WRITE_BUFFER)

    # Callbacks of asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start with reading paused."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=_WRITE_BUFFER)
        transport.pause_reading()
        self._on_connect(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """A buffer for as many bytes as may be read now."""
        if self.exact and not self._discarding:
            return self._chunk[: max(1, min(_CHUNK, self._wanted - len(self._buffer)))]
        return self._chunk

    def buffer_updated(self, nbytes: int) -> None:
        """Append the received bytes, and wake the reader when the packet is complete."""
        if self._discarding:
            return
        self._buffer += self._chunk[:nbytes]
        if len(self._buffer) >= self._wanted:
            if self._transport is not None and (self.exact or len(self._buffer) > _READ_AHEAD):
                self._transport.pause_reading()
            if self._reader is not None and not self._reader.done():
                self._reader.set_result(None)

    def eof_received(self) -> bool:
        """Treat the end of the client's data as a disconnect."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake all waiters with an error."""
        if not self._lost.done():
            self._lost.set_result(None)
        for waiter in (self._reader, self._drainer):
            if waiter is not None and not waiter.done():
                waiter.set_exception(ConnectionClosedError())
        if self.on_lost is not None:
            self.on_lost()

    def pause_writing(self) -> None:
        """Pause writers, because the client reads more slowly than the server writes."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Resume writers, because the write buffer has room again."""
        self._write_paused = False
        if self._drainer is not None and not self._drainer.done():
            self._drainer.set_result(None)

    # Methods for the connection.

    async def read_packet(self, limit: int, first_seconds: float | None, seconds: float | None) -> bytes:
        """The next payload, joined from its packets.

        Args:
            limit: longest payload to accept, in bytes.
            first_seconds: longest wait for the packet to begin.
            seconds: longest wait for each further piece of it.

        Raises:
            ProtocolError: 1153, the packet is longer than `limit`; 1156, the sequence id is wrong.
            ConnectionClosedError: the connection is lost.
            TimeoutError: one of the waits was too long.
        """
        parts: list[bytes] = []
        total = 0
        while True:
            header = await self._take(4, seconds if parts else first_seconds)
            length, sequence = int.from_bytes(header[:3], "little"), header[3]
            if sequence != self.sequence:
                raise ProtocolError(
                    f"Got packets out of order: sequence id {sequence} where {self.sequence} was expected", 1156
                )
            self.sequence = (sequence + 1) & 0xFF
            total += length
            if total > limit:
                raise ProtocolError(f"Got a packet bigger than 'max_allowed_packet' bytes: the limit is {limit}", 1153)
            part = await self._take(length, seconds)
            if length < MAX_PAYLOAD:
                return b"".join((*parts, part)) if parts else part
            parts.append(part)

    async def _take(self, length: int, seconds: float | None) -> bytes:
        while len(self._buffer) < length:
            if self._lost.done() or self.transport.is_closing():
                raise ConnectionClosedError
            # Each wait is for one chunk, so that the time limit is about progress, not about the packet's size.
            self._wanted = length if self.exact else min(length, len(self._buffer) + _CHUNK)
            self._reader = asyncio.get_running_loop().create_future()
            self.transport.resume_reading()
            try:
                async with asyncio.timeout(seconds):
                    await self._reader
            finally:
                self._reader = None
                self._wanted = 0
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken

    def write(self, data: bytes) -> None:
        """Write framed packets; `drain` waits until the socket has taken them.

        Raises:
            ConnectionClosedError: the connection is lost.
        """
        if self._lost.done() or self.transport.is_closing():
            raise ConnectionClosedError
        self.transport.write(data)

    async def drain(self, seconds: float | None) -> None:
        """Wait while the write buffer is full, at most `seconds`.

        Raises:
            ConnectionClosedError: the connection is lost.
            TimeoutError: it took too long.
        """
        if self._lost.done():
            raise ConnectionClosedError
        if not self._write_paused:
            return
        self._drainer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await self._drainer
        finally:
            self._drainer = None

    async def linger(self, seconds: float) -> None:
        """Stop sending, and discard the client's further data until it closes the connection or `seconds` are over.

        Closing a socket with unread input resets the connection, and the client would never read the last error.
        """
        self._discarding = True
        self._buffer.clear()
        if self._lost.done() or self._transport is None or self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:  # TLS cannot be closed in one direction
            seconds = min(seconds, _TLS_LINGER_SECONDS)
        self._transport.resume_reading()
        await asyncio.wait([self._lost], timeout=seconds)

    async def close(self, seconds: float) -> None:
        """Close after the written data is sent, or after `seconds`."""
        if self._transport is None:
            return
        # A second close() clears the protocol of asyncio's TLS transport; abort() then fails (Python 3.11.2).
        if not self._transport.is_closing():
            self._transport.close()
        if not self._lost.done():
            await asyncio.wait([self._lost], timeout=seconds)
        self.abort()

    def abort(self) -> None:
        """Close now and discard unsent data."""
        if self._transport is not None and not self._lost.done():
            self._transport.abort()
