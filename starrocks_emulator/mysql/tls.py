"""The upgrade of a connection to TLS in the middle of the handshake."""

from ssl import SSLContext, SSLError

from starrocks_emulator.mysql.errors import ConnectionClosedError
from starrocks_emulator.mysql.wire import Wire


async def upgrade(wire: Wire, context: SSLContext, seconds: float) -> None:
    """Switch the connection to TLS after the packet just read.

    The wire has read no byte beyond that packet (`Wire.exact`), so the ClientHello is still in the socket even if the
    client sent it early.

    Args:
        wire: the connection, whose last packet requested TLS.
        context: the server's certificate and settings.
        seconds: time limit of the TLS handshake.

    Raises:
        ConnectionClosedError: the TLS handshake failed or took too long; no error packet can be sent any more.
    """
    try:
        await wire.start_tls(context, seconds)
    except (SSLError, OSError) as failed:
        raise ConnectionClosedError(f"the TLS handshake failed: {failed}") from failed
