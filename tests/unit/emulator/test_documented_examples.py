"""Examples and results from StarRocks' documentation, one table for each page."""

import datetime

import pytest

from starrocks_emulator.testing import Client

SLICES = (
    ("1691-12-23 04:01:09", "1691-12-23 04:01:05", "1691-12-22 00:00:00", "1691-12-27 00:00:00"),
    ("2169-12-18 15:44:31", "2169-12-18 15:44:30", "2169-12-16 00:00:00", "2169-12-21 00:00:00"),
    ("1840-11-23 13:09:50", "1840-11-23 13:09:50", "1840-11-21 00:00:00", "1840-11-26 00:00:00"),
    ("1751-03-21 00:19:04", "1751-03-21 00:19:00", "1751-03-18 00:00:00", "1751-03-23 00:00:00"),
    ("1861-09-12 13:28:18", "1861-09-12 13:28:15", "1861-09-12 00:00:00", "1861-09-17 00:00:00"),
)
DATES = (
    ("2052-12-26", "2052-12-24", "2052-12-29"), ("2168-08-05", "2168-08-03", "2168-08-08"),
    ("1737-02-06", "1737-02-04", "1737-02-09"), ("2245-10-01", "2245-09-29", "2245-10-04"),
    ("1889-10-27", "1889-10-25", "1889-10-30"),
)  # fmt: skip


@pytest.mark.parametrize(("at", "seconds", "days", "end"), SLICES)
def test_time_slice(client: Client, at: str, seconds: str, days: str, end: str) -> None:
    found = client.run(
        f"SELECT CAST(time_slice('{at}', INTERVAL 5 SECOND) AS VARCHAR), "
        f"CAST(time_slice('{at}', INTERVAL 5 DAY, FLOOR) AS VARCHAR), "
        f"CAST(time_slice('{at}', INTERVAL 5 DAY, CEIL) AS VARCHAR), "
        f"CAST(time_slice('{at}', INTERVAL 1 MILLISECOND, CEIL) AS VARCHAR), "
        f"CAST(time_slice('{at}', INTERVAL 1 MICROSECOND, CEIL) AS VARCHAR)"
    )
    assert found == [(seconds, days, end, f"{at}.001000", f"{at}.000001")]


@pytest.mark.parametrize(("day", "start", "end"), DATES)
def test_date_slice(client: Client, day: str, start: str, end: str) -> None:
    assert client.run(
        f"SELECT CAST(date_slice(CAST('{day}' AS DATE), INTERVAL 5 DAY) AS VARCHAR), "
        f"CAST(date_slice('{day}', INTERVAL 5 DAY, CEIL) AS VARCHAR)"
    ) == [(start, end)]


def test_slices_count_from_the_year_1(client: Client) -> None:
    assert client.run(
        "SELECT date_slice('2022-04-26', INTERVAL 5 YEAR), date_slice('0001-01-07', INTERVAL 5 DAY, CEIL)"
    ) == [(datetime.date(2021, 1, 1), datetime.date(1, 1, 11))]
    assert "date_slice" in client.error("SELECT date_slice('2022-04-26', INTERVAL 5 SECOND)").message
    assert client.value("SELECT time_slice('9999-12-31 23:59:59', INTERVAL 5 YEAR, CEIL)") is None


def test_date_trunc_of_a_date_rejects_hours(client: Client) -> None:
    assert client.value("SELECT date_trunc('month', CAST('2020-11-04' AS DATE))") == datetime.date(2020, 11, 1)
    error = client.error("SELECT date_trunc('hour', CAST('2020-11-04' AS DATE))")
    assert "date_trunc function can't support argument other than year|quarter|month|week|day" in error.message


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("20200101", "2020-01-01 00:00:00"), ("20200101010203", "2020-01-01 01:02:03"),
        ("2020-01-01 01:02:03.5", "2020-01-01 01:02:03.500000"), (" 2020-1-1 ", "2020-01-01 00:00:00"),
        ("2020-01-01T01:02:03", "2020-01-01 01:02:03"), ("invalid", None), ("2021-02-29", None),
    ],
)  # fmt: skip
def test_strings_as_datetime(client: Client, text: str, wanted: str | None) -> None:
    assert client.value(f"SELECT CAST(CAST('{text}' AS DATETIME) AS VARCHAR)") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("200101", "2020-01-01 00:00:00"), ("200101010203", "2020-01-01 01:02:03"), ("200101T0102033", None),
        ("2020.01.01", "2020-01-01 00:00:00"), ("2020.01.01T01.02.03", "2020-01-01 01:02:03"),
        ("2020.01.01T01.0203.123", "2020-01-01 01:02:03.123000"), ("20200101T010203", "2020-01-01 01:02:03"),
        ("20200101T0102033", "2020-01-01 01:02:03"), ("20200101T0102033  ", None),
        ("20200101T010203.123", "2020-01-01 01:02:03.123000"), ("2020-01-01T01:02:03Z", "2020-01-01 01:02:03"),
        ("2020-01-01T01:02:03.1234567Z", "2020-01-01 01:02:03.123456"), ("2100.02.2?", "2100-02-02 00:00:00"),
        ("2100.?2.28", "2100-02-28 00:00:00"), ("210?.02.28", "0210-02-28 00:00:00"), ("2100902.28", None),
        ("2100.02928", None), ("?100.02.28", None), ("2100.02.29", None), ("2020.13.29", None),
    ],
)  # fmt: skip
def test_malformed_strings_as_datetime(client: Client, text: str, wanted: str | None) -> None:
    assert client.value(f"SELECT CAST(CAST('{text}' AS DATETIME) AS VARCHAR)") == wanted


def test_a_time_zone_in_a_date_is_rejected(client: Client) -> None:
    assert "does not read the date" in client.error("SELECT CAST('2020-01-01 01:02:03+08:00' AS DATETIME)").message


def test_group_concat(client: Client) -> None:
    client.run(
        "CREATE TABLE ss (id INT, name VARCHAR(255), subject VARCHAR(255), score INT) DUPLICATE KEY (id);"
        "INSERT INTO ss VALUES (1, 'Tom', 'English', 90), (1, 'Tom', 'Math', 80), (2, 'Tom', 'English', NULL),"
        " (2, 'Tom', NULL, NULL), (3, 'May', NULL, NULL), (3, 'Ti', 'English', 98), (4, NULL, NULL, NULL),"
        " (NULL, 'Ti', 'Phy', 98)"
    )
    assert client.run("SELECT id, group_concat(name, subject ORDER BY score) FROM ss GROUP BY id ORDER BY id") == [
        (None, "TiPhy"), (1, "TomMath,TomEnglish"), (2, "TomEnglish"), (3, "TiEnglish"), (4, None),
    ]  # fmt: skip
    assert client.value("SELECT group_concat(name SEPARATOR '-') FROM ss WHERE id = 1") == "Tom-Tom"
    assert client.value("SELECT group_concat(DISTINCT name ORDER BY name) FROM ss") == "May,Ti,Tom"
    assert client.value("SELECT group_concat(DISTINCT name) FROM ss WHERE id < 0") is None
    client.run("SET group_concat_max_len = 6")
    assert client.value("SELECT group_concat(name, subject ORDER BY score) FROM ss WHERE id = 1") == "TomMat"
    client.run("SET group_concat_max_len = DEFAULT")


def test_percentile_disc_returns_the_larger_of_two(client: Client) -> None:
    client.run(
        "CREATE TABLE exam (subject STRING, score INT) DISTRIBUTED BY HASH (subject);"
        "INSERT INTO exam VALUES ('chemistry', 80), ('chemistry', 100), ('chemistry', NULL), ('math', 60),"
        " ('math', 70), ('math', 85), ('physics', 75), ('physics', 80), ('physics', 85), ('physics', 99)"
    )
    assert client.run("SELECT subject, percentile_disc(score, 0.5) FROM exam GROUP BY subject ORDER BY subject") == [
        ("chemistry", 100), ("math", 70), ("physics", 85),
    ]  # fmt: skip


def test_array_agg(client: Client) -> None:
    client.run(
        "CREATE TABLE t (a INT, name VARCHAR(9), pv INT) DUPLICATE KEY (a);"
        "INSERT INTO t VALUES (11, '', 33), (2, NULL, 334), (1, 'fzh', 3), (1, 'fff', 4), (1, 'fff', 5)"
    )
    assert client.run("SELECT a, array_agg(pv ORDER BY name, pv NULLS FIRST) FROM t GROUP BY a ORDER BY a") == [
        (1, "[4,5,3]"), (2, "[334]"), (11, "[33]"),
    ]  # fmt: skip
    assert client.value("SELECT array_agg(pv ORDER BY name DESC NULLS LAST, pv) FROM t") == "[3,4,5,33,334]"
    assert client.value("SELECT array_agg(pv) FROM t WHERE a < 0") is None
