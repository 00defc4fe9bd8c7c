"""Counts, times and logs each request."""

import logging
import time
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.web.metrics import Metrics

log = logging.getLogger("apps.web.requests")

UNKNOWN_ROUTE = "none"
QUIET = frozenset({"/health", "/health/live", "/metrics"})
"""Paths that monitoring requests every few seconds; logged only at DEBUG."""


class Observation:
    """ASGI middleware that adds an X-Request-ID to each response and to its log line."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Wraps the whole application."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = uuid4().hex
        method, path = str(scope["method"]), str(scope["path"])
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
            self._metrics.observe(method if route != UNKNOWN_ROUTE else "any", route, status, seconds)
            fields = {
                "method": method,
                "path": path,
                "route": route,
                "status": status,
                "duration_ms": round(seconds * 1000, 2),
                "request_id": request_id,
            }
            log.log(logging.DEBUG if path in QUIET else logging.INFO, "request", extra={"fields": fields})
