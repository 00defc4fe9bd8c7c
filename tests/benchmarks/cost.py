"""CPU time and disk space that an event costs each service, from Pulsar to StarRocks.

Unlike events per second, CPU time hardly depends on other programs on the machine.
"""

import os
from collections.abc import Callable
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from apps.ciapol.sensors.event import encode
from apps.shared.polling import wait_until
from apps.shared.publishing.publisher import Publisher
from infra.state import StackState
from infra.targets.host.supervisor import Supervisor
from tests.benchmarks.bench import Bench

_SERVICES = ("pulsar", "seatunnel", "starrocks")
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 900


def cost(bench: Bench, console: Console, rows: int) -> Table:
    """Publish a backlog, then ingest it."""
    console.print(f"cost: {rows:,} rows", highlight=False)
    part = "cost"
    payloads = [(item.station_id, encode(item)) for item in bench.measurements(part, rows)]
    size = sum(len(payload) for _, payload in payloads) / rows
    before = _disk(bench)
    with bench.ingestion_paused():
        published = _spent(bench, lambda: _publish(bench, payloads))
    ingested = _spent(bench, lambda: _wait(bench, part, rows))
    grown = {name: used - before[name] for name, used in _disk(bench).items()}
    table = Table("per event", *_SERVICES, title=f"cost of an event of {size:,.0f} bytes")
    table.add_row("CPU, publish, µs", *[_micro(published[name], rows) for name in _SERVICES])
    table.add_row("CPU, ingest, µs", *[_micro(ingested[name], rows) for name in _SERVICES])
    both = {name: published[name] + ingested[name] for name in _SERVICES}
    table.add_row("events/s per core", *[f"{rows / both[name]:,.0f}" if both[name] else "-" for name in _SERVICES])
    table.add_row("disk, bytes", *[f"{grown[name] / rows:,.0f}" for name in _SERVICES])
    return table


def _micro(seconds: float, rows: int) -> str:
    return f"{seconds / rows * 1e6:,.1f}"


def _publish(bench: Bench, payloads: list[tuple[str, bytes]]) -> None:
    publisher = Publisher(bench.broker.connect)
    for key, payload in payloads:
        publisher.publish(key, payload)
    assert publisher.flush(_PATIENCE_SECONDS), "Pulsar did not acknowledge the backlog"
    publisher.close()


def _wait(bench: Bench, part: str, rows: int) -> None:
    """Wait until all rows are in the clean and the raw table."""

    def missing() -> str:
        found = min(bench.count(part), bench.count(part, "raw_measurements_zeta"))
        return "" if found >= rows else f"{found:,} of {rows:,} rows"

    wait_until(missing, within=_PATIENCE_SECONDS, what="storing the events", pause=_LOOK_SECONDS)


def _spent(bench: Bench, work: Callable[[], None]) -> dict[str, float]:
    """CPU seconds of each service while `work` runs."""
    before = _cpu(bench.stack)
    work()
    return {name: used - before[name] for name, used in _cpu(bench.stack).items()}


def _cpu(stack: str) -> dict[str, float]:
    found = Supervisor(stack).processes()
    return {name: sum(psutil.Process(found[name].pid).cpu_times()[:2]) for name in _SERVICES}


def _disk(bench: Bench) -> dict[str, int]:
    """Bytes of each service's volumes on disk."""
    data = StackState(bench.stack).folder / "data"
    return {name: _used(data / name) for name in _SERVICES}


def _used(folder: Path) -> int:
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            path = Path(root, name)
            # Blocks, not lengths: bookies and DuckDB preallocate their files.
            total += path.lstat().st_blocks * 512 if path.is_file() else 0
    return total
