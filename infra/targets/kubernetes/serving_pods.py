"""The pods that serve the Services of a namespace, by `kubectl get endpointslices --watch`."""

import asyncio
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from infra.targets.kubernetes.cluster import command

_SERVICE_LABEL = "kubernetes.io/service-name"
_LONGEST_LINE = 2**24
"""Bytes of the longest event that kubectl may print. A slice of 1000 endpoints has less than 1 MB."""


@dataclass(frozen=True, order=True)
class Pod:
    """A pod. Its uid differs from that of its predecessor; its address changes if its sandbox is replaced."""

    name: str
    uid: str
    address: str


class _Reference(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kind: str = ""
    name: str = ""
    uid: str = ""


class _Conditions(BaseModel):
    model_config = ConfigDict(extra="ignore")

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None

    @property
    def usable(self) -> bool:
        """Whether the pod accepts new connections.

        `ready` is also true for pods that are not ready if their Service publishes such pods; `serving` is not.
        An unknown condition counts as true, as
        https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/ defines.
        """
        serving = self.ready if self.serving is None else self.serving
        return serving is not False and not self.terminating


class _Endpoint(BaseModel):
    model_config = ConfigDict(extra="ignore")

    addresses: list[str] = Field(min_length=1)
    conditions: _Conditions = _Conditions()
    target: _Reference | None = Field(None, alias="targetRef")

    @property
    def pod(self) -> Pod | None:
        """The pod; None for an address that is not a pod's."""
        if self.target is None or self.target.kind != "Pod":
            return None
        return Pod(self.target.name, self.target.uid, self.addresses[0])


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str
    labels: dict[str, str] = Field(default_factory=dict)


class _Slice(BaseModel):
    model_config = ConfigDict(extra="ignore")

    metadata: _Metadata
    endpoints: list[_Endpoint] | None = None


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: str
    slice: _Slice = Field(alias="object")


class ServingPods:
    """The pods of each Service of a namespace. The watch starts when it is first needed, and again after it ended."""

    def __init__(self, context: str, namespace: str) -> None:
        """`context` is that of the kubeconfig; empty for the current one."""
        self._command = command(
            context,
            *("get", "endpointslices", "--namespace", namespace),
            *("--watch", "--output-watch-events", "--output", "json"),
        )
        self._slices: dict[str, _Slice] = {}
        self._changed = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._watching = False
        self._message = ""

    async def usable(self, service: str) -> list[Pod]:
        """The pods that accept new connections; waits until there is one.

        Raises:
            ConnectionError: the watch ended; the message is kubectl's.
        """
        if not self._watching:
            self._watching, self._message = True, ""
            self._watch = asyncio.create_task(self._run())
        while not (found := [each.pod for each in self._endpoints(service) if each.pod and each.conditions.usable]):
            if not self._watching:
                raise ConnectionError(self._message or "kubectl ended")
            self._changed.clear()
            await self._changed.wait()
        return sorted(found)

    def listed(self, service: str) -> set[Pod]:
        """The pods of a Service, also those that are not ready or end."""
        return {each.pod for each in self._endpoints(service) if each.pod}

    async def stop(self) -> None:
        """End the watch."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    def _endpoints(self, service: str) -> list[_Endpoint]:
        slices = [each for each in self._slices.values() if each.metadata.labels.get(_SERVICE_LABEL) == service]
        return [endpoint for each in slices for endpoint in each.endpoints or []]

    async def _run(self) -> None:
        try:
            await self._read()
        except (OSError, ValueError) as error:
            self._message = str(error)
        finally:
            # Without a watch, the known pods may be gone.
            self._slices, self._watching = {}, False
            self._changed.set()

    async def _read(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LONGEST_LINE,
        )
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                self._process(line)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    def _process(self, line: bytes) -> None:
        if not line.startswith(b"{"):
            self._message = line.decode(errors="replace").strip()
            return
        event = _Event.model_validate_json(line)
        if event.type == "DELETED":
            self._slices.pop(event.slice.metadata.name, None)
        else:
            self._slices[event.slice.metadata.name] = event.slice
        self._changed.set()
