"""How /api/status interprets the responses of the API."""

import asyncio
import time

import httpx
import pytest

from apps.frontend.server.status import PlatformStatus, platform_status

HEALTH = {
    "status": "ok",
    "starrocks": {"reachable": True, "version": "3.5.0", "emulator": True},
    "data": {
        "last_measured_at": "2026-01-31T12:00:00Z",
        "last_received_at": "2026-01-31T12:00:01Z",
        "age_seconds": 12.5,
        "fresh": True,
    },
}


STEP = {
    "product": "ciapol",
    "workflow": "aqi_hourly",
    "task": "aqi",
    "state": "succeeded",
    "started_at": "2026-01-31T12:05:00Z",
    "last_succeeded_at": "2026-01-31T12:05:21Z",
    "last_error": None,
    "late": False,
}
JOB = {"product": "ciapol", "name": "ingest", "wanted": "running", "state": "running", "failures": 0, "reason": None}
PIPELINE = {"checked_at": "2026-01-31T12:40:00Z", "steps": [STEP], "jobs": [JOB]}


def status_of(
    response: httpx.Response | Exception, deadline: float = 1.0, pipeline: httpx.Response | Exception | None = None
) -> PlatformStatus:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = response
        if request.url.path == "/api/v1/pipeline":
            asked = pipeline or httpx.Response(200, json=PIPELINE)
        if isinstance(asked, Exception):
            raise asked
        return asked

    async def ask() -> PlatformStatus:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://api") as client:
            return await platform_status(client, deadline)

    return asyncio.run(ask())


def test_a_healthy_platform_is_ok() -> None:
    told = status_of(httpx.Response(200, json=HEALTH))
    assert told["status"] == "ok"
    assert told["api"]["reachable"]
    assert told["api"]["error"] is None
    assert (told["api"]["latency_ms"] or 0) > 0
    assert told["starrocks"] == HEALTH["starrocks"]
    assert told["data"] == HEALTH["data"]


def test_old_data_are_stale() -> None:
    body = {**HEALTH, "data": {"last_measured_at": "2026-01-30T12:00:00Z", "age_seconds": 86400, "fresh": False}}
    told = status_of(httpx.Response(200, json=body))
    assert told["status"] == "stale"
    assert told["data"]["age_seconds"] == 86400.0


def test_503_with_a_health_body_means_starrocks_is_down_and_the_api_is_not() -> None:
    body = {"status": "down", "starrocks": {"reachable": False, "version": None, "emulator": None}, "data": {}}
    told = status_of(httpx.Response(503, json=body))
    assert told["status"] == "down"
    assert told["api"]["reachable"]
    assert not told["starrocks"]["reachable"]


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (httpx.ConnectError("Connection refused"), "ConnectError: Connection refused"),
        (httpx.ReadTimeout(""), "ReadTimeout"),
        (httpx.Response(200, text="<html>"), "/health answered HTTP 200"),
        (httpx.Response(500, json=["no"]), "/health answered HTTP 500"),
        (httpx.Response(404, json={"detail": "Not Found"}), "/health answered HTTP 404"),
    ],
)
def test_any_other_response_means_the_api_is_down_with_the_reason(
    response: httpx.Response | Exception, words: str
) -> None:
    told = status_of(response)
    assert told["status"] == "down"
    assert not told["api"]["reachable"]
    assert words in (told["api"]["error"] or "")
    assert told["data"]["last_measured_at"] is None


@pytest.mark.parametrize("age", ["old", True, None, [1]])
def test_values_of_other_types_are_not_passed_on(age: object) -> None:
    body = {**HEALTH, "data": {"last_measured_at": 5, "age_seconds": age, "fresh": "yes"}}
    told = status_of(httpx.Response(200, json=body))
    assert told["data"]["age_seconds"] is None
    assert told["data"]["last_measured_at"] is None
    assert told["data"]["fresh"] is False


def test_the_deadline_applies_to_an_api_that_hangs() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def ask() -> PlatformStatus:
        async with httpx.AsyncClient(transport=httpx.MockTransport(hang), base_url="http://api") as client:
            return await platform_status(client, 0.05)

    started = time.monotonic()
    told = asyncio.run(ask())
    assert time.monotonic() - started < 2
    assert told["api"]["error"] == told["pipeline"]["error"] == "no answer within 0.05 s"


def pipeline_of(steps: list[object], jobs: list[object]) -> PlatformStatus:
    body = {"checked_at": "2026-01-31T12:40:00Z", "steps": steps, "jobs": jobs}
    return status_of(httpx.Response(200, json=HEALTH), pipeline=httpx.Response(200, json=body))


def test_the_pipeline_is_reported_step_by_step() -> None:
    assert status_of(httpx.Response(200, json=HEALTH))["pipeline"] == {
        "status": "ok",
        "error": None,
        "steps": [
            {
                "product": "ciapol",
                "workflow": "aqi_hourly",
                "task": "aqi",
                "state": "succeeded",
                "last_succeeded_at": "2026-01-31T12:05:21Z",
                "late": False,
            }
        ],
        "jobs": [{"product": "ciapol", "name": "ingest", "wanted": "running", "state": "running"}],
    }


@pytest.mark.parametrize(
    ("steps", "jobs", "expected"),
    [
        ([], [], "ok"),
        ([{**STEP, "late": None}], [JOB], "ok"),
        ([{**STEP, "state": "failed"}], [JOB], "failing"),
        ([{**STEP, "state": "failed"}, {**STEP, "late": True}], [JOB], "late"),
        ([{**STEP, "late": True}], [{**JOB, "state": "given_up"}], "given_up"),
        ([{**STEP, "late": True}], [{**JOB, "state": "down"}], "down"),
        ([STEP], [{**JOB, "state": "down"}, {**JOB, "state": "given_up"}], "given_up"),
        ([STEP], [{**JOB, "state": "given_up", "wanted": "stopped"}], "ok"),
        ([{**STEP, "late": "yes"}, "step", 5], [None], "ok"),
    ],
)
def test_the_worst_state_determines_the_status_of_the_pipeline(
    steps: list[object], jobs: list[object], expected: str
) -> None:
    assert pipeline_of(steps, jobs)["pipeline"]["status"] == expected


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(503, json={"title": "StarRocks refused the query"}), "answered HTTP 503"),
        (httpx.Response(404, json={"title": "Not Found"}), "answered HTTP 404"),
        (httpx.Response(200, text="<html>"), "answered HTTP 200"),
        (httpx.Response(200, json=["steps"]), "answered HTTP 200"),
        (httpx.ReadTimeout(""), "ReadTimeout"),
    ],
)
def test_an_unreadable_pipeline_is_unknown_and_affects_nothing_else(
    answer: httpx.Response | Exception, words: str
) -> None:
    told = status_of(httpx.Response(200, json=HEALTH), pipeline=answer)
    assert told["status"] == "ok"
    assert (told["pipeline"]["status"], told["pipeline"]["steps"]) == ("unknown", [])
    assert words in (told["pipeline"]["error"] or "")
