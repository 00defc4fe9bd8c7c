"""NULL, and rows outside all partitions, in tables with fixed RANGE partitions."""

import pytest

from starrocks_emulator.testing import Client


@pytest.fixture
def ranges(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (d DATE, k INT) DUPLICATE KEY (d) PARTITION BY RANGE (d) "
        "(PARTITION p1 VALUES LESS THAN ('2024-01-01'), PARTITION p2 VALUES LESS THAN ('2025-01-01')) "
        "DISTRIBUTED BY HASH (k); INSERT INTO t VALUES (NULL, 1), ('2023-01-01', 2), ('2024-05-05', 3)"
    )
    return client


def test_null_is_in_the_lowest_partition(ranges: Client) -> None:
    assert ranges.run("SELECT k FROM t PARTITION (p1) ORDER BY k") == [(1,), (2,)]
    assert ranges.run("SELECT k FROM t PARTITION (p2)") == [(3,)]
    counts = (
        "SELECT PARTITION_NAME, ROW_COUNT FROM information_schema.partitions_meta WHERE TABLE_NAME = 't' ORDER BY 1"
    )
    assert ranges.run(counts) == [("p1", 2), ("p2", 1)]


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE TABLE t PARTITION (p1)",
        "ALTER TABLE t DROP PARTITION p1",
        "DELETE FROM t PARTITION p1 WHERE k > 0",
        "INSERT OVERWRITE t PARTITION (p1) SELECT '2022-01-01', 9",
    ],
)
def test_dropping_the_lowest_partition_deletes_its_rows(ranges: Client, statement: str) -> None:
    ranges.run(statement)
    rest = [(9,)] if "OVERWRITE" in statement else []
    assert ranges.run("SELECT k FROM t WHERE d IS NULL OR d < '2024-01-01'") == rest
    assert ranges.value("SELECT COUNT(*) FROM t WHERE k = 3") == 1


def test_null_without_an_open_lowest_partition_is_rejected(client: Client) -> None:
    client.run(
        "CREATE TABLE t (d DATE, k INT) DUPLICATE KEY (d) PARTITION BY RANGE (d) "
        "(PARTITION p2 VALUES [('2024-01-01'), ('2025-01-01'))) DISTRIBUTED BY HASH (k)"
    )
    assert "no partition" in client.error("INSERT INTO t VALUES (NULL, 1)").message
    answer = client.load("t", '{"d": null, "k": 1}', format="json")
    assert (answer["Status"], "out of partition ranges" in str(answer["Message"])) == ("Fail", True)


def test_a_load_filters_rows_outside_the_partitions(ranges: Client) -> None:
    body = '[{"d": "2024-02-02", "k": 4}, {"d": "2025-01-01", "k": 5}, {"d": null, "k": 6}]'
    headers = {"format": "json", "strip_outer_array": "true"}
    answer = ranges.load("t", body, **headers)
    assert (answer["Status"], answer["NumberFilteredRows"]) == ("Fail", 1)
    log = ranges.engine.storage.error_logs / str(answer["ErrorURL"]).split("=")[1]
    assert "out of partition ranges" in log.read_text()
    answer = ranges.load("t", body, max_filter_ratio="0.4", **headers)
    assert (answer["Status"], answer["NumberLoadedRows"]) == ("Success", 2)
    assert ranges.run("SELECT k FROM t WHERE k > 3 ORDER BY k") == [(4,), (6,)]


@pytest.mark.parametrize("statement", ["INSERT INTO t PARTITION (p2)", "INSERT OVERWRITE t PARTITION (p2)"])
def test_a_row_outside_the_given_partitions_is_an_error(ranges: Client, statement: str) -> None:
    for value in ("'2023-01-01'", "NULL"):
        assert "filtered data" in ranges.error(f"{statement} VALUES ({value}, 9)").message
    assert ranges.value("SELECT COUNT(*) FROM t") == 3


def test_a_materialized_view_includes_rows_whose_time_is_null(ranges: Client) -> None:
    ranges.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT d, SUM(k) AS s FROM t GROUP BY d")
    ranges.run("INSERT INTO t VALUES (NULL, 10), ('2024-05-05', 20); REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert ranges.run("SELECT s FROM m ORDER BY s") == [(2,), (11,), (23,)]
    ranges.run("DELETE FROM t WHERE d IS NULL; REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert ranges.run("SELECT s FROM m ORDER BY s") == [(2,), (23,)]


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("p2 VALUES LESS THAN ('2026-01-01')", 1517),
        ("p0 VALUES LESS THAN ('2023-01-01')", 1064),
        ("p3 VALUES [('2024-06-01'), ('2026-01-01'))", 1064),
        ("p3 VALUES LESS THAN ('soon')", 1064),
    ],
)
def test_added_partitions_must_be_valid_and_disjoint(ranges: Client, clause: str, code: int) -> None:
    assert ranges.error(f"ALTER TABLE t ADD PARTITION {clause}").code == code
    ranges.run("ALTER TABLE t ADD PARTITION p3 VALUES [('2026-01-01'), ('2027-01-01'))")
    ranges.run("ALTER TABLE t ADD PARTITION p25 VALUES [('2025-01-01'), ('2026-01-01'))")


def test_null_is_a_value_of_a_list_partition(client: Client) -> None:
    client.run("CREATE TABLE t (k INT, v INT) PARTITION BY (v) DISTRIBUTED BY HASH (k)")
    client.run("INSERT INTO t VALUES (1, NULL), (2, 5), (3, NULL)")
    assert client.run("SELECT k FROM t PARTITION (pNULL) ORDER BY k") == [(1,), (3,)]
    client.run("ALTER TABLE t DROP PARTITION pNULL")
    assert client.run("SELECT k FROM t") == [(2,)]


@pytest.mark.parametrize(
    ("type_", "written", "shown"),
    [
        ("DATE", 'PARTITION p VALUES [("19920101"), ("1993-1-1"))',
         'PARTITION p VALUES [("1992-01-01"), ("1993-01-01"))'),
        ("DATE", 'PARTITION p VALUES LESS THAN ("1993-01-01")', 'PARTITION p VALUES [("0000-01-01"), ("1993-01-01"))'),
        ("DATE", 'PARTITION p VALUES [("0000-01-01"), (MAXVALUE))', 'PARTITION p VALUES [("0000-01-01"), (MAXVALUE))'),
        ("DATETIME", 'PARTITION p VALUES [("20230101"), ("20240101"))',
         'PARTITION p VALUES [("2023-01-01 00:00:00"), ("2024-01-01 00:00:00"))'),
        ("INT", 'PARTITION p VALUES LESS THAN ("10")', 'PARTITION p VALUES [("-2147483648"), ("10"))'),
    ],
)  # fmt: skip
def test_bounds_are_shown_as_starrocks_stores_them(client: Client, type_: str, written: str, shown: str) -> None:
    client.run(f"CREATE TABLE t (k {type_}) DUPLICATE KEY (k) PARTITION BY RANGE (k) ({written})")
    statement = client.run("SHOW CREATE TABLE t")[0][1]
    assert shown in str(statement)
    client.run("DROP TABLE t")
    client.run(str(statement))
    assert client.run("SHOW CREATE TABLE t")[0][1] == statement


def test_rows_find_partitions_whose_bounds_are_compact_dates(client: Client) -> None:
    client.run(
        "CREATE TABLE t (k INT, d DATE) DUPLICATE KEY (k) PARTITION BY RANGE (d)"
        " (PARTITION p1 VALUES [('19920101'), ('19930101')), PARTITION p2 VALUES [('19930101'), (MAXVALUE)));"
        "INSERT INTO t VALUES (1, '1992-12-31'), (2, 19930101)"
    )
    assert client.run("SELECT k FROM t PARTITION (p2)") == [(2,)]


def test_a_column_without_null_and_with_the_current_time_can_be_added(client: Client) -> None:
    client.run("CREATE TABLE t (k INT) DUPLICATE KEY (k); INSERT INTO t VALUES (1)")
    client.run("ALTER TABLE t ADD COLUMN at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP")
    assert client.value("SELECT timestampdiff(SECOND, at, now()) < 600 FROM t") is True
