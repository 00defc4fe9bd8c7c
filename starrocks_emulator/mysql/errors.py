"""Errors of a connection, as opposed to those of a statement (`results.SqlError`)."""


class ProtocolError(Exception):
    """The client violated the protocol or a limit. The server sends an error packet and closes the connection."""

    def __init__(self, message: str, code: int = 1835, sqlstate: str = "08S01") -> None:
        """`code` is an error number of MySQL; 1835 is `ER_MALFORMED_PACKET`."""
        super().__init__(message)
        self.code = code
        self.sqlstate = sqlstate
        self.message = message


class ConnectionClosedError(Exception):
    """The connection is closed; nothing more can be sent."""
