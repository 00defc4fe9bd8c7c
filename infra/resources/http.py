"""The HTTP interface of a service; errors name the service, the request and its answer."""

import ssl
from functools import cache

import httpx
from pydantic import JsonValue

Json = JsonValue


class ServiceError(Exception):
    """A service refused a request, or did not answer it."""


class Unreachable(ServiceError):
    """A service did not answer at all."""


@cache
def _certificates() -> ssl.SSLContext:
    """The machine's certificates. Reading them takes longer than most requests, so it is done once."""
    return ssl.create_default_context()


class HttpService:
    """A service at a base URL."""

    def __init__(self, name: str, url: str, *, timeout: float = 30.0, token: str = "") -> None:
        """`name` is for messages; `timeout` in seconds; `token` goes as a bearer token."""
        self._name = name
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            base_url=url, timeout=timeout, headers=headers, trust_env=False, verify=_certificates()
        )

    def request(self, method: str, path: str, body: Json = None, *, accept: tuple[int, ...] = (200, 204)) -> Json:
        """Send a request; the decoded answer, None where it has no body.

        Args:
            method: such as GET.
            path: below the base URL.
            body: sent as JSON where it is not None.
            accept: statuses that count as success.

        Raises:
            Unreachable: there was no answer.
            ServiceError: any other status, with what the service said.
        """
        try:
            answer = (
                self._client.request(method, path, json=body)
                if body is not None
                else self._client.request(method, path)
            )
        except httpx.HTTPError as error:
            raise Unreachable(f"{self._name} does not answer at {self._client.base_url}: {error}") from None
        if answer.status_code not in accept:
            said = answer.text.strip()[:500]
            raise ServiceError(f"{self._name} answered {answer.status_code} to {method} {path}: {said}")
        if not answer.content:
            return None
        try:
            document: Json = answer.json()
        except ValueError:
            return answer.text
        return document
