"""/health, /health/live and /metrics"""

from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from apps.ciapol.api.dependencies import PoolOf, SettingsOf
from apps.ciapol.api.metrics import Metrics
from apps.ciapol.api.models import Health
from apps.ciapol.api.store.health import health

router = APIRouter(tags=["operations"])


class Live(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


@router.get(
    "/health",
    response_model=Health,
    summary="Health of the API, StarRocks and the data",
    responses={503: {"model": Health, "description": "StarRocks does not answer"}},
)
def get_health(pool: PoolOf, settings: SettingsOf) -> Response:
    """200 where StarRocks answers, be the data stale or not; 503 where it does not."""
    result = health(pool, timedelta(seconds=settings.fresh_within_seconds))
    status = 503 if result.status == "down" else 200
    headers = {"Cache-Control": "no-store"}
    return Response(result.model_dump_json(), status, headers=headers, media_type="application/json")


@router.get("/health/live", summary="Whether the process answers")
async def live() -> Live:
    """Says nothing of StarRocks, so that nobody restarts the API because the database is away."""
    return Live()


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def metrics(request: Request, pool: PoolOf, settings: SettingsOf) -> Response:
    """Requests, latencies, connections and the age of the data, in Prometheus' text format."""
    registry = request.app.state.metrics
    assert isinstance(registry, Metrics)
    body, media_type = registry.render(health(pool, timedelta(seconds=settings.fresh_within_seconds)))
    return Response(body, media_type=media_type)
