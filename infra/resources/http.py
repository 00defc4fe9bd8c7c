"""A client of a service's HTTP interface; errors name the service, the request and the response."""

import ssl
from functools import cache

import httpx
from pydantic import JsonValue

Json = JsonValue


class ServiceError(Exception):
    """A service refused a request or did not respond."""


class Unreachable(ServiceError):
    """A service cannot be reached."""


@cache
def certificates() -> ssl.SSLContext:
    """The machine's certificates. Reading them takes longer than most requests, so it is done once."""
    return ssl.create_default_context()


class HttpService:
    """A client of a service at a base URL."""

    def __init__(self, name: str, url: str, *, timeout: float = 30.0, token: str = "") -> None:
        """`name` is the service's name in messages, `timeout` is in seconds, `token` is sent as a bearer token."""
        self._name = name
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            base_url=url, timeout=timeout, headers=headers, trust_env=False, verify=certificates()
        )

    def request(self, method: str, path: str, body: Json = None, *, accept: tuple[int, ...] = (200, 204)) -> Json:
        """Send a request; return the decoded response, or None if it has no body.

        Args:
            method: HTTP method, such as GET.
            path: path below the base URL.
            body: sent as JSON unless it is None.
            accept: statuses that count as success.

        Raises:
            Unreachable: the service did not respond.
            ServiceError: the status is not accepted; the message contains the service's error text.
        """
        try:
            answer = (
                self._client.request(method, path, json=body)
                if body is not None
                else self._client.request(method, path)
            )
        except httpx.HTTPError as error:
            raise Unreachable(f"{self._name} does not respond at {self._client.base_url}: {error}") from None
        if answer.status_code not in accept:
            body = answer.text.strip()[:500]
            raise ServiceError(f"{self._name} responded with {answer.status_code} to {method} {path}: {body}")
        if not answer.content:
            return None
        try:
            document: Json = answer.json()
        except ValueError:
            return answer.text
        return document
