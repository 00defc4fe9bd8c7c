"""The connection to Pulsar, through its own client."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pulsar  # type: ignore[import-untyped]  # the client ships no types

from apps.ciapol.sensors.schema import EncodedJsonSchema

CONNECT_SECONDS = 30
SEND_SECONDS = 30
"""How long the client itself keeps trying: it reconnects and sends again what was not acknowledged."""

MAX_IN_FLIGHT = 8_000
"""Events that may wait for an acknowledgement: what 20,000 events/s send in 400 ms, and some 2 MB."""


class BrokerError(Exception):
    """Pulsar that cannot take the events; the message names the address and what it answered."""


class RefusedError(BrokerError):
    """An answer that trying again does not change, such as a missing topic or another schema."""


FINAL = frozenset({"MessageTooBig", "InvalidMessage", "TopicTerminated"})
"""Outcomes of an event that sending it again does not change."""

Answer = Callable[[str | None], None]
"""Takes the outcome of one event: None when it was acknowledged, else what went wrong."""


class Producer(Protocol):
    """Sends events."""

    def send(self, key: str, payload: bytes, answer: Answer) -> None:
        """Hand over an event; `answer` is called once, in a thread of the client."""
        ...

    def close(self) -> None:
        """Give up what is not acknowledged."""
        ...


@dataclass(frozen=True)
class Broker:
    """Where events go.

    Args:
        url: `pulsar://host:port` or `pulsar+ssl://host:port`.
        topic: its full name.
        token_file: holds the token where the broker asks for one.
    """

    url: str
    topic: str
    token_file: Path | None = None

    def connect(self) -> Producer:
        """A producer that the broker has accepted.

        Raises:
            RefusedError: the topic is missing, has another schema, or may not be written.
            BrokerError: nothing answers; it may later.
        """
        return _PulsarProducer(self)


_OK = pulsar.Result.Ok
_REFUSALS = {
    pulsar.exceptions.TopicNotFound: "the topic does not exist",
    pulsar.exceptions.IncompatibleSchema: "the schema registered for the topic is another",
    pulsar.exceptions.AuthenticationError: "the token is missing or wrong",
    pulsar.exceptions.AuthorizationError: "the token may not write to the topic",
    pulsar.exceptions.InvalidTopicName: "the topic's name is not one like persistent://tenant/namespace/topic",
    pulsar.exceptions.InvalidUrl: "the address is not one like pulsar://127.0.0.1:6650",
    pulsar.exceptions.TopicTerminated: "the topic takes no more messages",
}


class _PulsarProducer:
    def __init__(self, broker: Broker) -> None:
        where = f"{broker.topic} at {broker.url}"
        try:
            self._client = pulsar.Client(
                broker.url,
                operation_timeout_seconds=CONNECT_SECONDS,
                authentication=_token(broker.token_file),
                # the client would report its reconnections into the middle of the progress bar
                logger=pulsar.FileLogger(pulsar.LoggerLevel.Error, os.devnull),
            )
        except (ValueError, pulsar.PulsarException) as error:
            raise RefusedError(f"{where}: {error}") from error
        try:
            self._producer = self._client.create_producer(
                broker.topic,
                schema=EncodedJsonSchema(),
                send_timeout_millis=SEND_SECONDS * 1000,
                batching_enabled=True,
                # a batch holds one partition's events of all keys in order; batches by key would hold one event
                # each where stations are many, and be three times slower
                batching_max_publish_delay_ms=10,
                max_pending_messages=MAX_IN_FLIGHT,
                max_pending_messages_across_partitions=4 * MAX_IN_FLIGHT,
            )
        except pulsar.PulsarException as error:
            self._client.close()
            for refusal, meaning in _REFUSALS.items():
                if isinstance(error, refusal):
                    raise RefusedError(f"{where}: {meaning} ({error})") from error
            raise BrokerError(f"{where}: {error}; is Pulsar running?") from error

    def send(self, key: str, payload: bytes, answer: Answer) -> None:
        def acknowledged(result: pulsar.Result, _message: pulsar.MessageId | None) -> None:
            answer(None if result == _OK else str(result.name))

        self._producer.send_async(payload, acknowledged, partition_key=key)

    def close(self) -> None:
        try:
            self._client.close()
        except pulsar.PulsarException:
            return  # it was gone already


def _token(file: Path | None) -> pulsar.AuthenticationToken | None:
    if file is None:
        return None
    try:
        return pulsar.AuthenticationToken(file.read_text().strip())
    except OSError as error:
        raise RefusedError(f"token file {file}: {error.strerror}") from error
