"""Measures Stream Loads and queries of the StarRocks emulator and prints a table.

Run: `python tests/benchmarks/emulator_load.py [--seconds 10] [--rows 5000000]`.

Starts a separate emulator on free ports with a temporary data folder.
"""

import argparse
import asyncio
import base64
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import psutil
import pymysql

CLEAN = """CREATE TABLE clean (station_id VARCHAR(64) NOT NULL, measured_at DATETIME NOT NULL, event_id VARCHAR(64),
pm25 DOUBLE, pm10 DOUBLE, so2 DOUBLE, no2 DOUBLE, o3 DOUBLE, co DOUBLE, temperature DOUBLE, pressure DOUBLE,
humidity DOUBLE, wind_speed DOUBLE, message_id VARCHAR(64) NOT NULL, published_at DATETIME NOT NULL)
PRIMARY KEY (station_id, measured_at) PARTITION BY date_trunc('month', measured_at)
DISTRIBUTED BY HASH (station_id) BUCKETS 6"""
RAW = """CREATE TABLE raw (received_at DATETIME NOT NULL, message_id VARCHAR(64) NOT NULL, station_id VARCHAR(64),
event_id VARCHAR(64), message_key VARCHAR(255), topic VARCHAR(255) NOT NULL, payload VARCHAR(1048576) NOT NULL)
PRIMARY KEY (received_at, message_id) PARTITION BY date_trunc('month', received_at)
DISTRIBUTED BY HASH (message_id) BUCKETS 6"""
FIELDS = ["pm25", "pm10", "so2", "no2", "o3", "co", "temperature", "pressure", "humidity", "wind_speed"]
START = datetime(2026, 1, 1)  # noqa: DTZ001  DATETIME has no zone
AUTHORIZATION = "Basic " + base64.b64encode(b"root:").decode()


def bodies(first: int, rows: int, stations: int) -> tuple[bytes, bytes]:
    """A batch of clean rows and the raw rows of the same events, ordered by time."""
    clean, raw = [], []
    for number in range(first, first + rows):
        moment = START + timedelta(milliseconds=1000 * (number // stations) + number % stations)
        at = moment.isoformat(" ", "milliseconds")
        station = f"BENCH-{number % stations:04d}"
        values = {field: round(random.random() * 100, 2) for field in FIELDS}
        event = {"event_id": f"{number:032x}", "station_id": station, "measured_at": at, **values}
        message = f"12:{number}:{number % 4}:0"
        clean.append({**event, "message_id": message, "published_at": at})
        raw.append({"received_at": at, "message_id": message, "station_id": station, "event_id": event["event_id"],
                    "message_key": station, "topic": "persistent://bench/air/sensors", "payload": json.dumps(event)})  # fmt: skip  # noqa: E501
    return json.dumps(clean).encode(), json.dumps(raw).encode()


class Emulator:
    """A running emulator."""

    def __init__(self, folder: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "starrocks_emulator", "--data", folder,
             "--mysql-port", "0", "--fe-http-port", "0", "--be-http-port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert self.process.stdout
        self.ports = json.loads(self.process.stdout.readline())
        self.watch = psutil.Process(self.process.pid)
        self.peak = 0

    def memory(self) -> int:
        found = self.watch.memory_info().rss >> 20
        self.peak = max(self.peak, found)
        return found

    def sql(self) -> pymysql.Connection:
        return pymysql.connect(host="127.0.0.1", port=self.ports["mysql"], user="root", autocommit=True)


async def load(session: aiohttp.ClientSession, emulator: Emulator, table: str, body: bytes) -> float:
    """Send one load directly to the BE and return its seconds."""
    headers = {"format": "json", "strip_outer_array": "true", "Authorization": AUTHORIZATION}
    if table == "clean":
        headers["merge_condition"] = "published_at"
    begin = time.perf_counter()
    url = f"http://127.0.0.1:{emulator.ports['be_http']}/api/bench/{table}/_stream_load"
    async with session.put(url, data=body, headers=headers) as response:
        answer = await response.json()
    if answer["Status"] != "Success":
        raise RuntimeError(answer)
    return time.perf_counter() - begin


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


async def sustained(emulator: Emulator, batch: int, seconds: float, first: int) -> int:
    """Load clean and raw batches in parallel, two of each in flight; print a line, return the next event number."""
    batches = [bodies(first + index * batch, batch, 500) for index in range(max(2, min(200, 400_000 // batch)))]
    times: list[float] = []
    cpu, begin, sent = sum(emulator.watch.cpu_times()[:2]), time.perf_counter(), 0
    async with aiohttp.ClientSession() as session:
        while time.perf_counter() - begin < seconds and sent + 2 <= len(batches):
            pairs = batches[sent : sent + 2]
            found = await asyncio.gather(
                *(
                    load(session, emulator, table, body)
                    for pair in pairs
                    for table, body in zip(("clean", "raw"), pair, strict=True)
                )
            )
            times.extend(found)
            sent += 2
            emulator.memory()
    elapsed = time.perf_counter() - begin
    events = sent * batch
    used = sum(emulator.watch.cpu_times()[:2]) - cpu
    print(f"{f'sustained, {batch} rows a batch':<42}{events / elapsed:>12,.0f} events/s {percentile(times, 0.5):>8.0f} "
          f"{percentile(times, 0.95):>8.0f} {max(times) * 1000:>8.0f}   {used / events * 1e6:>6.0f} µs CPU/event, {emulator.memory()} MB")  # fmt: skip  # noqa: E501
    return first + len(batches) * batch


async def trickle(emulator: Emulator, rows: int, seconds: float, first: int) -> int:
    """Load a small batch of each kind every 200 ms."""
    times: list[float] = []
    async with aiohttp.ClientSession() as session:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            begin = time.perf_counter()
            pair = bodies(first, rows, 500)
            first += rows
            times += await asyncio.gather(
                load(session, emulator, "clean", pair[0]), load(session, emulator, "raw", pair[1])
            )
            await asyncio.sleep(max(0.0, 0.2 - (time.perf_counter() - begin)))
    print(f"{f'{rows} rows of each kind every 200 ms':<42}{rows * 5:>12,.0f} events/s {percentile(times, 0.5):>8.0f} "
          f"{percentile(times, 0.95):>8.0f} {max(times) * 1000:>8.0f}   {emulator.memory()} MB")  # fmt: skip
    return first


def fill(emulator: Emulator, rows: int) -> None:
    """Insert rows ordered by time, with INSERT from generate_series."""
    with emulator.sql() as connection, connection.cursor() as cursor:
        cursor.execute("USE bench")
        step = 500_000
        for first in range(0, rows, step):
            cursor.execute(
                "INSERT INTO clean SELECT CONCAT('OLD-', n %% 500), milliseconds_add('2025-01-01', n * 2), 'e', n %% 90, "  # noqa: E501
                "n %% 70, 1, 2, 3, 4, 5, 6, 7, 8, 'm', '2025-01-01' FROM TABLE(generate_series(%s, %s)) AS g(n)",
                (first, first + step - 1),
            )
            emulator.memory()


def queries(emulator: Emulator, rows: int) -> None:
    """Measure queries over the rows of `fill`."""
    last = datetime(2025, 1, 1) + timedelta(milliseconds=2 * rows)  # noqa: DTZ001
    point = str(datetime(2025, 1, 1) + timedelta(milliseconds=2 * (rows // 2 // 500 * 500)))  # noqa: DTZ001
    cases = {
        "SELECT 1": "SELECT 1",
        "count(*)": "SELECT COUNT(*) FROM clean",
        "point": f"SELECT * FROM clean WHERE station_id = 'OLD-0' AND measured_at = '{point}'",
        "one station, 30 min": f"SELECT measured_at, pm25 FROM clean WHERE station_id = 'OLD-7' AND measured_at "
        f"BETWEEN '{last - timedelta(minutes=30)}' AND '{last}' ORDER BY measured_at",
        "one station, hourly": "SELECT date_trunc('hour', measured_at) h, AVG(pm25) FROM clean WHERE "
        "station_id = 'OLD-7' GROUP BY h ORDER BY h",
        "all stations, hourly": "SELECT station_id, date_trunc('hour', measured_at) h, AVG(pm25) FROM clean "
        "GROUP BY station_id, h",
    }
    with emulator.sql() as connection, connection.cursor() as cursor:
        cursor.execute("USE bench")
        for name, text in cases.items():
            times, found = [], 0
            for _ in range(15):
                begin = time.perf_counter()
                cursor.execute(text)
                found = len(cursor.fetchall())
                times.append(time.perf_counter() - begin)
            emulator.memory()
            print(f"{f'query: {name}':<42}{found:>12,} rows     {statistics.median(times) * 1000:>8.1f} "
                  f"{percentile(times, 0.95):>8.1f} {max(times) * 1000:>8.1f}")  # fmt: skip


async def run(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="emulator_load_") as folder:
        begin = time.perf_counter()
        emulator = Emulator(folder + "/data")
        print(f"start {time.perf_counter() - begin:.1f} s, {emulator.memory()} MB")
        try:
            with emulator.sql() as connection, connection.cursor() as cursor:
                for statement in ("CREATE DATABASE bench", "USE bench", CLEAN, RAW):
                    cursor.execute(statement)
            begin = time.perf_counter()
            fill(emulator, arguments.rows)
            print(f"{arguments.rows:,} rows inserted in {time.perf_counter() - begin:.1f} s, {emulator.memory()} MB")
            print(f"{'':<42}{'':>21} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
            first = 0
            for rows in (20, 100, 400):
                first = await trickle(emulator, rows, min(5.0, arguments.seconds), first)
            for batch in (2000, 10000, 20000):
                first = await sustained(emulator, batch, arguments.seconds, first)
            queries(emulator, arguments.rows)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) >> 20  # noqa: ASYNC240
            print(f"peak memory {emulator.peak} MB, {size} MB on disk, "
                  f"client {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")  # fmt: skip
        finally:
            emulator.process.terminate()
            emulator.process.wait(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="length of each load case")
    parser.add_argument("--rows", type=int, default=5_000_000, help="number of existing rows")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
