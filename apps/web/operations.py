"""/health, /health/live, /metrics and /openapi.json, which every API has."""

import re
from datetime import timedelta
from typing import Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from apps.web.health import Health, health
from apps.web.metrics import Metrics
from apps.web.settings import Settings

router = APIRouter(tags=["operations"])

_TIMEOUT = "x-prometheus-scrape-timeout-seconds"
_USUAL_TIMEOUT = 10.0
"""Prometheus' default."""
_THREADS = CapacityLimiter(8)
"""Threads beside those of the other routes, which may all wait for a StarRocks that does not respond."""


class Live(BaseModel):
    """The response of /health/live."""

    status: Literal["ok"] = "ok"


def _health(request: Request) -> Health:
    state = request.app.state
    settings = state.settings
    assert isinstance(settings, Settings)
    return health(state.pool, state.newest, timedelta(seconds=settings.fresh_within_seconds))


@router.get(
    "/health",
    response_model=Health,
    summary="Health of the API, StarRocks and the data",
    responses={503: {"model": Health, "description": "StarRocks cannot be used"}},
)
async def get_health(request: Request) -> Response:
    """200 if StarRocks responds, even if the data are stale; 503 if it cannot be used."""
    result = await to_thread.run_sync(_health, request, limiter=_THREADS)
    status = 503 if result.status == "down" else 200
    headers = {"Cache-Control": "no-store"}
    return Response(result.model_dump_json(), status, headers=headers, media_type="application/json")


@router.get("/health/live", summary="Whether the process responds")
async def live() -> Live:
    """Whether the process responds.

    It does not depend on StarRocks, so that an unavailable database causes no restart.
    """
    return Live()


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    """Requests, latencies, connections and the age of the data, in Prometheus' text format."""
    registry = request.app.state.metrics
    assert isinstance(registry, Metrics)
    body, media_type = await to_thread.run_sync(registry.render, _within(request), limiter=_THREADS)
    return Response(body, media_type=media_type)


def _within(request: Request) -> float:
    """Time limit of a response in seconds: four fifths of the scrape timeout that Prometheus sends."""
    text = request.headers.get(_TIMEOUT, "")
    return 0.8 * (float(text) if re.fullmatch(r"[0-9]+([.][0-9]+)?", text) else _USUAL_TIMEOUT)


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> JSONResponse:
    """The description of this API."""
    return JSONResponse(request.app.openapi())
