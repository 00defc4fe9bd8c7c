"""Publishes events so that each acknowledged one counts once and none is forgotten."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from apps.ciapol.sensors.broker import FINAL, MAX_IN_FLIGHT, BrokerError, Producer, RefusedError

GIVE_UP_SECONDS = 300.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class _Pending:
    key: str
    payload: bytes


class Publisher:
    """Sends events in order, waits when too many are unacknowledged, sends again what may not have arrived.

    An event is numbered from 0 in the order of `publish`. One whose outcome is unknown is sent again, and after
    it the later ones of its key, so that of two events of one key the later one stays the later one.

    Args:
        connect: makes a producer, at the start and after a failure.
        stopped: tells whether a person wants to stop; waiting ends then.
        note: takes a sentence for a person.
        window: the most events that may be unacknowledged or stand behind one that is.
        give_up_after: seconds without any acknowledgement after which `BrokerError` is raised.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        connect: Callable[[], Producer],
        *,
        stopped: Callable[[], bool] = lambda: False,
        note: Callable[[str], None] = lambda _: None,
        window: int = MAX_IN_FLIGHT,
        give_up_after: float = GIVE_UP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connect, so that a wrong address or topic is told at once."""
        self._connect = connect
        self._stopped = stopped
        self._note = note
        self.tick: Callable[[], None] = lambda: None
        """Called now and then while waiting."""
        self._window = window
        self._give_up_after = give_up_after
        self._clock = clock
        self._answers: SimpleQueue[tuple[int, int, str | None]] = SimpleQueue()
        self._pending: dict[int, _Pending] = {}
        self._ahead: set[int] = set()
        self._next = 0
        self._attempt = 0
        self._pause = _FIRST_PAUSE
        self.contiguous = 0
        """The number of events, from the first on, that are all acknowledged."""
        self.resent = 0
        """How often an event was sent again."""
        self._producer: Producer | None = connect()
        self._last_sign = clock()

    @property
    def published(self) -> int:
        """Events handed over."""
        return self._next

    @property
    def acknowledged(self) -> int:
        """Events that Pulsar has stored, each counted once."""
        return self.contiguous + len(self._ahead)

    @property
    def silence(self) -> float:
        """Seconds for which acknowledgements have been waited for in vain."""
        return self._clock() - self._last_sign if self._outstanding() else 0.0

    def publish(self, key: str, payload: bytes) -> bool:
        """Send an event; waits while the window is full. False: not sent, because a person wants to stop.

        Raises:
            RefusedError: an answer that trying again does not change.
            BrokerError: no acknowledgement for `give_up_after` seconds.
        """
        while self._next - self.contiguous >= self._window:
            if self._stopped():
                return False
            self.pump(0.2)
        if not self._answers.empty():
            self.pump(0)
        if not self._outstanding():
            self._last_sign = self._clock()
        number = self._next
        self._next += 1
        self._pending[number] = _Pending(key, payload)
        self._send(number)
        return True

    def pump(self, seconds: float) -> None:
        """Take in acknowledgements, waiting up to `seconds` for the first; send again what failed.

        Raises:
            BrokerError: as `publish` says.
        """
        if seconds > 0:
            self.tick()
        failure = self._take_answers(seconds)
        if failure is not None:
            self._recover(failure)
        if self.silence > self._give_up_after:
            raise BrokerError(f"no acknowledgement for {self._give_up_after:.0f} s; {self._outstanding()} are missing")

    def flush(self, seconds: float) -> bool:
        """Wait until all is acknowledged, at most `seconds`; tells whether it is.

        Raises:
            BrokerError: as `publish` says.
        """
        until = self._clock() + seconds
        while self._outstanding():
            if self._clock() >= until:
                return False
            self.pump(0.2)
        return True

    def close(self) -> None:
        """End the connection."""
        if self._producer is not None:
            self._producer.close()
            self._producer = None

    def _outstanding(self) -> int:
        return len(self._pending) - len(self._ahead)

    def _send(self, number: int) -> None:
        assert self._producer is not None
        event = self._pending[number]
        self._producer.send(event.key, event.payload, partial(self._answered, self._attempt, number))

    def _answered(self, attempt: int, number: int, failure: str | None) -> None:
        self._answers.put((attempt, number, failure))

    def _take_answers(self, seconds: float) -> str | None:
        failed: str | None = None
        wait = seconds
        try:
            while True:
                attempt, number, failure = self._answers.get(block=wait > 0, timeout=wait or None)
                wait = 0
                if attempt != self._attempt:
                    continue  # of a producer that was given up: its events have been sent again
                if failure is None:
                    self._acknowledge(number)
                elif failure in FINAL:
                    raise RefusedError(f"Pulsar refuses an event of {self._pending[number].key!r}: {failure}")
                else:
                    failed = failure
        except Empty:
            return failed

    def _acknowledge(self, number: int) -> None:
        self._last_sign = self._clock()
        self._pause = _FIRST_PAUSE
        self._ahead.add(number)
        while self.contiguous in self._ahead:
            self._ahead.remove(self.contiguous)
            del self._pending[self.contiguous]
            self.contiguous += 1

    def _recover(self, failure: str) -> None:
        """Replace the producer and send again what has no acknowledgement."""
        self._note(f"Pulsar did not take an event ({failure}); sending again what is not acknowledged")
        self.close()
        self._take_answers(0)
        self._attempt += 1
        while self._producer is None:
            self._wait(self._pause)
            if self._stopped():
                raise BrokerError(f"stopped while Pulsar was away; {self._outstanding()} events are not acknowledged")
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            try:
                self._producer = self._connect()
            except RefusedError:
                # a broker that is starting may not know its topics yet
                if self.silence > self._give_up_after:
                    raise
            except BrokerError as error:
                if self.silence > self._give_up_after:
                    raise
                self._note(str(error))
        disturbed: set[str] = set()
        for number, event in list(self._pending.items()):
            if number not in self._ahead or event.key in disturbed:
                disturbed.add(event.key)
                self._ahead.discard(number)
                self.resent += 1
                self._send(number)

    def _wait(self, seconds: float) -> None:
        until = self._clock() + seconds
        while (left := until - self._clock()) > 0 and not self._stopped():
            self.tick()
            time.sleep(min(left, 0.2))
