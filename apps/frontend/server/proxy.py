"""Forwarding of read requests to an API, so that the page has one origin and needs no CORS."""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import unquote

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from apps.frontend.server.problems import problem

METHODS = ("GET", "HEAD")
#: Limits in seconds: chunks of a long CSV may arrive slowly, but a connection is established quickly or not at all.
TIMEOUT = httpx.Timeout(30.0, connect=2.0, pool=5.0)

# Headers of the browser's request that are forwarded to the API; none of them identifies a person.
_FORWARDED_REQUEST_HEADERS = (
    "accept",
    "accept-encoding",
    "accept-language",
    "if-modified-since",
    "if-none-match",
)
_FORWARDED_RESPONSE_HEADERS = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "link",
    "retry-after",
    "vary",
)
_LINK_TARGET = re.compile(r"<(?:https?://[^/>]+)?/api/")


class ApiProxy:
    """Forwards requests below one path to one API and streams its responses back."""

    def __init__(self, client: httpx.AsyncClient, prefix: str) -> None:
        """Forward `prefix`/REST to /api/REST; `client` has the API's address as its base URL."""
        self._client = client
        self._prefix = prefix

    async def forward(self, request: Request) -> Response:
        """Forward the API's response; 502 if the API cannot be reached, 504 if it does not respond in time."""
        return await self._forward(request, self._target(request))

    async def describe(self, request: Request) -> Response:
        """Respond with the API's OpenAPI document, which the API serves outside of /api."""
        return await self._forward(request, httpx.URL("/openapi.json"))

    async def _forward(self, request: Request, target: httpx.URL | None) -> Response:
        path = request.url.path
        if request.method not in METHODS:
            allowed = ", ".join(METHODS)
            return problem(
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"{request.method} is not offered here; use {allowed}.",
                path,
                {"allow": allowed},
            )
        if target is None:
            return problem(HTTPStatus.NOT_FOUND, "A path may not contain '.' or '..' segments.", path)
        headers = {name: request.headers[name] for name in _FORWARDED_REQUEST_HEADERS if name in request.headers}
        # Otherwise httpx would request compression, which the client may not support.
        headers.setdefault("accept-encoding", "identity")
        outgoing = self._client.build_request(request.method, target, headers=headers, timeout=TIMEOUT)
        try:
            answer = await self._client.send(outgoing, stream=True)
        except httpx.TimeoutException:
            return problem(HTTPStatus.GATEWAY_TIMEOUT, "The API did not respond in time.", path)
        except httpx.HTTPError:
            return problem(HTTPStatus.BAD_GATEWAY, "The API cannot be reached.", path)
        return StreamingResponse(
            _pieces(answer),
            status_code=answer.status_code,
            headers=self._response_headers(answer),
            background=BackgroundTask(answer.aclose),
        )

    def _target(self, request: Request) -> httpx.URL | None:
        """The path and query as the browser sent them; None for a path that could leave /api."""
        raw_path: object = request.scope.get("raw_path")
        encoded = raw_path if isinstance(raw_path, bytes) else request.url.path.encode("ascii")
        segments = unquote(encoded.decode("latin-1")).replace("\\", "/").split("/")
        if any(segment in {".", ".."} for segment in segments):
            return None
        prefix = self._prefix.encode("ascii")
        if not encoded.startswith(prefix):
            # The browser sent the name percent-encoded, and the router decoded it.
            return None
        query: object = request.scope.get("query_string")
        suffix = b"?" + query if isinstance(query, bytes) and query else b""
        return httpx.URL(raw_path=b"/api" + encoded[len(prefix) :] + suffix)

    def _response_headers(self, answer: httpx.Response) -> dict[str, str]:
        headers = {name: answer.headers[name] for name in _FORWARDED_RESPONSE_HEADERS if name in answer.headers}
        if "link" in headers:
            # The API's link to the next page has the API's own path; the browser needs the path on this server.
            headers["link"] = _LINK_TARGET.sub(f"<{self._prefix}/", headers["link"])
        return headers


async def _pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The encoded body, unchanged.

    If the API breaks the connection, this connection breaks too, so that no client mistakes a part for the whole.
    """
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()
