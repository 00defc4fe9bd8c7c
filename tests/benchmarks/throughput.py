"""Events per second from Pulsar into StarRocks, and of Pulsar and of StarRocks separately."""

import base64
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import httpx
import pulsar
from rich.console import Console
from rich.table import Table

from apps.ciapol.sensors.event import encode, event_id, utc_text
from apps.shared.polling import Pending, poll
from apps.shared.publishing.publisher import Publisher
from infra.services.pulsar_roles import ADMIN
from tests.benchmarks.bench import DATABASE, Bench
from tests.benchmarks.services import verdict

_BAR = 10_000
_SHARE_OF_SLOWER = 0.6
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 300
_LOAD_TABLE = "sensor_measurements_zeta"


@dataclass(frozen=True)
class Rates:
    """Rows per second of one run."""

    publish: float
    read: float
    stream_load: float
    whole_way: float


def throughput(bench: Bench, console: Console, rows: int, runs: int) -> Table:
    """Median of several runs, each with a new backlog."""
    rates = []
    for number in range(1, runs + 1):
        console.print(f"throughput, run {number} of {runs}: {rows:,} rows", highlight=False)
        rates.append(_run(bench, console, number, rows))
        bench.clean_up()
    table = Table("events/s", *[f"run {number}" for number in range(1, runs + 1)], "median", title="throughput")
    median = {}
    for name, label in {
        "publish": "Pulsar alone: publish",
        "read": "Pulsar alone: read and acknowledge",
        "stream_load": "Stream Load alone",
        "whole_way": "Pulsar → StarRocks, clean rows",
    }.items():
        values = [getattr(each, name) for each in rates]
        median[name] = statistics.median(values)
        table.add_row(label, *[f"{value:,.0f}" for value in values], f"{median[name]:,.0f}")
    slower = min(median["read"], median["stream_load"])
    table.add_section()
    met = median["whole_way"] >= _BAR or median["whole_way"] >= _SHARE_OF_SLOWER * slower
    table.add_row(
        f"bar: {_BAR:,}, or {_SHARE_OF_SLOWER:.0%} of the slower end",
        *[""] * runs,
        f"{slower * 0.6:,.0f} {verdict(met)}",
    )
    return table


def _run(bench: Bench, console: Console, number: int, rows: int) -> Rates:
    stream_load = _stream_load(bench, f"load{number}", rows)
    console.print(f"  Stream Load alone: {stream_load:,.0f}/s", highlight=False)
    part = f"flow{number}"
    with bench.ingestion_paused(), _Reader(bench) as reader:
        published = publish(bench, part, rows)
        console.print(f"  Pulsar alone, publish: {published:,.0f}/s", highlight=False)
        read = reader.rate(rows)
        console.print(f"  Pulsar alone, read: {read:,.0f}/s", highlight=False)
    whole_way = drain(bench, part, rows)
    console.print(f"  Pulsar → StarRocks: {whole_way:,.0f}/s", highlight=False)
    wait_for_rows(bench, part, rows)
    return Rates(published, read, stream_load, whole_way)


def publish(bench: Bench, part: str, rows: int) -> float:
    """Publish a backlog and return the rate."""
    events = [(item.station_id, encode(item)) for item in bench.measurements(part, rows)]
    publisher = Publisher(bench.broker.connect)
    began = time.monotonic()
    for key, payload in events:
        publisher.publish(key, payload)
    assert publisher.flush(_PATIENCE_SECONDS), "Pulsar did not acknowledge the backlog"
    seconds = time.monotonic() - began
    publisher.close()
    return rows / seconds


class _Reader:
    """A separate subscription, created before the backlog."""

    def __init__(self, bench: Bench) -> None:
        self._client = pulsar.Client(
            bench.broker.url,
            authentication=pulsar.AuthenticationToken(bench.known.secrets[ADMIN]),
            logger=pulsar.FileLogger(pulsar.LoggerLevel.Error, "/dev/null"),
        )
        self._consumer = self._client.subscribe(
            bench.broker.topic,
            f"benchmark-{bench.run}",
            initial_position=pulsar.InitialPosition.Latest,
        )

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.unsubscribe()
        self._client.close()

    def rate(self, rows: int) -> float:
        """Receive, parse and acknowledge each message, like a real consumer, and return the rate."""
        size = 0
        began = time.monotonic()
        for _ in range(rows):
            message = self._consumer.receive(timeout_millis=30_000)
            size += len(message.data())
            self._consumer.acknowledge(message)
        assert size > 0
        return rows / (time.monotonic() - began)


def drain(bench: Bench, part: str, rows: int) -> float:
    """Measure the time from the first visible rows to the last."""

    def look() -> int:
        rejected = bench.count(part, "rejected_measurements_zeta")
        assert rejected == 0, f"{rejected:,} rows of the measurement were rejected: see reject_reason"
        return bench.count(part)

    seen = _wait(look, 1)
    began = time.monotonic()
    _wait(look, rows)
    return (rows - seen) / (time.monotonic() - began) if seen < rows else float("inf")


def wait_for_rows(bench: Bench, part: str, rows: int) -> None:
    """Wait until the raw rows are stored too, and check that the clean rows are complete."""
    _wait(lambda: bench.count(part, "raw_measurements_zeta"), rows)
    assert bench.count(part) == rows


def _wait(count: Callable[[], int], enough: int) -> int:
    def look() -> int | Pending:
        found = count()
        return found if found >= enough else Pending(f"{found:,} of {enough:,} rows")

    return poll(look, within=_PATIENCE_SECONDS, what="storing the events", pause=_LOOK_SECONDS)


def _stream_load(bench: Bench, part: str, rows: int) -> float:
    """Load batches of the sink's size one after another."""
    bodies = list(_bodies(bench, part, rows))
    frontend = bench.known.endpoint("starrocks", "fe-http").url
    login = base64.b64encode(f"ciapol_sink:{bench.known.secrets['starrocks-ciapol_sink']}".encode()).decode()
    headers = {
        "Authorization": f"Basic {login}",
        "Expect": "100-continue",
        "format": "JSON",
        "strip_outer_array": "true",
        "merge_condition": "published_at",
    }
    with httpx.Client(timeout=120) as client:
        # The client would not repeat the login after a redirect to another host. Therefore one request without a body
        # requests the address of a backend, and the loads go directly to it.
        sent = client.put(f"{frontend}/api/{DATABASE}/{_LOAD_TABLE}/_stream_load", headers=headers)
        assert sent.status_code == httpx.codes.TEMPORARY_REDIRECT, sent.text
        began = time.monotonic()
        for number, body in enumerate(bodies):
            label = {"label": f"benchmark-{bench.run}-{part}-{number}"}
            answer = client.put(sent.headers["location"], headers=headers | label, content=body)
            assert answer.json()["Status"] == "Success", answer.text
        seconds = time.monotonic() - began
    assert bench.count(part) == rows
    return rows / seconds


def _bodies(bench: Bench, part: str, rows: int) -> Iterator[bytes]:
    measurements = bench.measurements(part, rows)
    while batch := list(islice(measurements, bench.product.ingest.batch_max_rows)):
        yield json.dumps(
            [
                {
                    "station_id": item.station_id,
                    "measured_at": item.measured_at.strftime("%Y-%m-%d %H:%M:%S"),
                    "event_id": event_id(item.station_id, utc_text(item.measured_at)),
                    **item.values,
                    "message_id": f"1:{number}:0:0",
                    "published_at": item.measured_at.strftime("%Y-%m-%d %H:%M:%S"),
                }
                for number, item in enumerate(batch)
            ]
        ).encode()
