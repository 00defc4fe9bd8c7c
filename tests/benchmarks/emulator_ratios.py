"""Compares the StarRocks emulator with direct DuckDB for the same work in one run, and prints a table of ratios.

Run: `python tests/benchmarks/emulator_ratios.py [--rows 5000000]`.

Starts a separate emulator on free ports with a temporary data folder, and a separate DuckDB with the same rows,
threads and memory. For large results, the client `mariadb --quick` reads
the emulator's rows, and DuckDB writes its own rows to a CSV file.
"""

import argparse
import asyncio
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import duckdb

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.emulator_load import CLEAN, FIELDS, START, Emulator, load

BATCHES, BATCH = 20, 10_000
STATIONS = 500
RESULT_ROWS = 1_000_000
DUCK_TABLE = """CREATE TABLE clean (station_id VARCHAR NOT NULL, measured_at TIMESTAMP NOT NULL, event_id VARCHAR,
pm25 DOUBLE, pm10 DOUBLE, so2 DOUBLE, no2 DOUBLE, o3 DOUBLE, co DOUBLE, temperature DOUBLE, pressure DOUBLE,
humidity DOUBLE, wind_speed DOUBLE, message_id VARCHAR NOT NULL, published_at TIMESTAMP NOT NULL)"""
NAMES = ["station_id", "measured_at", "event_id", *FIELDS, "message_id", "published_at"]
TYPES = {name: "DOUBLE" if name in FIELDS else "TIMESTAMP" if name.endswith("_at") else "VARCHAR" for name in NAMES}


@dataclass
class Row:
    """A line of the table: both times in milliseconds, and the limit of their ratio (`ratio`) or difference."""

    name: str
    emulator: float
    duck: float
    most: float
    ratio: bool = True

    @property
    def value(self) -> float:
        return self.emulator / self.duck if self.ratio else self.emulator - self.duck

    def __str__(self) -> str:
        shown = f"{self.value:.2f} x" if self.ratio else f"+{self.value:.1f} ms"
        allowed = f"{self.most:.1f} x" if self.ratio else f"+{self.most:.0f} ms"
        verdict = "ok" if self.value <= self.most else "TOO SLOW"
        return f"{self.name:<44}{self.emulator:>11,.1f}{self.duck:>11,.1f}{shown:>11}{allowed:>9}  {verdict}"


def batch(number: int) -> bytes:
    """A JSON array of rows ordered by time, as a sink sends it."""
    rows = []
    for index in range(number * BATCH, (number + 1) * BATCH):
        at = (START + timedelta(milliseconds=1000 * (index // STATIONS) + index % STATIONS)).isoformat(
            " ", "milliseconds"
        )
        values = {field: round(random.random() * 100, 2) for field in FIELDS}
        rows.append({
            "station_id": f"BENCH-{index % STATIONS:04d}", "measured_at": at, "event_id": f"{index:032x}", **values,
            "message_id": f"12:{index}:0:0", "published_at": at,
        })  # fmt: skip
    return json.dumps(rows).encode()


def median(work: Callable[[], object], times: int) -> float:
    """Median of several runs in milliseconds, after one warm-up run."""
    work()
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        found.append((time.perf_counter() - begin) * 1000)
    return statistics.median(found)


def duck_load(duck: duckdb.DuckDBPyConnection, body: Path) -> None:
    """The upsert of a Stream Load, directly in DuckDB: read, delete rows with the same keys, insert, commit."""
    columns = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in TYPES.items()) + "}"
    source = f"read_json('{body}', format = 'array', columns = {columns})"
    duck.execute(f"CREATE OR REPLACE TEMP TABLE stage AS SELECT * FROM {source}").fetchall()
    duck.execute("BEGIN").fetchall()
    low, high = duck.execute("SELECT min(measured_at), max(measured_at) FROM stage").fetchall()[0]
    duck.execute(
        "DELETE FROM clean USING stage WHERE clean.measured_at BETWEEN ? AND ? AND clean.station_id = stage.station_id "
        "AND clean.measured_at = stage.measured_at",
        [low, high],
    ).fetchall()
    duck.execute("INSERT INTO clean SELECT * FROM stage").fetchall()
    duck.execute("COMMIT").fetchall()


async def loads(emulator: Emulator, duck: duckdb.DuckDBPyConnection, folder: Path) -> Row:
    """Load batches alternately, so that noise affects both sides equally."""
    here: list[float] = []
    there: list[float] = []
    async with aiohttp.ClientSession() as session:
        for number in range(BATCHES):
            body = batch(number)
            file = folder / "batch.json"
            await asyncio.to_thread(file.write_bytes, body)
            here.append(await load(session, emulator, "clean", body) * 1000)
            begin = time.perf_counter()
            duck_load(duck, file)
            there.append((time.perf_counter() - begin) * 1000)
            emulator.memory()
    return Row(
        f"Stream Load of {BATCH:,} rows (p50 of {BATCHES})", statistics.median(here), statistics.median(there), 2
    )


def fill(emulator: Emulator, duck: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Insert the same rows into the emulator and into DuckDB."""
    values = ", ".join(str(number) for number in range(1, 9))
    step = 500_000
    with emulator.sql() as connection, connection.cursor() as cursor:
        cursor.execute("USE bench")
        for first in range(0, rows, step):
            last = min(first + step, rows) - 1
            cursor.execute(
                f"INSERT INTO clean SELECT CONCAT('OLD-', n % {STATIONS}), milliseconds_add('2025-01-01', n * 2), 'e', "
                f"n % 90, n % 70, {values}, 'm', '2025-01-01' FROM TABLE(generate_series({first}, {last})) AS g(n)"
            )
            emulator.memory()
            duck.execute(
                f"INSERT INTO clean SELECT 'OLD-' || n % {STATIONS}, TIMESTAMP '2025-01-01' + to_milliseconds(n * 2), "
                f"'e', n % 90, n % 70, {values}, 'm', '2025-01-01' FROM generate_series({first}, {last}) AS g(n)"
            ).fetchall()


def queries(emulator: Emulator, duck: duckdb.DuckDBPyConnection, rows: int) -> list[Row]:
    """Measure an aggregate query and a point query."""
    point = str(datetime(2025, 1, 1) + timedelta(milliseconds=2 * (rows // 2 // STATIONS * STATIONS)))  # noqa: DTZ001
    texts = {
        "aggregate": "SELECT date_trunc('hour', measured_at) AS h, AVG(pm25), MAX(pm10), COUNT(*) FROM clean "
        "GROUP BY h",
        "point": f"SELECT * FROM clean WHERE station_id = 'OLD-0' AND measured_at = '{point}'",
    }
    found: dict[str, tuple[float, float]] = {}
    with emulator.sql() as connection, connection.cursor() as cursor:
        cursor.execute("USE bench")

        def ask(text: str) -> None:
            cursor.execute(text)
            assert cursor.fetchall()

        for name, text in texts.items():
            runs = 9 if name == "aggregate" else 60
            found[name] = (
                median(lambda text=text: ask(text), runs),  # type: ignore[misc]
                median(lambda text=text: duck.execute(text).fetchall(), runs),  # type: ignore[misc]
            )
            emulator.memory()
    return [
        Row(f"hourly aggregate over {rows:,} rows", *found["aggregate"], 1.3),
        Row("point query", *found["point"], 5, ratio=False),
    ]


def large_result(emulator: Emulator, duck: duckdb.DuckDBPyConnection, folder: Path) -> Row:
    """Measure a large result that a client reads completely, against DuckDB's export to a file."""
    columns = "station_id, measured_at, pm25"
    client = shutil.which("mariadb") or shutil.which("mysql")
    assert client, "the mariadb command line client is needed"
    text = f"SELECT {columns} FROM clean LIMIT {RESULT_ROWS}"
    command = [client, "-h127.0.0.1", f"-P{emulator.ports['mysql']}", "-uroot", "--skip-ssl", "--quick", "--batch",
               "bench", "-e", text]  # fmt: skip

    def read() -> None:
        with (folder / "client.tsv").open("wb") as out:
            subprocess.run(command, stdout=out, check=True)
        emulator.memory()

    def write() -> None:
        duck.execute(f"COPY ({text}) TO '{folder / 'duck.csv'}' (FORMAT csv)").fetchall()

    return Row(f"{RESULT_ROWS:,} result rows (client / CSV file)", median(read, 3), median(write, 3), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="number of existing rows")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="emulator_ratios_") as name:
        folder = Path(name)
        emulator = Emulator(str(folder / "data"))
        duck = duckdb.connect(str(folder / "duck.duckdb"), config={"threads": "2", "memory_limit": "320MB"})
        try:
            duck.execute(DUCK_TABLE).fetchall()
            with emulator.sql() as connection, connection.cursor() as cursor:
                for statement in ("CREATE DATABASE bench", "USE bench", CLEAN):
                    cursor.execute(statement)
            fill(emulator, duck, rows)
            table = [asyncio.run(loads(emulator, duck, folder)), *queries(emulator, duck, rows)]
            table.append(large_result(emulator, duck, folder))
        finally:
            emulator.process.terminate()
            emulator.process.wait(60)
            duck.close()
    print(f"{'milliseconds':<44}{'emulator':>11}{'DuckDB':>11}{'':>11}{'allowed':>9}")
    print("\n".join(map(str, table)))
    print(f"{'peak memory of the emulator, MB':<44}{emulator.peak:>11,}{'':>22}{500:>9}  "
          f"{'ok' if emulator.peak <= 500 else 'TOO MUCH'}")  # fmt: skip


if __name__ == "__main__":
    main()
