"""Bodies, headers and responses of Stream Load."""

import json

import pytest

from starrocks_emulator.testing import Client


@pytest.fixture
def loads(client: Client) -> Client:
    client.run(
        "CREATE TABLE t (k VARCHAR(4) NOT NULL, at DATETIME NOT NULL, v DOUBLE, n INT, seen DATETIME) PRIMARY KEY (k, at) "  # noqa: E501
        "PARTITION BY date_trunc('month', at); CREATE TABLE p (a INT, b VARCHAR(20), c INT DEFAULT '7') DUPLICATE KEY (a)"  # noqa: E501
    )
    return client


def rows(*values: tuple[object, ...], **more: object) -> str:
    names = ("k", "at", "v", "n", "seen")
    return json.dumps([{**dict(zip(names, value, strict=False)), **more} for value in values])


ARRAY = {"format": "JSON", "strip_outer_array": "true"}
AT = "2024-01-01 00:00:00"


def test_json_array_upserts(loads: Client) -> None:
    answer = loads.load("t", rows(("a", AT, 1.5, 2), ("b", AT), ("a", AT, 3)), **ARRAY)
    assert answer["Status"] == "Success", answer
    assert (answer["NumberTotalRows"], answer["NumberLoadedRows"], answer["NumberFilteredRows"]) == (3, 3, 0)
    assert loads.run("SELECT k, v, n FROM t ORDER BY k") == [("a", 3.0, None), ("b", None, None)]


def test_json_lines(loads: Client) -> None:
    assert (
        loads.load("p", '{"a": 1, "b": "x", "extra": {"z": 1}}\n{"b": {"n": [1]}, "a": "2"}', format="json")["Status"]
        == "Success"
    )
    assert loads.run("SELECT a, b, c FROM p ORDER BY a") == [(1, "x", None), (2, '{"n":[1]}', None)]


def test_jsonpaths_and_root(loads: Client) -> None:
    body = json.dumps({"data": [{"x": {"y": 5}, "z": "q"}, {"x": {"y": 6}}]})
    headers = {**ARRAY, "json_root": "$.data", "jsonpaths": '["$.x.y", "$.z"]', "columns": "a, b"}
    assert loads.load("p", body, **headers)["Status"] == "Success"
    assert loads.run("SELECT a, b, c FROM p ORDER BY a") == [(5, "q", 7), (6, None, 7)]


@pytest.mark.parametrize(
    ("body", "headers", "wanted"),
    [
        ("1\tx\t3\n2\t\\N\t\\N\n", {}, [(1, "x", 3), (2, None, None)]),
        ("1,x\n2,y", {"column_separator": ",", "columns": "a,b"}, [(1, "x", 7), (2, "y", 7)]),
        ("a|b\n1|x", {"column_separator": "|", "columns": "`a`,`b`", "skip_header": "1"}, [(1, "x", 7)]),
        ('1,"x,y"\n', {"column_separator": ",", "columns": "a,b", "enclose": '"'}, [(1, "x,y", 7)]),
        ("1\x01x", {"column_separator": "\\x01", "columns": "a,b"}, [(1, "x", 7)]),
        ("1,5", {"column_separator": ",", "columns": "a, tmp, b = CONCAT('n', tmp), c = tmp * 2"}, [(1, "n5", 10)]),
        ("1,x\n2,y", {"column_separator": ",", "columns": "a,b", "where": "a > 1"}, [(2, "y", 7)]),
        (" 1 , x ", {"column_separator": ",", "columns": "a,b", "trim_space": "true"}, [(1, "x", 7)]),
    ],
)  # fmt: skip
def test_csv(loads: Client, body: str, headers: dict[str, str], wanted: object) -> None:
    answer = loads.load("p", body, **headers)
    assert answer["Status"] == "Success", answer
    assert loads.run("SELECT a, b, c FROM p ORDER BY a") == wanted


def test_where_counts_unselected_rows(loads: Client) -> None:
    answer = loads.load("t", rows(("a", AT, 1), ("b", AT, 2)), where="v > 1", **ARRAY)
    assert (answer["NumberTotalRows"], answer["NumberLoadedRows"], answer["NumberUnselectedRows"]) == (2, 1, 1)


def test_merge_condition_keeps_the_row_with_the_greater_value(loads: Client) -> None:
    headers = {**ARRAY, "merge_condition": "seen"}
    day = "2024-05-0{} 00:00:00".format
    assert (
        loads.load("t", rows(("a", AT, 5, 1, day(5)), ("a", AT, 7, 1, day(7)), ("a", AT, 6, 1, day(6))), **headers)[
            "Status"
        ]
        == "Success"
    )
    assert loads.value("SELECT v FROM t") == 7.0
    loads.load("t", rows(("a", AT, 3, 1, day(3))), **headers)
    assert loads.value("SELECT v FROM t") == 7.0
    loads.load("t", rows(("a", AT, 8, 1, day(7))), **headers)
    assert loads.value("SELECT v FROM t") == 8.0
    assert loads.value("SELECT COUNT(*) FROM t") == 1


def test_operation_deletes(loads: Client) -> None:
    loads.load("t", rows(("a", AT, 1), ("b", AT, 2)), **ARRAY)
    loads.load("t", json.dumps([{"k": "a", "at": AT, "__op": 1}, {"k": "c", "at": AT, "__op": "upsert"}]), **ARRAY)
    assert loads.run("SELECT k FROM t ORDER BY k") == [("b",), ("c",)]


def test_partial_update_leaves_other_columns(loads: Client) -> None:
    loads.load("t", rows(("a", AT, 1, 11), ("b", AT, 2, 22)), **ARRAY)
    answer = loads.load(
        "t", json.dumps([{"k": "a", "at": AT, "n": 99}, {"k": "z", "at": AT, "n": 5}]), partial_update="true", **ARRAY
    )
    assert answer["Status"] == "Success", answer
    assert loads.run("SELECT k, v, n FROM t ORDER BY k") == [("a", 1.0, 99), ("b", 2.0, 22), ("z", None, 5)]


def test_bad_rows_are_filtered_up_to_the_ratio(loads: Client) -> None:
    body = rows(("a", AT), (None, AT), ("toolong", AT), ("b", "no date"))
    answer = loads.load("t", body, **ARRAY)
    assert (answer["Status"], answer["NumberFilteredRows"], answer["NumberLoadedRows"]) == ("Fail", 3, 0)
    assert str(answer["ErrorURL"]).startswith("http://be/log?file=error_log_")
    log = (loads.engine.storage.error_logs / str(answer["ErrorURL"]).split("=")[1]).read_text()
    assert "column 'k'" in log
    assert "column 'at'" in log
    assert loads.value("SELECT COUNT(*) FROM t") == 0
    answer = loads.load("t", body, max_filter_ratio="0.75", **ARRAY)
    assert (answer["Status"], answer["NumberLoadedRows"]) == ("Success", 1)


@pytest.mark.parametrize("value", ['"abc"', '"1.5x"', "true", "99999999999", "1e30", '"2024"x'])
def test_strict_mode_filters_rows_that_cannot_be_converted(loads: Client, value: str) -> None:
    body = f'[{{"k": "a", "at": "{AT}", "n": {value}}}]'
    relaxed = loads.load("t", body, **ARRAY)
    strict = loads.load("t", body, strict_mode="true", **ARRAY)
    assert strict["Status"] == "Fail"
    if value.endswith("x"):
        assert relaxed["Status"] == "Fail"
        return
    assert relaxed["Status"] == "Success"
    assert loads.value("SELECT n FROM t") is None


@pytest.mark.parametrize("text", ["2024-01-01T00:00:00Z", "2024-01-01 00:00:00+01", "2024-13-01 00:00:00"])
def test_a_datetime_has_no_time_zone(loads: Client, text: str) -> None:
    assert loads.load("t", rows(("a", text)), **ARRAY)["Status"] == "Fail"


def test_a_label_is_used_once_unless_the_load_failed(loads: Client) -> None:
    label = {"label": "one-1", **ARRAY}
    assert loads.load("t", rows(("a", "x")), **label)["Status"] == "Fail"
    assert loads.engine.loads.state("d", "one-1") == "ABORTED"
    assert loads.load("t", rows(("a", AT)), **label)["Status"] == "Success"
    again = loads.load("t", rows(("b", AT)), **label)
    assert (again["Status"], again["ExistingJobStatus"]) == ("Label Already Exists", "FINISHED")
    assert loads.engine.loads.state("d", "one-1") == "VISIBLE"
    assert loads.value("SELECT COUNT(*) FROM t") == 1


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({"nonsense": "1"}, "nonsense"),
        ({"format": "parquet"}, "parquet"),
        ({"max_filter_ratio": "2"}, "max_filter_ratio"),
        ({"strict_mode": "maybe"}, "strict_mode"),
        ({"timezone": "Asia/Shanghai"}, "timezone"),
        ({"merge_condition": "nope"}, "merge_condition"),
        ({"merge_condition": "k"}, "merge_condition"),
        ({"partial_update_mode": "column"}, "partial_update_mode"),
        ({"where": "nofunc(k) = 1"}, "nofunc"),
        ({"columns": "k, at, v = read_csv('x')"}, "read_csv"),
        ({"columns": "k, at, nope = 1"}, "nope"),
        ({"compression": "zstd"}, "compression"),
        ({"format": "json", "strip_outer_array": "false"}, "strip_outer_array"),
        ({"column_separator": ","}, "column_separator"),
    ],
)
def test_unknown_headers_and_formats_are_rejected(loads: Client, headers: dict[str, str], part: str) -> None:
    answer = loads.load("t", rows(("a", AT)), **{**ARRAY, **headers})
    assert answer["Status"] == "Fail"
    assert part in str(answer["Message"])
    assert loads.value("SELECT COUNT(*) FROM t") == 0


@pytest.mark.parametrize("body", ["", "[", "nonsense", '[{"k": "a"', "[1, 2]", '{"k": "a"}', "[]"])
def test_a_broken_body_changes_nothing(loads: Client, body: str) -> None:
    loads.load("t", body, **ARRAY)
    assert loads.value("SELECT COUNT(*) FROM t") == 0


def test_unknown_table(loads: Client) -> None:
    assert "unknown table" in str(loads.load("nope", "[]", **ARRAY)["Message"])


def test_csv_with_another_row_delimiter(loads: Client) -> None:
    answer = loads.load("p", "1|x,2|y", columns="a,b", column_separator="|", row_delimiter=",")
    assert answer["Status"] == "Success", answer
    assert loads.run("SELECT a, b FROM p ORDER BY a") == [(1, "x"), (2, "y")]
    answer = loads.load("p", "1|x\ny,2|z", columns="a,b", column_separator="|", row_delimiter=",")
    assert "row_delimiter" in str(answer["Message"])
    answer = loads.load("p", "3\tr\r\n4\t\\N\r\n", columns="a,b", row_delimiter="\\r\\n")
    assert answer["Status"] == "Success", answer
    assert loads.run("SELECT a, b FROM p WHERE a > 2 ORDER BY a") == [(3, "r"), (4, None)]


def test_csv_with_enclose_and_escape(loads: Client) -> None:
    answer = loads.load("p", '1,"a\\"b,c"\n2,\\N\n', columns="a,b", column_separator=",", enclose='"', escape="\\")
    assert answer["Status"] == "Success", answer
    assert loads.run("SELECT a, b FROM p ORDER BY a") == [(1, 'a"b,c'), (2, None)]


def test_json_columns_contain_normalised_json(loads: Client) -> None:
    loads.run("CREATE TABLE j (k INT, j JSON) DUPLICATE KEY (k)")
    assert loads.load("j", '{"k": 1, "j": {"b":1,"a":[true,null]}}', format="json")["Status"] == "Success"
    loads.run("""INSERT INTO j VALUES (2, '{"z":1,"y":"é"}')""")
    assert loads.run("SELECT j FROM j ORDER BY k") == [('{"a": [true, null], "b": 1}',), ('{"y": "é", "z": 1}',)]
    assert loads.error("INSERT INTO j VALUES (3, '{no')").code == 1064


@pytest.mark.parametrize(
    ("value", "whole", "large", "small", "truth", "text"),
    [
        ("5", 5, 5, 5, True, "5"),
        ("5.0", 5, 5, 5, True, "5.0"),
        ("-5.9", -5, -5, -5, True, "-5.9"),
        ('"5.0"', 5, 5, 5, True, "5.0"),
        ('" 7.9 "', 7, 7, 7, True, " 7.9 "),
        ("1e2", 100, 100, 100, True, None),
        ('"1e2"', 100, 100, 100, True, "1e2"),
        ("300.5", 300, 300, None, True, "300.5"),
        ("3000000000.0", None, 3000000000, None, True, None),
        ("0.0", 0, 0, 0, False, "0.0"),
        ("0.5", 0, 0, 0, True, "0.5"),
        ("true", None, None, None, True, "1"),
        ("false", None, None, None, False, "0"),
        ('"true"', None, None, None, True, "true"),
        ('"FALSE"', None, None, None, False, "FALSE"),
        ('"1_000"', None, None, None, None, "1_000"),
        ('"0x10"', None, None, None, None, "0x10"),
        ('"nan"', None, None, None, None, "nan"),
        ('""', None, None, None, None, ""),
        ("null", None, None, None, None, None),
        ("[1]", None, None, None, None, "[1]"),
        ('{"a": true}', None, None, None, None, '{"a":true}'),
    ],
)
def test_json_values_of_another_type(
    client: Client, value: str, whole: object, large: object, small: object, truth: object, text: object
) -> None:
    """Source: StarRocks' JSON reader (numeric_column.cpp, binary_column.cpp and nullable_column.cpp of its BE)."""
    client.run("CREATE TABLE v (k INT, i INT, l BIGINT, s TINYINT, b BOOLEAN, c VARCHAR(20)) DUPLICATE KEY (k)")
    names = ("i", "l", "s", "b") if text is None else ("i", "l", "s", "b", "c")
    body = "[{" + ", ".join(['"k": 1', *(f'"{name}": {value}' for name in names)]) + "}]"
    answer = client.load("v", body, **ARRAY)
    assert answer["Status"] == "Success", answer
    assert client.run("SELECT i, l, s, b, c FROM v") == [(whole, large, small, truth, text)]
    client.run("TRUNCATE TABLE v")
    paths = ", ".join(f'"$.x.{name}"' for name in ("k", *names))
    answer = client.load(
        "v", f'[{{"x": {body[1:-1]}}}]', jsonpaths=f"[{paths}]", columns=", ".join(("k", *names)), **ARRAY
    )
    assert answer["Status"] == "Success", answer
    assert client.run("SELECT i, l, s, b, c FROM v") == [(whole, large, small, truth, text)]


def test_a_json_boolean_is_not_a_number(client: Client) -> None:
    client.run("CREATE TABLE v (k INT, d DOUBLE, f FLOAT, m DECIMAL(9, 2)) DUPLICATE KEY (k)")
    body = '[{"k": 1, "d": true, "f": false, "m": true}, {"k": 2, "d": 5, "f": "1.5", "m": "2.5"},'
    body += ' {"k": 3, "d": "1_0", "f": "1_0", "m": "1_0"}]'
    assert client.load("v", body, **ARRAY)["Status"] == "Success"
    assert [tuple(map(str, row)) for row in client.run("SELECT d, f, m FROM v ORDER BY k")] == [
        ("None", "None", "1.00"),
        ("5.0", "1.5", "2.50"),
        ("None", "None", "None"),
    ]


@pytest.mark.parametrize(
    ("value", "whole", "large", "truth"),
    [
        ("5.0", 5, 5, True),
        ("-5.9", -5, -5, True),
        ("1e2", 100, 100, True),
        (" 7 ", 7, 7, True),
        ("0.0", 0, 0, False),
        ("0.5", 0, 0, True),
        ("true", None, None, True),
        ("False", None, None, False),
        ("3000000000.5", None, 3000000000, True),
        ("1_000", None, None, None),
        ("x", None, None, None),
        ("", None, None, None),
    ],
)
def test_csv_values_of_another_type(client: Client, value: str, whole: object, large: object, truth: object) -> None:
    """Source: StarRocks' CSV reader (numeric_converter.cpp and boolean_converter.cpp of its BE)."""
    client.run("CREATE TABLE v (k INT, i INT, l BIGINT, b BOOLEAN) DUPLICATE KEY (k)")
    answer = client.load("v", f"1|{value}|{value}|{value}\n", column_separator="|")
    assert answer["Status"] == "Success", answer
    assert client.run("SELECT i, l, b FROM v") == [(whole, large, truth)]
