"""A small HTTP client for JSON on the standard library, because a task that runs each minute must start fast."""

import json
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from pydantic import JsonValue


class ZetaError(Exception):
    """The engine rejected a request. The message contains the response."""


class ZetaUnreachable(ZetaError):
    """The engine did not respond."""


class Rest:
    """The engine's REST interface at a URL. Proxy settings of the environment are ignored."""

    def __init__(self, url: str, *, timeout: float) -> None:
        """Create a client. `timeout` is the time limit of one request in seconds."""
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._opener = build_opener(ProxyHandler({}))

    def request(self, method: str, path: str, body: JsonValue = None) -> JsonValue:
        """Send a request and return the decoded response, or None if it has no body.

        Raises:
            ZetaUnreachable: the engine did not respond.
            ZetaError: the response is an error, or not JSON.
        """
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                text = response.read().decode(errors="replace")
        except HTTPError as error:
            body_text = error.read().decode(errors="replace").strip()[:2000]
            raise ZetaError(f"SeaTunnel responded with {error.code} to {method} {path}: {body_text}") from None
        except (URLError, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise ZetaUnreachable(f"SeaTunnel does not respond at {self._url}: {reason}") from None
        if not text:
            return None
        try:
            document: JsonValue = json.loads(text)
        except ValueError:
            raise ZetaError(f"SeaTunnel responded without JSON to {method} {path}: {text[:500]}") from None
        return document
