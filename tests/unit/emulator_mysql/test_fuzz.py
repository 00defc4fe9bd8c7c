"""Malformed input: the server responds or closes the connection, memory use does not grow, and no login succeeds."""

import logging
import os
import random
import secrets
import struct
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest

from starrocks_emulator.mysql import Limits
from starrocks_emulator.mysql.constants import Capability, Command
from tests.unit.emulator_mysql.raw_client import BASIC, RawClient
from tests.unit.emulator_mysql.serving import Served, serving
from tests.unit.emulator_mysql.sqlite_backend import SqliteBackend, SqliteSession, native_password
from tests.waiting import wait_until

SECONDS = 180 if os.environ.get("KAPPASTACK_LONG") == "1" else 20
COMMANDS = (*Command, 0x00, 0x05, 0x1D, 0xFE)
SQL = (b"select 1", b"SELECT * FROM all_types", b"SELECT ECHO(?, ?)", b"SELECT BIG(3000)", b"set names utf8", b";;")


class ForgetfulBackend(SqliteBackend):
    """A backend that stores no sessions, so that growing memory use must come from the server."""

    opened = 0

    def open(self, connection_id: int, user: str, host: str, database: str | None) -> SqliteSession:
        session = super().open(connection_id, user, host, database)
        self.sessions.clear()
        self.opened += 1
        return session


def noise(rng: random.Random, most: int) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 2, 5, rng.randrange(most + 1))))


def mutated(rng: random.Random, data: bytes) -> bytes:
    """The bytes with random changes, deletions, repetitions or insertions."""
    changed = bytearray(data)
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(5):
            case 0 if changed:
                changed[at % len(changed)] = rng.randrange(256)
            case 1:
                del changed[at : at + rng.randrange(1, 9)]
            case 2:
                changed[at:at] = noise(rng, 16)
            case 3:
                changed[at:at] = changed[at : at + 20]
            case _ if changed:
                changed[at % len(changed)] = rng.choice((0, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF))
    return bytes(changed)


def login(client: RawClient, rng: random.Random) -> None:
    salt = client.salt(client.read())
    capabilities = BASIC | (Capability.DEPRECATE_EOF if rng.random() < 0.5 else 0)
    client.send(client.response("ana", native_password("s3cret", salt), capabilities))
    assert client.read()[0] == 0


def broken_handshakes(client: RawClient, rng: random.Random) -> None:
    """Malformed handshakes. None is a valid login, because the password is unknown."""
    client.read()
    good = client.response(
        rng.choice(("ana", "root2", "", "x" * 100)),
        rng.randbytes(20),
        rng.choice((BASIC, BASIC | Capability.CONNECT_WITH_DB | Capability.CONNECT_ATTRS, rng.randrange(1 << 32))),
        plugin=rng.choice(("mysql_native_password", "caching_sha2_password", "")),
    )
    payload = mutated(rng, good) if rng.random() < 0.9 else noise(rng, 200)
    client.send(payload, 1 if rng.random() < 0.9 else rng.randrange(256))
    for answer in range(2):
        first = client.read()
        if first[:1] == b"\xfe" and answer == 0:
            client.send(noise(rng, 40))
        else:
            assert first[:1] == b"\xff", first
            return


def broken_commands(client: RawClient, rng: random.Random) -> None:
    login(client, rng)
    for _ in range(rng.randrange(1, 30)):
        command = rng.choice(COMMANDS)
        body = mutated(rng, rng.choice(SQL)) if rng.random() < 0.5 else noise(rng, 64)
        if command in (Command.STMT_EXECUTE, Command.STMT_CLOSE, Command.STMT_FETCH, Command.STMT_SEND_LONG_DATA):
            body = rng.randrange(4).to_bytes(4, "little") + body
        if command is Command.STMT_EXECUTE and rng.random() < 0.8:
            types = bytes(rng.choice((1, 3, 7, 10, 11, 12, 246, 252, 253, 254, rng.randrange(256))) for _ in range(4))
            body = struct.pack("<IBI", rng.randrange(1, 4), rng.randrange(2), 1) + b"\0\x01" + types + noise(rng, 40)
        client.send(bytes([command]) + body, 0)


def broken_framing(client: RawClient, rng: random.Random) -> None:
    if rng.random() < 0.5:
        login(client, rng)
    packets = b"".join(
        len(body).to_bytes(3, "little") + bytes([rng.randrange(3)]) + body
        for body in (bytes([rng.choice(COMMANDS)]) + noise(rng, 50) for _ in range(rng.randrange(1, 6)))
    )
    client.socket.sendall(mutated(rng, packets))


ATTACKS: tuple[Callable[[RawClient, random.Random], None], ...] = (
    broken_handshakes,
    broken_commands,
    broken_framing,
)


def attack(served: Served, rng: random.Random, kind: Callable[[RawClient, random.Random], None]) -> None:
    with RawClient(served.port, timeout=120) as client:
        try:
            kind(client, rng)
            with suppress(OSError):  # the server may have closed the connection already
                client.socket.shutdown(1)
            client.drained()
        except (EOFError, ConnectionResetError, BrokenPipeError):
            pass  # A closed connection is a valid response, a timeout is not.


def _answers(served: Served, rng: random.Random) -> bool:
    """Whether a client can log in. On a busy machine a login may take longer than the server's limit."""
    try:
        with RawClient(served.port) as client:
            login(client, rng)
            return client.command(b"\x0e")[0] == 0
    except (EOFError, ConnectionError):
        return False


def test_no_input_breaks_the_server(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("KAPPASTACK_SEED", secrets.randbelow(1 << 32)))
    with capsys.disabled():
        print(f"\nfuzzing the MySQL protocol for {SECONDS} s, KAPPASTACK_SEED={seed}")
    rng = random.Random(seed)
    backend = ForgetfulBackend({"ana": "s3cret"})
    process, rounds, most = psutil.Process(), 0, 0
    limits = Limits(packet_bytes=1 << 20, login_seconds=5, read_seconds=5)
    with caplog.at_level(logging.ERROR), serving(backend, limits=limits) as served:
        deadline = time.monotonic() + SECONDS
        before = 0
        while time.monotonic() < deadline:
            attack(served, rng, ATTACKS[rounds % len(ATTACKS)])
            rounds += 1
            if rounds == 300:
                before = process.memory_info().rss
            if rounds % 300 == 0:
                most = max(most, process.memory_info().rss)
        wait_until(lambda: _answers(served, rng), "a login after the attacks")
        deadline = time.monotonic() + 300
        while served.server.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert served.server.connections == []
    assert len(backend.closed) == backend.opened
    defects = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert defects == []
    assert rounds > 100
    # A leak of a few kilobytes per connection would exceed this limit. Allocators retain some tens of MB.
    assert most - before < 128_000_000
    with capsys.disabled():
        print(f"{rounds} connections, {backend.opened} sessions, memory grew by {(most - before) >> 10} KiB")
