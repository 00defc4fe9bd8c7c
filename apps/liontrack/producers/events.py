"""The events of LionTrack; `topics/liontrack/` defines their fields."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

POSITIONS = "lions.position.events"
WEIGHTS = "lions.weight.events"
ACTIVITIES = "users.activity.events"
CHALLENGES = "challenges.status.events"
PREFIX = "persistent://liontrack/tracking/"

WEIGHT_ENTRY = "weight_entry"
"""Activity of a user who enters a weight; the pipeline counts it."""
COMPLETED = "completed"
"""Status of a completed challenge, which the pipeline counts."""

_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:liontrack:events")
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Args:
        topic: name of the topic without tenant and namespace.
        key: key of the message; events with the same key keep their order.
        fields: content; fields that are None are left out.
    """

    topic: str
    key: str
    fields: Mapping[str, JsonValue]

    @property
    def payload(self) -> bytes:
        """The content as JSON in UTF-8.

        Raises:
            ValueError: a number is NaN or infinite.
        """
        return _encode({name: value for name, value in self.fields.items() if value is not None}).encode()


def utc_text(moment: datetime) -> str:
    """A time as ISO 8601 in UTC; `moment` must have a time zone."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def event_id(*parts: str) -> str:
    """An identifier that is the same for the same parts: a version 5 UUID (RFC 9562)."""
    return str(uuid.uuid5(_IDS, "|".join(parts)))


def position(
    lion_id: str,
    at: datetime,
    latitude: float | None,
    longitude: float | None,
    *,
    name: str | None = None,
    metadata: Mapping[str, JsonValue] | None = None,
) -> Event:
    """A position of a lion in degrees (WGS 84); None if the collar found no position."""
    return Event(
        POSITIONS,
        lion_id,
        {
            "lion_id": lion_id,
            "name": name,
            "position_lat": latitude,
            "position_lng": longitude,
            "last_update": utc_text(at),
            "metadata": dict(metadata) if metadata else None,
        },
    )


def weight(
    weight_id: str,
    lion_id: str,
    at: datetime,
    value: float,
    unit: str = "kg",
    *,
    metadata: Mapping[str, JsonValue] | None = None,
) -> Event:
    """A weighing of a lion; `unit` is kg, g or lb."""
    return Event(
        WEIGHTS,
        lion_id,
        {
            "weight_id": weight_id,
            "lion_id": lion_id,
            "weight": value,
            "unit": unit,
            "measured_at": utc_text(at),
            "metadata": dict(metadata) if metadata else None,
        },
    )


def activity(
    identifier: str,
    user_id: str,
    at: datetime,
    what: str,
    *,
    username: str | None = None,
    metadata: Mapping[str, JsonValue] | None = None,
) -> Event:
    """Something that a user did."""
    return Event(
        ACTIVITIES,
        user_id,
        {
            "event_id": identifier,
            "user_id": user_id,
            "username": username,
            "activity": what,
            "occurred_at": utc_text(at),
            "metadata": dict(metadata) if metadata else None,
        },
    )


def challenge(
    challenge_id: str,
    user_id: str,
    at: datetime,
    status: str,
    *,
    title: str | None = None,
    metadata: Mapping[str, JsonValue] | None = None,
) -> Event:
    """A change of a challenge."""
    return Event(
        CHALLENGES,
        challenge_id,
        {
            "challenge_id": challenge_id,
            "user_id": user_id,
            "title": title,
            "status": status,
            "updated_at": utc_text(at),
            "metadata": dict(metadata) if metadata else None,
        },
    )
