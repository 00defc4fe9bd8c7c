"""Random statements and load bodies are executed or rejected within limits of time and memory."""

import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from starrocks_emulator import errors
from starrocks_emulator.engine import Engine
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.load import settings
from starrocks_emulator.results import ResultSet, SqlError
from starrocks_emulator.sql.moments import SPECIAL
from starrocks_emulator.testing import Client
from tests.unit.emulator.test_errors import FOREIGN, PARSER

LONG = os.environ.get("KAPPASTACK_LONG") == "1"
COUNT = 40_000 if LONG else 2_000
"""Number of statements, and of load bodies."""
SLOWEST = 30.0
"""Limit of a statement in seconds of CPU time, which does not depend on other load."""
STUCK = 300.0
"""Seconds after which a statement is interrupted."""
GROWTH = 700 << 20
TABLE = (
    "CREATE TABLE {} (k INT NOT NULL, at DATETIME NOT NULL, v VARCHAR(30), n DECIMAL(10, 2), x DOUBLE, d DATE, "
    "b BOOLEAN, a ARRAY<INT>) PRIMARY KEY (k, at) PARTITION BY date_trunc('month', at)"
)
STATEMENTS = (
    "SELECT k, at, v FROM t WHERE k > 1 AND v LIKE 'a%' ORDER BY k DESC LIMIT 3, 4",
    "SELECT date_trunc('hour', at) h, AVG(n), SUM(x) / COUNT(*) FROM t GROUP BY h HAVING COUNT(*) > 1",
    "SELECT v, ROW_NUMBER() OVER (PARTITION BY v ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
    "WITH q AS (SELECT k, n FROM t UNION ALL SELECT 1, 2.5) SELECT * FROM q JOIN t USING (k) WHERE q.n IN (1, 2, NULL)",
    "SELECT CASE k WHEN 1 THEN 'x' ELSE v END, IF(b, 1, 0), CAST(v AS INT), COALESCE(d, '2024-01-01') FROM t",
    "SELECT u.e FROM t, unnest(t.a) AS u(e) WHERE e BETWEEN 1 AND 9",
    "SELECT DATE_FORMAT(at, '%Y-%m-%d'), STR_TO_DATE(v, '%Y-%m-%d'), TIMESTAMPDIFF(DAY, at, NOW()) FROM t",
    "INSERT INTO t (k, at, v, n) VALUES (7, '2024-01-01', 'z', 1.5), (8, NOW(), NULL, DEFAULT)",
    "UPDATE t SET v = CONCAT(v, '!'), n = n * 2 WHERE k IN (SELECT k FROM t WHERE x IS NULL)",
    "DELETE FROM t WHERE k = 7 OR at < '2020-01-01'",
    "CREATE TABLE t2 (k INT, s INT SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k) PROPERTIES ('compression' = 'LZ4')",
    "ALTER TABLE t ADD COLUMN c INT DEFAULT '3' COMMENT 'c'",
    "CREATE VIEW w (p, q) AS SELECT k, n FROM t",
    "CREATE MATERIALIZED VIEW m REFRESH DEFERRED MANUAL AS SELECT k, MAX(at) FROM t GROUP BY k",
    "GRANT SELECT, INSERT ON TABLE t TO ROLE fuzzed",
    "SHOW FULL COLUMNS FROM t LIKE '%a%'",
    "SHOW PARTITIONS FROM t",
    "SELECT * FROM information_schema.columns WHERE TABLE_NAME = 't' AND DATA_TYPE <> 'x'",
    "SET time_zone = 'UTC', @@session.query_timeout = 10",
    "EXPLAIN SELECT COUNT(*) FROM t",
    "SUBMIT TASK AS INSERT INTO t SELECT k + 100, at, v, n, x, d, b, a FROM t",
)
PIECES = (
    *FUNCTIONS, *SPECIAL, "SELECT", "FROM", "WHERE", "(", ")", ",", ";", "'", '"', "`", "--", "/*", "*/", "NULL", "-1",
    "0", "99999999999999999999", "1e308", "'\\", "%s", "?", "@@version", "t", "d.t", "k", "at", "*", "IN", "LIKE", "[",
    "]", "{", "\0", "é", "\U0001f600", "INTERVAL 1 DAY", "CAST(k AS", "DISTINCT", "OVER (", "ORDER BY", "UNION ALL",
    "read_csv('/etc/passwd')", "__call__x", "duckdb_tables()", "PRAGMA", "COPY t TO '/tmp/fuzzed'", "0x1F", "::INT",
)  # fmt: skip
ARGUMENTS = (
    "k", "at", "v", "n", "x", "d", "b", "a", "1", "'x'", "NULL", "'2024-01-01'", "-1", "1.5", "'$.a'", "max(k)",
    "[1, 2]", "'day'", "INTERVAL 1 DAY", "count(*)", "k + 1", "99999999999", "''", "TRUE", "max(at)", "sum(n)",
    "CAST(x AS FLOAT)",
)  # fmt: skip
INTERNAL: Counter[str] = Counter()
"""Statements that caused an internal error."""
MOST_INTERNAL = 0.01
"""Maximum share of statements that may cause an internal error."""
ROW = '{"k": 1, "at": "2024-01-01 00:00:00", "v": "x", "n": 1.5, "x": 2.5, "d": "2024-01-01", "b": true, "a": [1, 2]}'
HEADERS = {
    "format": ("json", "csv", "parquet", ""), "columns": ("k,at,v", "k, at=now(), v=upper(v)", "k,", "(", "k,k"),
    "where": ("k > 1", "v = 'x'", "nope", "("), "max_filter_ratio": ("0", "1", "0.5", "x"),
    "strict_mode": ("true", "false", "?"), "jsonpaths": ('["$.k", "$.at"]', "[", '["$.*"]'),
    "json_root": ("$.rows", "$"), "strip_outer_array": ("true", "false"),
    "column_separator": (",", "\\x01", "", "abcde"),
    "row_delimiter": ("\\n", "|"), "enclose": ('"', "''"), "escape": ("\\",), "skip_header": ("1", "-1", "99999999999"),
    "partial_update": ("true",), "merge_condition": ("n", "k", "?"), "compression": ("gzip", "lz4_frame"),
    "timezone": ("UTC", "Asia/Shanghai"), "trim_space": ("true",), "nonsense": ("1",),
}  # fmt: skip


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A client of a separate engine, whose state a test may change in any way."""
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run("CREATE ROLE fuzzed; CREATE DATABASE d; USE d")
    client.run(TABLE.format("t"))
    yield client
    client.session.close()
    engine.close()


def mutated(rng: random.Random, text: str) -> str:
    tokens = re.findall(r"\w+|\s+|.", text, re.DOTALL)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(tokens) + 1)
        match rng.randrange(6):
            case 0:
                tokens.insert(at, f" {rng.choice(PIECES)} ")
            case 1 if tokens:
                tokens[at % len(tokens)] = rng.choice(PIECES)
            case 2:
                del tokens[at : at + rng.randrange(1, 4)]
            case 3:
                tokens[at:at] = tokens[at : at + 8]
            case 4:
                tokens[at:at] = ["("] * rng.randrange(300)
            case _ if len(tokens) > 1:
                first, second = rng.randrange(len(tokens)), rng.randrange(len(tokens))
                tokens[first], tokens[second] = tokens[second], tokens[first]
    return "".join(tokens)


def generated(rng: random.Random) -> str:
    """Generate a mutated statement, a function call with random arguments, or random tokens."""
    kind = rng.random()
    if kind < 0.6:
        return mutated(rng, rng.choice(STATEMENTS))
    if kind < 0.9:
        arguments = ", ".join(rng.choice(ARGUMENTS) for _ in range(rng.choice((0, 1, 1, 2, 2, 3))))
        return f"SELECT {rng.choice((*FUNCTIONS, *SPECIAL))}({arguments}) FROM t"
    return "".join(rng.choice(PIECES) + " " for _ in range(rng.randrange(30)))


def chosen_seed() -> int:
    """The seed: the same in each ordinary run, another one in each long run. Failures contain the seed."""
    return random.randrange(1 << 32) if LONG else 20_240_506


def answered(client: Client, text: str) -> bool:
    """Whether a statement succeeded.

    For a `SqlError` with StarRocks' wording the result is False; any other error fails the test.
    """
    watchdog = threading.Timer(STUCK, client.session.cancel)
    watchdog.start()
    begin, spent = time.monotonic(), time.process_time()
    refused: SqlError | None = None
    try:
        for answer in client.session.execute(text):
            if isinstance(answer, ResultSet):
                for count, _ in enumerate(answer.batches):
                    if count > 50:
                        break
    except SqlError as error:
        refused = error
    finally:
        watchdog.cancel()
        watchdog.join()
        assert time.monotonic() - begin < STUCK, text
        assert time.process_time() - spent < SLOWEST, text
    if refused is not None:
        assert refused.message
        assert 1000 <= refused.code < 10000
        for foreign in (FOREIGN.search(refused.message), PARSER.search(refused.message)):
            assert not foreign or foreign[0].lower() in text.lower(), f"{text}: {refused.message}"
        INTERNAL[text] += refused.code == errors.internal().code
    return refused is None


def test_statements(client: Client) -> None:
    seed = chosen_seed()
    rng = random.Random(seed)
    process = psutil.Process()
    before, good = process.memory_info().rss, 0
    for count in range(1, COUNT + 1):
        text = generated(rng)
        try:
            good += answered(client, text)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {text!r}") from error
        if client.session.database != "d" or client.engine.catalog.find("d", "t") is None:
            client.run("CREATE DATABASE IF NOT EXISTS d; USE d")
            client.run("CREATE TABLE IF NOT EXISTS " + TABLE.format("t").removeprefix("CREATE TABLE "))
        if count % 50 == 0:
            assert process.memory_info().rss - before < GROWTH, f"seed {seed}: memory grew"
    assert sum(INTERNAL.values()) <= max(3, MOST_INTERNAL * COUNT), f"seed {seed}: {+INTERNAL}"
    assert good > 0
    assert not Path("/tmp/fuzzed").exists()
    assert client.value("SELECT 1") == 1


def test_using_without_parentheses_names_the_word_as_written(client: Client) -> None:
    with pytest.raises(SqlError, match=r"syntax error.*'URL_ENCODE'"):
        client.run("SELECT * FROM t JOIN t u USING URL_ENCODE (k)")


def test_load_bodies(client: Client) -> None:
    seed = chosen_seed()
    rng = random.Random(seed)
    body = client.engine.storage.staging / "fuzzed"
    outcomes: dict[str, int] = {}
    for _ in range(COUNT):
        headers = {name: rng.choice(values) for name, values in HEADERS.items() if rng.random() < 0.15}
        headers.setdefault("format", rng.choice(("json", "csv")))
        text = rng.choice(
            (f"[{', '.join([ROW] * rng.randrange(3))}]", ROW, "1\t2024-01-01\tx\n2\t\\N\t", "1,2,3\n" * 50)
        )
        data = bytearray(text.encode())
        for _ in range(rng.randrange(5)):
            at = rng.randrange(len(data) + 1)
            data[at : at + rng.randrange(3)] = rng.randbytes(rng.randrange(4))
        body.write_bytes(data)
        spent = time.process_time()
        try:
            read = settings.read(headers)
        except settings.SettingsError:
            outcomes["refused"] = outcomes.get("refused", 0) + 1
            continue
        try:
            answer = client.loader.load("d", "t", body, read, "root", "http://be/log?file=")
        except Exception as error:
            raise AssertionError(f"seed {seed}: {headers} {bytes(data)!r}") from error
        status = str(answer["Status"])
        assert status in {"Success", "Fail"}
        assert status == "Success" or answer["Message"]
        outcomes[status] = outcomes.get(status, 0) + 1
        assert time.process_time() - spent < SLOWEST
    assert {"Success", "Fail", "refused"} <= outcomes.keys(), outcomes
    rows = client.value("SELECT COUNT(*) FROM t")
    assert isinstance(rows, int)
    assert client.load("t", ROW, format="json")["Status"] == "Success"
