"""The last resource of a deployment, which waits until all services pass their health checks."""

import hashlib
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pulumi import ResourceOptions
from pydantic import BaseModel, ConfigDict

from apps.shared.polling import NeverReady
from infra.container_states import STATES
from infra.observing import Observer
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.starting import wait_for_service
from infra.state import StackState
from infra.targets.kubernetes.cluster import WORKLOAD, workload_problem
from infra.targets.kubernetes.observer import PodObserver

if TYPE_CHECKING:
    from infra.targets.base import Running

CONTAINER = "docker://"
_WITHOUT_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Services are on loopback or in the stack's network, which a proxy in the environment does not reach."""


class Check(BaseModel):
    """A health check with its address filled in.

    GET `url` returns status 200 and a body with `contains`. If `send` (hexadecimal) is set, the check sends these bytes
    to the address of `url` instead, and the response contains `contains`. `docker://NAME` is the health of a container,
    and `kubernetes://…` that of a workload.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    contains: str
    send: str = ""
    start_within: float
    description: str
    """Digest of the service's description. A changed description restarts the service, so the wait is repeated."""

    def problem(self, timeout: float = 2.0) -> str:
        """Run the check once; return an error message, or an empty string. `timeout` is in seconds."""
        if self._container:
            return self._problem_of_container()
        if self.url.startswith(WORKLOAD):
            return workload_problem(self.url)
        if self.send:
            return self._problem_of_tcp(timeout)
        try:
            with _WITHOUT_PROXY.open(self.url, timeout=timeout) as answer:
                text = answer.read(65536).decode(errors="replace")
        except urllib.error.HTTPError as error:
            return f"{self.url} returns status {error.code}"
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            return f"{self.url}: {reason}"
        return "" if self.contains in text else self._unexpected(text[:80])

    @property
    def _container(self) -> str:
        return self.url.removeprefix(CONTAINER) if self.url.startswith(CONTAINER) else ""

    def _problem_of_container(self) -> str:
        state = STATES.state(self._container)
        if isinstance(state, str):
            return f"container {self._container}: {state}"
        shown = f"{state.status} {state.health}".strip()
        return "" if shown == "running healthy" else f"container {self._container} is {shown}"

    def _problem_of_tcp(self, timeout: float) -> str:
        address = urlsplit(self.url)
        try:
            with socket.create_connection((address.hostname or "", address.port or 0), timeout) as connection:
                connection.sendall(bytes.fromhex(self.send))
                answer = connection.recv(1024)
        except OSError as error:
            return f"{self.url}: {error}"
        found = self.contains.encode() in answer
        return "" if found else self._unexpected(answer[:80])

    def _unexpected(self, text: str | bytes) -> str:
        return f"the response of {self.url} is {text!r}, which does not contain {self.contains!r}"

    def _observer(self, stack: str, service: str) -> Observer | None:
        """The observer of pods. The wait may begin before the file exists that shows where the stack runs."""
        if not self.url.startswith(WORKLOAD):
            return None
        context = self.url.removeprefix(WORKLOAD).split("/")[0]
        return PodObserver(context, stack, service)

    def wait(self, stack: str, service: str) -> str:
        """Wait until a service is healthy; return an error message, or an empty string.

        The wait ends early if the service's process keeps exiting. It exceeds the start time limit while the process
        uses CPU.
        """
        # Docker or Kubernetes itself runs the check of a container every few seconds.
        pause = 0.1 if self.url.startswith(("http:", "tcp:")) else 1
        last = ""

        def problem() -> str:
            nonlocal last
            last = self.problem()
            return last

        try:
            wait_for_service(
                problem,
                stack=stack,
                service=service,
                within=self.start_within,
                what=self.url,
                pause=pause,
                observer=self._observer(stack, service),
            )
        except (TimeoutError, NeverReady) as error:
            return f"{last}\n{error}"
        return ""


class HealthInputs(Inputs):
    """The checks of a stack's services by name."""

    stack: str
    services: dict[str, Check]


class NotHealthy(Exception):
    """Services did not become healthy in time; the message contains the end of each log."""


class HealthProvider(Provider[HealthInputs]):
    """Waits for all services in parallel."""

    model = HealthInputs
    replace_on = ("stack",)

    def identity(self, inputs: HealthInputs) -> str:
        """One resource per stack."""
        return f"{inputs.stack}/healthy"

    def apply(self, inputs: HealthInputs, previous: HealthInputs | None) -> None:
        """Wait until all services are healthy.

        Raises:
            NotHealthy: a service is not healthy in time; the message contains the services, reasons and last log lines.
        """
        with ThreadPoolExecutor(max_workers=len(inputs.services) or 1) as pool:
            waits = {name: pool.submit(check.wait, inputs.stack, name) for name, check in inputs.services.items()}
            results = {name: wait.result() for name, wait in waits.items()}
        late = {name: result for name, result in results.items() if result}
        if late:
            raise NotHealthy("\n".join(f"{name} is not healthy: {reason}" for name, reason in late.items()))
        self.healthy(inputs)

    def healthy(self, inputs: HealthInputs) -> None:
        """Called when all services are healthy; a target may override it."""

    def find_drift(self, inputs: HealthInputs) -> list[str]:
        """Report services that are not healthy."""
        with ThreadPoolExecutor(max_workers=len(inputs.services) or 1) as pool:
            problems = pool.map(lambda check: check.problem(), inputs.services.values())
        return [f"{name}: {text}" for name, text in zip(inputs.services, problems, strict=True) if text]

    def remove(self, inputs: HealthInputs) -> None:
        """Do nothing: the resource has no object of its own."""
        StackState(inputs.stack).health.unlink(missing_ok=True)


class PlatformHealthy(DynamicResource, module="kappastack", name="PlatformHealthy"):
    """A resource whose creation waits until every service of the stack is healthy."""

    provider = HealthProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        running: Sequence["Running"],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`running` are the services to wait for."""
        checks = {
            each.service.name: {
                "url": each.health_url,
                "contains": each.service.health.contains,
                "send": each.health_send,
                "start_within": each.service.health.start_within,
                "description": hashlib.sha256(repr(each.service).encode()).hexdigest()[:16],
            }
            for each in running
        }
        super().__init__(name, {"stack": stack, "services": checks}, opts)
