"""HTTP with JSON, as far as Zeta needs it. By the standard library: a task that runs each minute has to start fast."""

import json
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from pydantic import JsonValue


class ZetaError(Exception):
    """The engine refused a request; the message has what it said."""


class ZetaUnreachable(ZetaError):
    """The engine did not answer at all."""


class Rest:
    """The engine's HTTP interface at a URL. A proxy of the environment is not for what runs beside us."""

    def __init__(self, url: str, *, timeout: float) -> None:
        """`timeout` in seconds, for one request."""
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._opener = build_opener(ProxyHandler({}))

    def request(self, method: str, path: str, body: JsonValue = None) -> JsonValue:
        """Send a request and hand on the decoded answer, None where it has no body.

        Raises:
            ZetaUnreachable: there was no answer.
            ZetaError: the answer was an error, or not JSON.
        """
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                text = answer.read().decode(errors="replace")
        except HTTPError as error:
            said = error.read().decode(errors="replace").strip()[:2000]
            raise ZetaError(f"SeaTunnel answered {error.code} to {method} {path}: {said}") from None
        except (URLError, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise ZetaUnreachable(f"SeaTunnel does not answer at {self._url}: {reason}") from None
        if not text:
            return None
        try:
            document: JsonValue = json.loads(text)
        except ValueError:
            raise ZetaError(f"SeaTunnel answered no JSON to {method} {path}: {text[:500]}") from None
        return document
