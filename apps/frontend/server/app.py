"""The ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from apps.frontend.server.pages import Pages
from apps.frontend.server.problems import problem
from apps.frontend.server.proxy import ApiProxy
from apps.frontend.server.security import SecurityHeaders
from apps.frontend.server.status import API_DEADLINE_SECONDS, platform_status

# One control room and some phones; a hanging API must not make requests pile up without end.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)


def build_app(*, api_url: str, static_folder: Path, status_deadline_seconds: float = API_DEADLINE_SECONDS) -> Starlette:
    """Make the server's application.

    `api_url` is the API's base address (http or https), `static_folder` the built page. Raises MissingPageError
    where no page is in the folder.
    """
    # Proxies of the environment are for the outside world; the API is a neighbour. Its health has a client of its
    # own, so that slow downloads through the proxy never take the connection that tells whether the API lives.
    proxy_client = httpx.AsyncClient(base_url=api_url, limits=_LIMITS, trust_env=False)
    status_client = httpx.AsyncClient(base_url=api_url, timeout=status_deadline_seconds, trust_env=False)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with proxy_client, status_client:
            yield

    async def status(_: Request) -> Response:
        told = await platform_status(status_client, status_deadline_seconds)
        return JSONResponse(told, headers={"cache-control": "no-store"})

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})

    async def no_such_endpoint(request: Request) -> Response:
        return problem(
            HTTPStatus.NOT_FOUND,
            "This server knows /api/status, /api/openapi.json and /api/v1/…",
            request.url.path,
        )

    proxy = ApiProxy(proxy_client)
    every_method = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/api/status", status),
            Route("/api/openapi.json", proxy.describe, methods=every_method),
            Route("/api/v1/{path:path}", proxy.forward, methods=every_method),
            Route("/api/{path:path}", no_such_endpoint, methods=every_method),
            Mount("/", Pages(static_folder)),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=1024)],
        lifespan=lifespan,
    )
