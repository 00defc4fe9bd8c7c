"""The login: greeting, TLS, password. A client reaches the command phase only after a successful login."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from ssl import SSLContext

from starrocks_emulator.mysql.constants import Capability
from starrocks_emulator.mysql.errors import ProtocolError
from starrocks_emulator.mysql.handshake import (
    TOO_OLD,
    Login,
    auth_switch_request,
    greeting,
    is_ssl_request,
    new_salt,
    parse_response,
)
from starrocks_emulator.mysql.packets import PacketWriter
from starrocks_emulator.mysql.tls import upgrade
from starrocks_emulator.mysql.wire import Wire

_LOGIN_PACKET_LIMIT = 64 * 1024
"""Longest packet before the login, in bytes."""

Verify = Callable[[str, bytes, bytes], Awaitable[bool]]
"""Verifies a user's scramble: (user, scramble, salt)."""


async def shake_hands(
    wire: Wire, version: str, connection_id: int, context: SSLContext | None, tls_seconds: float
) -> tuple[Login, bytes]:
    """Greet the client and read who it claims to be, over TLS where it asks for that.

    Returns:
        What the client says, and the salt that it was given.

    Raises:
        ProtocolError: not a client of this protocol, or it asks for TLS that is not offered.
        ConnectionClosedError: the client left, or TLS failed.
    """
    salt = new_salt()
    _send(wire, 0, greeting(version, connection_id, salt, tls=context is not None))
    wire.sequence = 1
    payload = await wire.read_packet(_LOGIN_PACKET_LIMIT, None, None)
    if is_ssl_request(payload):
        if context is None:
            raise ProtocolError("Bad handshake: this server has no certificate and offers no TLS", 1043)
        await upgrade(wire, context, tls_seconds)
        payload = await wire.read_packet(_LOGIN_PACKET_LIMIT, None, None)
    return parse_response(payload, tls_offered=context is not None), salt


async def authenticate(wire: Wire, login: Login, salt: bytes, host: str, verify: Verify, *, switch: bool) -> Login:
    """Check the login.

    Args:
        wire: stands behind the client's packet.
        login: who the client claims to be.
        salt: what its scramble was made with.
        host: the client's address, for the message.
        verify: asks the backend.
        switch: ask for a new scramble in any case, with a new salt (COM_CHANGE_USER).

    Raises:
        ProtocolError: 1045 no such user or a wrong password (the message is the same for both), 1251 a client that
            cannot use `mysql_native_password`.
    """
    may_switch = bool(login.capabilities & Capability.PLUGIN_AUTH)
    if may_switch and (switch or not login.native):
        salt = new_salt()
        _send(wire, wire.sequence, auth_switch_request(salt))
        wire.sequence = (wire.sequence + 1) & 0xFF
        login = replace(login, scramble=await wire.read_packet(_LOGIN_PACKET_LIMIT, None, None), plugin=None)
    elif not may_switch and not login.native:
        raise ProtocolError(TOO_OLD, 1251, "08004")
    if not login.native or not await verify(login.user, login.scramble, salt):
        using = "YES" if login.scramble else "NO"
        raise ProtocolError(f"Access denied for user '{login.user}'@'{host}' (using password: {using})", 1045, "28000")
    return login


def _send(wire: Wire, sequence: int, payload: bytes) -> None:
    packets = PacketWriter(sequence)
    packets.add(payload)
    wire.write(packets.take())
