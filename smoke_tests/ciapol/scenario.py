"""The events of one run, and the expected result of each."""

import json
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from smoke_tests.outputs import Outputs
from smoke_tests.publishing import publish

TOPIC = "sensor-measurements"

Event = dict[str, str | float | None]


@dataclass(frozen=True)
class InvalidMessage:
    """A message that ingestion must reject.

    Args:
        name: short description of the error in the message.
        payload: bytes of the message.
        reason: text that the recorded rejection reason must contain.
    """

    name: str
    payload: bytes
    reason: str


@dataclass
class Scenario:
    """All messages that a run publishes.

    Args:
        run: unique id of the run; part of all its station ids.
        now: start time of the run, whole seconds.
    """

    run: str
    now: datetime
    published: list[tuple[str, bytes]] = field(default_factory=list)

    @staticmethod
    def new() -> "Scenario":
        """Create a scenario; nothing is published yet."""
        return Scenario(secrets.token_hex(8), datetime.now(UTC).replace(microsecond=0))

    @property
    def station(self) -> str:
        """Id of an unregistered station that sends valid events."""
        return f"test-{self.run}"

    @property
    def twice(self) -> str:
        """Id of a station with a repeated event and a corrected event."""
        return f"test-{self.run}-twice"

    @property
    def broken(self) -> str:
        """The key of all invalid messages."""
        return f"test-{self.run}-invalid"

    @property
    def recovered(self) -> str:
        """Id of a station that sends one event after the ingestion job was restarted."""
        return f"test-{self.run}-recovered"

    @property
    def stations(self) -> list[str]:
        """All station ids of the run."""
        return [self.station, self.twice, self.broken, self.recovered]

    @property
    def expected_rows(self) -> int:
        """Number of resulting rows.

        Each message results in a raw row and in a clean or rejected row. Two clean rows replace earlier ones.
        """
        return 2 * len(self.published) - 2

    def minutes_ago(self, minutes: int) -> datetime:
        """A time this many minutes before the start of the run."""
        return self.now - timedelta(minutes=minutes)

    @property
    def good(self) -> list[Event]:
        """Valid events by time: one with all values, one with few, one with none."""
        full = self._event(self.station, 1) | {
            "pm25": 35.1,
            "pm10": 51.0,
            "so2": 4.2,
            "no2": 18.0,
            "o3": 40.5,
            "co": 800.0,
            "temperature": 28.4,
            "pressure": 1011.2,
            "humidity": 81.0,
            "wind_speed": 2.3,
        }
        few = self._event(self.station, 3) | {"pm25": 12.5, "o3": None}
        none = self._event(self.station, 5) | {"pm25": None}
        return [none, few, full]

    @property
    def repeated(self) -> Event:
        """An event that is published twice without changes."""
        return self._event(self.twice, 2) | {"pm25": 20.0}

    @property
    def corrected(self) -> tuple[Event, Event]:
        """Two events with the same station and time: the second corrects the first."""
        return self._event(self.twice, 4) | {"pm25": 1.0, "no2": 7.0}, self._event(self.twice, 4) | {"pm25": 2.0}

    @property
    def invalid(self) -> list[InvalidMessage]:
        """Invalid messages of every kind."""
        good = self._event(self.broken, 2)
        missing = {name: value for name, value in good.items() if name != "station_id"}
        return [
            InvalidMessage("not JSON", f"{{not json {self.broken}".encode(), "JSON"),
            InvalidMessage("bytes that are not text", b"\xff\xfe\x00" + self.broken.encode(), "payload"),
            InvalidMessage("no object", json.dumps([self.broken]).encode(), "object"),
            InvalidMessage("wrong type", _json(good | {"pm25": "high"}), "pm25"),
            InvalidMessage("no station", _json(missing | {"event_id": self.broken}), "station_id"),
            InvalidMessage("impossible value", _json(good | {"pm10": -1.0}), "pm10"),
            InvalidMessage("value too high", _json(good | {"co": 100_001.0}), "co"),
            InvalidMessage(
                "far future", _json(good | {"measured_at": _text(self.now + timedelta(days=1))}), "measured_at"
            ),
        ]

    def publish(self, outputs: Outputs) -> None:
        """Publish all messages, and return when Pulsar has acknowledged them.

        The messages are sent as bytes without a schema, so that neither client nor broker rejects the invalid ones.
        """
        first, second = self.corrected
        messages = [(self.station, _json(event)) for event in self.good]
        messages += [(self.twice, _json(event)) for event in (self.repeated, first, self.repeated, second)]
        messages += [(self.broken, invalid.payload) for invalid in self.invalid]
        self._send(messages, outputs)

    def publish_after_recovery(self, outputs: Outputs) -> Event:
        """Publish one more event, and return it when Pulsar has acknowledged it."""
        event = self._event(self.recovered, 1) | {"pm25": 17.5}
        self._send([(self.recovered, _json(event))], outputs)
        return event

    def _send(self, messages: list[tuple[str, bytes]], outputs: Outputs) -> None:
        topic = outputs.products["ciapol"].topics[TOPIC]
        token = outputs.credentials.products["ciapol"].pulsar["smoke"]
        publish(outputs.addresses.pulsar_broker_url, topic, token, messages)
        self.published += messages

    def _event(self, station: str, minutes: int) -> Event:
        measured_at = _text(self.minutes_ago(minutes))
        name = f"{station}|{measured_at}"
        return {
            "event_id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
            "station_id": station,
            "measured_at": measured_at,
        }


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _json(event: Event) -> bytes:
    return json.dumps(event).encode()
