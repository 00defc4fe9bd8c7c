"""Publishes events to the topics of LionTrack."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from apps.liontrack.producers.events import PREFIX, Event
from apps.shared.publishing.broker import Broker
from apps.shared.publishing.publisher import Publisher as TopicPublisher

_CHECK_SECONDS = 1.0
_LAST_ANSWERS_SECONDS = 5.0


class Publisher:
    """Publishes each event to its topic, in the order of each key, until it is acknowledged.

    An event may arrive twice after a lost acknowledgement. Both copies have the same key and become one row in bronze.
    """

    def __init__(
        self,
        url: str,
        token_file: Path | None = None,
        *,
        stopped: Callable[[], bool] = lambda: False,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Create a publisher, which connects to a topic at its first event.

        Args:
            url: address of Pulsar, `pulsar://host:port` or `pulsar+ssl://host:port`.
            token_file: file with the token of a role that may produce; None if Pulsar requires none.
            stopped: returns whether the user has requested a stop, which ends waits.
            note: prints a sentence for the user.
        """
        self._url = url
        self._token_file = token_file
        self._stopped = stopped
        self._note = note
        self._topics: dict[str, TopicPublisher] = {}

    def __enter__(self) -> Self:
        """The publisher."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections; unacknowledged events are dropped."""
        for topic in self._topics.values():
            topic.close()

    @property
    def published(self) -> int:
        """Number of events that were sent."""
        return sum(topic.published for topic in self._topics.values())

    @property
    def acknowledged(self) -> int:
        """Number of events that Pulsar has stored."""
        return sum(topic.acknowledged for topic in self._topics.values())

    def publish(self, event: Event) -> bool:
        """Send an event; wait while too many of its topic are unacknowledged.

        Returns:
            False if the event was not sent, because the user requested a stop.

        Raises:
            BrokerError: Pulsar refuses the topic or the event, or acknowledges nothing.
        """
        return not self._stopped() and self._topic(event.topic).publish(event.key, event.payload)

    def flush(self) -> bool:
        """Wait until every event is acknowledged, or shortly after the user requested a stop.

        Returns:
            False if events are unacknowledged.

        Raises:
            BrokerError: as for `publish`.
        """
        while not self._stopped():
            if all(topic.flush(_CHECK_SECONDS) for topic in self._topics.values()):
                return True
        until = time.monotonic() + _LAST_ANSWERS_SECONDS
        for topic in self._topics.values():
            topic.flush(max(0.0, until - time.monotonic()))
        return self.acknowledged == self.published

    def _topic(self, name: str) -> TopicPublisher:
        if name not in self._topics:
            broker = Broker(self._url, PREFIX + name, self._token_file)
            self._topics[name] = TopicPublisher(broker.connect, stopped=self._stopped, note=self._note)
        return self._topics[name]
