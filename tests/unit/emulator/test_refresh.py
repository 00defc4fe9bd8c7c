"""Refreshes of materialized views, and changes that make them inactive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from starrocks_emulator import refresh
from starrocks_emulator.engine import Engine
from starrocks_emulator.testing import Client

SYNC = "REFRESH MATERIALIZED VIEW m WITH SYNC MODE"
STATE = "SELECT IS_ACTIVE, INACTIVE_REASON FROM information_schema.materialized_views WHERE TABLE_SCHEMA = 'd' AND TABLE_NAME = "  # noqa: E501


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(tmp_path / "data")
    yield engine
    engine.close()


def state(client: Client, name: str = "m") -> tuple[object, ...]:
    return client.run(f"{STATE}'{name}'")[0]


@pytest.mark.parametrize("partition", ["PARTITION BY date_trunc('month', d)", "PARTITION BY (d)", ""])
@pytest.mark.parametrize("key", ["d", "date_trunc('day', d)", "date_trunc('week', d)", "date_trunc('month', d)"])
def test_a_new_day_of_a_date_column_is_included(client: Client, partition: str, key: str) -> None:
    client.run(
        f"CREATE TABLE t (d DATE NOT NULL, k INT) DUPLICATE KEY (d) {partition};"
        "INSERT INTO t VALUES ('2024-01-01', 1), ('2024-01-31', 2);"
        f"CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT {key} AS d, SUM(k) AS s FROM t GROUP BY {key}"
    )
    for day in ("2024-01-31", "2024-02-01", "2024-02-29", "2024-12-31"):
        client.run(f"INSERT INTO t VALUES ('{day}', 10); {SYNC}")
        assert client.run("SELECT * FROM m ORDER BY d") == client.run(
            f"SELECT {key}, SUM(k) FROM t GROUP BY {key} ORDER BY 1"
        )


@pytest.mark.parametrize("query", ["SELECT d, k FROM t", "SELECT d AS day, k FROM t WHERE k > 0"])
def test_a_new_day_without_groups_is_included(client: Client, query: str) -> None:
    client.run("CREATE TABLE t (d DATE NOT NULL, k INT) PRIMARY KEY (d); INSERT INTO t VALUES ('2024-01-01', 1)")
    client.run(f"CREATE MATERIALIZED VIEW m REFRESH MANUAL AS {query}; INSERT INTO t VALUES ('2024-01-02', 2); {SYNC}")
    assert client.value("SELECT COUNT(*) FROM m") == 2
    client.run(f"DELETE FROM t WHERE d = '2024-01-02'; {SYNC}")
    assert client.value("SELECT COUNT(*) FROM m") == 1


def test_ranges_of_numbers(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k INT, v INT) DUPLICATE KEY (k) PARTITION BY RANGE (k) (PARTITION p1 VALUES LESS THAN ('10'),"
        " PARTITION p2 VALUES LESS THAN ('100')) DISTRIBUTED BY HASH (k); INSERT INTO t VALUES (9, 1), (10, 1);"
        "CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k, SUM(v) AS s FROM t GROUP BY k"
    )
    client.run(f"INSERT INTO t VALUES (9, 5), (11, 5), (2, 5); {SYNC}")
    assert client.run("SELECT * FROM m ORDER BY k") == [(2, 5), (9, 6), (10, 1), (11, 5)]


def test_a_time_column_of_another_table_does_not_limit_a_refresh(client: Client) -> None:
    client.run(
        "CREATE TABLE t (d DATE NOT NULL, k INT) DUPLICATE KEY (d) PARTITION BY date_trunc('day', d);"
        "CREATE TABLE o (k INT, d DATE) DUPLICATE KEY (k); INSERT INTO o VALUES (1, '2020-01-01'), (2, '2020-02-02');"
        "INSERT INTO t VALUES ('2024-01-01', 1); CREATE MATERIALIZED VIEW m REFRESH MANUAL AS "
        "SELECT o.d, COUNT(*) AS n FROM t JOIN o ON t.k = o.k GROUP BY o.d"
    )
    client.run(f"INSERT INTO t VALUES ('2024-05-05', 2), ('2024-05-05', 1); {SYNC}")
    assert client.run("SELECT n FROM m ORDER BY d") == [(2,), (1,)]


def test_a_view_of_a_view_is_still_refreshed_after_a_restart(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "data")
    client = Client(engine)
    client.run(
        "CREATE DATABASE d; USE d; CREATE TABLE t (k INT, v INT) DUPLICATE KEY (k);"
        "CREATE MATERIALIZED VIEW a REFRESH MANUAL AS SELECT k, SUM(v) AS s FROM t GROUP BY k;"
        "CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT SUM(s) AS s FROM a;"
        "INSERT INTO t VALUES (1, 5); REFRESH MATERIALIZED VIEW a WITH SYNC MODE"
    )
    engine.close()
    engine = Engine(tmp_path / "data")
    client = Client(engine, database="d")
    client.run(SYNC)
    assert client.run("SELECT s FROM m") == [(5,)]
    client.run(f"INSERT INTO t VALUES (2, 6); REFRESH MATERIALIZED VIEW a WITH SYNC MODE; {SYNC}")
    assert client.run("SELECT s FROM m") == [(11,)]
    engine.close()


@pytest.fixture
def base(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (k INT, v INT, w INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k);"
        "CREATE TABLE other LIKE t; CREATE VIEW w AS SELECT k, v FROM t; INSERT INTO t VALUES (1, 2, 3);"
        "CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k, SUM(v) AS s FROM w GROUP BY k;"
        "CREATE MATERIALIZED VIEW n REFRESH MANUAL AS SELECT SUM(s) AS s FROM m"
    )
    return client


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DROP TABLE t", "base-table dropped: t"),
        ("DROP VIEW w", "base-table dropped: w"),
        ("DROP TABLE t; CREATE TABLE t (k INT, v INT, w INT) DUPLICATE KEY (k)", "base-table dropped: t"),
        ("CREATE OR REPLACE VIEW w AS SELECT k, w AS v FROM t", "base-view changed: w"),
        ("ALTER TABLE t DROP COLUMN v", "base table schema changed for columns: v"),
        ("ALTER TABLE t MODIFY COLUMN v BIGINT", "base table schema changed for columns: v"),
        ("ALTER TABLE t RENAME COLUMN v TO u", "base table schema changed for columns: v"),
        ("ALTER TABLE t RENAME q", "base-table renamed: t"),
        ("ALTER TABLE t SWAP WITH other", "base-table swapped: t"),
        ("ALTER MATERIALIZED VIEW m INACTIVE", "user use alter materialized view set status to inactive"),
    ],
)
def test_a_schema_change_of_its_source_makes_a_view_inactive(base: Client, statement: str, reason: str) -> None:
    base.run(statement)
    assert state(base) == ("false", reason)
    assert state(base, "n")[0] == "false"  # this view reads m
    assert [(row[4], row[5]) for row in base.run("SHOW MATERIALIZED VIEWS LIKE 'm'")] == [("false", reason)]
    for text in (SYNC, "REFRESH MATERIALIZED VIEW m", "REFRESH MATERIALIZED VIEW m FORCE WITH SYNC MODE"):
        error = base.error(text)
        assert (error.code, "[m] is not active" in error.message) == (1064, True)
    assert base.run("SELECT * FROM m") == [(1, 2)]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE t DROP COLUMN w",
        "ALTER TABLE t ADD COLUMN z INT",
        "ALTER TABLE t MODIFY COLUMN v COMMENT 'x'",
        "ALTER TABLE t COMMENT = 'x'",
        "TRUNCATE TABLE t",
        "DROP TABLE other",
    ],
)
def test_other_changes_leave_a_view_active(base: Client, statement: str) -> None:
    base.run(statement)
    assert state(base) == ("true", "")
    base.run(SYNC)


def test_dropping_a_database_makes_views_elsewhere_inactive(base: Client) -> None:
    base.run(
        "DROP DATABASE IF EXISTS e; CREATE DATABASE e; CREATE MATERIALIZED VIEW e.m REFRESH MANUAL AS SELECT k FROM d.t"
    )
    base.run("DROP DATABASE d")
    assert base.run("SELECT IS_ACTIVE, INACTIVE_REASON FROM information_schema.materialized_views") == [
        ("false", "base-table dropped: t")
    ]
    base.run("DROP DATABASE e; CREATE DATABASE d")


def test_a_view_is_activated_by_hand_when_its_query_fits_again(base: Client) -> None:
    base.run("DROP TABLE t")
    assert "Can not active" in base.error("ALTER MATERIALIZED VIEW m ACTIVE").message
    base.run("CREATE TABLE t (k INT, v VARCHAR(9), w INT) DUPLICATE KEY (k)")
    assert "Can not active" in base.error("ALTER MATERIALIZED VIEW m ACTIVE").message
    base.run("DROP TABLE t; CREATE TABLE t (k INT, v INT) DUPLICATE KEY (k); INSERT INTO t VALUES (7, 7)")
    base.run(f"ALTER MATERIALIZED VIEW m ACTIVE; {SYNC}")
    assert state(base) == ("true", "")
    assert base.run("SELECT * FROM m") == [(7, 7)]


def test_a_view_is_activated_after_a_minute_unless_a_user_stopped_it(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(own_engine)
    client.run(
        "CREATE DATABASE d; USE d; CREATE TABLE t (k INT) DUPLICATE KEY (k);"
        "CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT k FROM t;"
        "CREATE MATERIALIZED VIEW n REFRESH MANUAL AS SELECT k FROM t; ALTER MATERIALIZED VIEW n INACTIVE;"
        "DROP TABLE t; CREATE TABLE t (k INT) DUPLICATE KEY (k)"
    )
    own_engine.refresher.run_due()
    assert state(client)[0] == "false"
    monkeypatch.setattr(refresh, "_ACTIVATE_SECONDS", 0)
    own_engine.refresher.run_due()
    assert (state(client)[0], state(client, "n")[0]) == ("true", "false")


def test_a_column_of_a_synchronous_view_cannot_be_dropped(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, v INT, w INT) DUPLICATE KEY (k)")
    client.run("CREATE MATERIALIZED VIEW s AS SELECT k, SUM(v) AS v FROM t GROUP BY k")
    assert "used in s" in client.error("ALTER TABLE t DROP COLUMN v").message
    client.run("ALTER TABLE t DROP COLUMN w")


def test_a_view_with_a_star_reads_every_column(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, v INT) DUPLICATE KEY (k)")
    client.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT * FROM t; ALTER TABLE t DROP COLUMN v")
    assert state(client) == ("false", "base table schema changed for columns: v")
