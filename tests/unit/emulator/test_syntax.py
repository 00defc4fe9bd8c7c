"""The emulator refuses what StarRocks' grammar refuses: syntax and types of other dialects.

`dialects/` holds statements that StarRocks' grammar accepts and refuses; tests/integration/sql/test_grammar.py compares
the files with an independent grammar."""

import re
from pathlib import Path

import pytest

from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.sql import recognizer
from starrocks_emulator.testing import Client
from tests.unit.emulator.test_errors import FOREIGN, PARSER

DIALECTS = Path(__file__).parent / "dialects"
SINCE_3_4 = (
    "SELECT v MATCH 'a', v NOT MATCH 'b' FROM t",
    "SELECT CURRENT_TIMESTAMP(3)",
    "SELECT k FROM t LIMIT @a",
    "SELECT * FROM t SAMPLE ('percent' = '1')",
    "SELECT * FROM t PIVOT (SUM(k) AS s, COUNT(k) FOR (v, d) IN (('a', '2024-01-01') AS x))",
    "SELECT * FROM t FOR VERSION AS OF 1",
    "SELECT * FROM TABLE(generate_series(start => 1, end => 3))",
)
"""Statements that the independent grammar, which is older, does not accept."""


def statements(name: str) -> list[str]:
    return (DIALECTS / f"{name}.sql").read_text().split(";\n")[:-1]


def refusal(statement: str) -> str | None:
    try:
        recognizer.check(statement)
    except SqlError as error:
        return error.message
    return None


def test_statements_of_starrocks_are_recognized() -> None:
    found = {statement: refusal(statement) for statement in (*statements("accepted"), *SINCE_3_4)}
    assert {statement: message for statement, message in found.items() if message} == {}


def test_syntax_of_other_dialects_is_refused_with_the_token() -> None:
    for statement in statements("refused"):
        message = refusal(statement)
        assert message is not None, statement
        found = re.search(r"Unexpected input '(.*?)'(?: at line|\.|;| at position)", message, re.DOTALL)
        assert found, message
        assert found[1] == "<EOF>" or found[1] in statement, message


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT j:a FROM t", "Unexpected input ':' at line 1, column 8; StarRocks has no operators : and ::"),
        ("SELECT k\nFROM t\nWHERE k::INT = 1", "Unexpected input ':' at line 3, column 7; StarRocks has no operators"),
        ("SELECT CAST(k AS TIMESTAMPTZ) FROM t", "'TIMESTAMPTZ' at line 1, column 17; StarRocks' type is DATETIME"),
        ("SELECT CAST(k AS UUID) FROM t", "Unexpected input 'UUID' at line 1, column 17; StarRocks has no UUID"),
        ("SELECT v ILIKE 'x' FROM t", "Unexpected input ''x'' at line 1, column 15; StarRocks has no ILIKE"),
        ("SELECT v ~ 'x' FROM t", "Unexpected input '~' at line 1, column 9; StarRocks has no operator ~"),
        ("SELECT b IS TRUE FROM t", "Unexpected input 'TRUE' at line 1, column 12; in StarRocks, IS compares"),
        ("SELECT k FROM t OFFSET 1", "Unexpected input '1' at line 1, column 23; in StarRocks, OFFSET follows LIMIT"),
        ("SELECT SUM(k) FILTER (WHERE k > 1) FROM t", "StarRocks has no FILTER; write the condition with IF"),
        ("WITH RECURSIVE q AS (SELECT 1) SELECT * FROM q", "StarRocks 3.5 has no recursive WITH"),
        ("SELECT at AT TIME ZONE 'UTC' FROM t", "Unexpected input 'TIME' at line 1, column 13; StarRocks has no AT"),
        ("SELECT TOP 1 k FROM t", "Unexpected input '1' at line 1, column 11; StarRocks has no TOP; write LIMIT"),
        ("SELECT k FROM t WHERE", "Unexpected input '<EOF>'"),
        ("SELECT k FROM t LIMIT 1 ORDER BY k", "Unexpected input 'ORDER' at line 1, column 24"),
        ("INSERT INTO t (k) SELECT k::INT FROM t", "Unexpected input ':'"),
        ("INSERT INTO t (k) VALUES ('1'::INT)", "Unexpected input ':'"),
        ("INSERT INTO t (k) FROM t", "Unexpected input 'FROM'"),
        ("CREATE VIEW w AS SELECT k AS y, FROM t", "Unexpected input 'FROM'"),
        ("CREATE MATERIALIZED VIEW w REFRESH MANUAL AS SELECT CAST(k AS HUGEINT) FROM t", "Unexpected input 'HUGEINT'"),
        ("CREATE TABLE w AS TABLE t", "Unexpected input 'TABLE'"),
        ("UPDATE t SET t.v = 'a' WHERE k = 1", "Unexpected input '.'"),
        ("DELETE FROM t WHERE k = 1 RETURNING k", "Unexpected input 'RETURNING'"),
        ("EXPLAIN SELECT k::INT FROM t", "Unexpected input ':'"),
        ("CREATE TABLE w (k INT, c UUID)", "Unexpected input 'UUID', the most similar input is {a type}"),
        ("CREATE TABLE w (k INT, c BOOL)", "Unexpected input 'BOOL', the most similar input is {a type}"),
        ("CREATE TABLE w (k INT DEFAULT '1' NOT NULL)", "Unexpected input 'NOT'"),
        ("CREATE TABLE w (k INT) DISTRIBUTED BY HASH(k) BUCKETS AUTO", "Unexpected input 'AUTO'"),
        ("CREATE TABLE w (k INT) PROPERTIES (replication_num = '1')", "Unexpected input 'replication_num'"),
        ("ALTER TABLE t COMMENT 'x'", "Unexpected input ''x''"),
        ("INSERT INTO TABLE t VALUES (1)", "Unexpected input 'TABLE'"),
        ("SHOW COLUMNS t", "Unexpected input 't'"),
        ("BEGIN TRANSACTION", "Unexpected input 'TRANSACTION'"),
        ("SET query_timeout := 10", "Unexpected input ':='"),
    ],
)  # fmt: skip
def test_a_refusal_quotes_the_text_and_says_what_starrocks_has(client: Client, statement: str, message: str) -> None:
    client.run("CREATE TABLE t (k INT, v VARCHAR(9), at DATETIME, j JSON, b BOOLEAN) PRIMARY KEY (k)")
    error = client.error(statement)
    assert error.code == 1064
    assert error.message.startswith("Getting syntax error. Detail message: Unexpected input ")
    assert message in error.message
    foreign = PARSER.search(error.message)
    assert not foreign or foreign[0] in statement
    assert not FOREIGN.search(error.message.replace("HUGEINT", ""))


def test_a_comment_begins_with_two_dashes_and_not_with_a_hash(client: Client) -> None:
    assert client.run("SELECT 5--1\n+ 2") == [(7,)]
    assert "Unexpected input '#" in client.error("SELECT 5 # comment").message


def test_signed_is_int_and_number_is_decimal(client: Client) -> None:
    assert client.run("SELECT CAST('7' AS SIGNED), CAST(2147483648 AS SIGNED INT)") == [(7, None)]
    assert client.run("SELECT CONVERT('7', SIGNED), CONVERT(2147483648, SIGNED INT)") == [(7, None)]
    client.run("CREATE TABLE w (k SIGNED, n NUMBER(5, 2), b BINARY) DUPLICATE KEY (k)")
    rows = client.run("SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.columns WHERE TABLE_NAME = 'w'")
    assert sorted(rows) == [("b", "varbinary"), ("k", "int"), ("n", "decimal")]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT CAST('abc' AS CHAR(2)), CHAR(65)", [("ab", "A")]),
        ("SELECT CONVERT('abc', CHAR(2)), CONVERT('1.5', DOUBLE), CONVERT('x', INT)", [("ab", 1.5, None)]),
        ("SELECT k FROM t MINUS SELECT 1", [(2,)]),
        ("SELECT k minus FROM t MINUS (SELECT 1)", [(2,)]),
        ("SELECT a.k FROM t a CROSS JOIN t b ON a.k = b.k + 1", [(2,)]),
        ("SELECT t.k FROM t CROSS JOIN t u USING (k) ORDER BY 1", [(1,), (2,)]),
        ("SELECT x.k FROM (((t x))) ORDER BY 1", [(1,), (2,)]),
        ("SELECT a.k, b.k FROM t a LEFT JOIN (t b JOIN t c ON b.k = c.k + 1) ON a.k = b.k", [(2, 2), (1, None)]),
        ("SELECT COUNT(*) FROM ((SELECT 1 AS x) u JOIN t ON t.k > u.x), t z", [(2,)]),
        ("SELECT u.`1e` FROM (SELECT 1 AS 1e) u WHERE 1e = 1", [(1,)]),
        ("SELECT sum(k) OVER ([hash] PARTITION BY k * 0 ORDER BY k) FROM t", [(1,), (3,)]),
        ("SELECT max(k) OVER ([skewed] PARTITION BY k) FROM t", [(1,), (2,)]),
    ],
)  # fmt: skip
def test_syntax_of_starrocks_that_sqlglot_reads_otherwise(
    client: Client, query: str, rows: list[tuple[Value, ...]]
) -> None:
    client.run("CREATE TABLE t (k INT) DUPLICATE KEY (k); INSERT INTO t VALUES (1), (2)")
    assert sorted(client.run(query), key=str) == sorted(rows, key=str)


def test_columns_may_have_the_names_of_keywords_that_are_not_reserved(client: Client) -> None:
    words = sorted(word.lower() for word in recognizer.NAMES | {"CHARSET", "LOCK", "ROLLBACK"} if word != "name")
    assert len(words) > 60
    client.run(f"CREATE TABLE t ({', '.join(f'{word} INT' for word in words)}) DUPLICATE KEY ({words[0]})")
    client.run(f"INSERT INTO t VALUES ({', '.join('1' for _ in words)})")
    for word in words:
        query = f"SELECT {word}, t.{word}, 2 AS {word} FROM t WHERE {word} = 1 AND t.{word} < 2"
        assert client.run(query) == [(1, 1, 2)], word
        assert client.run(f"SELECT SUM({word}) {word} FROM t GROUP BY t.{word} ORDER BY {word}") == [(1,)], word
        assert client.run(f"SELECT {word} + 1 FROM (SELECT {word} FROM t) u LIMIT 1") == [(2,)], word


def test_time_does_not_grow_exponentially_with_the_depth_of_parentheses() -> None:
    recognizer.check("SELECT " + "(" * 40 + "1" + ")" * 40)
    assert refusal("SELECT " + "CAST((" * 25 + "1 1" + ") AS INT)" * 25) is not None
