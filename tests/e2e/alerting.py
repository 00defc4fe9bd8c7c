"""Causes of alerts on a running stack, and the times until the alerts fire and clear."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from machine import TestStack
from pydantic import BaseModel

from tests.waiting import PATIENCE, wait_until

Cause = Callable[[], AbstractContextManager[None]]
"""A context in which the cause of an alert exists."""


class Series(BaseModel):
    """A series of an instant query."""

    metric: dict[str, str]


class _Result(BaseModel):
    result: list[Series]


class _Answer(BaseModel):
    data: _Result


def series(stack: TestStack, expression: str) -> list[Series]:
    """The current series of an expression in the stack's Prometheus."""
    url = f"{stack.url('prometheus', 'http')}/api/v1/query"
    text = httpx.get(url, params={"query": expression}, timeout=60).raise_for_status().text
    return _Answer.model_validate_json(text).data.result


@dataclass
class Times:
    """Seconds from the start of the cause until the alert fires, and from the cause's end until the alert clears."""

    to_fire: float
    to_clear: float


class Alerts:
    """The alerts of a stack, as its page shows them."""

    def __init__(self, stack: TestStack) -> None:
        """Read the alerts through the page's server."""
        self._url = f"{stack.url('frontend', 'http')}/api/platform/v1/pipeline/monitoring"

    def firing(self) -> set[str]:
        """Names of the alerts that fire; empty while the page's server restarts."""
        try:
            body = httpx.get(self._url, timeout=10).raise_for_status().json()
        except httpx.HTTPError:
            return set()
        return {str(alert["name"]) for alert in body["alerts"]}

    def exercise(self, causes: Mapping[str, Cause], also: Mapping[str, str]) -> dict[str, Times]:
        """Begin all causes, wait for their alerts, end the causes, and wait until the alerts are gone.

        Args:
            causes: cause by the name of its alert.
            also: further alerts that must fire, each with the alert that has the same cause.
        """
        began: dict[str, float] = {}
        ended: dict[str, float] = {}
        wanted = [*causes, *also]
        with ExitStack() as stack:
            for name, cause in causes.items():
                began[name] = time.monotonic()
                stack.enter_context(cause())
                stack.callback(lambda name=name: ended.setdefault(name, time.monotonic()))  # type: ignore[misc]
            fired = self._seen(wanted, firing=True)
        cleared = self._seen(wanted, firing=False)
        first = {name: also.get(name, name) for name in wanted}
        return {name: Times(fired[name] - began[first[name]], cleared[name] - ended[first[name]]) for name in wanted}

    def _seen(self, wanted: list[str], *, firing: bool) -> dict[str, float]:
        """The time at which each alert was first seen in the wanted state."""
        seen: dict[str, float] = {}

        def all_seen() -> bool:
            found = self.firing()
            for name in wanted:
                if (name in found) == firing:
                    seen.setdefault(name, time.monotonic())
            return len(seen) == len(wanted)

        state = "fire" if firing else "clear"
        missing = lambda: f"{sorted(set(wanted) - seen.keys())} to {state}; firing: {sorted(self.firing())}"  # noqa: E731
        wait_until(all_seen, missing, within=2 * PATIENCE, pause=0.5)
        return seen


def table(rows: Mapping[str, Times]) -> str:
    """The times as a table."""
    lines = [f"{'alert':<24} {'seconds to fire':>16} {'seconds to clear':>17}"]
    lines += [f"{name:<24} {each.to_fire:>16.1f} {each.to_clear:>17.1f}" for name, each in sorted(rows.items())]
    return "\n".join(lines)


class Webhook:
    """A receiver of alerts."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.bodies: list[str] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                webhook.bodies.append(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook?key=planted-key"
        threading.Thread(target=self._server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
