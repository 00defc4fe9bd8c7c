"""A refusal of a clause quotes the SQL text and names what is supported, without names of the parser's nodes."""

import pytest

from starrocks_emulator.testing import Client
from tests.unit.emulator.test_errors import FOREIGN, PARSER

REFUSED = (
    ("SELECT * FROM t a ASOF JOIN t b ON a.k = b.k", 'ASOF in "ASOF JOIN t AS b ON a.k = b.k"; INNER, LEFT, RIGHT'),
    ("SELECT * FROM t NATURAL JOIN t b", 'NATURAL in "NATURAL JOIN t AS b"; INNER'),
    ("SELECT * FROM t a SEMI JOIN t b ON a.k = b.k", "SEMI JOIN; LEFT SEMI JOIN is supported"),
    ("SELECT * FROM t a STRAIGHT_JOIN t b", "support STRAIGHT_JOIN"),
    ("SELECT * FROM t PIVOT (SUM(k) FOR v IN ('a'))", "support PIVOT(SUM(k) FOR v IN ('a'"),
    ("SELECT * FROM t FOR VERSION AS OF 1", "FOR VERSION AS OF 1 in"),
    ("SELECT k FROM t TABLESAMPLE (10 PERCENT)", "TABLESAMPLE (10 PERCENT) in"),
    ("SELECT k FROM t USE INDEX (x)", "USE INDEX (x) in"),
    ("SELECT * EXCEPT (k) FROM t", 'EXCEPT k in "* EXCEPT (k)"; * and table.* are supported'),
    ("SELECT k FROM t FOR UPDATE", 'FOR UPDATE or FOR SHARE in "SELECT k FROM t"; WITH, DISTINCT'),
    ("SELECT SQL_NO_CACHE k FROM t", "SQL_NO_CACHE in"),
    ("SELECT DISTINCT ON (k) k FROM t", 'ON (k) in "DISTINCT ON (k)"'),
    ("SELECT AS STRUCT 1", 'AS STRUCT in "SELECT AS STRUCT 1"'),
    ("SELECT k FROM t LATERAL VIEW explode(a) u AS x", "LATERAL VIEW EXPLODE(a) u AS x in"),
    ("SELECT k FROM t SORT BY k", "SORT BY k in"),
    ("SELECT SUM(k) OVER w FROM t WINDOW w AS (ORDER BY k)", "WINDOW in"),
    ("SELECT SUM(k) OVER (ORDER BY k ROWS 1 PRECEDING EXCLUDE TIES) FROM t", "EXCLUDE TIES in"),
    ("WITH RECURSIVE q AS (SELECT 1) SELECT * FROM q", 'RECURSIVE in "WITH RECURSIVE q AS (SELECT 1)"'),
    ("SELECT k FROM t GROUP BY ALL", 'ALL in "GROUP BY ALL"; expressions, ROLLUP'),
    ("SELECT k FROM t UNION BY NAME SELECT 1", "BY NAME in"),
    ("SELECT k FROM t, unnest(a) WITH ORDINALITY u", 'this form of "UNNEST(a) WITH ORDINALITY'),
    ("SELECT k BETWEEN SYMMETRIC 1 AND 2 FROM t", "SYMMETRIC in"),
    ("SELECT CAST(k AS INT FORMAT 'x') FROM t", "FORMAT 'x' in \"CAST(k AS INT FORMAT 'x')\""),
    ("SELECT CAST(k AS UUID) FROM t", "the type UUID in CAST"),
    ("SELECT v ILIKE 'x' FROM t", "the expression v ILIKE 'x'"),
    ("SELECT SUM(k) FILTER (WHERE k > 1) FROM t", "the expression SUM(k) FILTER(WHERE k > 1)"),
    ("SELECT at AT TIME ZONE 'UTC' FROM t", "the expression at AT TIME ZONE 'UTC'"),
    ("SELECT k IS DISTINCT FROM 1 FROM t", "the expression k IS DISTINCT FROM 1"),
    ("SELECT k > SOME (SELECT 1) FROM t", "ANY (query)"),
    ("SELECT `a b` << 1 FROM t", "the expression `a b` << 1"),
    ("SELECT at * 2 FROM t", 'DATETIME in the arithmetic of "at * 2"; use INTERVAL'),
    ("SELECT a + 1 FROM t", 'ARRAY in the arithmetic of "a + 1"'),
    ("SELECT (k, v) FROM t", "a result of the type ROW"),
    ("UPDATE t SET k = 1 WHERE k = 2 LIMIT 1", "LIMIT 1 in"),
    ("DELETE FROM t WHERE k = 1 RETURNING k", "RETURNING k in"),
    ("DELETE t FROM t JOIN t b ON 1 = 1", "DELETE t in"),
)


@pytest.mark.parametrize(("statement", "message"), REFUSED, ids=[statement for statement, _ in REFUSED])
def test_a_refused_clause_is_quoted(client: Client, statement: str, message: str) -> None:
    client.run("CREATE TABLE t (k INT, at DATETIME, v VARCHAR(30), a ARRAY<INT>, `a b` INT) PRIMARY KEY (k)")
    error = client.error(statement)
    assert error.code == 1235, error.message
    assert error.message.startswith("This emulator does not support ")
    assert message in error.message
    foreign = PARSER.search(error.message)
    assert not foreign or foreign[0] in statement
    assert not FOREIGN.search(error.message.replace("STRUCT", ""))
