"""`/metrics` in the Prometheus text format, with StarRocks' names where StarRocks has the metric."""

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


class _Text:
    """Collects metrics with their types and help texts."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, name: str, kind: str, about: str, *values: tuple[str, float]) -> None:
        """Add a metric with a value for each set of labels, which may be empty."""
        self.lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
        self.lines += [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values]

    def text(self) -> str:
        """The page."""
        return "\n".join(self.lines) + "\n"


def frontend_metrics(engine: Engine) -> str:
    """The metrics of the FE."""
    states, counters, latencies = engine.loads.counts(), engine.counters, engine.latencies.quantiles()
    page = _Text()
    page.add("starrocks_emulator", "gauge", "1: this is an emulator and not StarRocks", ("", 1))
    page.add("starrocks_fe_connection_total", "gauge", "open client connections", ("", len(engine.connections)))
    page.add("starrocks_fe_query_total", "counter", "statements", ("", counters["query_total"]))
    page.add("starrocks_fe_query_success", "counter", "statements that succeeded",
             ("", counters["query_total"] - counters["query_err"]))  # fmt: skip
    page.add("starrocks_fe_query_err", "counter", "statements that failed", ("", counters["query_err"]))
    page.add("starrocks_fe_slow_query", "counter", "statements of more than 5 s", ("", counters["slow_query"]))
    page.add("starrocks_fe_query_latency_ms", "summary", "time until a statement's response begins",
             *((f'quantile="{share}"', value) for share, value in latencies))  # fmt: skip
    page.add("starrocks_fe_txn_begin", "counter", "loads and changes of rows that were started",
             ("", engine.loads.begun))  # fmt: skip
    page.add(
        "starrocks_fe_txn_success",
        "counter",
        "loads and changes of rows that are visible",
        ("", engine.loads.finished["VISIBLE"]),
    )
    page.add("starrocks_fe_txn_failed", "counter", "… that failed", ("", engine.loads.finished["ABORTED"]))
    page.add("starrocks_fe_txn_running", "gauge", "loads and changes of rows in progress",
             ("", states.get("PREPARE", 0) + states.get("PREPARED", 0)))  # fmt: skip
    page.add("starrocks_fe_tablet_num", "gauge", "tables and views",
             ('type="total"', len(engine.catalog.tables())))  # fmt: skip
    page.add("starrocks_fe_mv_refresh_total_failed_jobs", "counter", "refreshes of materialized views that failed",
             ("", engine.refresher.failed))  # fmt: skip
    page.add("starrocks_fe_job", "gauge", "waiting and running tasks",
             ('state="RUNNING"', sum(run.finished is None for run in engine.tasks.runs())))  # fmt: skip
    page.add("starrocks_fe_memory_usage", "gauge", "memory of the process in bytes", ("", _memory()))
    page.add("process_start_time_seconds", "gauge", "start of the process, seconds since the epoch",
             ("", engine.started))  # fmt: skip
    page.add("process_cpu_seconds_total", "counter", "CPU time of the process in seconds", ("", time.process_time()))
    page.add("process_resident_memory_bytes", "gauge", "memory of the process in bytes", ("", _memory()))
    page.add("starrocks_emulator_uptime_seconds", "gauge", "since the start",
             ("", round(time.time() - engine.started, 1)))  # fmt: skip
    page.add(
        "starrocks_emulator_wal_bytes",
        "gauge",
        "bytes of the write-ahead log, which a restart replays",
        ("", engine.storage.wal_bytes),
    )
    return page.text()


def backend_metrics(engine: Engine) -> str:
    """The metrics of the BE."""
    counters, disk, page = engine.counters, engine.storage.disk(), _Text()
    page.add("starrocks_emulator", "gauge", "1: this is an emulator and not StarRocks", ("", 1))
    page.add("starrocks_be_process_mem_bytes", "gauge", "memory of the process in bytes", ("", _memory()))
    path = f'path="{engine.storage.folder}"'
    page.add("starrocks_be_disks_total_capacity", "gauge", "size of the data folder's disk", (path, disk.total))
    page.add("starrocks_be_disks_avail_capacity", "gauge", "free bytes of the data folder's disk", (path, disk.free))
    page.add("starrocks_be_disks_data_used_capacity", "gauge", "bytes of the data file", (path, engine.storage.bytes))
    page.add("starrocks_be_streaming_load_requests_total", "counter", "Stream Loads",
             ("", counters["stream_load_total"]))  # fmt: skip
    page.add("starrocks_be_streaming_load_bytes", "counter", "bytes of Stream Loads",
             ("", counters["stream_load_bytes"]))  # fmt: skip
    page.add("starrocks_be_load_rows", "counter", "rows of Stream Loads", ("", counters["stream_load_rows"]))
    page.add("starrocks_be_engine_requests_total", "counter", "Stream Loads by outcome",
             ('status="failed",type="stream_load"', counters["stream_load_failed"]),
             ('status="total",type="stream_load"', counters["stream_load_total"]))  # fmt: skip
    return page.text()
