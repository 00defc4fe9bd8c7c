"""Bodies of Stream Load: the text of numbers, JSON values, carriage returns, and the messages for malformed bodies."""

import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from starrocks_emulator.load import exact
from starrocks_emulator.load.settings import Settings
from starrocks_emulator.load.source import Mapped
from starrocks_emulator.schema import Table
from starrocks_emulator.testing import Client

ARRAY = {"format": "json", "strip_outer_array": "true"}
STRUCTURE = "The JSON document has an improper structure: missing or superfluous commas, braces, missing keys, etc."
ELEMENT = "parse error. Failed to iterate json array as object. error: "
STREAM = "parse error. Failed to iterate document stream as object. error: "


@pytest.fixture
def bodies(client: Client) -> Client:
    client.run(
        "CREATE TABLE b (k INT, v VARCHAR(100), d DECIMAL(20, 2), f DOUBLE, j JSON, t BOOLEAN) DUPLICATE KEY (k)"
    )
    return client


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        ("1.50", "1.50", Decimal("1.50")), ("1e5", "1e5", Decimal("100000.00")), ("1E+2", "1E+2", Decimal("100.00")),
        ("12345678901234567.12", "12345678901234567.12", Decimal("12345678901234567.12")), ("7", "7", Decimal("7.00")),
        ('"1.50"', "1.50", Decimal("1.50")), ("true", "1", Decimal("1.00")), ("null", None, None), ("12.0", "12.0", 12),
        ('{"b": 1.50, "a": [1, 2.00, "x y"]}', '{"b":1.50,"a":[1,2.00,"x y"]}', None), ("[1.50]", "[1.50]", None),
    ],
)  # fmt: skip
def test_a_json_number_keeps_its_text(bodies: Client, value: str, text: object, number: object) -> None:
    body = f'[{{"k": 1, "v": {value}, "d": {value}, "f": 2.50, "t": true}}, {{"k": 2, "v": "plain"}}]'
    assert bodies.load("b", body, **ARRAY)["Status"] == "Success"
    assert bodies.run("SELECT v, d, f, t FROM b ORDER BY k") == [
        (text, number, 2.5, True),
        ("plain", None, None, None),
    ]
    bodies.run("TRUNCATE TABLE b")
    paths = {"jsonpaths": '["$.x.v", "$.y[1]", "$.f"]', "columns": "v, d, f"}
    body = f'{{"x": {{"v": {value}}}, "y": [0, {value}], "f": 2.50}}\n'
    assert bodies.load("b", body, format="json", **paths)["Status"] == "Success"
    assert bodies.run("SELECT v, d, f FROM b") == [(text, number, 2.5)]


def test_a_number_under_a_root_keeps_its_text(bodies: Client) -> None:
    headers = {"json_root": "$.data.rows", **ARRAY}
    body = '{"data": {"rows": [{"k": 1, "v": 1.50}, {"k": 2, "v": {"a": 1e5}, "j": "x"}]}}'
    assert bodies.load("b", body, **headers)["Status"] == "Success"
    assert bodies.run("SELECT k, v, j FROM b ORDER BY k") == [(1, "1.50", None), (2, '{"a":1e5}', '"x"')]
    bodies.run("TRUNCATE TABLE b")
    answer = bodies.load("b", '{"data": {"k": 1, "v": 1.50}}', json_root="$.data", format="json")
    assert answer["Status"] == "Success", answer
    assert bodies.run("SELECT k, v FROM b") == [(1, "1.50")]


def test_an_expression_over_a_field_reads_the_text_of_a_number(bodies: Client) -> None:
    headers = {"columns": "k, extra, v = concat(extra, '!')", **ARRAY}
    assert bodies.load("b", '[{"k": 1, "extra": 1.50}]', **headers)["Status"] == "Success"
    assert bodies.run("SELECT v FROM b") == [("1.50!",)]


def test_a_json_column_takes_every_json_value(bodies: Client) -> None:
    values = ("5", '"x"', '"5"', "true", "1.5", '{"b": 1.50, "a": 1}', "[1]", "null")
    rows = ", ".join(f'{{"k": {place}, "j": {value}}}' for place, value in enumerate(values))
    wanted = [("5",), ('"x"',), ('"5"',), ("true",), ("1.5",), ('{"a": 1, "b": 1.5}',), ("[1]",), (None,)]
    assert bodies.load("b", f"[{rows}]", **ARRAY)["Status"] == "Success"
    assert bodies.run("SELECT j FROM b ORDER BY k") == wanted
    for headers in ({"jsonpaths": '["$.k", "$.j"]'}, {"jsonpaths": '["$.k", "$.j"]', "json_root": "$.r"}):
        bodies.run("TRUNCATE TABLE b")
        body = f"[{rows}]" if "json_root" not in headers else f'{{"r": [{rows}]}}'
        assert bodies.load("b", body, columns="k, j", **headers, **ARRAY)["Status"] == "Success"
        assert bodies.run("SELECT j FROM b ORDER BY k") == wanted


def test_a_json_column_of_a_csv_body(bodies: Client) -> None:
    assert bodies.load("b", '1\t5\n2\t"x"\n3\tabc\n4\t[1.50]\n', columns="k, j")["Status"] == "Success"
    assert bodies.run("SELECT j FROM b ORDER BY k") == [("5",), ('"x"',), (None,), ("[1.5]",)]


def test_the_first_of_two_fields_of_one_name_counts(bodies: Client) -> None:
    assert bodies.load("b", '[{"k": 1, "k": 2, "v": "a"}, {"k": 3}]', **ARRAY)["Status"] == "Success"
    assert bodies.run("SELECT k, v FROM b ORDER BY k") == [(1, "a"), (3, None)]


def test_a_carriage_return_belongs_to_the_last_value(bodies: Client) -> None:
    body = "1\tx\r\n2\ty\r\n3\ta\rb\n"
    answer = bodies.load("b", body, columns="k, v")
    assert (answer["Status"], answer["NumberLoadedRows"]) == ("Success", 3)
    assert bodies.run("SELECT k, v FROM b ORDER BY k") == [(1, "x\r"), (2, "y\r"), (3, "a\rb")]
    bodies.run("TRUNCATE TABLE b")
    answer = bodies.load("b", "x\t1.5\t1\r\ny\t2\t2\r\n", columns="v, f, k")
    assert bodies.run("SELECT v, f, k FROM b ORDER BY k") == [("x", 1.5, 1), ("y", 2.0, 2)]


@pytest.mark.parametrize(
    ("body", "headers", "message"),
    [
        ("[1, 2]", ARRAY, f"{ELEMENT}The JSON element does not have the requested type."),
        ('[{"k": 1}, {"k": 2,]', ARRAY, ELEMENT + STRUCTURE), ('[{"k": 1', ARRAY, ELEMENT + STRUCTURE),
        ('{"k": 1}{"k"', {"format": "json"}, STREAM + STRUCTURE),
        ('"x"', {"format": "json"}, "parse error. The value should be object type in json document stream"),
        ('[{"k": 1}, {"k": 2,]', {"json_root": "$.x", **ARRAY}, STREAM + STRUCTURE),
        ('[{"k": 1, "v": ["\\ud83d"]}, {"k": 2, "v": 1.50}]', ARRAY, ELEMENT + STRUCTURE),
        ("plain", {"compression": "gzip"}, "body: is no gzip file"),
    ],
)  # fmt: skip
def test_a_malformed_body_has_a_message_without_local_details(
    bodies: Client, body: str, headers: dict[str, str], message: str
) -> None:
    answer = bodies.load("b", body, **headers)
    assert (answer["Status"], answer["Message"]) == ("Fail", message)
    assert bodies.run("SELECT * FROM b") == []


@pytest.mark.parametrize(("body", "headers"), [("1\tx\n", {}), ('[{"k": 1, "x": "x"}]', ARRAY)])
def test_an_expression_of_a_wrong_type(bodies: Client, body: str, headers: dict[str, str]) -> None:
    answer = bodies.load("b", body, columns="k, x, f = array_sum(x)", **headers)
    assert answer["Status"] == "Fail"
    assert "No matching function" in str(answer["Message"])


def test_a_partial_update_by_malformed_json(client: Client) -> None:
    client.run("CREATE TABLE p (k INT, v INT) PRIMARY KEY (k) DISTRIBUTED BY HASH (k)")
    answer = client.load("p", '[{"k": 1,]', partial_update="true", **ARRAY)
    assert (answer["Status"], answer["Message"]) == ("Fail", ELEMENT + STRUCTURE)


def test_a_failed_write_names_no_file(bodies: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "/srv/data/body")

    monkeypatch.setattr(bodies.loader, "stage", fail)
    answer = bodies.load("b", "1\n", columns="k")
    assert answer["Status"] == "Fail"
    assert not re.search(r"/srv|Errno", str(answer["Message"]))


def test_white_space_around_a_date_and_a_boolean_is_ignored(client: Client) -> None:
    client.run("CREATE TABLE s (k INT, d DATE, m DATETIME, b BOOLEAN) DUPLICATE KEY (k)")
    for column, value in (("d", "2024-01-01"), ("m", " 2024-01-01 10:00:00 "), ("b", "true")):
        answer = client.load("s", f"1|{value}\r\n", column_separator="|", columns=f"k, {column}")
        assert answer["Status"] == "Success", answer
    assert client.run("SELECT MAX(d), MAX(m), MAX(b) FROM s") == [
        (date(2024, 1, 1), datetime(2024, 1, 1, 10), True)  # noqa: DTZ001 # StarRocks' DATETIME has no time zone
    ]


def test_a_deeply_nested_value_of_a_string_column(bodies: Client) -> None:
    nested = "[" * 600 + "1.50" + "]" * 600
    answer = bodies.load("b", f'{{"k": 1, "v": 1.50, "j": {nested}}}', format="json")
    assert answer["Status"] == "Success", answer
    assert bodies.run("SELECT v FROM b") == [("1.50",)]


@pytest.mark.parametrize(
    ("body", "exactly"),
    [
        ('{"k": 1, "d": 0.50}', False),
        ('{"k": 1, "d": 1e2}', True),
        ('{"k": 1, "d": 123456789012345.67}', True),
        ('{"k": 1, "v": 1234567890123456789}', False),
        ('{"k": 1, "v": 0.50}', True),
        ('{"k": 1, "f": 0.50}', False),
    ],
)
def test_the_slow_reader_of_json_is_used_only_where_a_value_would_change(
    bodies: Client, body: str, exactly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []
    original = exact.loses_text

    def observed(body: Path, table: Table, mapped: Mapped, settings: Settings) -> bool:
        found.append(original(body, table, mapped, settings))
        return found[-1]

    monkeypatch.setattr(exact, "loses_text", observed)
    assert bodies.load("b", body, format="json")["Status"] == "Success"
    assert found == [exactly]


@pytest.mark.parametrize(
    ("rows", "values", "is_plain"),
    [
        ('[{"k": 1, "v": "a"}, {"k": 2, "v": null}, {"k": 3}]', ["a", None, None], True),
        (r'[{"k": 1, "v": "\"v\": 0.50"}]', ['"v": 0.50'], True),
        (r'[{"k": 1, "v": "\"w\": true"}]', ['"w": true'], False),
        ('[{"k": 1, "v": "a"}, {"k": 2, "v": 0.50}]', ["a", "0.50"], False),
        ('[{"k": 1, "v" : 0.50}]', ["0.50"], False),
        ('[{"k": 1, "v":\n["a", 0.50]}]', ['["a",0.50]'], False),
        ('[{"k": 1, "v": "a"}, {"k": 2, "v": true}]', ["a", "1"], False),
        ('[{"k": 1, "v": "a", "at":\tfalse}]', ["a"], False),
        ('[{"k": 1, "v": "é"}]', ["é"], True),
    ],
)
def test_a_body_that_needs_no_slower_read_is_recognized(
    client: Client, rows: str, values: list[str | None], is_plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.run("CREATE TABLE p (k INT, v VARCHAR(20), at DATETIME) DUPLICATE KEY (k)")
    found: list[bool] = []
    original = exact.is_plain

    def observed(
        cursor: duckdb.DuckDBPyConnection, body: Path, table: Table, mapped: Mapped, settings: Settings
    ) -> bool:
        found.append(original(cursor, body, table, mapped, settings))
        return found[-1]

    monkeypatch.setattr(exact, "is_plain", observed)
    assert client.load("p", rows, format="json", strip_outer_array="true")["Status"] == "Success"
    assert found == [is_plain]
    assert [value for (value,) in client.run("SELECT v FROM p ORDER BY k")] == values


def test_white_space_around_a_time_is_ignored(client: Client) -> None:
    client.run("CREATE TABLE p (k INT, at DATETIME) DUPLICATE KEY (k)")
    texts = [
        "2024-01-01 10:00:00",
        "2024-01-01 10:00:00 ",
        "\t2024-01-01 10:00:00",
        " 20240101100000\r",
        "2024-01 1x",
    ]
    rows = json.dumps([{"k": number, "at": text} for number, text in enumerate(texts)])
    assert client.load("p", rows, format="json", strip_outer_array="true")["Status"] == "Success"
    moment = datetime(2024, 1, 1, 10)  # noqa: DTZ001 # StarRocks' DATETIME has no time zone
    assert client.run("SELECT at FROM p ORDER BY k") == [*[(moment,)] * 4, (None,)]
