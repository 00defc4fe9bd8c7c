"""DuckDB's optimizers, as the emulator configures them, do not change results.

Random queries run in the emulator and are compared with SQLite. Queries that SQLite cannot compute (its SUM of BIGINT
rejects an overflow) are compared with DuckDB without any optimizer."""

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from starrocks_emulator.engine import Engine
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.session import Session
from starrocks_emulator.sql.parse import parse
from starrocks_emulator.testing import Client
from tests.unit.emulator.query_generator import TABLES, Query, rows

QUERIES = 20000 if os.environ.get("KAPPASTACK_LONG") == "1" else 500
REFUSED = 0.35
"""Maximum share of queries that the emulator may reject."""
INTERNAL = 1105
_STEPS = 300
"""Thousands of virtual-machine steps after which SQLite aborts a query."""


class Engines:
    """The same tables in the emulator and in SQLite."""

    def __init__(self, client: Client, seed: int) -> None:
        """Create and fill the tables from `seed`."""
        self.client = client
        self.sqlite = sqlite3.connect(":memory:")
        rng = random.Random(seed)
        for table in TABLES:
            client.run(f"CREATE TABLE {table} (k INT, x INT, big BIGINT, s VARCHAR(10)) DUPLICATE KEY (k)")
            self.sqlite.execute(f"CREATE TABLE {table} (k INTEGER, x INTEGER, big INTEGER, s TEXT)")
            if found := rows(rng, table):
                values = ", ".join(
                    "(" + ", ".join("NULL" if one is None else repr(one) for one in row) + ")" for row in found
                )
                client.run(f"INSERT INTO {table} VALUES {values}")
                self.sqlite.execute(f"INSERT INTO {table} VALUES {values}")
        self.sqlite.set_progress_handler(self._step, 1000)
        self._steps = 0

    def _step(self) -> int:
        self._steps += 1
        return self._steps > _STEPS

    def by_sqlite(self, text: str) -> list[tuple[Value, ...]] | None:
        """SQLite's rows, or None if it cannot compute the query or exceeds its limit."""
        self._steps = 0
        try:
            return self.sqlite.execute(text).fetchall()
        except sqlite3.OperationalError:
            return None

    def unoptimized(self, text: str) -> list[tuple[Value, ...]] | None:
        """The emulator's rows without any optimizer of DuckDB, or None after an error."""
        cursor = self.client.engine.storage.connection
        cursor.execute("PRAGMA disable_optimizer")
        try:
            return self.client.run(text)
        except SqlError:
            return None
        finally:
            cursor.execute("PRAGMA enable_optimizer")


def comparable(found: Sequence[tuple[Value, ...]], query: Query) -> object:
    """The part of a result that must be equal in two engines: the rows, or their number for LIMIT without ORDER BY."""
    return len(found) if query.limit is not None else Counter(found)


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("KAPPASTACK_SEED") or random.randrange(1 << 32))


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Iterator[Engines]:
    folder: Path = tmp_path_factory.mktemp("optimizers")
    engine = Engine(folder / "data")
    client = Client(engine)
    client.run("CREATE DATABASE d; USE d")
    yield Engines(client, seed)
    client.session.close()
    engine.close()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT q1.s, q2.s FROM b AS q1 LEFT JOIN c AS q2 ON q1.s = q2.s WHERE q1.s <> 'zz' LIMIT 7",
        "SELECT q1.k FROM b AS q1 LEFT JOIN (SELECT * FROM w WHERE x < 20000) AS q2 "
        "ON q1.k = q2.k AND q1.x = q2.x LIMIT 2",
        "SELECT q1.k, COUNT(*) FROM m AS q1 LEFT JOIN w AS q2 ON q1.k = q2.k AND q1.x = q2.x WHERE q1.k >= 5 "
        "GROUP BY q1.k LIMIT 2",
        "SELECT q1.k FROM m AS q1 LEFT JOIN w AS q2 ON q1.k = q2.k AND q1.x = q2.x WHERE q1.k < 250 LIMIT 100",
        "SELECT * FROM (SELECT q1.k, q2.big FROM m AS q1 LEFT JOIN w AS q2 ON q1.k = q2.k) AS v WHERE k >= 1 LIMIT 9",
    ],
)  # fmt: skip
def test_a_limit_over_a_join_with_an_empty_side_is_respected(engines: Engines, text: str) -> None:
    expected = engines.by_sqlite(text)
    assert expected
    assert len(engines.client.run(text)) == len(expected)


def test_an_insert_of_a_limited_query_writes_that_many_rows(engines: Engines) -> None:
    query = "SELECT q1.k FROM m AS q1 LEFT JOIN w AS q2 ON q1.k = q2.k AND q1.x = q2.x WHERE q1.k < 250 LIMIT 5"
    engines.client.run("CREATE TABLE copied (k INT) DUPLICATE KEY (k)")
    assert engines.client.affected(f"INSERT INTO copied {query}") == 5
    assert engines.client.value("SELECT COUNT(*) FROM copied") == 5


def test_random_queries_give_the_rows_of_another_engine(engines: Engines, seed: int) -> None:
    rng = random.Random(seed)
    compared, refused = Counter[str](), 0
    for number in range(QUERIES):
        query = Query(rng)
        by = "sqlite"
        expected = engines.by_sqlite(query.text)
        if expected is None:
            by, expected = "unoptimized", engines.unoptimized(query.text)
        try:
            found = engines.client.run(query.text)
        except SqlError as error:
            if error.code == INTERNAL:
                raise AssertionError(f"seed {seed}, query {number}: {query.text}") from error
            refused += 1
            continue
        if expected is None:
            continue
        compared[by] += 1
        assert comparable(found, query) == comparable(expected, query), f"seed {seed}, query {number}: {query.text}"
    print(f"KAPPASTACK_SEED={seed}: {dict(compared)}, {refused} refused")
    assert compared["sqlite"] > QUERIES * (1 - REFUSED) * 0.7
    assert refused < QUERIES * REFUSED


@pytest.mark.parametrize("overlap", [0, 3, 200])
def test_exists_over_times_reads_only_overlapping_rows(engines: Engines, overlap: int) -> None:
    client = engines.client
    for table, first in (("archived", 0), ("live", 200 - overlap)):
        client.run(f"DROP TABLE IF EXISTS {table}")
        client.run(f"CREATE TABLE {table} (s INT NOT NULL, at DATETIME) DUPLICATE KEY (s)")
        client.run(
            f"INSERT INTO {table} SELECT n % 3, IF(n % 7 = 0, NULL, minutes_add('2024-01-01', n)) "
            f"FROM TABLE(generate_series({first}, {first + 199})) AS g(n)"
        )
    condition = "EXISTS (SELECT 1 FROM live WHERE live.at = archived.at AND live.s = archived.s)"
    session = client.session
    assert isinstance(session, Session)
    text = session.context.queries().query(parse(f"SELECT * FROM archived WHERE NOT {condition}")[0])
    assert "IN (SELECT" in text
    common = sum(n % 7 != 0 for n in range(200 - overlap, 200))
    assert client.value(f"SELECT COUNT(*) FROM archived WHERE {condition}") == common
    assert client.value(f"SELECT COUNT(*) FROM archived WHERE NOT {condition}") == 200 - common
    assert client.value(f"SELECT COUNT(*) FROM archived WHERE s = 1 AND {condition}") == sum(
        n % 7 != 0 and n % 3 == 1 for n in range(200 - overlap, 200)
    )
    with_view = (
        f"WITH live AS (SELECT 1 AS s, CAST('2024-01-01' AS DATETIME) AS at) SELECT 1 FROM archived WHERE {condition}"
    )
    assert client.run(with_view) == []
