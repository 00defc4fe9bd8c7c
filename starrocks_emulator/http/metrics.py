"""`/metrics` in the Prometheus text format, under StarRocks' names where StarRocks has the same thing."""

import resource
import time
from pathlib import Path

from starrocks_emulator.engine import Engine


def _memory() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def frontend_metrics(engine: Engine) -> str:
    """What the FE counts."""
    states = engine.loads.counts()
    lines = {
        "starrocks_emulator": 1,
        "starrocks_fe_connection_total": len(engine.sessions),
        "starrocks_fe_query_total": engine.counters["query_total"],
        "starrocks_fe_query_err": engine.counters["query_err"],
        "starrocks_fe_txn_success": states.get("VISIBLE", 0),
        "starrocks_fe_txn_failed": engine.counters["stream_load_failed"],
        "starrocks_fe_txn_running": states.get("PREPARE", 0) + states.get("PREPARED", 0),
        "starrocks_fe_tablet_num": len(engine.catalog.tables()),
        "starrocks_emulator_uptime_seconds": round(time.time() - engine.started, 1),
        "starrocks_emulator_wal_bytes": engine.storage.wal_bytes,
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def backend_metrics(engine: Engine) -> str:
    """What the BE counts."""
    lines = {
        "starrocks_emulator": 1,
        "starrocks_be_process_mem_bytes": _memory(),
        "starrocks_be_streaming_load_requests_total": engine.counters["stream_load_total"],
        "starrocks_be_streaming_load_bytes": engine.counters["stream_load_bytes"],
        "starrocks_be_streaming_load_rows": engine.counters["stream_load_rows"],
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())
