import logging
import re

import pytest
from starlette.testclient import TestClient

from apps.web.problems import ProblemDetails


def problem(client: TestClient, url: str, method: str = "GET", accept: str | None = None) -> ProblemDetails:
    response = client.request(method, url, headers={"Accept": accept} if accept else {})
    assert response.headers["content-type"] == "application/problem+json"
    details = ProblemDetails.model_validate_json(response.content)
    assert details.status == response.status_code
    assert details.type.startswith("urn:ciapol:problem:")
    assert details.instance == url.split("?", maxsplit=1)[0]
    return details


@pytest.mark.parametrize(
    ("url", "field", "value"),
    [
        ("/api/v1/stations?limit=0", "limit", "0"),
        ("/api/v1/stations?limit=10001", "limit", "10001"),
        ("/api/v1/stations?limit=many", "limit", "many"),
        ("/api/v1/stations?cursor=nonsense", "cursor", "nonsense"),
        ("/api/v1/stations/A/measurements?from=yesterday", "from", "yesterday"),
        ("/api/v1/stations/A/measurements?to=2026-02-30", "to", "2026-02-30"),
        ("/api/v1/stations/A/measurements?to=2026-01-31T12:00:00", "to", "2026-01-31T12:00:00"),
        ("/api/v1/stations/A/measurements?interval=week", "interval", "week"),
        ("/api/v1/stations/A/measurements?pollutant=pm25&pollutant=nh3", "pollutant", "nh3"),
        ("/api/v1/stations/A/aqi?from=2020-01-01T00:00:00Z", "from", "2020-01-01T00:00:00Z"),
        ("/api/v1/rejected?since=2026", "since", "2026"),
        ("/api/v1/quality?from=2020-01-01T00:00:00Z", "from", "2020-01-01T00:00:00Z"),
        ("/api/v1/quality?limit=0", "limit", "0"),
        ("/api/v1/quality?cursor=nonsense", "cursor", "nonsense"),
        (f"/api/v1/quality?station_id={'A' * 65}", "station_id", "A" * 65),
        (f"/api/v1/stations/{'A' * 65}/predictions", "station_id", "A" * 65),
        (f"/api/v1/stations/{'A' * 65}", "station_id", "A" * 65),
    ],
)
def test_the_problem_names_an_invalid_parameter(client: TestClient, url: str, field: str, value: str) -> None:
    details = problem(client, url)
    assert details.status == 422
    assert [(e.field, e.value) for e in details.errors] == [(field, value)]
    assert details.errors[0].expected
    assert field in details.detail


def test_the_problem_names_all_invalid_parameters(client: TestClient) -> None:
    details = problem(client, "/api/v1/stations/A/measurements?interval=x&limit=-1")
    assert {e.field for e in details.errors} == {"interval", "limit"}


@pytest.mark.parametrize("url", ["/", "/nope", "/api/v1", "/api/v1/stations/A/B/C", "/docs"])
def test_an_unknown_path_is_a_404_problem(client: TestClient, url: str) -> None:
    assert problem(client, url).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_writing_methods_are_rejected(client: TestClient, method: str) -> None:
    assert problem(client, "/api/v1/stations", method).status == 405


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/stations",
        "/api/v1/stations/A",
        "/api/v1/stations/A/measurements",
        "/api/v1/stations/A/aqi",
        "/api/v1/stations/A/predictions",
        "/api/v1/aqi/current",
        "/api/v1/quality",
        "/api/v1/rejected",
    ],
)
def test_an_unreachable_starrocks_is_a_503_problem(client: TestClient, url: str) -> None:
    details = problem(client, url)
    assert (details.status, details.type) == (503, "urn:ciapol:problem:starrocks-unavailable")
    assert "127.0.0.1:1" in details.detail
    assert client.get(url).headers["retry-after"] == "2"


def test_health_reports_an_unreachable_starrocks(client: TestClient) -> None:
    response = client.get("/health")
    assert response.status_code == 503
    reason = response.json()["starrocks"]["error"]
    assert reason.startswith("StarRocks at 127.0.0.1:1 does not respond: ")
    assert response.json() == {
        "status": "down",
        "starrocks": {"reachable": False, "version": None, "emulator": None, "error": reason},
        "data": {"last_measured_at": None, "last_received_at": None, "age_seconds": None, "fresh": False},
    }
    assert client.get("/health/live").json() == {"status": "ok"}


def test_metrics_do_not_need_starrocks(client: TestClient) -> None:
    client.get("/api/v1/stations")
    client.get("/nope")
    client.get("/nope/again")
    text = client.get("/metrics").text
    assert 'api_requests_total{method="GET",route="/api/v1/stations",status="503"} 1.0' in text
    assert 'api_requests_total{method="any",route="none",status="404"} 2.0' in text
    assert "api_starrocks_up 0.0" in text
    assert "api_data_age_seconds NaN" in text
    assert 'api_starrocks_connections{state="limit"} 2.0' in text


def test_an_internal_error_reveals_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a very secret word")

    monkeypatch.setattr("apps.ciapol.api.routers.stations.store.stations", fail)
    details = problem(client, "/api/v1/stations")
    assert details.status == 500
    assert "secret" not in details.model_dump_json()


def test_logs_contain_the_request_and_no_secret(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        response = client.get("/api/v1/stations?limit=3")
    (record,) = [r for r in caplog.records if r.name == "apps.web.requests"]
    fields = record.__dict__["fields"]
    assert (fields["path"], fields["status"], fields["route"]) == ("/api/v1/stations", 503, "/api/v1/stations")
    assert response.headers["x-request-id"] == fields["request_id"]
    assert re.fullmatch("[0-9a-f]{32}", fields["request_id"])
    assert not any("secret" in str(r.__dict__) for r in caplog.records)


def test_openapi_describes_everything_with_examples(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    paths = {path for path in description["paths"] if path.startswith("/api/")}
    assert paths == {
        "/api/v1/stations",
        "/api/v1/stations/{station_id}",
        "/api/v1/stations/{station_id}/measurements",
        "/api/v1/stations/{station_id}/aqi",
        "/api/v1/stations/{station_id}/predictions",
        "/api/v1/aqi/current",
        "/api/v1/quality",
        "/api/v1/rejected",
    }
    for path in paths:
        answers = description["paths"][path]["get"]["responses"]
        assert "application/json" in answers["200"]["content"], path
        assert set(answers["503"]["content"]) == {"application/problem+json"}, path
    schemas = description["components"]["schemas"]
    for name in ("Station", "Prediction", "Quality"):
        assert all("examples" in field for field in schemas[name]["properties"].values()), name
    assert schemas["ProblemDetails"]["examples"]
