"""UPDATE and DELETE that read other tables, and changes that only PRIMARY KEY tables accept."""

import pytest

from starrocks_emulator.testing import Client


@pytest.fixture
def tables(client: Client) -> Client:
    client.run(
        "CREATE TABLE films (id INT NOT NULL, producer_id INT, at DATETIME) PRIMARY KEY (id) DISTRIBUTED BY HASH (id);"
        "CREATE TABLE producers (id INT NOT NULL, name VARCHAR(20)) PRIMARY KEY (id) DISTRIBUTED BY HASH (id);"
        "INSERT INTO films VALUES (1, 1, '2020-01-01'), (2, 2, '2020-01-02'), (3, 1, NULL);"
        "INSERT INTO producers VALUES (1, 'foo'), (2, 'bar');"
        "CREATE TABLE log (day DATE NOT NULL, k INT NOT NULL, v VARCHAR(9) DEFAULT '') DUPLICATE KEY (day)"
        " PARTITION BY RANGE (day) (PARTITION p1 VALUES [('2022-03-11'), ('2022-03-12')),"
        " PARTITION p2 VALUES [('2022-03-12'), ('2022-03-13'))) DISTRIBUTED BY HASH (day);"
        "INSERT INTO log VALUES ('2022-03-11', 3, 'abc'), ('2022-03-11', 2, 'acb'), ('2022-03-12', 3, 'cba')"
    )
    return client


@pytest.mark.parametrize(
    ("statement", "changed", "query", "wanted"),
    [
        ("DELETE FROM films USING producers WHERE producer_id = producers.id AND producers.name = 'foo'", 2,
         "SELECT id FROM films", [(2,)]),
        ("WITH foo AS (SELECT * FROM producers WHERE name = 'foo') DELETE FROM films USING foo "
         "WHERE producer_id = foo.id", 2, "SELECT id FROM films", [(2,)]),
        ("DELETE FROM films WHERE producer_id IN (SELECT id FROM producers WHERE name = 'bar')", 1,
         "SELECT id FROM films ORDER BY id", [(1,), (3,)]),
        ("DELETE FROM films WHERE EXISTS (SELECT 1 FROM producers WHERE producers.id = films.producer_id"
         " AND name = 'bar') OR id = 1", 2, "SELECT id FROM films", [(3,)]),
        ("UPDATE films SET producer_id = 9 FROM producers WHERE producer_id = producers.id AND name = 'bar'", 1,
         "SELECT producer_id FROM films ORDER BY id", [(1,), (9,), (1,)]),
        ("WITH q AS (SELECT 3 AS k, '2024-01-01' AS v) UPDATE films SET at = q.v FROM q WHERE films.id = q.k", 1,
         "SELECT YEAR(at) FROM films WHERE id = 3", [(2024,)]),
        ("DELETE FROM log PARTITION p1 WHERE k = 3", 1, "SELECT k FROM log PARTITION (p1)", [(2,)]),
        ("DELETE FROM log WHERE k >= 3 AND v IN ('abc', 'cba') AND v IS NOT NULL", 2, "SELECT k FROM log", [(2,)]),
        ("DELETE FROM log WHERE k NOT IN (2)", 2, "SELECT k FROM log", [(2,)]),
    ],
)  # fmt: skip
def test_change(tables: Client, statement: str, changed: int, query: str, wanted: object) -> None:
    assert tables.affected(statement) == changed
    assert tables.run(query) == wanted


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("DELETE FROM log WHERE k = 1 OR k = 2", "Where clause only supports"),
        ("DELETE FROM log WHERE k IN (SELECT 1)", "Where clause only supports"),
        ("DELETE FROM log WHERE k = k", "Where clause only supports"),
        ("DELETE FROM log USING films WHERE k = id", "PRIMARY KEY"),
        ("DELETE FROM films PARTITION (films) WHERE id = 1", "specifying partitions"),
        ("UPDATE log SET v = 'x' WHERE k = 1", "primary key table"),
        ("UPDATE films SET id = 3 WHERE id = 1", "cannot be updated"),
        ("UPDATE films SET at = NULL", "where clause"),
        ("UPDATE films SET CONCAT(at, 1), at = NULL WHERE id = 1", "Unexpected input '('"),
        ("DELETE FROM films", "Where clause is not set"),
    ],
)
def test_rejected(tables: Client, statement: str, part: str) -> None:
    assert part in tables.error(statement).message
    assert tables.value("SELECT (SELECT COUNT(*) FROM films) * 10 + (SELECT COUNT(*) FROM log)") == 33


def test_a_change_requires_the_select_privilege_on_the_tables_that_it_reads(tables: Client) -> None:
    tables.run("DROP USER IF EXISTS eraser; CREATE USER eraser; GRANT DELETE, SELECT ON TABLE films TO USER eraser")
    eraser = tables.as_user("eraser", "d")
    statement = "DELETE FROM films USING producers WHERE producer_id = producers.id"
    assert eraser.error(statement).code == 5203
    tables.run("GRANT SELECT ON TABLE producers TO USER eraser")
    assert eraser.affected(statement) == 3
