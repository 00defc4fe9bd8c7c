"""Rows encoded by DuckDB are byte for byte equal to rows encoded by Python."""

import random
import struct
from collections.abc import Sequence

import duckdb
import pytest

from starrocks_emulator.encoded_rows import encoded_query, may_be_large, payloads
from starrocks_emulator.mysql.encode import text_rows
from starrocks_emulator.results import Column, ColumnType
from starrocks_emulator.sql.parse import parse

WIRE = {
    "BOOLEAN": ColumnType.TINY,
    "TINYINT": ColumnType.TINY,
    "SMALLINT": ColumnType.SHORT,
    "INTEGER": ColumnType.LONG,
    "BIGINT": ColumnType.LONGLONG,
    "HUGEINT": ColumnType.STRING,
    "DOUBLE": ColumnType.DOUBLE,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.DATETIME,
    "VARCHAR": ColumnType.VAR_STRING,
}
VALUES: dict[str, tuple[str | None, ...]] = {
    "BOOLEAN": ("true", "false", None),
    "TINYINT": ("-128", "127", None),
    "SMALLINT": ("-32768", "0", None),
    "INTEGER": ("-2147483648", "7", None),
    "BIGINT": ("9223372036854775807", "-9223372036854775808", None),
    "HUGEINT": ("170141183460469231731687303715884105727", "-5", None),
    "DOUBLE": ("0.1", "3", "-0.0", "1e15", "1e16", "1e20", "1e-4", "1e-5", "5e-324", "inf", "-inf", "nan", None),
    "DECIMAL(18,4)": ("0", "-0.0001", "12.34", "99999999999999.9999", None),
    "DECIMAL(38,0)": ("-" + "9" * 38, None),
    "DECIMAL(10,9)": ("0", "0.000000001", None),
    "DATE": ("0001-01-01", "2026-01-31", "9999-12-31", None),
    "TIMESTAMP": (
        "0001-01-01 00:00:00",
        "0099-02-03 04:05:06.5",
        "2026-01-31 12:05:06",
        "2026-01-31 12:05:06.000007",
        "9999-12-31 23:59:59.999999",
        None,
    ),
    "VARCHAR": (
        "",
        "a",
        "d'été 🌍",
        "tab\t\n",
        "x" * 127,
        "x" * 128,
        "é" * 63,
        "é" * 64,
        "x" * 250,
        "x" * 251,
        "x" * 255,
        "x" * 256,
        "x" * 65535,
        "x" * 65536,
        "é" * 524_288,
        None,
    ),
}


def both(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[list[bytes], list[bytes]]:
    """The rows of a query, encoded by DuckDB and by Python."""
    types = [str(type_) for type_ in connection.sql(query).types]
    encoded = encoded_query(query, types)
    assert encoded is not None
    by_duckdb = list(payloads(connection.execute(encoded).fetchall()))
    columns = [Column("a", WIRE.get(type_, ColumnType.NEWDECIMAL)) for type_ in types]
    return by_duckdb, list(text_rows(columns, connection.execute(query).fetchall(), "utf-8"))


@pytest.mark.parametrize("type_", VALUES)
def test_values_of_every_type(type_: str) -> None:
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t (a {type_}, n INTEGER)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(v, n) for n, v in enumerate(VALUES[type_])])
    by_duckdb, by_python = both(connection, "SELECT a, n, a AS a FROM t ORDER BY n")
    assert by_duckdb == by_python
    assert len(by_duckdb) == len(VALUES[type_])


def test_doubles_of_any_size() -> None:
    rng = random.Random(20_260_131)
    values: list[float] = [struct.unpack("<d", rng.randbytes(8))[0] for _ in range(3000)]
    values += [rng.random() * 10 ** rng.randrange(-8, 25) for _ in range(3000)]
    values += [round(rng.random() * 1000, rng.randrange(4)) for _ in range(1000)]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (a DOUBLE, n INTEGER)")
    for start in range(0, len(values), 500):
        batch = [(value, start + number) for number, value in enumerate(values[start : start + 500])]
        marks = ", ".join(["(?, ?)"] * len(batch))
        connection.execute(f"INSERT INTO t VALUES {marks}", [value for row in batch for value in row])
    by_duckdb, by_python = both(connection, "SELECT a, n FROM t ORDER BY n")
    assert [pair for pair in zip(by_duckdb, by_python, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("order", ["ORDER BY a DESC, b", "ORDER BY b", "ORDER BY s LIMIT 60000 OFFSET 7", ""])
def test_the_order_of_rows_is_preserved(order: str) -> None:
    connection = duckdb.connect(config={"threads": 4})
    connection.execute(
        "CREATE TABLE t AS SELECT (hash(i) % 1000)::BIGINT AS a, i AS b, 'x' || hash(i) AS s FROM range(300000) r(i)"
    )
    by_duckdb, by_python = both(connection, f"SELECT a, b, s FROM t {order}")
    assert by_duckdb == by_python


@pytest.mark.parametrize(
    "types", [[], ["INTEGER[]"], ["VARCHAR", "STRUCT(a INTEGER)"], ["JSON"], ["FLOAT"], ["INTEGER"] * 61]
)
def test_results_that_only_python_encodes(types: Sequence[str]) -> None:
    assert encoded_query("SELECT 1", types) is None


@pytest.mark.parametrize(
    ("sql", "large"),
    [
        ("SELECT * FROM t", True),
        ("SELECT * FROM t LIMIT 10", False),
        ("SELECT * FROM t LIMIT 100000", True),
        ("SELECT 1", False),
        ("SELECT a FROM t UNION ALL SELECT a FROM t", True),
        ("WITH x AS (SELECT 1 AS a) SELECT a FROM x", True),
    ],
)
def test_queries_with_possibly_large_results_are_detected(sql: str, large: bool) -> None:
    tree, _ = parse(sql)
    assert may_be_large(tree) is large
