"""Publishes events with Pulsar's Python client, which reconnects and resends by itself."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pulsar

from apps.liontrack.producers.events import PREFIX, Event

CONNECT_SECONDS = 30
GIVE_UP_SECONDS = 300.0
"""Time limit without any acknowledgement while some are missing."""
_IN_FLIGHT = 5_000
_STOP_SECONDS = 0.2
"""Longest time until a requested stop is noticed. A signal handler cannot notify a condition."""


class BrokerError(Exception):
    """Pulsar does not accept events; the message has the address and the answer."""


@dataclass(frozen=True)
class Address:
    """Where events are published.

    Args:
        url: of Pulsar: `pulsar://host:port` or `pulsar+ssl://host:port`.
        token_file: file with the token of a role that may produce; None if Pulsar requires none.
    """

    url: str
    token_file: Path | None = None


class Publisher:
    """Publishes events to their topics; the client resends what is not acknowledged, in the order of each key.

    An event may arrive twice after a lost acknowledgement. Its row in bronze has the same key then.
    """

    def __init__(
        self,
        address: Address,
        *,
        stopped: Callable[[], bool] = lambda: False,
        give_up_after: float = GIVE_UP_SECONDS,
    ) -> None:
        """Connects with the first event of each topic.

        Args:
            address: of Pulsar.
            stopped: whether the user requests a stop; waits end then.
            give_up_after: seconds without any acknowledgement after which `BrokerError` is raised.
        """
        self._address = address
        self._stopped = stopped
        self._give_up_after = give_up_after
        self._lock = threading.Condition()
        self._producers: dict[str, pulsar.Producer] = {}
        self._last_sign = time.monotonic()
        self._refused = ""
        self.published = 0
        self.acknowledged = 0
        try:
            self._client = pulsar.Client(
                address.url,
                operation_timeout_seconds=CONNECT_SECONDS,
                authentication=_token(address.token_file),
                # The client's own log lines would break the progress.
                logger=pulsar.FileLogger(pulsar.LoggerLevel.Error, os.devnull),
            )
        except (ValueError, pulsar.PulsarException) as error:
            raise BrokerError(f"{address.url}: {error}") from error

    def __enter__(self) -> Self:
        """The publisher."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection; unacknowledged events are dropped."""
        try:
            self._client.close()
        except pulsar.PulsarException:
            return  # The connection was closed already.

    @property
    def outstanding(self) -> int:
        """Number of events without an acknowledgement."""
        with self._lock:
            return self.published - self.acknowledged

    def publish(self, event: Event) -> bool:
        """Send an event; wait while too many are unacknowledged.

        Returns:
            False if the event was not sent, because the user requested a stop.

        Raises:
            BrokerError: Pulsar refuses the topic or the event, or acknowledges nothing.
        """
        if not self._wait(lambda: self.outstanding < _IN_FLIGHT):
            return False
        producer = self._producer(event.topic)
        with self._lock:
            if self.published == self.acknowledged:
                self._last_sign = time.monotonic()
            self.published += 1
        producer.send_async(event.payload, self._answered, partition_key=event.key)
        return True

    def flush(self) -> bool:
        """Wait until every event is acknowledged; False if the user requested a stop before.

        Raises:
            BrokerError: as `publish` says.
        """
        return self._wait(lambda: self.outstanding == 0)

    def _wait(self, enough: Callable[[], bool]) -> bool:
        while not enough():
            if self._stopped():
                return False
            with self._lock:
                silence, missing, refused = (
                    time.monotonic() - self._last_sign,
                    self.published - self.acknowledged,
                    self._refused,
                )
            if refused:
                raise BrokerError(f"{self._address.url}: Pulsar refused an event: {refused}")
            if silence > self._give_up_after:
                raise BrokerError(
                    f"{self._address.url}: no acknowledgement for {self._give_up_after:.0f} s; {missing} are missing"
                )
            with self._lock:
                self._lock.wait_for(lambda: enough() or bool(self._refused), _STOP_SECONDS)
        return True

    def _answered(self, result: pulsar.Result, _message: pulsar.MessageId | None) -> None:
        with self._lock:
            if result == pulsar.Result.Ok:
                self.acknowledged += 1
                self._last_sign = time.monotonic()
            else:
                self._refused = str(result.name)
            self._lock.notify_all()

    def _producer(self, topic: str) -> pulsar.Producer:
        if topic not in self._producers:
            try:
                self._producers[topic] = self._client.create_producer(
                    PREFIX + topic,
                    # 0: the client resends until the broker answers; the time limit is this class's.
                    send_timeout_millis=0,
                    block_if_queue_full=True,
                    batching_enabled=True,
                    batching_max_publish_delay_ms=10,
                    max_pending_messages=_IN_FLIGHT,
                    max_pending_messages_across_partitions=4 * _IN_FLIGHT,
                )
            except pulsar.PulsarException as error:
                raise BrokerError(f"{PREFIX}{topic} at {self._address.url}: {error}") from error
        return self._producers[topic]


def _token(file: Path | None) -> pulsar.AuthenticationToken | None:
    if file is None:
        return None
    try:
        return pulsar.AuthenticationToken(file.read_text().strip())
    except OSError as error:
        raise BrokerError(f"token file {file}: {error.strerror}") from error
