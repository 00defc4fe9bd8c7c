"""Values that INSERT and Stream Load convert, and columns that they omit."""

import datetime
import math
from decimal import Decimal

import pytest

from starrocks_emulator.testing import Client

D = datetime.datetime
ARRAY = {"format": "json", "strip_outer_array": "true"}


@pytest.mark.parametrize(
    ("definition", "wanted"),
    [
        ("(k INT, s INT SUM, m INT MAX) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k)", [(1, 4, None)]),
        ("(k INT, s INT, m INT) UNIQUE KEY (k) DISTRIBUTED BY HASH (k)", [(1, 2, None)]),
        ("(k INT, s INT, m DATE) DUPLICATE KEY (k) PARTITION BY date_trunc('day', m)", [(1, 2, None)] * 2),
        ("(k INT, s INT, m INT) DUPLICATE KEY (k) PARTITION BY (m)", [(1, 2, None)] * 2),
        ("(k INT, s INT, m INT) DUPLICATE KEY (k) PARTITION BY RANGE (m) (PARTITION p VALUES LESS THAN ('9'))",
         [(1, 2, None)] * 2),
    ],
)  # fmt: skip
def test_an_omitted_column_is_null(client: Client, definition: str, wanted: object) -> None:
    client.run(f"CREATE TABLE omitting {definition}; INSERT INTO omitting (k, s) VALUES (1, 2)")
    answer = client.load("omitting", "1\t2\n", columns="k,s")
    assert answer["Status"] == "Success", answer
    assert client.run("SELECT * FROM omitting") == wanted


def test_an_omitted_column_may_be_outside_the_ranges(client: Client) -> None:
    client.run(
        "CREATE TABLE ranged (k INT, d INT) DUPLICATE KEY (k) PARTITION BY RANGE (d) "
        "(PARTITION p VALUES [('1'), ('9')))"
    )
    assert "no partition" in client.error("INSERT INTO ranged (k) VALUES (1)").message
    answer = client.load("ranged", "1\n", columns="k", max_filter_ratio="1")
    assert (answer["NumberFilteredRows"], answer["NumberLoadedRows"]) == (1, 0)


@pytest.fixture
def numbers(client: Client) -> Client:
    client.run("CREATE TABLE numbers (k INT, d DOUBLE, f FLOAT, e DECIMAL(10, 2)) DUPLICATE KEY (k)")
    return client


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *(("d", text) for text in ("nan", "inf", "-Infinity", "1e400", "1_000", "1_0")),
        ("f", "1e39"), ("f", "nan"), ("e", "1_0"), ("e", "nan"), ("e", "1e400"),
    ],
)  # fmt: skip
def test_insert_refuses_text_that_is_no_number(numbers: Client, column: str, text: str) -> None:
    for rows in (f"VALUES ('{text}')", f"VALUES (1), ('{text}')", f"SELECT '{text}'", f"SELECT concat('{text}', '')"):
        assert "Insert has filtered data" in numbers.error(f"INSERT INTO numbers ({column}) {rows}").message, rows
    assert numbers.value("SELECT count(*) FROM numbers") == 0


def test_insert_reads_numbers_in_text(numbers: Client) -> None:
    numbers.run("INSERT INTO numbers (d, f, e) VALUES (' 1.5 ', '2', '1e1'), (3, 4.5, .5)")
    assert numbers.run("SELECT d, f, e FROM numbers ORDER BY d") == [
        (1.5, 2.0, Decimal("10.00")),
        (3.0, 4.5, Decimal("0.50")),
    ]


def test_a_load_keeps_infinity_and_refuses_too_large_numbers(numbers: Client) -> None:
    assert numbers.load("numbers", "1e400\t1e39\ninf\t-inf\n1_0\t1_0\n2\t3\n", columns="d,f")["Status"] == "Success"
    found = numbers.run("SELECT d, f FROM numbers")
    assert found == [(None, None), (math.inf, -math.inf), (None, None), (2.0, 3.0)]
    numbers.run("TRUNCATE TABLE numbers")
    body = '[{"d": 1e400, "k": 1}, {"d": "inf", "k": 2}, {"d": "1e400", "k": 3}, {"d": 2.5, "k": 4}]'
    assert numbers.load("numbers", body, **ARRAY)["Status"] == "Success"
    assert numbers.run("SELECT d FROM numbers ORDER BY k") == [(None,), (math.inf,), (None,), (2.5,)]
    numbers.run("TRUNCATE TABLE numbers")
    assert numbers.load("numbers", '[{"d": "nan"}]', **ARRAY)["Status"] == "Success"
    [(found_nan,)] = numbers.run("SELECT d FROM numbers")
    assert isinstance(found_nan, float)
    assert math.isnan(found_nan)


def test_no_day_has_an_hour_24(client: Client) -> None:
    late = "2024-01-01 24:00:00"
    assert client.run(
        f"SELECT CAST('{late}' AS DATETIME), hour('{late}'), '{late}' + INTERVAL 1 DAY, hour(t), CAST(t AS DATE) "
        f"FROM (SELECT concat('{late}', '') AS t) AS r"
    ) == [(None,) * 5]
    client.run("CREATE TABLE late (k INT, d DATETIME, e DATE) DUPLICATE KEY (k)")
    for column in ("d", "e"):
        assert "filtered data" in client.error(f"INSERT INTO late ({column}) VALUES ('{late}')").message
    client.load("late", f"1\t{late}\t{late}\n2\t2024-01-01T24:00:00\t\\N\n3\t2024-01-01 23:24:00\t2024-01-24\n")
    assert client.run("SELECT d, e FROM late ORDER BY k") == [
        (None, None),
        (None, None),
        (D(2024, 1, 1, 23, 24), datetime.date(2024, 1, 24)),
    ]
