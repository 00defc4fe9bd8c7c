"""The ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from apps.frontend.server.metrics import Metrics, Timed
from apps.frontend.server.pages import Pages
from apps.frontend.server.problems import problem
from apps.frontend.server.proxy import ApiProxy
from apps.frontend.server.security import SecurityHeaders
from apps.frontend.server.status import DEADLINE_SECONDS, Clients, platform_status
from apps.frontend.server.upstreams import PLATFORM, Upstreams

# Enough for a control room and some phones. The limit prevents requests to a hanging API from accumulating.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
_EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def build_app(
    *, upstreams: Upstreams, static_folder: Path, status_deadline_seconds: float = DEADLINE_SECONDS
) -> Starlette:
    """Create the server's application.

    Args:
        upstreams: the APIs behind the page.
        static_folder: the built page.
        status_deadline_seconds: time limit for the APIs' responses in /api/status.

    Raises:
        MissingPageError: the folder contains no built page.
    """
    # Proxy settings of the environment are ignored, because the APIs are in the same network. Health checks have
    # separate clients, so that slow downloads never occupy the connection of a health check.
    proxied = {
        name: httpx.AsyncClient(base_url=address, limits=_LIMITS, trust_env=False)
        for name, address in upstreams.by_name.items()
    }
    checked = {
        name: httpx.AsyncClient(base_url=address, timeout=status_deadline_seconds, trust_env=False)
        for name, address in upstreams.by_name.items()
    }
    metrics = Metrics()
    clients = Clients(checked[PLATFORM], {name: checked[name] for name in upstreams.products})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for client in (*proxied.values(), *checked.values()):
                await stack.enter_async_context(client)
            yield

    async def status(_: Request) -> Response:
        body = await platform_status(clients, status_deadline_seconds)
        return JSONResponse(body, headers={"cache-control": "no-store"})

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})

    async def no_such_endpoint(request: Request) -> Response:
        known = ", ".join(f"/api/{name}/…" for name in sorted(upstreams.by_name))
        return problem(HTTPStatus.NOT_FOUND, f"This server offers /api/status, {known}", request.url.path)

    def proxy_routes(name: str) -> list[BaseRoute]:
        proxy = ApiProxy(proxied[name], f"/api/{name}")
        return [
            Route(f"/api/{name}/openapi.json", proxy.describe, methods=_EVERY_METHOD),
            Route(f"/api/{name}/{{path:path}}", proxy.forward, methods=_EVERY_METHOD),
        ]

    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/metrics", metrics.answer),
            Route("/api/status", status),
            *(route for name in upstreams.by_name for route in proxy_routes(name)),
            Route("/api/{path:path}", no_such_endpoint, methods=_EVERY_METHOD),
            Mount("/", Pages(static_folder)),
        ],
        middleware=[
            Middleware(Timed, metrics=metrics),
            Middleware(SecurityHeaders),
            Middleware(GZipMiddleware, minimum_size=1024),
        ],
        lifespan=lifespan,
    )
