"""The API in the README: features that the kit gives to every API."""

import asyncio
import base64
import json
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from apps.web.api import Api
from apps.web.problems import ProblemDetails
from apps.web.settings import Settings
from apps.web.starrocks import NoBackendAlive, Parameter, Row, StarRocksUnavailable
from tests.unit.web.conftest import FakePool, Reply

Serve = Callable[[Reply], tuple[TestClient, FakePool]]

URL = "/api/v1/readings"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def row(number: int, sensor: str = "roof") -> Row:
    return {"sensor_id": sensor, "measured_at": NOON - timedelta(minutes=number), "temperature": number / 2}


def table(count: int) -> Reply:
    """A fake table with this many rows, newest first, for the statements of `Rows`."""

    def reply(sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        if "LIMIT" not in sql:
            raise StarRocksUnavailable("only rows are here")
        limit = parameters[-1]
        assert isinstance(limit, int)
        first = 0
        if "`measured_at` <= %s" in sql:
            after = [value for value in parameters if isinstance(value, datetime)][2]
            first = round((NOON - after) / timedelta(minutes=1)) + 1
        return [row(number) for number in range(first, min(first + limit, count))]

    return reply


def test_pages_of_json(serve: Serve) -> None:
    client, pool = serve(table(5))
    found = []
    url: str | None = f"{URL}?limit=2&from=2026-01-30&to=2026-02-01"
    while url:
        response = client.get(url).raise_for_status()
        body = response.json()
        found += [item["measured_at"] for item in body["items"]]
        link = response.headers.get("link")
        assert (link is None) == (body["next_cursor"] is None)
        url = link.split(">")[0].removeprefix("<") if link else None
    assert found == [f"2026-01-31T{(NOON - timedelta(minutes=n)):%H:%M}:00Z" for n in range(5)]
    assert len(pool.statements) == 3
    sql, parameters = pool.statements[1]
    assert sql == (
        "SELECT `sensor_id`, `measured_at`, `temperature` FROM readings WHERE `measured_at` >= %s"
        " AND `measured_at` < %s AND `measured_at` <= %s AND (`measured_at` < %s"
        " OR `measured_at` = %s AND `sensor_id` < %s) ORDER BY `measured_at` DESC, `sensor_id` DESC LIMIT %s"
    )
    after = NOON - timedelta(minutes=1)
    day = datetime(2026, 1, 30, tzinfo=UTC)
    assert parameters == (day, day + timedelta(days=2), after, after, after, "roof", 3)


def test_a_filter_is_part_of_the_cursor_but_not_of_the_statements_text(serve: Serve) -> None:
    client, pool = serve(table(5))
    cursor = client.get(URL, params={"limit": 1, "sensor_id": "x' OR 1=1"}).json()["next_cursor"]
    assert client.get(URL, params={"cursor": cursor}).status_code == 200
    assert client.get(URL, params={"cursor": cursor, "sensor_id": "y"}).status_code == 422
    for sql, parameters in pool.statements:
        assert "OR 1=1" not in sql
        assert "x' OR 1=1" in parameters


@pytest.mark.parametrize(
    "change",
    [{"table": "other"}, {"where": {"1=1 --": "x"}}, {"after": ["x", "roof"]}, {"after": []}, {"after": None},
     {"start": None}, {"start": "1999-01-01T00:00:00Z"}],
)  # fmt: skip
def test_an_invalid_cursor_is_rejected(serve: Serve, change: dict[str, object]) -> None:
    client, pool = serve(table(5))
    cursor = client.get(URL, params={"limit": 1}).json()["next_cursor"]
    content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps({**content, **change}).encode()).decode().rstrip("=")
    response = client.get(URL, params={"cursor": forged})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "cursor")
    assert len(pool.statements) == 1


def test_csv_is_complete_and_json_has_pages(serve: Serve) -> None:
    client, pool = serve(table(25_000))
    response = client.get(URL, headers={"Accept": "text/csv"})
    lines = response.text.splitlines()
    assert lines[0] == "sensor_id,measured_at,temperature"
    assert lines[1] == "roof,2026-01-31T12:00:00Z,0.0"
    assert len(lines) == 25_001
    assert "link" not in response.headers
    assert response.headers["content-disposition"] == 'attachment; filename="readings.csv"'
    assert len(pool.statements) == 3
    assert len(client.get(URL).json()["items"]) == 1000
    assert len(client.get(f"{URL}?format=csv&limit=7").text.splitlines()) == 8


def requested(client: TestClient, query: str, send: Callable[[Message], None]) -> None:
    """Call the application directly, because the test client keeps the whole response in memory."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def note(message: Message) -> None:
        send(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "GET",
        "path": URL,
        "raw_path": URL.encode(),
        "query_string": query.encode(),
        "headers": [],
    }
    asyncio.run(client.app(scope, receive, note))  # type: ignore[arg-type] # Starlette types it for WSGI too


def test_the_memory_of_csv_does_not_grow_with_its_length(serve: Serve) -> None:
    def peak(count: int) -> int:
        client, _ = serve(table(count))
        lines = 0

        def send(message: Message) -> None:
            nonlocal lines
            lines += message.get("body", b"").count(b"\n")

        tracemalloc.start()
        requested(client, "format=csv", send)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert lines == count + 1
        return most

    peak(100)  # warm-up for one-time allocations
    assert peak(45_000) < 1.2 * peak(15_000)


def test_csv_that_starrocks_interrupts_does_not_look_complete(serve: Serve) -> None:
    """The server closes the connection before the end of the response, which clients report as an error."""
    whole = table(25_000)

    def reply(sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        if "`measured_at` <= %s" in sql:
            raise StarRocksUnavailable("StarRocks did not respond")
        return whole(sql, parameters)

    client, _ = serve(reply)
    sent: list[Message] = []
    with pytest.raises((StarRocksUnavailable, RuntimeError)):
        requested(client, "format=csv", sent.append)
    assert sent[0]["status"] == 200
    assert sum(message.get("body", b"").count(b"\n") for message in sent) >= 9_000
    assert all(message["more_body"] for message in sent[1:])


def test_french_spreadsheets(serve: Serve) -> None:
    client, _ = serve(table(2))
    response = client.get(f"{URL}?format=csv-fr")
    assert response.content.startswith(b"\xef\xbb\xbfsensor_id;measured_at;temperature\r\n")
    assert response.text.splitlines()[2] == "roof;2026-01-31T11:59:00Z;0,5"


def test_format_takes_precedence_over_accept(serve: Serve) -> None:
    client, _ = serve(table(2))
    assert client.get(f"{URL}?format=json", headers={"Accept": "text/csv"}).json()["next_cursor"] is None
    assert client.get(f"{URL}?format=xml").json()["errors"][0]["field"] == "format"


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", " =1", "\t=1", "\uff1d1"])
def test_formulas_are_escaped_and_numbers_are_not(serve: Serve, text: str) -> None:
    client, _ = serve(lambda *_: [{**row(0), "sensor_id": text, "temperature": -3.5}])
    last = client.get(f"{URL}?format=csv").text.split("\r\n")[1]
    quoted = f'"\'{text}"' if "\t" in text else f"'{text}"
    assert last == f"{quoted},2026-01-31T12:00:00Z,-3.5"


def test_cells_with_the_separator_of_any_dialect_are_quoted(serve: Serve) -> None:
    client, _ = serve(lambda *_: [{**row(0), "sensor_id": 'a;=1,"b"'}])
    for kind, separator in (("csv", ","), ("csv-fr", ";")):
        assert client.get(f"{URL}?format={kind}").text.split("\r\n")[1].startswith(f'"a;=1,""b"""{separator}')


@pytest.mark.parametrize("path", [URL, "/health", "/health/live", "/metrics", "/openapi.json"])
def test_unknown_parameters_are_rejected_with_the_nearest_name(serve: Serve, path: str) -> None:
    client, pool = serve(table(2))
    response = client.get(f"{path}?limt=5")
    assert response.status_code == 422
    [error] = ProblemDetails.model_validate_json(response.content).errors
    assert (error.field, error.value) == ("limt", "5")
    assert error.expected.startswith("the parameter 'limit'" if path == URL else "no query parameter")
    assert pool.statements == []


def test_names_are_compared_case_insensitively_and_listed(serve: Serve) -> None:
    client, _ = serve(table(2))
    errors = client.get(f"{URL}?Sensor_ID=a&zzz=1").json()["errors"]
    assert errors[0]["expected"].startswith("the parameter 'sensor_id'")
    assert errors[1]["expected"] == "a parameter of this route: one of cursor, format, from, limit, sensor_id, to"


def test_a_parameter_that_is_read_once_may_not_be_repeated(serve: Serve) -> None:
    client, _ = serve(table(2))
    [error] = client.get(f"{URL}?limit=1&limit=2").json()["errors"]
    assert (error["field"], error["value"]) == ("limit", "2")


@pytest.mark.parametrize("path", [URL, f"{URL}?format=csv", "/health", "/openapi.json"])
def test_head_is_get_without_a_body(serve: Serve, path: str) -> None:
    client, _ = serve(lambda sql, _: [{"version": "3.5.0", "comment": "", "measured_at": NOON}] if "MAX" in sql
                      or "version" in sql else [row(0)])  # fmt: skip
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    ignored = {"x-request-id", *(["content-length"] if path == "/health" else [])}  # the age grows
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in got.headers.items() if k not in ignored
    }


def test_head_of_a_missing_resource(serve: Serve) -> None:
    client, _ = serve(table(1))
    assert client.head("/nowhere").status_code == 404
    assert client.head(f"{URL}?limit=0").status_code == 422


def test_options(serve: Serve) -> None:
    client, pool = serve(table(1))
    response = client.options(URL)
    assert (response.status_code, response.headers["allow"], response.content) == (204, "GET, HEAD, OPTIONS", b"")
    assert client.options("/nowhere").status_code == 404
    refused = client.post(URL)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert pool.statements == []
    metrics = client.get("/metrics").text
    assert f'api_requests_total{{method="OPTIONS",route="{URL}",status="204"}} 1.0' in metrics


def test_health_says_that_no_backend_is_alive(serve: Serve) -> None:
    def reply(*_: object) -> list[Row]:
        raise NoBackendAlive("StarRocks has no living backend")

    client, _ = serve(reply)
    response = client.get("/health")
    assert response.status_code == 503
    assert response.json()["starrocks"] == {
        "reachable": True,
        "version": None,
        "emulator": None,
        "error": "StarRocks has no living backend",
    }
    details = client.get(URL).json()
    assert (details["status"], details["detail"]) == (503, "StarRocks has no living backend")


def test_health_of_fresh_and_old_data(serve: Serve) -> None:
    times = [datetime.now(UTC), NOON - timedelta(days=1), None]

    def reply(sql: str, _: object) -> list[Row]:
        return [{"version": "3.5.0", "comment": "x"}] if "version" in sql else [{"measured_at": times.pop(0)}]

    client, _ = serve(reply)
    bodies = [client.get("/health").raise_for_status().json() for _ in range(3)]
    assert [body["status"] for body in bodies] == ["ok", "stale", "stale"]
    assert bodies[1]["data"]["last_measured_at"] == "2026-01-30T12:00:00Z"
    assert bodies[0]["data"]["age_seconds"] < 60


def test_problems_have_the_apis_name_and_the_path_as_sent(serve: Serve) -> None:
    client, _ = serve(table(1))
    details = client.get("/api/v1/a%2Fb%20c?x=1").json()
    assert (details["type"], details["instance"]) == ("urn:weather:problem:not-found", "/api/v1/a%2Fb%20c")


def test_the_description_needs_no_settings(weather: Api[Settings]) -> None:
    described = json.loads(weather.describe())
    names = {p["name"] for p in described["paths"][URL]["get"]["parameters"]}
    assert names == {"sensor_id", "from", "to", "limit", "cursor", "format"}
    assert set(described["paths"]) == {URL, "/health", "/health/live", "/metrics"}
    items = described["components"]["schemas"]["Page_Reading_"]["properties"]["items"]
    assert items["items"] == {"$ref": "#/components/schemas/Reading"}
