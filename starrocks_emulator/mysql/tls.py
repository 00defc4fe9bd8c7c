"""The upgrade of a connection to TLS in the middle of the handshake."""

from ssl import SSLContext, SSLError

from starrocks_emulator.mysql.errors import ConnectionClosedError
from starrocks_emulator.mysql.wire import Wire


async def upgrade(wire: Wire, context: SSLContext, seconds: float) -> None:
    """Speak TLS from here on, with everything that the client sends after the packet just read.

    The wire has read that packet and no byte more (`Wire.exact`), so the ClientHello is still in the socket, however
    early it was sent.

    Args:
        wire: the connection, whose last packet asked for TLS.
        context: the server's certificate and settings.
        seconds: for the TLS handshake.

    Raises:
        ConnectionClosedError: the TLS handshake failed or took too long; no error packet can be sent any more.
    """
    try:
        await wire.start_tls(context, seconds)
    except (SSLError, OSError) as failed:
        raise ConnectionClosedError(f"the TLS handshake failed: {failed}") from failed
