"""Queries for rejected messages."""

from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from apps.ciapol.api.models import Rejected
from apps.web.starrocks import Parameter, Pool

_COLUMNS: Final = "SELECT received_at, message_id, station_id, reject_reason"
_ORDER: Final = "ORDER BY received_at DESC, message_id DESC LIMIT %s"

_ALL: Final = f"{_COLUMNS} FROM rejected_measurements WHERE received_at >= %s"
_OF_STATION: Final = (
    f"{_COLUMNS}, payload FROM rejected_measurements_zeta "
    "WHERE received_at >= %s AND (station_id = %s OR message_key = %s)"
)
# Two bounds: the first prunes partitions, the second breaks ties of the time.
_BEFORE: Final = "AND received_at <= %s AND (received_at < %s OR message_id < %s)"

_REJECTED: Final = TypeAdapter(list[Rejected])


def rejected(
    pool: Pool, since: datetime, station_id: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Rejected]:
    """At most `limit` rejected messages received from `since` on, newest first, older than the message `before`.

    With `station_id`, the messages that name the station or have it as their key, with payloads. Without it, the
    messages of all stations except test stations, without payloads, because these are unchecked input.
    """
    parts = [_ALL] if station_id is None else [_OF_STATION]
    parameters: list[Parameter] = [since] if station_id is None else [since, station_id, station_id]
    if before is not None:
        parts.append(_BEFORE)
        parameters += [before[0], before[0], before[1]]
    rows = pool.query(" ".join([*parts, _ORDER]), [*parameters, limit])
    return _REJECTED.validate_python(rows)
