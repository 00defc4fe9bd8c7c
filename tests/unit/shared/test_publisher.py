"""Publishing with a producer whose failures the test controls."""

from collections.abc import Callable

import pytest

from apps.shared.publishing.broker import Answer, BrokerError, Producer, RefusedError
from apps.shared.publishing.publisher import Publisher


class FakeProducer:
    """A producer that acknowledges events when the test requests it."""

    def __init__(self, on_send: Callable[[str, bytes, Answer], None]) -> None:
        self.on_send = on_send
        self.closed = False

    def send(self, key: str, payload: bytes, answer: Answer) -> None:
        self.on_send(key, payload, answer)

    def close(self) -> None:
        self.closed = True


def taking(log: list[bytes]) -> FakeProducer:
    def take(_key: str, payload: bytes, answer: Answer) -> None:
        log.append(payload)
        answer(None)

    return FakeProducer(take)


def test_each_acknowledged_event_counts_once() -> None:
    log: list[bytes] = []
    publisher = Publisher(lambda: taking(log))
    for number in range(1000):
        assert publisher.publish("a", str(number).encode())
    assert publisher.flush(1)
    assert (publisher.published, publisher.acknowledged, publisher.contiguous, publisher.resent) == (1000,) * 3 + (0,)
    assert log == [str(number).encode() for number in range(1000)]


def test_contiguous_stops_before_the_first_gap() -> None:
    waiting: list[Answer] = []
    publisher = Publisher(lambda: FakeProducer(lambda _key, _payload, answer: waiting.append(answer)))
    for _ in range(4):
        publisher.publish("a", b"")
    for number in (0, 2, 3):
        waiting[number](None)
    assert not publisher.flush(0)
    publisher.pump(0)
    assert (publisher.contiguous, publisher.acknowledged) == (1, 3)
    waiting[1](None)
    assert publisher.flush(1)
    assert publisher.contiguous == 4


def test_a_full_window_waits_for_acknowledgements() -> None:
    waiting: list[Answer] = []
    publisher = Publisher(lambda: FakeProducer(lambda _key, _payload, answer: waiting.append(answer)), window=10)
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(len(waiting))
        for answer in waiting:
            answer(None)
        waiting.clear()

    publisher.tick = tick
    for _ in range(25):
        publisher.publish("a", b"")
    assert ticks == [10, 10]


def test_a_stop_request_ends_the_wait_for_acknowledgements() -> None:
    publisher = Publisher(lambda: FakeProducer(lambda *_: None), stopped=lambda: True, window=1)
    assert publisher.publish("a", b"1")
    assert not publisher.publish("a", b"2")
    assert publisher.published == 1


def test_after_a_failure_later_events_of_the_same_key_are_sent_again_in_order() -> None:
    waiting: list[tuple[bytes, Answer]] = []
    log: list[bytes] = []
    first = FakeProducer(lambda _key, payload, answer: waiting.append((payload, answer)))
    producers: list[Producer] = [first, taking(log)]
    publisher = Publisher(lambda: producers.pop(0))
    for payload in (b"b1", b"a1", b"b2", b"a2"):
        publisher.publish(payload[:1].decode(), payload)
    for payload, answer in waiting:
        answer("Timeout" if payload == b"a1" else None)
    assert publisher.flush(5)
    assert log == [b"a1", b"a2"]
    assert first.closed
    assert (publisher.published, publisher.acknowledged, publisher.contiguous, publisher.resent) == (4, 4, 4, 2)


def test_an_event_with_unknown_outcome_is_sent_again_and_counts_once() -> None:
    kept: list[Answer] = []

    def silent(_key: str, payload: bytes, answer: Answer) -> None:
        if payload == b"2":
            answer("Disconnected")
        else:
            kept.append(answer)

    log: list[bytes] = []
    producers: list[Producer] = [FakeProducer(silent), taking(log)]
    publisher = Publisher(lambda: producers.pop(0))
    publisher.publish("a", b"1")
    publisher.publish("b", b"2")
    assert publisher.flush(5)
    kept[0](None)
    publisher.pump(0)
    assert log == [b"1", b"2"]
    assert publisher.acknowledged == 2


def test_a_temporarily_unreachable_broker_is_tolerated() -> None:
    log: list[bytes] = []
    notes: list[str] = []
    away = [BrokerError("away"), RefusedError("topics are not loaded yet")]
    producers: list[Producer] = [FakeProducer(lambda _key, _payload, answer: answer("ConnectError"))]

    def connect() -> Producer:
        if producers:
            return producers.pop()
        if away:
            raise away.pop(0)
        return taking(log)

    publisher = Publisher(connect, note=notes.append)
    publisher.publish("a", b"1")
    assert publisher.flush(10)
    assert log == [b"1"]
    assert notes[1:] == ["away"]


def test_giving_up_reports_the_number_of_missing_events() -> None:
    now = [0.0]
    publisher = Publisher(lambda: FakeProducer(lambda *_: None), give_up_after=60, clock=lambda: now[0])
    publisher.publish("a", b"1")
    now[0] = 59
    publisher.pump(0)
    now[0] = 61
    with pytest.raises(BrokerError, match=r"no acknowledgement for 60 s; 1 are missing"):
        publisher.pump(0)


def test_a_pause_between_events_is_not_a_missing_acknowledgement() -> None:
    now = [0.0]
    log: list[bytes] = []
    publisher = Publisher(lambda: taking(log), give_up_after=60, clock=lambda: now[0])
    publisher.publish("a", b"1")
    publisher.pump(0)
    now[0] = 1000
    publisher.publish("a", b"2")
    publisher.pump(0)
    assert publisher.acknowledged == 2


def test_an_event_that_can_never_be_sent_fails_at_once() -> None:
    publisher = Publisher(lambda: FakeProducer(lambda _key, _payload, answer: answer("MessageTooBig")))
    publisher.publish("A-1", b"")
    with pytest.raises(RefusedError, match=r"'A-1': MessageTooBig"):
        publisher.pump(0)


def test_a_wrong_address_fails_at_once() -> None:
    def connect() -> Producer:
        raise BrokerError("nothing responds")

    with pytest.raises(BrokerError, match="nothing responds"):
        Publisher(connect)
