"""Rate of ingestion with and without the monitoring, in turns, so that both meet the same conditions."""

import math
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from infra.targets.host.supervisor import Supervisor
from tests.benchmarks.bench import Bench
from tests.benchmarks.services import verdict
from tests.benchmarks.throughput import drain, publish, wait_for_rows

SERVICES = ("prometheus", "alertmanager", "node-exporter", "postgres-exporter")
_BAR = 0.97
_WARM_UP = "warm"


def monitoring(bench: Bench, console: Console, rows: int, runs: int) -> Table:
    """Ingest a backlog with monitoring, then one without, several times.

    The ratio of a pair is the rate with monitoring over the rate without. Its median must be at least 0.97.
    """
    _ingest(bench, _WARM_UP, rows)
    pairs = []
    for number in range(1, runs + 1):
        rate = _ingest(bench, f"with{number}", rows)
        with _stopped(bench.stack):
            pairs.append((rate, _ingest(bench, f"without{number}", rows)))
        ratio = pairs[-1][0] / pairs[-1][1]
        console.print(f"monitoring, pair {number} of {runs}: {ratio:.3f}", highlight=False)
    ratios = [first / second for first, second in pairs]
    table = Table("events/s", *[f"pair {number}" for number in range(1, runs + 1)], "median", title="monitoring")
    for label, place in (("with", 0), ("without", 1)):
        rates = [pair[place] for pair in pairs]
        table.add_row(label, *[f"{rate:,.0f}" for rate in rates], f"{statistics.median(rates):,.0f}")
    median = statistics.median(ratios)
    table.add_row("ratio", *[f"{ratio:.3f}" for ratio in ratios], f"{median:.3f}")
    table.add_section()
    table.add_row(f"bar: ratio {_BAR}", *[""] * runs, verdict(median >= _BAR))
    return table


def _ingest(bench: Bench, part: str, rows: int) -> float:
    """Rows per second from a backlog in Pulsar into StarRocks."""
    with bench.ingestion_paused():
        publish(bench, part, rows)
    rate = drain(bench, part, rows)
    assert math.isfinite(rate), f"{rows:,} rows are stored before the first look: use a greater --rows"
    wait_for_rows(bench, part, rows)
    bench.clean_up()
    return rate


@contextmanager
def _stopped(stack: str) -> Iterator[None]:
    supervisor = Supervisor(stack)
    for service in SERVICES:
        supervisor.stop(service)
    try:
        yield
    finally:
        for service in SERVICES:
            supervisor.start(service)
