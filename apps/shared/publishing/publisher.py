"""Publishes events: each is sent until it is acknowledged, and is counted once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from apps.shared.publishing.broker import FINAL, MAX_IN_FLIGHT, BrokerError, Producer, RefusedError

GIVE_UP_SECONDS = 300.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class _Pending:
    key: str
    payload: bytes


class Publisher:
    """Sends events in order, waits while too many are unacknowledged, and resends those that may not have arrived.

    Events are numbered from 0 in the order of `publish`. An event with an unknown outcome is resent, followed by the
    later events of its key, so that the order within a key stays.

    Args:
        connect: creates a producer, at the start and after a failure.
        stopped: whether the user requests a stop; waits end then.
        note: prints a sentence for the user.
        window: maximum number of events from the oldest unacknowledged one to the newest.
        give_up_after: seconds without any acknowledgement after which `BrokerError` is raised.
        clock: monotonic clock in seconds.
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
        """Connect immediately, so that a wrong address or topic is reported before the first event."""
        self._connect = connect
        self._stopped = stopped
        self._note = note
        self.tick: Callable[[], None] = lambda: None
        """Called repeatedly during waits."""
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
        """Number of events before the first unacknowledged one."""
        self.resent = 0
        """Number of resent events."""
        self._producer: Producer | None = connect()
        self._last_sign = clock()

    @property
    def published(self) -> int:
        """Number of events passed to `publish`."""
        return self._next

    @property
    def acknowledged(self) -> int:
        """Number of events that Pulsar has stored, each counted once."""
        return self.contiguous + len(self._ahead)

    @property
    def silence(self) -> float:
        """Seconds since the last acknowledgement while events are unacknowledged."""
        return self._clock() - self._last_sign if self._outstanding() else 0.0

    def publish(self, key: str, payload: bytes) -> bool:
        """Send an event; wait while the window is full.

        Returns:
            False if the event was not sent, because the user requested a stop.

        Raises:
            RefusedError: Pulsar refuses events permanently.
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
        """Process acknowledgements, waiting at most `seconds` for the first; resend failed events.

        Raises:
            BrokerError: see `publish`.
        """
        if seconds > 0:
            self.tick()
        failure = self._take_answers(seconds)
        if failure is not None:
            self._recover(failure)
        if self.silence > self._give_up_after:
            raise BrokerError(f"no acknowledgement for {self._give_up_after:.0f} s; {self._outstanding()} are missing")

    def flush(self, seconds: float) -> bool:
        """Wait at most `seconds` for the acknowledgement of all events; return whether all are acknowledged.

        Raises:
            BrokerError: see `publish`.
        """
        until = self._clock() + seconds
        while self._outstanding():
            if self._clock() >= until:
                return False
            self.pump(0.2)
        return True

    def close(self) -> None:
        """Close the connection."""
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
                    continue  # Outcome from a replaced producer, whose events have been resent.
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
        """Replace the producer and resend unacknowledged events."""
        self._note(f"Pulsar did not accept an event ({failure}); sending unacknowledged events again")
        self.close()
        self._take_answers(0)
        self._attempt += 1
        while self._producer is None:
            self._wait(self._pause)
            if self._stopped():
                raise BrokerError(
                    f"stopped while Pulsar was unavailable; {self._outstanding()} events are not acknowledged"
                )
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            try:
                self._producer = self._connect()
            except RefusedError:
                # A starting broker may not have loaded its topics yet.
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
