"""The listening server: accepts, counts, lists and kills connections."""

import asyncio
import itertools
import logging
import time
from ssl import SSLContext

from starrocks_emulator.mysql.connection import Connection, ConnectionInfo, Limits, Setup
from starrocks_emulator.mysql.packets import PacketWriter
from starrocks_emulator.mysql.responses import error
from starrocks_emulator.mysql.wire import Wire
from starrocks_emulator.results import Backend

__all__ = ["ConnectionInfo", "Limits", "MysqlServer", "serve"]

_log = logging.getLogger(__name__)
_CLOSE_SECONDS = 5.0


class MysqlServer:
    """A listening server, created by `serve`."""

    def __init__(self, backend: Backend, context: SSLContext | None, limits: Limits) -> None:
        """`context` contains the certificate for TLS, `limits` apply to each client."""
        self._setup = Setup(backend, context, limits, self._statistics)
        self._connections: dict[int, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids = itertools.count(1)
        self._started = time.monotonic()
        self._loop = asyncio.get_running_loop()
        self._server: asyncio.Server | None = None
        self._closing = False
        self._past_questions = 0
        self.accepted = 0
        """Connections accepted since the start."""
        self.refused = 0
        """Connections refused since the start, because there were too many."""

    async def listen(self, host: str, port: int) -> None:
        """Bind the address and accept connections. Port 0 selects a free port."""
        self._server = await self._loop.create_server(lambda: Wire(self._connected), host, port)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def connections(self) -> list[ConnectionInfo]:
        """The state of each connection by its id; may be called from any thread."""
        return [connection.info() for _, connection in sorted(self._connections.copy().items())]

    @property
    def questions(self) -> int:
        """Number of clients' commands since the start."""
        return self._past_questions + sum(c.questions for c in self._connections.copy().values())

    def kill(self, connection_id: int, *, query_only: bool) -> bool:
        """Interrupt a connection's statement, and close the connection unless `query_only`; for the statement KILL.

        It may be called from any thread.

        Returns:
            Whether the connection exists.
        """
        connection = self._connections.get(connection_id)
        if connection is None:
            return False
        self._loop.call_soon_threadsafe(lambda: connection.kill(query_only=query_only))
        return True

    async def close(self) -> None:
        """Stop accepting, interrupt running statements, close all connections and wait for their end."""
        self._closing = True
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections.values()):
            connection.kill(query_only=False)
        if self._tasks:
            _, stuck = await asyncio.wait(self._tasks, timeout=_CLOSE_SECONDS)
            for task in stuck:
                task.cancel()
            if stuck:
                _log.warning("%d connections did not end within %g s", len(stuck), _CLOSE_SECONDS)
                await asyncio.wait(stuck, timeout=_CLOSE_SECONDS)

    def _connected(self, wire: Wire) -> None:
        if self._closing:
            wire.abort()
            return
        if len(self._connections) >= self._setup.limits.connections:
            self.refused += 1
            packets = PacketWriter(0)
            packets.add(error(1040, "08004", "Too many connections", before_handshake=True))
            wire.write(packets.take())
            wire.transport.close()
            return
        self.accepted += 1
        connection = Connection(wire, next(self._ids), self._setup)
        self._connections[connection.id] = connection
        task = self._loop.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            await connection.run()
        except asyncio.CancelledError:
            raise
        except Exception:
            _log.exception("connection %d ended: internal error of the MySQL protocol server", connection.id)
        finally:
            self._past_questions += connection.questions
            del self._connections[connection.id]

    def _statistics(self) -> str:
        uptime = max(1, int(time.monotonic() - self._started))
        questions = self.questions
        return (
            f"Uptime: {uptime}  Threads: {len(self._connections)}  Questions: {questions}  "
            f"Queries per second avg: {questions / uptime:.3f}"
        )


async def serve(
    backend: Backend, host: str, port: int, *, ssl: SSLContext | None = None, limits: Limits | None = None
) -> MysqlServer:
    """Serve a backend to MySQL clients.

    Args:
        backend: checks passwords and runs statements.
        host: address to bind.
        port: port to bind, 0 for a free one.
        ssl: certificate and settings for clients that request TLS; None offers no TLS.
        limits: limits of each client.

    Raises:
        OSError: the address cannot be bound.
    """
    server = MysqlServer(backend, ssl, limits or Limits())
    await server.listen(host, port)
    return server
