"""The packets of the login: the server's greeting, the client's response, the switch to `mysql_native_password`."""

import secrets
from dataclasses import dataclass, field

from starrocks_emulator.mysql.constants import NATIVE_PASSWORD, OFFERED, UTF8_COLLATION, Capability, Status
from starrocks_emulator.mysql.errors import ProtocolError
from starrocks_emulator.mysql.packets import PacketReader

SALT_LENGTH = 20
TOO_OLD = "Client does not support authentication protocol requested by server; consider upgrading MySQL client"
_SCRAMBLE_LENGTH = 20
_SSL_REQUEST_LENGTH = 32
_MAX_ATTRIBUTES = 16 * 1024


def new_salt() -> bytes:
    """20 random bytes from 1 to 127 without `$`: clients read the salt as a C string, and `$` separates hashes."""
    alphabet = [byte for byte in range(1, 128) if byte != ord("$")]
    return bytes(secrets.choice(alphabet) for _ in range(SALT_LENGTH))


def greeting(version: str, connection_id: int, salt: bytes, *, tls: bool) -> bytes:
    """The payload of `HandshakeV10`, the first packet of a connection."""
    offered = OFFERED | Capability.SSL if tls else OFFERED
    return b"".join(
        (
            b"\x0a",
            version.encode() + b"\0",
            (connection_id & 0xFFFFFFFF).to_bytes(4, "little"),
            salt[:8] + b"\0",
            (offered & 0xFFFF).to_bytes(2, "little"),
            bytes([UTF8_COLLATION]),
            Status.AUTOCOMMIT.to_bytes(2, "little"),
            (offered >> 16).to_bytes(2, "little"),
            bytes([SALT_LENGTH + 1]),
            bytes(10),
            salt[8:] + b"\0",
            NATIVE_PASSWORD.encode() + b"\0",
        )
    )


@dataclass(frozen=True)
class Login:
    """A client's login data from `HandshakeResponse41` or COM_CHANGE_USER."""

    capabilities: Capability
    collation: int
    user: str
    scramble: bytes
    database: str | None
    plugin: str | None
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def native(self) -> bool:
        """Whether `scramble` was made by `mysql_native_password`."""
        if self.plugin is not None and self.plugin != NATIVE_PASSWORD:
            return False
        return len(self.scramble) in (0, _SCRAMBLE_LENGTH)


def is_ssl_request(payload: bytes) -> bool:
    """Whether the first packet of a client is an SSLRequest, which requests TLS."""
    return len(payload) == _SSL_REQUEST_LENGTH and bool(
        int.from_bytes(payload[:4], "little") & Capability.SSL & 0xFFFFFFFF
    )


def parse_response(payload: bytes, *, tls_offered: bool) -> Login:
    """Read a `HandshakeResponse41`.

    Raises:
        ProtocolError: 1043, the packet is malformed or truncated; 1251, the client is too old for
            `mysql_native_password`.
    """
    offered = OFFERED | Capability.SSL if tls_offered else OFFERED
    asked = int.from_bytes(payload[:4], "little")
    if len(payload) < 4 or not asked & Capability.PROTOCOL_41:
        raise ProtocolError("Bad handshake: a client of MySQL 4.1 or newer is needed", 1043)
    if not asked & Capability.SECURE_CONNECTION:
        raise ProtocolError(TOO_OLD, 1251, "08004")
    try:
        return _parse_response(PacketReader(payload[4:], "handshake response"), Capability(asked & offered))
    except ProtocolError as broken:
        raise ProtocolError(f"Bad handshake: {broken.message}", 1043) from broken


def _parse_response(reader: PacketReader, capabilities: Capability) -> Login:
    reader.fixed(4, "maximum packet size")
    collation = reader.integer(1, "character set")
    reader.fixed(23, "filler")
    user = _utf8(reader.until_nul("user name"), "user name")
    if capabilities & Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA:
        scramble = reader.lenenc("authentication data")
    else:
        scramble = reader.fixed(reader.integer(1, "authentication data"), "authentication data")
    database = None
    if capabilities & Capability.CONNECT_WITH_DB and reader.remaining:
        database = _utf8(reader.until_nul("database"), "database") or None
    plugin, attributes = _plugin_and_attributes(reader, capabilities)
    return Login(capabilities, collation, user, scramble, database, plugin, attributes)


def parse_change_user(payload: bytes, capabilities: Capability, collation: int) -> Login:
    """Read the body of COM_CHANGE_USER, whose optional fields default to those of the login.

    Raises:
        ProtocolError: the packet is truncated.
    """
    reader = PacketReader(payload, "COM_CHANGE_USER")
    user = _utf8(reader.until_nul("user name"), "user name")
    scramble = reader.fixed(reader.integer(1, "authentication data"), "authentication data")
    database = _utf8(reader.until_nul("database"), "database") or None
    plugin: str | None = None
    attributes: dict[str, str] = {}
    if reader.remaining:
        collation = reader.integer(2, "character set")
        plugin, attributes = _plugin_and_attributes(reader, capabilities)
    return Login(capabilities, collation, user, scramble, database, plugin, attributes)


def auth_switch_request(salt: bytes) -> bytes:
    """The packet that requests authentication by `mysql_native_password` with a new salt."""
    return b"\xfe" + NATIVE_PASSWORD.encode() + b"\0" + salt + b"\0"


def _plugin_and_attributes(reader: PacketReader, capabilities: Capability) -> tuple[str | None, dict[str, str]]:
    plugin: str | None = None
    attributes: dict[str, str] = {}
    if capabilities & Capability.PLUGIN_AUTH and reader.remaining:
        plugin = _utf8(reader.until_nul("authentication plugin"), "authentication plugin")
    if capabilities & Capability.CONNECT_ATTRS and reader.remaining:
        length = reader.lenenc_integer("connection attributes")
        if length > _MAX_ATTRIBUTES:
            raise ProtocolError(f"connection attributes of {length} bytes; at most {_MAX_ATTRIBUTES} are read")
        pairs = PacketReader(reader.fixed(length, "connection attributes"), "connection attributes")
        while pairs.remaining:
            key = pairs.lenenc("attribute name").decode("utf-8", "replace")
            attributes[key] = pairs.lenenc("attribute value").decode("utf-8", "replace")
    return plugin, attributes


def _utf8(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as invalid:
        raise ProtocolError(f"the {name} is not UTF-8: {data[:64]!r}") from invalid
