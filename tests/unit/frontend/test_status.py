"""The result of /api/status for the responses of the APIs."""

import asyncio
import time

import httpx
import pytest

from apps.frontend.server.health import ProductState
from apps.frontend.server.status import Clients, PlatformStatus, platform_status

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
    "product": "weather",
    "workflow": "sum_hourly",
    "task": "sum",
    "state": "succeeded",
    "started_at": "2026-01-31T12:05:00Z",
    "last_succeeded_at": "2026-01-31T12:05:21Z",
    "last_error": None,
    "late": False,
}
JOB = {"product": "weather", "name": "ingest", "wanted": "running", "state": "running", "failures": 0, "reason": None}
PIPELINE = {"checked_at": "2026-01-31T12:40:00Z", "steps": [STEP], "jobs": [JOB]}
PLATFORM_HEALTH = {"status": "ok", "starrocks": {"reachable": True, "version": "3.5.0", "emulator": True}}

Answer = httpx.Response | Exception


def transport(answers: dict[str, Answer]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        found = answers[request.url.path]
        if isinstance(found, Exception):
            raise found
        return found

    return httpx.MockTransport(answer)


def status_of(
    product: Answer | None, *, platform: Answer | None = None, pipeline: Answer | None = None
) -> PlatformStatus:
    """The status of a stack with the product `weather` or without products."""

    async def read() -> PlatformStatus:
        answers = {
            "/health": platform or httpx.Response(200, json=PLATFORM_HEALTH),
            "/api/v1/pipeline": pipeline or httpx.Response(200, json=PIPELINE),
        }
        own = transport({} if product is None else {"/health": product})
        async with (
            httpx.AsyncClient(transport=transport(answers), base_url="http://platform") as first,
            httpx.AsyncClient(transport=own, base_url="http://weather") as second,
        ):
            return await platform_status(Clients(first, {} if product is None else {"weather": second}), 1.0)

    return asyncio.run(read())


def product_of(answer: Answer) -> ProductState:
    return status_of(answer)["products"]["weather"]


def test_everything_responds() -> None:
    status = status_of(httpx.Response(200, json=HEALTH))
    assert status["status"] == "ok"
    assert status["platform_api"]["reachable"]
    assert status["starrocks"] == HEALTH["starrocks"]
    product = status["products"]["weather"]
    assert (product["status"], product["reachable"], product["error"]) == ("ok", True, None)
    assert (product["latency_ms"] or 0) > 0
    assert product["data"] == HEALTH["data"]


def test_a_stack_without_products_is_ok() -> None:
    status = status_of(None)
    assert (status["status"], status["products"]) == ("ok", {})


def test_old_data_are_stale() -> None:
    body = {**HEALTH, "data": {"last_measured_at": "2026-01-30T12:00:00Z", "age_seconds": 86400, "fresh": False}}
    status = status_of(httpx.Response(200, json=body))
    assert (status["status"], status["products"]["weather"]["status"]) == ("stale", "stale")
    data = status["products"]["weather"]["data"]
    assert data == {"last_measured_at": "2026-01-30T12:00:00Z", "age_seconds": 86400.0, "fresh": False}


def test_a_product_whose_health_does_not_mention_data_is_ok() -> None:
    product = product_of(httpx.Response(200, json=PLATFORM_HEALTH))
    assert (product["status"], product["data"]) == ("ok", None)


def test_503_with_a_health_body_means_starrocks_is_down_and_the_api_is_not() -> None:
    body = {"status": "down", "starrocks": {"reachable": False, "version": None, "emulator": None}, "data": {}}
    status = status_of(httpx.Response(503, json=body), platform=httpx.Response(503, json=body))
    assert status["status"] == "down"
    assert status["products"]["weather"]["reachable"]
    assert status["products"]["weather"]["status"] == "down"
    assert not status["starrocks"]["reachable"]


def test_starrocks_is_reachable_if_any_api_reaches_it() -> None:
    status = status_of(httpx.Response(200, json=HEALTH), platform=httpx.ConnectError("refused"))
    assert status["starrocks"]["reachable"]
    assert status["status"] == "down"
    assert status["platform_api"]["error"] == "ConnectError: refused"


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (httpx.ConnectError("Connection refused"), "ConnectError: Connection refused"),
        (httpx.ReadTimeout(""), "ReadTimeout"),
        (httpx.Response(200, text="<html>"), "/health responded with HTTP 200"),
        (httpx.Response(500, json=["no"]), "/health responded with HTTP 500"),
        (httpx.Response(404, json={"detail": "Not Found"}), "/health responded with HTTP 404"),
    ],
)
def test_any_other_response_means_that_the_api_is_down_with_a_reason(response: Answer, words: str) -> None:
    status = status_of(response)
    product = status["products"]["weather"]
    assert (status["status"], product["status"], product["reachable"]) == ("down", "down", False)
    assert words in (product["error"] or "")
    assert product["data"] is None


@pytest.mark.parametrize("age", ["old", True, None, [1]])
def test_values_of_other_types_are_not_passed_on(age: object) -> None:
    body = {**HEALTH, "data": {"last_measured_at": [5], "age_seconds": age, "fresh": "yes"}}
    assert product_of(httpx.Response(200, json=body))["data"] == {"age_seconds": None, "fresh": False}


def test_the_deadline_holds_for_apis_that_hang() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def read() -> PlatformStatus:
        async with httpx.AsyncClient(transport=httpx.MockTransport(hang), base_url="http://api") as client:
            return await platform_status(Clients(client, {"weather": client, "tides": client}), 0.05)

    started = time.monotonic()
    status = asyncio.run(read())
    assert time.monotonic() - started < 120
    errors = {status["platform_api"]["error"], status["pipeline"]["error"]}
    assert errors | {product["error"] for product in status["products"].values()} == {"no response within 0.05 s"}


def pipeline_of(steps: list[object], jobs: list[object]) -> PlatformStatus:
    body = {"checked_at": "2026-01-31T12:40:00Z", "steps": steps, "jobs": jobs}
    return status_of(httpx.Response(200, json=HEALTH), pipeline=httpx.Response(200, json=body))


def test_the_pipeline_is_reported_step_by_step() -> None:
    assert status_of(httpx.Response(200, json=HEALTH))["pipeline"] == {
        "status": "ok",
        "error": None,
        "steps": [
            {
                "product": "weather",
                "workflow": "sum_hourly",
                "task": "sum",
                "state": "succeeded",
                "last_succeeded_at": "2026-01-31T12:05:21Z",
                "late": False,
            }
        ],
        "jobs": [{"product": "weather", "name": "ingest", "wanted": "running", "state": "running"}],
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
        (httpx.Response(503, json={"title": "StarRocks refused the query"}), "responded with HTTP 503"),
        (httpx.Response(404, json={"title": "Not Found"}), "responded with HTTP 404"),
        (httpx.Response(200, text="<html>"), "responded with HTTP 200"),
        (httpx.Response(200, json=["steps"]), "responded with HTTP 200"),
        (httpx.ReadTimeout(""), "ReadTimeout"),
    ],
)
def test_an_unreadable_pipeline_is_unknown_and_affects_nothing_else(
    answer: httpx.Response | Exception, words: str
) -> None:
    status = status_of(httpx.Response(200, json=HEALTH), pipeline=answer)
    assert status["status"] == "ok"
    assert (status["pipeline"]["status"], status["pipeline"]["steps"]) == ("unknown", [])
    assert words in (status["pipeline"]["error"] or "")
