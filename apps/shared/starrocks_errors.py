"""Errors of StarRocks, and which of them are worth a retry."""

import pymysql

ACCESS_DENIED = 1045
_TRY_AGAIN = (
    "starrocks planner use long time",  # A busy frontend exceeds the planner's time limit.
    "waiting to be completed",  # DROP of a table with transactions in the state COMMITTED.
    "please wait",  # A schema change is in progress, or "Node catalog is not ready, please wait for a while."
    "not normal",  # The same error of other statements: "state is SCHEMA_CHANGE not NORMAL".
    "lock timeout",
    "failed to acquire lock",
    "current running txns on db",  # More parallel loads than the limit of the database.
)
"""Lower-case parts of retryable errors: the frontend did not run the statement."""


class StarRocksError(Exception):
    """StarRocks refused a statement; the message contains the statement's first line and StarRocks' error text.

    Attributes:
        code: error code of the MySQL protocol; 0 if there is none.
        error_text: StarRocks' error text.
    """

    def __init__(self, message: str, *, code: int = 0, error_text: str = "") -> None:
        """Set the attributes."""
        super().__init__(message)
        self.code = code
        self.error_text = error_text


class StarRocksUnreachable(StarRocksError):
    """StarRocks does not respond, or the connection was lost. Whether the statement took effect is unknown."""


def is_retryable(error: StarRocksError) -> bool:
    """Whether an error is retryable: the frontend did not run the statement."""
    text = error.error_text.lower()
    return not isinstance(error, StarRocksUnreachable) and any(part in text for part in _TRY_AGAIN)


def is_lost(error: Exception) -> bool:
    """Whether a pymysql error means that there was no response: client codes 2000 to 2999, or a closed connection."""
    if isinstance(error, pymysql.err.InterfaceError):
        return True
    return 2000 <= error_code(error) < 3000 or not isinstance(error, pymysql.MySQLError)


def error_code(error: Exception) -> int:
    """The error code of the MySQL protocol; 0 if there is none."""
    code = error.args[0] if error.args else 0
    return code if isinstance(code, int) and isinstance(error, pymysql.MySQLError) else 0


def error_text(error: Exception) -> str:
    """StarRocks' error text."""
    return str(error.args[1]) if len(error.args) > 1 else str(error)
