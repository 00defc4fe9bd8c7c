"""Constants of the sizing model: the cost of an event and limits of servers, each with its source.

See `docs/sizing.md`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One constant of the model.

    Args:
        value: number.
        unit: unit of the number.
        source: source of the number; begins with `measured`, `cited` or `guess`.
    """

    value: float
    unit: str
    source: str


_MEASURED = "measured: tests/benchmarks, part cost; docs/sizing.md describes the run"

PULSAR_MICROS = Figure(16, "µs of CPU per event", _MEASURED)
"""Broker and bookie in one process, one copy, publish and dispatch."""
ZETA_MICROS = Figure(22, "µs of CPU per event", _MEASURED)
"""Read, validate, and load into three tables."""
STARROCKS_MICROS = Figure(16, "µs of CPU per event", _MEASURED)
"""The emulator, all tables; StarRocks itself was not measured."""
ROW_BYTES = Figure(633, "bytes on disk per event", _MEASURED)
"""All tables of the emulator together, one copy. StarRocks compresses better; it was not measured."""
EVENT_BYTES = Figure(271, "bytes an event", _MEASURED)
"""Mean size of the events with which `ROW_BYTES` was measured."""
LOAD_BYTES = Figure(10_000_000, "bytes per second and backend", "cited: StarRocks documentation, Stream Load, planning")
DISK_BYTES = Figure(100_000_000, "bytes per second and bookie", "guess: one network volume with fsync")
INDEX_BYTES = Figure(15, "bytes of backend memory per row", "guess: 15 % of a primary key's index, persistent index on")
CONNECTIONS = Figure(10_000, "connections per proxy", "guess: one file descriptor and some buffers each")
USE = Figure(0.5, "share of CPU in use", "guess: a third of the nodes may be down, and load varies")
FULL = Figure(0.7, "share of a volume in use", "guess: compaction needs additional space")
TOPIC_DAYS = Figure(7, "days", "cited: retention_minutes in the topics.yaml of the products")
TABLES = Figure(2, "tables that an event is loaded into", "cited: the ingest jobs, which load raw and clean rows")
HOT_MONTHS = Figure(1, "months whose rows are updated", "guess: events arrive within a month")
