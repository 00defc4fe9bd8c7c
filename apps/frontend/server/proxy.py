"""Reading the API through this server, so that the page has one origin and needs no CORS."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import unquote

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from apps.frontend.server.problems import problem

METHODS = ("GET", "HEAD")
#: Waits in seconds: a long CSV may be slow between two pieces, but a connection is made at once or not at all.
TIMEOUT = httpx.Timeout(30.0, connect=2.0, pool=5.0)

# What the API may see of the browser's request: nothing that could carry somebody's identity.
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


class ApiProxy:
    """Forwards one request to the API and streams its answer back."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """`client` has the API's address as its base URL."""
        self._client = client

    async def forward(self, request: Request) -> Response:
        """Answer what the API answers at the same path, 502 where it is not there, 504 where it is silent."""
        return await self._forward(request, _target(request))

    async def describe(self, request: Request) -> Response:
        """Answer the API's OpenAPI document, which the API keeps outside /api."""
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
            return problem(HTTPStatus.NOT_FOUND, "A path may not hold '.' or '..' segments.", path)
        headers = {name: request.headers[name] for name in _FORWARDED_REQUEST_HEADERS if name in request.headers}
        # httpx would ask for compression of its own accord, for a client that did not offer to undo it.
        headers.setdefault("accept-encoding", "identity")
        outgoing = self._client.build_request(request.method, target, headers=headers, timeout=TIMEOUT)
        try:
            answer = await self._client.send(outgoing, stream=True)
        except httpx.TimeoutException:
            return problem(HTTPStatus.GATEWAY_TIMEOUT, "The API did not answer in time.", path)
        except httpx.HTTPError:
            return problem(HTTPStatus.BAD_GATEWAY, "The API cannot be reached.", path)
        return StreamingResponse(
            _pieces(answer),
            status_code=answer.status_code,
            headers={name: answer.headers[name] for name in _FORWARDED_RESPONSE_HEADERS if name in answer.headers},
            background=BackgroundTask(answer.aclose),
        )


async def _pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it came, still encoded.

    An API that breaks off breaks this connection too, so that nobody takes a part for the whole.
    """
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()


def _target(request: Request) -> httpx.URL | None:
    """The path and query exactly as the browser sent them; None for a path that could climb out of /api/v1."""
    raw_path: object = request.scope.get("raw_path")
    encoded = raw_path if isinstance(raw_path, bytes) else request.url.path.encode("ascii")
    segments = unquote(encoded.decode("latin-1")).replace("\\", "/").split("/")
    if any(segment in {".", ".."} for segment in segments):
        return None
    query: object = request.scope.get("query_string")
    suffix = b"?" + query if isinstance(query, bytes) and query else b""
    return httpx.URL(raw_path=encoded + suffix)
