"""What `GET /api/status` tells: whether the API and StarRocks answer, how old the data are, how the pipeline goes."""

import asyncio
import time
from typing import Literal, TypedDict

import httpx

from apps.frontend import __version__
from apps.frontend.server.pipeline import PipelineState, pipeline_state

# The whole answer is promised within 2 s; this leaves room for the rest of the way.
API_DEADLINE_SECONDS = 1.5


class FrontendState(TypedDict):
    """This server."""

    version: str


class ApiState(TypedDict):
    """Whether the API answers its `/health`, after how many milliseconds, and if not, why."""

    reachable: bool
    latency_ms: float | None
    error: str | None


class StarRocksState(TypedDict):
    """Whether the API reaches StarRocks; `emulator` None where that is not known."""

    reachable: bool
    version: str | None
    emulator: bool | None


class DataState(TypedDict):
    """Freshness of the data: UTC ISO 8601 times, age in seconds."""

    last_measured_at: str | None
    last_received_at: str | None
    age_seconds: float | None
    fresh: bool


class Health(TypedDict):
    """What the API's health comes to."""

    status: Literal["ok", "stale", "down"]
    frontend: FrontendState
    api: ApiState
    starrocks: StarRocksState
    data: DataState


class PlatformStatus(Health):
    """The whole answer. `status` is about the data alone; the pipeline has one of its own."""

    pipeline: PipelineState


async def platform_status(client: httpx.AsyncClient, deadline_seconds: float = API_DEADLINE_SECONDS) -> PlatformStatus:
    """Ask the API for its health and the pipeline, both at once, waiting at most `deadline_seconds`.

    It never raises for what the API does.
    """
    health, pipeline = await asyncio.gather(_health(client, deadline_seconds), pipeline_state(client, deadline_seconds))
    return {**health, "pipeline": pipeline}


async def _health(client: httpx.AsyncClient, deadline_seconds: float) -> Health:
    started = time.monotonic()
    try:
        async with asyncio.timeout(deadline_seconds):
            response = await client.get("/health", headers={"accept": "application/json"})
    except TimeoutError:
        return _unreachable(f"no answer within {deadline_seconds:g} s")
    except httpx.HTTPError as error:
        return _unreachable(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    latency_ms = round((time.monotonic() - started) * 1000, 1)
    try:
        body: object = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or "starrocks" not in body:
        return _unreachable(f"/health answered HTTP {response.status_code} in a form that is not the API's")
    starrocks = _starrocks(_member(body, "starrocks"))
    data = _data(_member(body, "data"))
    status: Literal["ok", "stale", "down"] = "ok"
    if not starrocks["reachable"]:
        status = "down"
    elif not data["fresh"]:
        status = "stale"
    return {
        "status": status,
        "frontend": {"version": __version__},
        "api": {"reachable": True, "latency_ms": latency_ms, "error": None},
        "starrocks": starrocks,
        "data": data,
    }


def _unreachable(reason: str) -> Health:
    return {
        "status": "down",
        "frontend": {"version": __version__},
        "api": {"reachable": False, "latency_ms": None, "error": reason},
        "starrocks": _starrocks({}),
        "data": _data({}),
    }


def _member(body: dict[object, object], name: str) -> dict[object, object]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _starrocks(told: dict[object, object]) -> StarRocksState:
    emulator = told.get("emulator")
    return {
        "reachable": told.get("reachable") is True,
        "version": _text(told.get("version")),
        "emulator": emulator if isinstance(emulator, bool) else None,
    }


def _data(told: dict[object, object]) -> DataState:
    age = told.get("age_seconds")
    return {
        "last_measured_at": _text(told.get("last_measured_at")),
        "last_received_at": _text(told.get("last_received_at")),
        "age_seconds": float(age) if isinstance(age, int | float) and not isinstance(age, bool) else None,
        "fresh": told.get("fresh") is True,
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
