"""Converts documents of LionTrack's MongoDB, which Mongoose writes, to events.

A field may have several accepted names.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Final

from bson import ObjectId
from pydantic import JsonValue

from apps.liontrack.producers.events import Event, activity, challenge, event_id, position, weight

Document = Mapping[str, object]
REGISTERED: Final = "registered"
"""Activity by which an imported user gets a name, because the topics contain activities but no users."""
_IMPORTED: Final[dict[str, JsonValue]] = {"imported": True}


class DocumentError(Exception):
    """A document that cannot be converted to an event.

    The message names collection, document, field and expected value.
    """


class _Reader:
    """The fields of one document, under any of their names."""

    def __init__(self, collection: str, document: Document) -> None:
        self._place = f"{collection} {document.get('_id')}"
        self._document = document
        self.id = str(document["_id"])

    def _value(self, names: tuple[str, ...]) -> object:
        for name in names:
            value: object = self._document
            for part in name.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            if value is not None:
                return value
        return None

    def _wrong(self, names: tuple[str, ...], expected: str) -> DocumentError:
        found = self._value(names)
        return DocumentError(f"{self._place}: {' or '.join(names)}: found {found!r}; expected {expected}")

    def number(self, *names: str) -> float | None:
        value = self._value(names)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(names, "a number")
        return float(value)

    def required_number(self, *names: str) -> float:
        value = self.number(*names)
        if value is None:
            raise self._wrong(names, "a number")
        return value

    def text(self, *names: str) -> str | None:
        value = self._value(names)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong(names, "text")

    def reference(self, *names: str) -> str:
        """The id of another document: an ObjectId, text or number."""
        value = self._value(names)
        if isinstance(value, ObjectId | str | int) and str(value).strip():
            return str(value)
        raise self._wrong(names, "the id of a document")

    def time(self, *names: str) -> datetime:
        """A time; UTC if it has no zone. The default is the creation time in the document's ObjectId."""
        value = self._value(names)
        if value is None:
            identity = self._document["_id"]
            if isinstance(identity, ObjectId):
                return identity.generation_time
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise self._wrong(names, "a time") from None
        if isinstance(value, datetime):
            try:
                return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            except OverflowError:  # in UTC, the year is 0 or 10000
                raise self._wrong(names, "a time") from None
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        raise self._wrong(names, "a time")


def _lion(read: _Reader) -> Event:
    return position(
        read.id,
        read.time("last_update", "lastUpdate", "updatedAt", "createdAt"),
        read.number("position_lat", "position.lat", "position.latitude", "latitude"),
        read.number("position_lng", "position.lng", "position.longitude", "longitude"),
        name=read.text("name"),
        metadata=_IMPORTED,
    )


def _user(read: _Reader) -> Event:
    at = read.time("createdAt", "created_at", "updatedAt")
    name = read.text("username", "name")
    return activity(event_id("user", read.id), read.id, at, REGISTERED, username=name, metadata=_IMPORTED)


def _challenge(read: _Reader) -> Event:
    return challenge(
        read.id,
        read.reference("user_id", "userId", "user"),
        read.time("updated_at", "updatedAt", "createdAt"),
        read.text("status") or "unknown",
        title=read.text("title", "name"),
        metadata=_IMPORTED,
    )


def _weight(read: _Reader) -> Event:
    return weight(
        read.id,
        read.reference("lion_id", "lionId", "lion"),
        read.time("measured_at", "measuredAt", "date", "createdAt"),
        read.required_number("weight", "value"),
        read.text("unit") or "kg",
        metadata=_IMPORTED,
    )


_MAKERS: Final[Mapping[str, Callable[[_Reader], Event]]] = {
    "lions": _lion,
    "users": _user,
    "challenges": _challenge,
    "weights": _weight,
}
COLLECTIONS: Final = tuple(_MAKERS)
"""Collections that are imported, in this order."""


def event_of(collection: str, document: Document) -> Event:
    """Convert a document to an event; equal documents give equal events.

    Raises:
        DocumentError: a field is missing or wrong.
    """
    event = _MAKERS[collection](_Reader(collection, document))
    try:
        event.payload  # noqa: B018 # NaN and infinity have no JSON
    except ValueError as error:
        raise DocumentError(f"{collection} {document['_id']}: {error}") from None
    return event


def events_of(collection: str, documents: Iterator[Document]) -> Iterator[tuple[object, Event | DocumentError]]:
    """The `_id` of each document with its event or the conversion error."""
    for document in documents:
        try:
            yield document["_id"], event_of(collection, document)
        except DocumentError as error:
            yield document["_id"], error
