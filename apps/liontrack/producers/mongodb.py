"""Imports lions, users, challenges and weights from MongoDB."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bson import json_util
from pymongo import ASCENDING, MongoClient
from pymongo.errors import PyMongoError

from apps.liontrack.producers.documents import COLLECTIONS, Document, DocumentError, events_of
from apps.liontrack.producers.events import Event

_BATCH = 500
_FIND_MS = 10_000
"""Time limit for finding the server, in milliseconds."""


class ImportFailed(Exception):
    """MongoDB does not respond, or a document or the state file is invalid; the message contains the reason."""


class Sink(Protocol):
    """Receives events, such as `publisher.Publisher`."""

    def publish(self, event: Event) -> bool:
        """Send an event; False if the user requested a stop."""

    def flush(self) -> bool:
        """Wait until every event is acknowledged; False if the user requested a stop before."""


@dataclass
class Progress:
    """The progress of an import: per collection, the last document up to which all events are acknowledged."""

    path: Path | None
    last: dict[str, object] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | None) -> "Progress":
        """Load the state of an earlier run; empty if there was none.

        Raises:
            ImportFailed: the file is damaged.
        """
        if path is None or not path.exists():
            return cls(path)
        try:
            found = json_util.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise ImportFailed(f"state file {path}: {error}; delete it to start again") from None
        if not isinstance(found, dict) or not found.keys() <= set(COLLECTIONS):
            raise ImportFailed(f"state file {path} does not belong to this import; delete it to start again")
        return cls(path, found)

    def save(self) -> None:
        """Write the file atomically, so that a crash leaves the previous content."""
        if self.path is None:
            return
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        temporary.write_text(json_util.dumps(self.last))
        temporary.replace(self.path)


@dataclass(frozen=True)
class Counts:
    """Numbers of published documents and of skipped invalid documents."""

    published: int
    skipped: int
    complete: bool


def import_all(
    uri: str, database: str, sink: Sink, progress: Progress, *, skip_bad: bool, note: Callable[[str], None]
) -> Counts:
    """Publish the events of all documents that an earlier run has not published.

    An event has the ids and times of its document, so that a document that is published twice becomes one row.

    Args:
        uri: address of MongoDB.
        database: name of the database; empty for the one in the URI.
        sink: receives the events.
        progress: progress, which is saved after each acknowledged batch.
        skip_bad: whether to skip invalid documents.
        note: prints a line.

    Raises:
        ImportFailed: MongoDB does not respond, or a document is invalid and `skip_bad` is not set.
    """
    published = skipped = 0
    try:
        with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=_FIND_MS, tz_aware=True) as client:
            found = client[database] if database else client.get_default_database()
            for collection in COLLECTIONS:
                last: object = None
                waiting = 0
                documents = _documents(found[collection].find, progress.last.get(collection))
                for identity, event in events_of(collection, documents):
                    if isinstance(event, DocumentError):
                        if not skip_bad:
                            raise ImportFailed(f"{event}; --skip-bad skips it")
                        note(str(event))
                        skipped += 1
                    elif not sink.publish(event):
                        return Counts(published, skipped, complete=False)
                    else:
                        published += 1
                    last, waiting = identity, waiting + 1
                    if waiting == _BATCH:
                        if not _acknowledged(sink, progress, collection, last):
                            return Counts(published, skipped, complete=False)
                        waiting = 0
                if waiting and not _acknowledged(sink, progress, collection, last):
                    return Counts(published, skipped, complete=False)
                note(f"{collection}: done")
    except PyMongoError as error:
        raise ImportFailed(f"MongoDB: {error}") from error
    return Counts(published, skipped, complete=True)


class _Find(Protocol):
    def __call__(self, query: Mapping[str, object], *, sort: list[tuple[str, int]]) -> Iterator[dict[str, object]]:
        """Documents that match, in order."""


def _documents(find: _Find, after: object) -> Iterator[Document]:
    """Documents in the order of `_id`, after the given one.

    MongoDB compares values of one type only, so the documents of a collection must have ids of one type.
    """
    first: type | None = type(after) if after is not None else None
    for document in find({"_id": {"$gt": after}} if after is not None else {}, sort=[("_id", ASCENDING)]):
        kind = type(document["_id"])
        if first is None:
            first = kind
        if kind is not first:
            raise ImportFailed(
                f"_id {document['_id']!r} is {kind.__name__}, others are {first.__name__}: not supported"
            )
        yield document


def _acknowledged(sink: Sink, progress: Progress, collection: str, last: object) -> bool:
    if not sink.flush():
        return False
    progress.last[collection] = last
    progress.save()
    return True
