"""Measures a running stack on this machine and prints tables: python -m tests.benchmarks [--stack local]."""

import argparse
import os
import sys

import psutil
from rich.console import Console

from infra.resources.connections import ConnectionsMissing
from tests.benchmarks.bench import Bench
from tests.benchmarks.cost import cost
from tests.benchmarks.latency import latency
from tests.benchmarks.monitoring import monitoring
from tests.benchmarks.services import memory, starts
from tests.benchmarks.throughput import throughput

PARTS = ("start", "memory", "throughput", "latency", "cost", "monitoring")


def main() -> int:
    """Measure and print."""
    options = _parser().parse_args()
    console = Console()
    try:
        bench = Bench(options.stack)
    except ConnectionsMissing as error:
        print(error, file=sys.stderr)
        return 1
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    memory_gib = psutil.virtual_memory().total / 2**30
    console.print(
        f"stack {options.stack}: {os.cpu_count()} cores, {memory_gib:.0f} GiB, load before {load}", highlight=False
    )
    parts = options.only or PARTS
    tables = []
    bench.clean_up()
    try:
        if "start" in parts:
            tables.append(starts(options.stack))
        if "throughput" in parts:
            tables.append(throughput(bench, console, options.rows, options.runs))
        if "latency" in parts:
            tables.append(latency(bench, console, options.rate, options.seconds))
        if "cost" in parts:
            tables.append(cost(bench, console, options.rows))
        if "monitoring" in parts:
            tables.append(monitoring(bench, console, options.rows, options.runs))
        if "memory" in parts:  # Last, so that the result includes memory that the load allocated.
            tables.append(memory(options.stack))
    finally:
        bench.clean_up()
        for table in tables:
            console.print(table)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--stack", default="local")
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part; may be repeated")
    parser.add_argument("--rows", type=int, default=300_000, help="rows of each run of throughput, monitoring and cost")
    parser.add_argument(
        "--runs", type=int, default=3, help="runs of throughput and of monitoring; the result is their median"
    )
    parser.add_argument("--rate", type=float, default=500, help="events per second of the latency part")
    parser.add_argument("--seconds", type=float, default=30, help="duration of the latency part")
    return parser


if __name__ == "__main__":
    sys.exit(main())
