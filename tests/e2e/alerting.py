"""Causes of alerts on a running stack, and the times until the alerts fire and clear."""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import httpx
from machine import TestStack
from pydantic import BaseModel

from infra.monitoring.rules import Alert
from tests.waiting import PATIENCE, wait_until

Cause = Callable[[], AbstractContextManager[None]]
"""A context in which the cause of an alert exists."""

_PAUSE = 0.5


class Series(BaseModel):
    """A series of an instant query, with the time and the value of its sample."""

    metric: dict[str, str]
    value: tuple[float, str]


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


@dataclass(frozen=True)
class Expected:
    """An alert that a cause raises.

    Args:
        name: name of the alert.
        labels: labels that the alert has; alerts with other values belong to another cause.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels is meant."""
        return labels.get("alertname") == self.name and self.labels.items() <= labels.items()


@dataclass(frozen=True)
class Exercise:
    """A cause and the alerts that it raises."""

    cause: Cause
    alerts: Sequence[Expected]


class Watch:
    """Records in a thread which alerts fire, because an alert may fire and clear while another cause begins."""

    def __init__(self, stack: TestStack) -> None:
        """Watch the stack's Prometheus from `__enter__` until `__exit__`."""
        self._stack = stack
        self._times: list[float] = []
        self._seen: list[list[dict[str, str]]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="alerts", daemon=True)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_PAUSE):
            try:
                found = series(self._stack, 'ALERTS{alertstate="firing"}')
            except (httpx.HTTPError, OSError):
                continue  # Prometheus restarts.
            self._seen.append([each.metric for each in found])
            self._times.append(time.monotonic())

    def fired(self, expected: Expected, since: float) -> list[float]:
        """Times from `since` on at which the alert was seen."""
        times = list(self._times)
        first = bisect_left(times, since)
        recent = zip(times[first:], self._seen[first:], strict=False)
        return [at for at, found in recent if any(expected.matches(labels) for labels in found)]

    def firing(self) -> list[dict[str, str]]:
        """Labels of the alerts that fire."""
        return self._seen[-1] if self._seen else []

    def is_clear(self, expected: Expected, since: float) -> bool:
        """Whether the alert did not fire when Prometheus was last queried, which was after `since`."""
        if not self._times or self._times[-1] < since:
            return False
        return not any(expected.matches(labels) for labels in self.firing())

    def exercise(self, *exercises: Exercise) -> dict[str, Times]:
        """Begin all causes, wait until their alerts have fired, end the causes, and wait until the alerts are clear.

        Returns:
            Times by the name of the alert; the longest ones if several alerts have the same name.
        """
        began: list[float] = []
        ended: dict[int, float] = {}
        wanted = [(number, alert) for number, each in enumerate(exercises) for alert in each.alerts]
        start = time.monotonic()
        self._wait(lambda: [alert for _, alert in wanted if not self.is_clear(alert, start)], "be clear at first")
        with ExitStack() as causes:
            for number, each in enumerate(exercises):
                began.append(time.monotonic())
                causes.enter_context(each.cause())
                causes.callback(lambda number=number: ended.setdefault(number, time.monotonic()))  # type: ignore[misc]
            self._wait(lambda: [alert for number, alert in wanted if not self.fired(alert, began[number])], "fire")
        self._wait(lambda: [alert for number, alert in wanted if not self.is_clear(alert, ended[number])], "clear")
        longest: dict[str, Times] = {}
        for number, alert in wanted:
            fired = self.fired(alert, began[number])
            known = longest.setdefault(alert.name, Times(0, 0))
            known.to_fire = max(known.to_fire, fired[0] - began[number])
            known.to_clear = max(known.to_clear, fired[-1] - ended[number])
        return longest

    def _wait(self, missing: Callable[[], list[Expected]], state: str) -> None:
        def remaining() -> str:
            names = sorted(labels["alertname"] for labels in self.firing())
            return f"{missing()} to {state}; firing: {names}"

        wait_until(lambda: not missing(), remaining, within=3 * PATIENCE, pause=_PAUSE)


def shown(stack: TestStack) -> set[str]:
    """Names of the alerts on the page; empty while the page's server restarts."""
    url = f"{stack.url('frontend', 'http')}/api/platform/v1/pipeline/monitoring"
    try:
        body = httpx.get(url, timeout=60).raise_for_status().json()
    except httpx.HTTPError:
        return set()
    return {str(alert["name"]) for alert in body["alerts"]}


def table(rows: Mapping[str, Times], rules: Mapping[str, Alert]) -> str:
    """The times as a table. Alerts that no test raises follow with the reason."""
    lines = [f"{'alert':<28} {'seconds to fire':>16} {'seconds to clear':>17}"]
    lines += [f"{name:<28} {each.to_fire:>16.1f} {each.to_clear:>17.1f}" for name, each in sorted(rows.items())]
    alone = {name: rule.not_raised for name, rule in sorted(rules.items()) if rule.tested == "rule"}
    return "\n".join([*lines, "tested with promtool only:", *(f"{name:<28} {why}" for name, why in alone.items())])


class Webhook:
    """A receiver of alerts."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.bodies: list[str] = []
        self.status = 200
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                webhook.bodies.append(body)
                self.send_response(webhook.status)
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
