"""Publishes events to a topic of the stack."""

import pulsar
from pydantic import SecretStr

from apps.shared.polling import Pending, poll

_SEND_SECONDS = 20
_CONNECT_SECONDS = 60


class PublishError(Exception):
    """Pulsar does not accept the events. The message contains topic, address and Pulsar's response."""


def publish(broker_url: str, topic: str, token: SecretStr, messages: list[tuple[str, bytes]]) -> None:
    """Send messages, and return when all are acknowledged. A lost connection is reopened.

    Args:
        broker_url: address of the broker, such as `pulsar://127.0.0.1:6650`.
        topic: full name of the topic.
        token: token of a role with permission to produce.
        messages: key and payload of each. They are sent without a schema, so that any bytes are accepted.

    Raises:
        PublishError: Pulsar rejects the messages, or does not respond for a minute.
    """
    left = list(messages)

    def look() -> Pending | None:
        try:
            _send(broker_url, topic, token, left)
        except pulsar.ConnectError as error:
            return Pending(str(error))
        except pulsar.PulsarException as error:
            raise PublishError(f"cannot publish to {topic} at {broker_url}: {error}") from error
        return None

    try:
        poll(look, within=_CONNECT_SECONDS, what=f"{topic} at {broker_url}", pause=0.5)
    except TimeoutError as error:
        raise PublishError(str(error)) from None


def _send(broker_url: str, topic: str, token: SecretStr, left: list[tuple[str, bytes]]) -> None:
    """Send the remaining messages, and remove each when it is acknowledged."""
    client = pulsar.Client(
        broker_url,
        operation_timeout_seconds=_SEND_SECONDS,
        authentication=pulsar.AuthenticationToken(token.get_secret_value()),
        logger=pulsar.FileLogger(pulsar.LoggerLevel.Error, "/dev/null"),
    )
    try:
        producer = client.create_producer(topic, send_timeout_millis=_SEND_SECONDS * 1000)
        while left:
            key, payload = left[0]
            producer.send(payload, partition_key=key)
            left.pop(0)
    finally:
        client.close()
