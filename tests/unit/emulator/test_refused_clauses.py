"""A refusal of a clause quotes the SQL text and names what is supported, without names of the parser's nodes."""

import pytest

from starrocks_emulator.testing import Client
from tests.unit.emulator.test_errors import FOREIGN, PARSER

REFUSED = (
    ("SELECT * FROM t NATURAL JOIN t b", 'NATURAL in "NATURAL JOIN t AS b"; INNER'),
    ("SELECT * FROM t PIVOT (SUM(k) FOR v IN ('a'))", "support PIVOT(SUM(k) FOR v IN ('a'"),
    ("SELECT * FROM t FOR VERSION AS OF 1", "FOR VERSION AS OF 1 in"),
    ("SELECT SQL_NO_CACHE k FROM t", "SQL_NO_CACHE in"),
    ("SELECT at * 2 FROM t", 'DATETIME in the arithmetic of "at * 2"; use INTERVAL'),
    ("SELECT a + 1 FROM t", 'ARRAY in the arithmetic of "a + 1"'),
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
