"""The background process that forwards ports of this machine into a cluster: `python -m … STACK`.

It accepts a connection immediately, and connects by `kubectl port-forward` to a pod that serves the Service. While no
pod serves the Service, such as during a replacement, the client waits.
"""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Sequence

from pydantic import ValidationError

from apps.shared.files import write_private
from infra.forwarding import LISTENING, Forward, lock, ports_file
from infra.resources.connections import Connections
from infra.state import StackState
from infra.targets.free_ports import PortTaken, refuse_taken
from infra.targets.kubernetes.cluster import LOOPBACK
from infra.targets.kubernetes.serving_pods import ServingPods
from infra.targets.kubernetes.tunnels import Tunnels

IDLE_SECONDS = 900
"""Seconds without a connection after which the process ends."""
_LOOK_SECONDS = 1.0
_LOCK_SECONDS = 2.0
_CHUNK = 65536


class Forwarder:
    """Listens on the ports of a stack's connections."""

    def __init__(self, stack: str) -> None:
        """`stack` is the name of the stack."""
        self._stack = stack
        self._forwards: list[Forward] = []
        self._pods: dict[tuple[str, str], ServingPods] = {}
        self._tunnels: dict[tuple[str, str, str], Tunnels] = {}
        self._servers: list[asyncio.Server] = []
        self._used = time.monotonic()
        self._open = 0

    async def run(self) -> None:
        """Forward until the stack's connections are deleted, or no connection has used the ports for a while."""
        try:
            while time.monotonic() - self._used < IDLE_SECONDS or self._open:
                wanted = self._wanted()
                if wanted is None:
                    return
                if wanted != self._forwards:
                    await self._listen(wanted)
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            await self._close()
            ports_file(self._stack).unlink(missing_ok=True)

    def _wanted(self) -> list[Forward] | None:
        """The forwards in the connections file; None if the file does not exist."""
        try:
            return Connections.model_validate_json(StackState(self._stack).connections.read_bytes()).forwards
        except FileNotFoundError:
            return None
        except ValidationError:
            return self._forwards

    async def _listen(self, forwards: list[Forward]) -> None:
        await self._close()
        self._forwards = forwards
        ports: dict[tuple[str, str, str], list[int]] = {}
        workloads: dict[tuple[str, str, str], str] = {}
        for each in forwards:
            key = (each.context, each.namespace, each.service)
            ports.setdefault(key, []).append(each.remote)
            workloads[key] = each.workload
        self._pods = {place: ServingPods(*place) for place in {(context, namespace) for context, namespace, _ in ports}}
        self._tunnels = {
            (context, namespace, service): Tunnels(
                self._pods[context, namespace],
                context,
                namespace,
                service,
                sorted(set(found)),
                workload=workloads[context, namespace, service],
            )
            for (context, namespace, service), found in ports.items()
        }
        for each in forwards:
            tunnels = self._tunnels[each.context, each.namespace, each.service]
            self._servers.append(await self._serve(each, tunnels))
        write_private(ports_file(self._stack), LISTENING.dump_json([each.local for each in forwards]).decode())

    async def _serve(self, forward: Forward, tunnels: Tunnels) -> asyncio.Server:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open += 1
            try:
                there = await tunnels.connect(forward.remote)
            except OSError as error:
                print(f"{forward.service}:{forward.remote}: {error}", flush=True)  # noqa: T201
                writer.close()
            else:
                await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
            finally:
                self._open -= 1
                self._used = time.monotonic()

        try:
            return await asyncio.start_server(accept, LOOPBACK, forward.local)
        except OSError:
            refuse_taken({f"{forward.service}:{forward.remote}": forward.local})
            raise

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._servers = []
        for tunnels in self._tunnels.values():
            await tunnels.stop()
        for pods in self._pods.values():
            await pods.stop()
        self._tunnels, self._pods = {}, {}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


def main(arguments: Sequence[str]) -> int:
    """Run the forwarder; a second process for the same stack ends after some seconds."""
    [stack] = arguments
    # Another process may hold the lock for a moment, to find out whether this one runs.
    with lock(stack, within=_LOCK_SECONDS) as own:
        if not own:
            return 0
        try:
            asyncio.run(_until_ended(stack))
        except PortTaken as error:
            print(error, flush=True)  # noqa: T201
            return 1
    return 0


async def _until_ended(stack: str) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await Forwarder(stack).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
