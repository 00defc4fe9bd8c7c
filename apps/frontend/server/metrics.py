"""Metrics of the page's server for Prometheus."""

import time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2, 15)
_API = "/api/"


class Metrics:
    """Requests by kind and status, and their latency."""

    def __init__(self) -> None:
        """Create a separate registry, so that several servers can run in one process."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Counter("frontend_requests", "Handled requests", ["kind", "status"], registry=self._registry)
        self._duration = Histogram(
            "frontend_request_duration_seconds",
            "Time to answer, s",
            ["kind"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def observe(self, kind: str, status: int, seconds: float) -> None:
        """Count one request; `kind` is `api` or `page`."""
        self._requests.labels(kind, str(status)).inc()
        self._duration.labels(kind).observe(seconds)

    async def answer(self, _: Request) -> Response:
        """All metrics in Prometheus' text format."""
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)


class Timed:
    """ASGI middleware that counts and times requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Wrap the whole application."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            kind = "api" if scope["path"].startswith(_API) else "page"
            self._metrics.observe(kind, status, time.perf_counter() - started)
