"""A client's connection from the greeting to its end."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ssl import SSLContext
from typing import TypeVar

from starrocks_emulator.mysql.commands import Commands
from starrocks_emulator.mysql.constants import Command, Status
from starrocks_emulator.mysql.errors import ConnectionClosedError, ProtocolError
from starrocks_emulator.mysql.handshake import Login, parse_change_user
from starrocks_emulator.mysql.login import authenticate, shake_hands
from starrocks_emulator.mysql.packets import PacketWriter
from starrocks_emulator.mysql.responses import error, ok
from starrocks_emulator.mysql.resultset import Conversation
from starrocks_emulator.mysql.wire import Wire
from starrocks_emulator.results import Backend, Session, SqlError

_log = logging.getLogger(__name__)
_LINGER_SECONDS = 5.0
_INTERRUPT_AGAIN_SECONDS = 0.1
_INFO_LENGTH = 4096
_COMMAND_NAMES: dict[int, str] = {
    Command.INIT_DB: "Init DB",
    Command.FIELD_LIST: "Field List",
    Command.STMT_PREPARE: "Prepare",
    Command.STMT_EXECUTE: "Execute",
    Command.STMT_FETCH: "Fetch",
    Command.RESET_CONNECTION: "Reset Connection",
}

R = TypeVar("R")


@dataclass(frozen=True)
class Limits:
    """Limits of one client. Times in seconds, sizes in bytes."""

    connections: int = 1024
    login_seconds: float = 10.0
    idle_seconds: float = 28_800.0
    read_seconds: float = 60.0
    """Maximum pause between two parts of a packet."""
    write_seconds: float = 600.0
    """Maximum time for which a client may read nothing of a response."""
    packet_bytes: int = 64 * 1024 * 1024
    statements: int = 4096
    """Maximum number of prepared statements of one connection."""


@dataclass(frozen=True)
class ConnectionInfo:
    """A row of SHOW PROCESSLIST."""

    id: int
    user: str
    host: str
    database: str | None
    command: str
    seconds: float
    """Seconds since the running command began, or since the last one ended."""
    info: str | None
    """The running statement."""


@dataclass(frozen=True)
class Setup:
    """Settings and functions that all connections of a server share."""

    backend: Backend
    context: SSLContext | None
    limits: Limits
    statistics: Callable[[], str]
    """The text of COM_STATISTICS."""


class Connection:
    """Serves one client. Only the session works in a thread, the rest in the event loop."""

    def __init__(self, wire: Wire, connection_id: int, setup: Setup) -> None:
        """`connection_id`: the id in KILL and SHOW PROCESSLIST."""
        self.id = connection_id
        self.questions = 0
        self._wire = wire
        self._setup = setup
        self._limits = setup.limits
        self._host = wire.peer_host()
        self._login: Login | None = None
        self._session: Session | None = None
        self._commands: Commands | None = None
        self._running = False
        self._killed = False
        self._command = "Connect"
        self._info: str | None = None
        self._since = time.monotonic()
        # Each connection has its own thread: a session that waits for a lock must not block the session that holds it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"mysql-{connection_id}")
        wire.on_lost = self._interrupt

    def info(self) -> ConnectionInfo:
        """The state of the connection, for SHOW PROCESSLIST."""
        session = self._session
        user = session.user if session else "unauthenticated user"
        database = session.database if session else None
        seconds = time.monotonic() - self._since
        return ConnectionInfo(self.id, user, self._host, database, self._command, seconds, self._info)

    def kill(self, *, query_only: bool) -> None:
        """Interrupt the running statement; without `query_only` also close the connection. Event loop only."""
        if not query_only:
            self._killed = True
            self._wire.abort()
        self._interrupt()

    async def run(self) -> None:
        """Serve the client until it disconnects, violates the protocol or is killed."""
        try:
            async with asyncio.timeout(self._limits.login_seconds):
                await self._log_in()
            await self._serve()
        except ProtocolError as broken:
            await self._say_goodbye(broken.code, broken.sqlstate, broken.message)
        except SqlError as refused:
            await self._say_goodbye(refused.code, refused.sqlstate, refused.message)
        except TimeoutError:
            _log.info("connection %d: the client was silent for too long", self.id)
        except ConnectionClosedError:
            pass
        finally:
            await self._end()

    async def _log_in(self) -> None:
        login, salt = await shake_hands(
            self._wire, self._setup.backend.server_version, self.id, self._setup.context, self._limits.login_seconds
        )
        await self._open(await authenticate(self._wire, login, salt, self._host, self._verify, switch=False))
        # From here on a disconnect is detected immediately, also while a statement runs.
        self._wire.exact = False

    async def _verify(self, user: str, scramble: bytes, salt: bytes) -> bool:
        return await self._in_thread(lambda: self._setup.backend.verify(user, self._host, scramble, salt))

    async def _open(self, login: Login) -> None:
        conversation = Conversation.of(login.capabilities, login.collation)

        def open_session() -> Session:
            # Set in the thread: if the login times out, `_close_session` still finds the session.
            self._session = self._setup.backend.open(self.id, login.user, self._host, login.database)
            return self._session

        session = await self._in_thread(open_session)
        self._login = login
        self._commands = Commands(
            session, conversation, self._setup.statistics, self._limits.packet_bytes, self._limits.statements
        )
        self._send(ok(Status.AUTOCOMMIT))
        self._idle()

    async def _serve(self) -> None:
        limits, wire = self._limits, self._wire
        while not self._killed:
            wire.sequence = 0
            payload = await wire.read_packet(limits.packet_bytes, limits.idle_seconds, limits.read_seconds)
            if not payload:
                raise ProtocolError("Malformed communication packet: a command without a command byte")
            if payload[0] == Command.QUIT:
                return
            self.questions += 1
            if payload[0] == Command.CHANGE_USER:
                async with asyncio.timeout(limits.login_seconds):
                    await self._change_user(payload[1:])
                continue
            assert self._commands is not None
            at_once = self._commands.answer_at_once(payload, wire.sequence)
            if at_once is None:
                await self._run(self._commands, payload)
            elif at_once:
                wire.write(at_once)
            await wire.drain(limits.write_seconds)

    async def _run(self, commands: Commands, payload: bytes) -> None:
        self._since = time.monotonic()
        self._command = _COMMAND_NAMES.get(payload[0], "Query")
        if payload[0] == Command.QUERY:
            self._info = payload[1 : 1 + _INFO_LENGTH].decode("utf-8", "replace")
        chunks = commands.answer(payload, self._wire.sequence)
        self._running = True
        try:
            while (chunk := await self._in_thread(lambda: next(chunks, None))) is not None:
                self._wire.write(chunk)
                await self._wire.drain(self._limits.write_seconds)
        finally:
            self._running = False
            await self._finish(chunks)
            self._idle()

    async def _finish(self, chunks: Iterator[bytes]) -> None:
        """Close a partly read result in the thread that produces it."""
        close = getattr(chunks, "close", None)
        if close is not None:
            await self._in_thread(close)

    async def _change_user(self, body: bytes) -> None:
        assert self._login is not None
        assert self._commands is not None
        login = parse_change_user(body, self._login.capabilities, self._login.collation)
        # Each login needs a new salt.
        login = await authenticate(self._wire, login, b"", self._host, self._verify, switch=True)
        await self._close_session()
        await self._open(login)

    async def _close_session(self) -> None:
        commands, self._commands = self._commands, None
        if commands is not None:
            commands.statements.close_all()

        def close_session() -> None:
            session, self._session = self._session, None
            if session is not None:
                session.close()

        try:
            await self._in_thread(close_session)
        except SqlError as failed:
            _log.warning("connection %d: its session could not be closed: %s", self.id, failed.message)

    def _idle(self) -> None:
        self._command, self._info, self._since = "Sleep", None, time.monotonic()

    def _interrupt(self) -> None:
        """Cancel the running command, if there is one, until it ends."""
        self._interrupt_command(self.questions)

    def _interrupt_command(self, number: int) -> None:
        if not self._running or self._session is None or number != self.questions:
            return
        self._session.cancel()
        # cancel() has no effect on a statement that has not started yet, so it is repeated.
        asyncio.get_running_loop().call_later(_INTERRUPT_AGAIN_SECONDS, self._interrupt_command, number)

    async def _in_thread(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _send(self, payload: bytes) -> None:
        packets = PacketWriter(self._wire.sequence)
        packets.add(payload)
        self._wire.write(packets.take())

    async def _say_goodbye(self, code: int, sqlstate: str, message: str) -> None:
        _log.info("connection %d from %s is closed: %s", self.id, self._host, message)
        try:
            self._send(error(code, sqlstate, message))
            await self._wire.linger(_LINGER_SECONDS)
        except ConnectionClosedError:
            pass

    async def _end(self) -> None:
        try:
            await self._close_session()
        finally:
            self._thread.shutdown(wait=False)
            await self._wire.close(_LINGER_SECONDS)
