"""Publishes a stream of measurements and counts them, for replay and simulation."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rich.console import Console

from apps.ciapol.sensors.event import Measurement, encode
from apps.ciapol.sensors.pace import AtOnce, Pace
from apps.ciapol.sensors.progress import Display
from apps.shared.publishing.broker import Broker, BrokerError
from apps.shared.publishing.publisher import GIVE_UP_SECONDS, Publisher
from apps.shared.publishing.stop import Stop

_SAVE_SECONDS = 1.0
_KEEP_EVENTS = 256
_LAST_ANSWERS_SECONDS = 5.0


@dataclass
class Counts:
    """Numbers of measurements in a run."""

    read: int = 0
    published: int = 0
    acknowledged: int = 0
    skipped: int = 0
    before: int = 0
    resent: int = 0
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        """Whether all measurements to publish are acknowledged."""
        return not self.interrupted and self.acknowledged == self.published

    def __str__(self) -> str:
        """One line of text for the user."""
        rate = self.acknowledged / self.seconds if self.seconds else 0.0
        return (
            f"read {self.read}, published {self.published}, acknowledged {self.acknowledged}, "
            f"skipped {self.skipped}, acknowledged by earlier runs {self.before}, sent again {self.resent}; "
            f"{self.seconds:.1f} s, {rate:,.0f}/s"
        )


@dataclass
class Session:
    """One run of the command line.

    Args:
        broker: topic that events are published to.
        console: console that shows progress.
        give_up_after: seconds without any acknowledgement after which the run fails.
        counts: counts of the run; up to date also after an error.
        stop: request to end the run early.
    """

    broker: Broker
    console: Console
    give_up_after: float = GIVE_UP_SECONDS
    counts: Counts = field(default_factory=Counts)
    stop: Stop = field(default_factory=Stop)


def publish_all(
    session: Session,
    measurements: Iterable[Measurement],
    display: Display,
    pace: Pace | None = None,
    save: Callable[[int], None] = lambda _: None,
) -> None:
    """Publish a stream of measurements. After a stop, wait briefly for outstanding acknowledgements.

    Args:
        session: the run; its counts are updated.
        measurements: stream of measurements.
        display: shows the progress.
        pace: determines when each measurement is due; None means as fast as Pulsar accepts events.
        save: called at intervals and at the end with the number of events before the first unacknowledged one.

    Raises:
        BrokerError: Pulsar cannot be reached, stops responding, or refuses events.
    """
    started = time.monotonic()
    stop, pace = session.stop, pace or AtOnce()
    publisher = Publisher(
        session.broker.connect,
        stopped=stop,
        note=display.note,
        give_up_after=session.give_up_after,
    )
    keeper = _Keeper(publisher, session.counts, display, save)
    publisher.tick = keeper.keep
    try:
        for measurement in measurements:
            due = pace.due(measurement)
            while (wait := due - time.monotonic()) > 0 and not stop():
                publisher.pump(min(wait, 0.2))
            if stop() or not publisher.publish(measurement.station_id, encode(measurement)):
                break
            session.counts.read += 1
            if session.counts.read % _KEEP_EVENTS == 0:
                keeper.keep()
        while not stop() and not publisher.flush(_SAVE_SECONDS):
            pass
        publisher.flush(_LAST_ANSWERS_SECONDS)
    except BrokerError:
        # After a requested stop, an unavailable Pulsar is not an error.
        if not stop():
            raise
    finally:
        publisher.close()
        session.counts.seconds = time.monotonic() - started
        session.counts.interrupted = stop()
        keeper.keep(last=True)


class _Keeper:
    def __init__(self, publisher: Publisher, counts: Counts, display: Display, save: Callable[[int], None]) -> None:
        self._publisher = publisher
        self._counts = counts
        self._display = display
        self._save = save
        self._saved = time.monotonic()

    def keep(self, *, last: bool = False) -> None:
        publisher, counts = self._publisher, self._counts
        counts.published = publisher.published
        counts.acknowledged = publisher.acknowledged
        counts.resent = publisher.resent
        self._display.show(counts.acknowledged, publisher.silence)
        now = time.monotonic()
        if last or now - self._saved >= _SAVE_SECONDS:
            self._saved = now
            self._save(publisher.contiguous)
