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
    """Greet the client and read its login data, over TLS if the client requests it.

    Returns:
        The login data, and the salt that was sent to the client.

    Raises:
        ProtocolError: the client uses another protocol, or requests TLS that is not offered.
        ConnectionClosedError: the client disconnected, or TLS failed.
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
        wire: connection, positioned after the client's packet.
        login: login data of the client.
        salt: salt of the client's scramble.
        host: the client's address, for the error message.
        verify: verifies a scramble.
        switch: whether to request a new scramble even from a client that uses `mysql_native_password`
            (COM_CHANGE_USER). A client without PLUGIN_AUTH is never asked for one.

    Returns:
        The login data with the scramble that was verified.

    Raises:
        ProtocolError: 1045, the user is unknown or the password is wrong (with the same message); 1251, the client does
            not support `mysql_native_password`.
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
