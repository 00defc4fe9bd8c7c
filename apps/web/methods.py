"""HEAD, OPTIONS and encoded slashes, which the router does not handle."""

import re
from urllib.parse import quote, unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALLOWED = b"GET, HEAD, OPTIONS"

SLASH = "\ufdd0"
"""Replacement of `%2F` during routing: a Unicode noncharacter, which no text contains."""
_SLASH = re.compile("%2f", re.IGNORECASE)


def decode_slashes(text: str) -> str:
    """A path parameter with its slashes restored."""
    return text.replace(SLASH, "/")


def raw_path(scope: Scope) -> str:
    """The path as the client sent it, percent-encoded; the decoded path if the server does not report the former."""
    raw = scope.get("raw_path")
    return raw.decode("ascii", "replace") if isinstance(raw, bytes) else str(scope["path"])


class Methods:
    """ASGI middleware in front of a router whose routes all are GET.

    - HEAD returns the response of GET without the body.
    - OPTIONS returns 204 with `Allow` if a route exists.
    - A slash that the client encodes (`%2F`) belongs to the path's segment.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps the router and its exception handlers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        raw = scope.get("raw_path")
        if isinstance(raw, bytes) and b"%" in raw:
            scope["path"] = unquote(_SLASH.sub(quote(SLASH), raw.decode("ascii", "replace")))
        method = str(scope["method"])
        if method == "HEAD":
            scope["method"] = "GET"
            scope.setdefault("state", {})["head"] = True
        ended = False

        async def adapt(message: Message) -> None:
            nonlocal ended
            scope["method"] = method  # the server compares the body's length with Content-Length unless it is HEAD
            if message["type"] == "http.response.start":
                headers = [(name, value) for name, value in message["headers"] if name.lower() != b"allow"]
                if len(headers) < len(message["headers"]):
                    headers.append((b"allow", ALLOWED))
                if method == "OPTIONS" and message["status"] == 405:
                    message["status"], headers = 204, [(b"allow", ALLOWED)]
                message["headers"] = headers
                ended = method == "HEAD" or message["status"] == 204
                await send(message)
                if ended:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif not ended:
                await send(message)

        await self._app(scope, receive, adapt)
