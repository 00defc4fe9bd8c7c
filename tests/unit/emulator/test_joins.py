"""Scopes of joins: USING keeps both columns, and a comma binds less tightly than JOIN (StarRocks: QueryAnalyzer)."""

import pytest

from starrocks_emulator.results import Value
from starrocks_emulator.testing import Client


@pytest.fixture
def tables(client: Client) -> Client:
    client.run("CREATE TABLE a (k INT, x INT) DUPLICATE KEY (k); INSERT INTO a VALUES (1, 1), (2, 2)")
    client.run("CREATE TABLE b (k INT, y INT) DUPLICATE KEY (k); INSERT INTO b VALUES (2, 2), (3, 3)")
    client.run("CREATE TABLE p (k INT NOT NULL, v INT) PRIMARY KEY (k)")
    client.run("CREATE TABLE c (k INT, z INT) DUPLICATE KEY (k); INSERT INTO c VALUES (2, 4), (3, 3)")
    return client


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT * FROM a JOIN b USING (k)", [(2, 2, 2, 2)]),
        ("SELECT * FROM a LEFT JOIN b USING (K) ORDER BY 1", [(1, 1, None, None), (2, 2, 2, 2)]),
        ("SELECT a.k, b.k FROM a FULL JOIN b USING (k) ORDER BY 1, 2", [(None, 3), (1, None), (2, 2)]),
        ("SELECT k FROM a LEFT SEMI JOIN b USING (k)", [(2,)]),
        ("SELECT k FROM a LEFT ANTI JOIN b USING (k)", [(1,)]),
        ("SELECT a.k, b.k FROM a LEFT JOIN [BROADCAST] b ON a.k = b.k ORDER BY 1", [(1, None), (2, 2)]),
        ("SELECT b.k FROM a RIGHT JOIN [SHUFFLE] b ON a.k = b.k ORDER BY 1", [(2,), (3,)]),
        ("SELECT a.k FROM a INNER JOIN [SHUFFLE] b USING (k)", [(2,)]),
        ("SELECT a.k FROM a JOIN [SHUFFLE] (SELECT b.k FROM b, c LIMIT 0) AS u ON a.k = u.k", []),
        ("SELECT COUNT(*) FROM a JOIN [BUCKET] b", [(4,)]),
        ("SELECT * FROM a LEFT SEMI JOIN b USING (k) JOIN c USING (k)", [(2, 2, 2, 4)]),
        ("SELECT * FROM a JOIN (SELECT k AS K FROM b) u USING (k)", [(2, 2, 2)]),
        ("SELECT a.k, c.z FROM a, b JOIN c USING (k) WHERE a.k = b.k", [(2, 4)]),
        ("SELECT a.k, c.z FROM a JOIN (b JOIN c USING (k)) ON a.k = b.k", [(2, 4)]),
        ("SELECT a.k, c.k FROM a, b LEFT JOIN c ON b.y = c.z WHERE a.k = b.k", [(2, None)]),
        ("SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b JOIN c USING (k) WHERE b.k = a.k)", [(2,)]),
        ("SELECT a.k, b.k FROM a JOIN b ON a.k IN (SELECT c.k FROM c WHERE z = y + 2) OR y < 0", [(2, 2)]),
        ("SELECT (SELECT MAX(z) FROM b JOIN c ON b.k = c.k AND b.k = a.k) FROM a ORDER BY a.k", [(None,), (4,)]),
    ],
)  # fmt: skip
def test_rows(tables: Client, query: str, rows: list[tuple[Value, ...]]) -> None:
    assert tables.run(query) == rows


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT k FROM a JOIN b USING (k)", "Column 'k' is ambiguous"),
        ("SELECT * FROM a JOIN b USING (k) JOIN c USING (k)", "Column 'k' is ambiguous"),
        ("SELECT * FROM a JOIN b USING (x)", "Column '`x`' cannot be resolved"),
        ("SELECT * FROM a, b LEFT JOIN c ON a.k = c.k", "Column '`a`.`k`' cannot be resolved"),
        ("SELECT * FROM a, b JOIN c ON x = c.k", "Column 'x' cannot be resolved"),
        ("SELECT * FROM a, (b JOIN c ON a.k = c.k)", "Column '`a`.`k`' cannot be resolved"),
        ("SELECT b.y FROM a LEFT SEMI JOIN b ON a.k = b.k", "cannot be resolved"),
        ("DELETE FROM p USING b JOIN c ON p.k = c.k WHERE p.k = b.k", "Column '`p`.`k`' cannot be resolved"),
        ("SELECT * FROM a RIGHT JOIN [broadcast] b ON a.k = b.k", "RIGHT OUTER JOIN does not support BROADCAST"),
        ("SELECT * FROM a FULL OUTER JOIN [BROADCAST] b ON a.k = b.k", "FULL OUTER JOIN does not support BROADCAST"),
        ("SELECT * FROM a CROSS JOIN [SHUFFLE] b", "CROSS JOIN does not support SHUFFLE"),
        ("SELECT * FROM a INNER JOIN [SHUFFLE] b", "CROSS JOIN does not support SHUFFLE"),
        ("SELECT * FROM a JOIN [shuffle] b AS u WHERE a.k = u.k", "CROSS JOIN does not support SHUFFLE"),
        ("SELECT * FROM a JOIN [SHUFFLE] b JOIN c ON a.k = c.k", "CROSS JOIN does not support SHUFFLE"),
        ("SELECT * FROM c JOIN (a JOIN [SHUFFLE] b) ON a.k = c.k", "CROSS JOIN does not support SHUFFLE"),
    ],
)
def test_rejected(tables: Client, query: str, message: str) -> None:
    error = tables.error(query)
    assert error.code == 1064
    assert message in error.message


def test_a_change_reads_joined_tables(tables: Client) -> None:
    tables.run("INSERT INTO p VALUES (1, 1), (2, 2), (3, 3)")
    tables.run("UPDATE p SET v = c.z FROM b JOIN c USING (k) WHERE p.k = b.k")
    tables.run("DELETE FROM p USING a WHERE p.k = a.k AND a.x = 1")
    tables.run("INSERT INTO p SELECT a.k + 10, b.y FROM a JOIN b USING (k)")
    assert tables.run("SELECT * FROM p ORDER BY k") == [(2, 4), (3, 3), (12, 2)]
