"""The connection to Pulsar, with Pulsar's Python client."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pulsar
import pulsar.schema

CONNECT_SECONDS = 30
SEND_SECONDS = 30
"""Seconds for which the client itself retries: it reconnects and resends unacknowledged events."""

MAX_IN_FLIGHT = 8_000
"""Maximum number of unacknowledged events: 400 ms at 20,000 events/s, about 2 MB."""


class BrokerError(Exception):
    """Pulsar does not accept events; the message contains the address and the response."""


class RefusedError(BrokerError):
    """Pulsar refuses events permanently, so that a retry is useless, for example because of a missing topic."""


FINAL = frozenset({"MessageTooBig", "InvalidMessage", "TopicTerminated"})
"""Names of permanent errors, after which an event is not resent."""

Answer = Callable[[str | None], None]
"""Callback for the outcome of one event: None after an acknowledgement, else the error's name."""


class Producer(Protocol):
    """Sends events."""

    def send(self, key: str, payload: bytes, answer: Answer) -> None:
        """Send an event asynchronously.

        Args:
            key: partition key.
            payload: content of the event.
            answer: called once with the outcome, in a thread of the client.
        """
        ...

    def close(self) -> None:
        """Close the connection and drop unacknowledged events."""
        ...


@dataclass(frozen=True)
class Broker:
    """The topic that events are published to.

    Args:
        url: address of Pulsar: `pulsar://host:port` or `pulsar+ssl://host:port`.
        topic: full name of the topic.
        token_file: file with the token; None if Pulsar requires none.
        schema: schema that the broker compares with the registered one of the topic; None sends bytes without a schema.
    """

    url: str
    topic: str
    token_file: Path | None = None
    schema: pulsar.schema.Schema | None = None

    def connect(self) -> Producer:
        """Create a producer that is connected to the topic.

        Raises:
            RefusedError: the topic is missing or has a different schema, or the token lacks the permission to produce.
            BrokerError: Pulsar does not respond; a retry may succeed.
        """
        return _PulsarProducer(self)


_OK = pulsar.Result.Ok
_REFUSALS = {
    pulsar.exceptions.TopicNotFound: "the topic does not exist",
    pulsar.exceptions.IncompatibleSchema: "the topic has a different schema",
    pulsar.exceptions.AuthenticationError: "the token is missing or wrong",
    pulsar.exceptions.AuthorizationError: "the token may not write to the topic",
    pulsar.exceptions.InvalidTopicName: "the topic's name is invalid; expected a name such as persistent://tenant/namespace/topic",
    pulsar.exceptions.InvalidUrl: "the address is invalid; expected an address such as pulsar://127.0.0.1:6650",
    pulsar.exceptions.TopicTerminated: "the topic accepts no more messages",
}


class _PulsarProducer:
    def __init__(self, broker: Broker) -> None:
        where = f"{broker.topic} at {broker.url}"
        try:
            self._client = pulsar.Client(
                broker.url,
                operation_timeout_seconds=CONNECT_SECONDS,
                authentication=_token(broker.token_file),
                # Otherwise the client's log lines about reconnections would break a progress bar.
                logger=pulsar.FileLogger(pulsar.LoggerLevel.Error, os.devnull),
            )
        except (ValueError, pulsar.PulsarException) as error:
            raise RefusedError(f"{where}: {error}") from error
        try:
            self._producer = self._client.create_producer(
                broker.topic,
                schema=broker.schema or pulsar.schema.BytesSchema(),
                send_timeout_millis=SEND_SECONDS * 1000,
                batching_enabled=True,
                # A batch contains one partition's events of all keys, in order. With many keys, key-based batches
                # would contain one event each and be three times slower.
                batching_max_publish_delay_ms=10,
                max_pending_messages=MAX_IN_FLIGHT,
                max_pending_messages_across_partitions=4 * MAX_IN_FLIGHT,
            )
        except pulsar.PulsarException as error:
            self._client.close()
            for refusal, meaning in _REFUSALS.items():
                if isinstance(error, refusal):
                    raise RefusedError(f"{where}: {meaning} ({error})") from error
            # The client repeats a lookup that Pulsar rejects because of a missing token, until its time limit.
            hint = "" if broker.token_file else ", and does it require a token"
            raise BrokerError(f"{where}: {error}; is Pulsar running{hint}?") from error

    def send(self, key: str, payload: bytes, answer: Answer) -> None:
        def acknowledged(result: pulsar.Result, _message: pulsar.MessageId | None) -> None:
            answer(None if result == _OK else str(result.name))

        self._producer.send_async(payload, acknowledged, partition_key=key)

    def close(self) -> None:
        try:
            self._client.close()
        except pulsar.PulsarException:
            return  # The connection was closed already.


def _token(file: Path | None) -> pulsar.Authentication | None:
    if file is None:
        return None
    try:
        text = file.read_text()
    except OSError as error:
        raise RefusedError(f"token file {file}: {error.strerror}") from error
    if text != text.strip():
        return pulsar.AuthenticationToken(text.strip())
    # The client reads the file again at each connection, because the token may have been rotated. It sends the whole
    # content, so it would send a line end at the end of the file as a part of the token.
    return pulsar.Authentication("token", f"file://{file.absolute()}")
