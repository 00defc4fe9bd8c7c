"""The texts of partitions, and the clauses of SHOW PARTITIONS."""

import json

import pytest

from starrocks_emulator.schema import Partition, Partitioning, Table, TableColumn, table_from_json
from starrocks_emulator.sql.partitions import partition_filter, shown_values
from starrocks_emulator.testing import Client
from starrocks_emulator.types import make_type

RANGE = "[types: [{0}]; keys: [{1}]; ..types: [{0}]; keys: [{2}]; )"


@pytest.mark.parametrize(
    ("columns", "by", "rows", "wanted"),
    [
        ("d DATE", "date_trunc('day', d)", "('2024-01-02')", [RANGE.format("DATE", "2024-01-02", "2024-01-03")]),
        ("d DATETIME", "date_trunc('day', d)", "('2024-01-02')",
         [RANGE.format("DATETIME", "2024-01-02 00:00:00", "2024-01-03 00:00:00")]),
        ("d DATE", "RANGE (d) (PARTITION a VALUES LESS THAN ('2024-01-01'), PARTITION b VALUES LESS THAN (MAXVALUE))",
         "('2024-01-02')",
         [RANGE.format("DATE", "0000-01-01", "2024-01-01"), RANGE.format("DATE", "2024-01-01", "MAXVALUE")]),
        ("d INT", "RANGE (d) (PARTITION a VALUES LESS THAN ('5'))", "(1)", [RANGE.format("INT", "-2147483648", "5")]),
        ("d VARCHAR(9)", "(d)", "('a'), (NULL)", ['[["NULL"]]', '[["a"]]']),
        ("d VARCHAR(9), e INT", "(d, e)", "('x', 1), ('x', NULL), ('x', 1)", ['[["x","1"]]', '[["x","NULL"]]']),
        ("d DATE", "(d)", "('2024-01-01')", ['[["2024-01-01"]]']),
    ],
)  # fmt: skip
def test_the_bounds_and_values_of_partitions(
    client: Client, columns: str, by: str, rows: str, wanted: list[str]
) -> None:
    client.run(f"CREATE TABLE t ({columns}) DUPLICATE KEY (d) PARTITION BY {by}; INSERT INTO t VALUES {rows}")
    assert sorted(str(row[7]) for row in client.run("SHOW PARTITIONS FROM t")) == wanted
    assert client.run(
        "SELECT PARTITION_VALUE FROM information_schema.partitions_meta WHERE TABLE_NAME = 't' AND DB_NAME = 'd' "
        "AND PARTITION_NAME NOT LIKE '$%' ORDER BY 1"
    ) == [(text,) for text in wanted]


def test_a_partition_by_several_columns_has_its_rows(client: Client) -> None:
    client.run(
        "CREATE TABLE t (d VARCHAR(9), e INT) DUPLICATE KEY (d) PARTITION BY (d, e); "
        "INSERT INTO t VALUES ('x', 1), ('x', 1), ('x', NULL), ('y', 1)"
    )
    assert sorted((row[1], row[17]) for row in client.run("SHOW PARTITIONS FROM t")) == [
        ("px_1", "2"), ("px_NULL", "1"), ("py_1", "1"),
    ]  # fmt: skip


def test_a_partition_of_an_older_revision_has_no_values() -> None:
    column = TableColumn("d", make_type("varchar", (9,)))
    table = Table(
        1, "d", "t", "table", (column,), "", partitioning=Partitioning("column", ("d",)),
        partitions=(Partition("pa", "a", "a", ("a",)),),
    )  # fmt: skip
    document = json.loads(table.to_json())
    assert table_from_json(json.dumps(document)) == table
    del document["partitions"][0]["values"]
    old = table_from_json(json.dumps(document))
    assert shown_values(old, old.partitions[0]) == '[["a"]]'
    assert partition_filter(old, "pa") == partition_filter(table, "pa")


@pytest.fixture
def days(client: Client) -> Client:
    client.run(
        "CREATE TABLE days (d DATE, v INT) DUPLICATE KEY (d) PARTITION BY date_trunc('day', d) DISTRIBUTED BY HASH (d) "
        "BUCKETS 2; INSERT INTO days VALUES ('2024-01-01', 1), ('2024-01-02', 1), ('2024-01-02', 2), ('2024-01-03', 1)"
    )
    return client


@pytest.mark.parametrize(
    ("clauses", "wanted"),
    [
        ("WHERE PartitionName = 'p20240102'", [2]), ('WHERE partitionname LIKE "P2024010?"', [1, 2, 3]),
        ("WHERE PartitionName LIKE '%3'", [3]), ("WHERE PartitionName LIKE 'p2024_102'", []),
        ("WHERE State = 'NORMAL' AND Buckets >= 2 AND ReplicationNum = 1", [1, 2, 3]), ("WHERE Buckets > 2", []),
        ("ORDER BY PartitionId DESC LIMIT 1", [3]), ("ORDER BY PartitionId LIMIT 1 OFFSET 1", [2]),
        ("ORDER BY RowCount DESC, PartitionName DESC", [2, 3, 1]), ("LIMIT 2", [1, 2]),
    ],
)  # fmt: skip
def test_clauses(days: Client, clauses: str, wanted: list[int]) -> None:
    names = [row[1] for row in days.run(f"SHOW PARTITIONS FROM days {clauses}")]
    assert names == [f"p2024010{day}" for day in wanted]


@pytest.mark.parametrize(
    ("clauses", "part"),
    [
        ("WHERE PartitionName = 'a' OR Buckets = 1", "operator AND"), ("WHERE RowCount = 1", "Only the columns of"),
        ("WHERE PartitionName != 'a'", "Only operator =|like"), ("WHERE Buckets LIKE '1'", "Where clause"),
        ("WHERE Buckets IN (1)", "Only operator =|>="), ("WHERE upper(State) = 'A'", "Show filter by column"),
        ("ORDER BY Nope", "Title name[Nope] does not exist"), ("ORDER BY 1 + 1", "Should order by column"),
        ("GROUP BY State", "GROUP"),
    ],
)  # fmt: skip
def test_refused_clauses(days: Client, clauses: str, part: str) -> None:
    assert part in days.error(f"SHOW PARTITIONS FROM days {clauses}").message
