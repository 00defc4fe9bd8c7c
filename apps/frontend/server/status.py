"""The response of `GET /api/status`: the platform, the pipeline and each product."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import httpx

from apps.frontend import __version__
from apps.frontend.server.health import Health, ProductState, Reachability, StarRocksState, State, health
from apps.frontend.server.pipeline import PipelineState, pipeline_state

# The whole response takes at most 2 s; this leaves time for everything else.
DEADLINE_SECONDS = 1.5


@dataclass(frozen=True)
class Clients:
    """HTTP clients of the APIs, each with the API's address as its base URL."""

    platform: httpx.AsyncClient
    products: Mapping[str, httpx.AsyncClient]


class FrontendState(TypedDict):
    """The state of this server."""

    version: str


class PlatformStatus(TypedDict):
    """The whole response. `status` covers APIs, StarRocks and data; the pipeline has its own status."""

    status: State
    frontend: FrontendState
    platform_api: Reachability
    starrocks: StarRocksState
    pipeline: PipelineState
    products: dict[str, ProductState]


async def platform_status(clients: Clients, deadline_seconds: float = DEADLINE_SECONDS) -> PlatformStatus:
    """Read all APIs in parallel within `deadline_seconds`; a failure is part of the response, not an exception."""
    checked = (clients.platform, *clients.products.values())
    pipeline, (platform, *found) = await asyncio.gather(
        pipeline_state(clients.platform, deadline_seconds),
        asyncio.gather(*(health(client, deadline_seconds) for client in checked)),
    )
    products = {name: each.product for name, each in zip(clients.products, found, strict=True)}
    starrocks = _starrocks([platform, *found])
    return {
        "status": _overall(platform, starrocks, products),
        "frontend": {"version": __version__},
        "platform_api": platform.reachability,
        "starrocks": starrocks,
        "pipeline": pipeline,
        "products": products,
    }


def _starrocks(reports: list[Health]) -> StarRocksState:
    """The state of StarRocks, which is reachable if one of the APIs reaches it."""
    for report in reports:
        if report.starrocks is not None and report.starrocks["reachable"]:
            return report.starrocks
    return {"reachable": False, "version": None, "emulator": None}


def _overall(platform: Health, starrocks: StarRocksState, products: Mapping[str, ProductState]) -> State:
    states = {product["status"] for product in products.values()}
    if not platform.reachability["reachable"] or not starrocks["reachable"] or "down" in states:
        return "down"
    return "stale" if "stale" in states else "ok"
