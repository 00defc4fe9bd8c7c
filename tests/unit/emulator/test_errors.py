"""Clients get StarRocks' error messages, never those of DuckDB, sqlglot or Python."""

import re

import duckdb
import pytest
from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.results import ResultSet
from starrocks_emulator.sql import statements
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.testing import Client

FOREIGN = re.compile(
    r"duckdb|Error:|Exception|Traceback|Python|macro|overload|\bfn\.|py_|Binder|candidate|HUGEINT|INTEGER_LITERAL|"
    r"\nLINE \d|\^\n|STRUCT|list_|Scalar Function|__call__|NoneType|object has no|positional argument|Did you mean|"
    r"sqlglot|<class|TokenType",
    re.IGNORECASE,
)
"""Words that occur only in messages of DuckDB, sqlglot or Python."""


def _nodes(base: type[exp.Expr] = exp.Expr) -> set[type[exp.Expr]]:
    return {base}.union(*(_nodes(kind) for kind in base.__subclasses__()))


PARSER = re.compile(
    r"\b(?:{})\b".format(
        "|".join(
            sorted(
                {kind.__name__.upper() for kind in _nodes() if re.fullmatch(r"([A-Z][a-z0-9]+){2,}", kind.__name__)}
                | {"ANONYMOUS", "EXPRESSIONS", "LATERALS", "LOCKS", "METHOD", "PIVOTS", "SUBQUERY", "WINDOWS"}
            )
        )
    )
)
"""Names of sqlglot's nodes and of their parts that are not SQL."""


@pytest.mark.parametrize(
    "failure",
    [
        KeyError("secret detail"),
        TypeError("secret detail"),
        AttributeError("secret detail"),
        ZeroDivisionError("secret detail"),
        duckdb.InternalException("secret detail"),
        duckdb.CatalogException("secret detail"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_fault_of_the_emulator_is_a_logged_internal_error(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    def broken(context: Context, words: Words) -> ResultSet:
        raise failure

    monkeypatch.setitem(statements._HANDLERS, "SHOW", broken)
    error = client.error("SHOW TABLES")
    assert (error.code, error.message) == (1105, errors.internal().message)
    assert "SHOW TABLES" in caplog.text
    assert "Traceback" in caplog.text
    assert "secret detail" in caplog.text
    assert client.value("SELECT 1") == 1


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT k FROM a, b", "Column 'k' is ambiguous"),
        ("SELECT a.nope FROM a", "Column '`a`.`nope`' cannot be resolved"),
        ("SELECT nope.k FROM a", "Column '`nope`.`k`' cannot be resolved"),
        ("SELECT k, SUM(w) FROM b", "GROUP BY"),
        ("SELECT k FROM b WHERE SUM(w) > 1", "WHERE clause cannot contain"),
        ("SELECT SUM(SUM(w)) FROM b", "Aggregation cannot contain"),
        ("SELECT k FROM a ORDER BY 7", "ORDER BY position"),
        ("SELECT k FROM a WHERE k = (SELECT k, w FROM b)", "one column"),
        ("SELECT k FROM a WHERE k = (SELECT w FROM b)", "Expected LE 1"),
        ("SELECT ARRAY_SUM(['a'])", "No matching function"),
        ("SELECT CAST([1] AS DATE)", ""),
        ("SELECT LEFT([1], 2)", ""),
        ("SELECT DATE_ADD([1], INTERVAL 1 DAY)", ""),
        ("SELECT [1] + 1", ""),
        ("SELECT k FROM a WHERE (k, 1) = 1", ""),
        ("SELECT UPPER()", ""),
        ("INSERT INTO a VALUES ('x', 'y')", "does not fit"),
        ("INSERT INTO a VALUES ([1], 'y')", ""),
    ],
)
def test_a_wrong_statement_gets_starrocks_error_message(client: Client, statement: str, message: str) -> None:
    client.run(
        "CREATE TABLE a (k INT, v VARCHAR(10)) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k);"
        "CREATE TABLE b (k INT, w INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k);"
        "INSERT INTO a VALUES (1, 'one'); INSERT INTO b VALUES (1, 10), (1, 11)"
    )
    error = client.error(statement)
    assert error.code != 1105
    assert message in error.message
    assert not FOREIGN.search(error.message), error.message
