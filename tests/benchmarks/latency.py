"""Measures the time from the publication of an event to the first API response that contains it."""

import statistics
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
from rich.console import Console
from rich.table import Table

from apps.ciapol.sensors.event import Measurement, encode, utc_text
from apps.ciapol.sensors.pace import Steady
from apps.shared.polling import Pending, poll
from apps.shared.publishing.publisher import Publisher
from tests.benchmarks.bench import VALUES, Bench
from tests.benchmarks.services import verdict
from tests.waiting import wait_until

_BAR_MS = 1000
_STATIONS = 25
_WARM_UP_SECONDS = 3
_LOOK_SECONDS = 0.01
_LOOK_AT_TABLES_SECONDS = 0.2
_TABLES = ("sensor_measurements_zeta", "raw_measurements_zeta")
_PATIENCE_SECONDS = 30


def latency(bench: Bench, console: Console, rate: float, seconds: float) -> Table:
    """Percentiles over the events of one of the publishing stations.

    The result includes the time of the API's response and the pause between two requests, so it is an upper bound.
    """
    console.print(f"latency: {rate:g} events/s for {seconds:g} s", highlight=False)
    probe = _Probe(bench, rate, seconds)
    publishing = threading.Thread(target=probe.publish)
    publishing.start()
    try:
        found = probe.watch()
    finally:
        probe.stop = True
        publishing.join()
        probe.wait_for_the_rest()
    found = sorted(found)
    table = Table("publish → API", "ms", title=f"latency at {rate:g} events/s, {len(found):,} events looked for")
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    for percent in (50, 95, 99):
        table.add_row(f"p{percent}", f"{cuts[percent - 1]:,.0f}")
    table.add_row("greatest", f"{found[-1]:,.0f}")
    table.add_section()
    table.add_row("bar: p95", f"{_BAR_MS:,} {verdict(cuts[94] <= _BAR_MS)}")
    return table


class _Probe:
    """Publishes events of all stations, and polls for those of the first station."""

    def __init__(self, bench: Bench, rate: float, seconds: float) -> None:
        self._bench = bench
        self._rate = rate
        self._count = round(rate * (seconds + _WARM_UP_SECONDS))
        self._first = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        self._station = f"{bench.prefix('latency')}000"
        self._published: dict[str, float] = {}
        self._sent = 0
        self.stop = False

    def publish(self) -> None:
        """Publish all events at regular intervals."""
        publisher = Publisher(self._bench.broker.connect)
        pace = Steady(self._rate)
        for number in range(self._count):
            station = f"{self._bench.prefix('latency')}{number % _STATIONS:03d}"
            item = Measurement(
                station, self._first + timedelta(seconds=number // _STATIONS), VALUES[number % len(VALUES)]
            )
            due = pace.due(item)
            while (wait := due - time.monotonic()) > 0:
                publisher.pump(wait)
            if self.stop:
                break
            if station == self._station:
                self._published[utc_text(item.measured_at)] = time.monotonic()
            publisher.publish(station, encode(item))
            self._sent += 1
        publisher.flush(_PATIENCE_SECONDS)
        publisher.close()

    def wait_for_the_rest(self) -> None:
        """Wait until the events of all stations are stored; they could otherwise arrive after the clean-up."""

        def missing() -> list[str]:
            counts = {table: self._bench.count("latency", table) for table in _TABLES}
            return [
                f"{found:,} of {self._sent:,} events in {table}"
                for table, found in counts.items()
                if found < self._sent
            ]

        wait_until(lambda: not missing(), missing, within=_PATIENCE_SECONDS, pause=_LOOK_AT_TABLES_SECONDS)

    def watch(self) -> list[float]:
        """Milliseconds of each observed event, without those of the warm-up."""
        wanted = -(-self._count // _STATIONS)
        seen: dict[str, float] = {}
        address = f"{self._bench.api}/api/v1/stations/{self._station}/measurements"
        question = {"interval": "raw", "pollutant": "pm25", "limit": "1000"}
        question |= {"from": utc_text(self._first), "to": utc_text(self._first + timedelta(days=1))}
        quiet_until = time.monotonic() + _PATIENCE_SECONDS

        def look(client: httpx.Client) -> Pending | None:
            nonlocal quiet_until
            answer = client.get(address, params=question)
            now = time.monotonic()
            items = answer.json()["items"] if answer.status_code == httpx.codes.OK else []
            for item in items:
                if item["measured_at"] not in seen:
                    seen[item["measured_at"]] = now
                    quiet_until = now + _PATIENCE_SECONDS
            if items:
                question["from"] = items[-1]["measured_at"]
            return Pending(f"{len(seen)} of {wanted} events") if len(seen) < wanted else None

        with httpx.Client(timeout=20) as client:
            poll(
                lambda: look(client),
                within=_PATIENCE_SECONDS,
                what=f"the API, which showed no new event for {_PATIENCE_SECONDS} s,",
                pause=_LOOK_SECONDS,
                more_time=lambda: time.monotonic() < quiet_until,
            )
        warm = sorted(seen)[round(_WARM_UP_SECONDS * self._rate / _STATIONS) :]
        return [1000 * (seen[moment] - self._published[moment]) for moment in warm]
