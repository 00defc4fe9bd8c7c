"""Measures LionTrack's API over many lions with a year of history: times of its lists, and memory during exports.

Run: `python tests/benchmarks/liontrack_api.py [--lions 1000] [--rows 1000000]`.

Starts a separate emulator and the API as a separate process, on free ports, with temporary data.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.integration.liontrack.lake import Lake, start_lake
from tests.integration.liontrack.serving import serving

DAYS = 365
USERS = 500
MOST_MILLISECONDS = 100.0
"""Limit of the 95th percentile of a list's response times, in ms."""
MOST_MIB = 150.0
"""Limit of the API's memory during exports, MiB."""
LISTS = (
    "lions",
    "lions?limit=1000",
    "lions?status=active",
    "lions/lion-0001",
    "lions/lion-0001/weight-trend",
    "lions/lion-0001/position-history",
    "lions/lion-0001/track",
    "users/user-001/engagement",
    "users/user-001/activity-summary",
    "users/user-001/challenges-analytics",
    "dashboard",
    "leaderboard/users",
    "leaderboard/lions",
    "trends/weight",
    "reports/latest",
)
_LION = "CONCAT('lion-', LPAD(CAST(lion AS VARCHAR), 4, '0'))"
_USER = "CONCAT('user-', LPAD(CAST(person AS VARCHAR), 3, '0'))"
_DAY = "DATE_SUB(DATE(UTC_TIMESTAMP()), INTERVAL day DAY)"
_LIONS = "TABLE(generate_series(1, {lions})) AS lions(lion)"
_USERS = f"TABLE(generate_series(1, {USERS})) AS people(person)"
_DAYS = f"TABLE(generate_series(0, {DAYS - 1})) AS days(day)"
FILL = (
    f"INSERT INTO liontrack_silver.lion_states SELECT {_LION}, CONCAT('Lion ', CAST(lion AS VARCHAR)), "
    "lion / 100, lion / 100, DATE_SUB(UTC_TIMESTAMP(), INTERVAL lion HOUR), 90.0, UTC_TIMESTAMP() "
    f"FROM {_LIONS}",
    f"INSERT INTO liontrack_gold.lions_metrics SELECT {_LION}, {_DAY}, 180 + day / 100, -0.1, 12, 4.2, "
    f"80.0, 70.0, (lion * 7 + day) % 100, 'benchmark' FROM {_LIONS}, {_DAYS}",
    f"INSERT INTO liontrack_gold.lions_positions_history SELECT {_LION}, {_DAY}, lion / 100, day / 100, 250.0, 12, "
    f"4.2, 'benchmark' FROM {_LIONS}, {_DAYS}",
    f"INSERT INTO liontrack_silver.weight_checks SELECT CONCAT({_LION}, '-', CAST(day AS VARCHAR)), {_LION}, "
    f"CAST({_DAY} AS DATETIME), {_DAY}, 180 + day / 100, NULL, UTC_TIMESTAMP() "
    f"FROM {_LIONS}, {_DAYS} WHERE day % 7 = lion % 7",
    f"INSERT INTO liontrack_gold.users_activity SELECT {_USER}, {_DAY}, 1, 2, 3, (person + day) % 100, 'benchmark' "
    f"FROM {_USERS}, {_DAYS}",
    "INSERT INTO liontrack_silver.users (user_id, username, updated_at) "
    f"SELECT {_USER}, CONCAT('User ', CAST(person AS VARCHAR)), UTC_TIMESTAMP() FROM {_USERS}",
    "INSERT INTO liontrack_silver.challenges (challenge_id, user_id, title, status, updated_at) "
    f"SELECT CONCAT({_USER}, '-', CAST(day AS VARCHAR)), {_USER}, 'Title', "
    f"'completed', CAST({_DAY} AS DATETIME) FROM {_USERS}, {_DAYS}",
    "INSERT INTO liontrack_metadata.reports VALUES (DATE(UTC_TIMESTAMP()), 'fr', 'benchmark', '# R', UTC_TIMESTAMP())",
)
POSITIONS = (
    f"INSERT INTO liontrack_silver.position_checks SELECT {_LION}, "
    f"DATE_ADD(CAST({_DAY} AS DATETIME), INTERVAL part SECOND), {_DAY}, NULL, lion / 100, part / 1000, 4.5, NULL, 0.4, "
    f"1.0, UTC_TIMESTAMP() FROM {_LIONS}, {_DAYS}, TABLE(generate_series(1, {{a_day}})) AS parts(part)"
)


@dataclass(frozen=True)
class Line:
    """A line of the table: a value, its limit and their unit."""

    name: str
    value: float
    most: float
    unit: str

    def __str__(self) -> str:
        """The line with a verdict."""
        verdict = "ok" if self.value < self.most else "TOO MUCH"
        return f"{self.name:<72}{self.value:>10.1f} {self.unit:<4}{self.most:>8.0f} {self.unit:<4} {verdict}"


def fill(lake: Lake, lions: int, rows: int) -> int:
    """Fill silver and gold; return the number of positions, which is at least `rows`."""
    a_day = -(-rows // (lions * DAYS))
    with lake.connection() as connection:
        for statement in (*FILL, POSITIONS):
            connection.change(statement.format(lions=lions, a_day=a_day))
        return connection.number("SELECT COUNT(*) FROM liontrack_silver.positions")


def lists(address: str, processes: Sequence[psutil.Process], times: int) -> Iterator[Line]:
    """The 95th percentile of each list in milliseconds, and the processor time of a request.

    The processor time of the API and the emulator depends less on other busy programs than the response time does.
    """
    with httpx.Client(base_url=f"{address}/api/analytics/", timeout=60) as client:
        for path in LISTS:
            client.get(path).raise_for_status()
            found = []
            before = _processor_seconds(processes)
            for _ in range(times):
                begin = time.perf_counter()
                client.get(path).raise_for_status()
                found.append((time.perf_counter() - begin) * 1000)
            cost = (_processor_seconds(processes) - before) / times * 1000
            name = f"{path}, {cost:.0f} ms of processor time"
            yield Line(f"p95 of {name}", statistics.quantiles(found, n=20)[-1], MOST_MILLISECONDS, "ms")


def _processor_seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def export(address: str, process: psutil.Process, form: str, rows: int) -> Line:
    """The API's largest memory while a table is exported."""
    highest = [process.memory_info().rss]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            highest.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begin = time.perf_counter()
    lines = 0
    try:
        url = f"{address}/api/analytics/export/{form}?table=silver.positions"
        with httpx.stream("GET", url, timeout=120) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                lines += piece.count(b"\n")
    finally:
        done.set()
        watcher.join()
    if lines < rows:
        raise RuntimeError(f"the export has {lines:,} lines, expected at least {rows:,}")
    seconds = time.perf_counter() - begin
    return Line(f"export/{form} of {rows:,} rows, {seconds:.0f} s", max(highest) / 2**20, MOST_MIB, "MiB")


def main() -> int:
    """Measure and print; the exit status is 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lions", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000, help="minimum number of exported rows")
    parser.add_argument("--times", type=int, default=40, help="requests of each list")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, start_lake(Path(name)) as lake:
        password_file = Path(name) / "password"
        password_file.write_text(lake.password)
        rows = fill(lake, options.lions, options.rows)
        with serving(lake, password_file) as (address, process):
            found = [*lists(address, [process, psutil.Process(lake.server.process.pid)], options.times)]
            found += [export(address, process, form, rows) for form in ("csv", "json")]
    print(f"{options.lions:,} lions, {DAYS} days, {rows:,} positions")
    for line in found:
        print(line)
    return 0 if all(line.value < line.most for line in found) else 1


if __name__ == "__main__":
    sys.exit(main())
