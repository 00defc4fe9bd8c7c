"""Connections to the pods of a Service, by `kubectl port-forward`."""

import asyncio
import math
import re
import time
from collections.abc import Sequence

from infra.targets.kubernetes.cluster import LOOPBACK, ClusterError, command, is_stopped
from infra.targets.kubernetes.serving_pods import Pod, ServingPods

TRY_SECONDS = 60.0
"""Seconds to wait for a pod that serves the Service, and for kubectl's connection to it."""
LOOK_SECONDS = 0.5
"""Seconds without a pod that serves the Service after which a query checks whether its workload is stopped."""
ANSWER_SECONDS = 3.0
"""Seconds for which the result of that query is used again, because each query starts kubectl."""
_PAUSE_SECONDS = 0.5
_CHUNK = 65536
_FORWARDING = re.compile(rb"Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)")

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Tunnel:
    """`kubectl port-forward` to one pod, started when it is first used."""

    def __init__(self, context: str, namespace: str, pod: str, ports: Sequence[int]) -> None:
        self._command = command(
            context,
            *("port-forward", "--namespace", namespace, "--address", LOOPBACK, f"pod/{pod}"),
            # kubectl chooses the ports of this machine.
            *(f":{port}" for port in ports),
        )
        self._count = len(ports)
        self._process: asyncio.subprocess.Process | None = None
        self._discarding: asyncio.Task[None] | None = None
        self._local: dict[int, int] = {}
        self._starting = asyncio.Lock()

    async def connect(self, port: int) -> Connection:
        """A connection to a port of the pod.

        Raises:
            OSError: kubectl does not connect to the pod; the message is kubectl's.
        """
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()
        return await asyncio.open_connection(LOOPBACK, self._local[port])

    async def stop(self) -> None:
        """End kubectl."""
        process, self._process, self._local = self._process, None, {}
        if process is not None:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = self._process.stdout
        assert output is not None
        try:
            self._local = await self._announced(output)
        finally:
            if not self._local:
                await self.stop()
        # kubectl logs each connection. Unread output would fill the pipe and block kubectl.
        self._discarding = asyncio.create_task(_discard(output))

    async def _announced(self, output: asyncio.StreamReader) -> dict[int, int]:
        """The ports of this machine by port of the pod, from kubectl's first lines."""
        found: dict[int, int] = {}
        lines: list[bytes] = []
        while len(found) < self._count:
            line = await output.readline()
            if not line:
                raise ConnectionError(b" ".join(lines).decode(errors="replace").strip() or "kubectl ended")
            lines.append(line)
            if match := _FORWARDING.search(line):
                found[int(match[2])] = int(match[1])
        return found


async def _discard(output: asyncio.StreamReader) -> None:
    while await output.read(_CHUNK):
        pass


class StoppedError(ConnectionRefusedError):
    """The workload is scaled to zero pods, so no pod will serve the Service soon."""


class Tunnels:
    """Connections to a Service, each to a pod that serves it at that time.

    `kubectl port-forward` does not detect that its pod is gone: it accepts the next connection and closes it. So each
    pod has a tunnel of its own, and a connection is made only to a pod that the Service lists as ready.
    """

    def __init__(
        self, pods: ServingPods, context: str, namespace: str, service: str, ports: Sequence[int], *, workload: str = ""
    ) -> None:
        """Refer to a Service.

        Args:
            pods: pods of the namespace.
            context: context of the kubeconfig; empty for the current one.
            namespace: namespace of the Service.
            service: name of the Service.
            ports: ports of the Service, on which its pods listen too.
            workload: name of a workload whose pods the Service selects; empty if it has the name of the Service.
        """
        self._pods = pods
        self._context = context
        self._namespace = namespace
        self._service = service
        self._workload = workload or service
        self._ports = ports
        self._tunnels: dict[Pod, _Tunnel] = {}
        self._looking = asyncio.Lock()
        self._stopped = False
        self._answered = -math.inf

    async def connect(self, port: int) -> Connection:
        """A connection to a port of a pod that serves the Service; waits until there is one.

        Raises:
            StoppedError: the workload is scaled to zero pods.
            OSError: no pod could be reached in time.
        """
        problem = "no pod is ready"
        try:
            async with asyncio.timeout(TRY_SECONDS):
                while True:
                    try:
                        return await self._connected(port)
                    except StoppedError:
                        raise
                    except OSError as error:
                        if str(error) != problem:
                            problem = str(error)
                            print(f"{self._service}: {problem}", flush=True)  # noqa: T201 # the log of this process
                    await asyncio.sleep(_PAUSE_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"no connection within {TRY_SECONDS:.0f} s: {problem}") from None

    async def stop(self) -> None:
        """End all tunnels."""
        while self._tunnels:
            _, tunnel = self._tunnels.popitem()
            await tunnel.stop()

    async def _connected(self, port: int) -> Connection:
        tunnel = await self._chosen()
        try:
            return await tunnel.connect(port)
        except OSError:
            await tunnel.stop()
            raise

    async def _chosen(self) -> _Tunnel:
        usable = await self._usable()
        # A pod that ends still serves its open connections, so its tunnel stays until the pod is gone.
        for gone in set(self._tunnels) - self._pods.listed(self._service):
            await self._tunnels.pop(gone).stop()
        pod = next((each for each in usable if each in self._tunnels), usable[0])
        if pod not in self._tunnels:
            self._tunnels[pod] = _Tunnel(self._context, self._namespace, pod.name, self._ports)
        return self._tunnels[pod]

    async def _usable(self) -> list[Pod]:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._pods.usable(self._service)
        except TimeoutError:
            await self._check_not_stopped()
            raise ConnectionError("no pod is ready") from None

    async def _check_not_stopped(self) -> None:
        # Many connections may wait. The lock lets only one of them run kubectl at a time.
        async with self._looking:
            if time.monotonic() - self._answered > ANSWER_SECONDS:
                try:
                    self._stopped = await asyncio.to_thread(is_stopped, self._context, self._namespace, self._workload)
                except ClusterError as error:
                    raise ConnectionError(str(error)) from None
                self._answered = time.monotonic()
        if self._stopped:
            raise StoppedError(f"{self._service} is scaled to zero pods: `make up` for its stack starts it")
