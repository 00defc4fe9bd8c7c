"""The background process that forwards ports of this machine into a cluster: `python -m … STACK`.

It accepts a connection immediately, and connects to the Service by `kubectl port-forward`. If the pod behind the
forward is gone, it starts another `kubectl`, so that clients can connect again.
"""

import asyncio
import contextlib
import fcntl
import re
import signal
import sys
import time
from collections.abc import Sequence

from pydantic import ValidationError

from apps.shared.files import write_private
from infra.forwarding import LISTENING, Forward, lock_file, ports_file
from infra.resources.connections import Connections
from infra.state import StackState
from infra.targets.kubernetes.cluster import LOOPBACK, command

IDLE_SECONDS = 900
"""Seconds without a connection after which the process ends."""
_LOOK_SECONDS = 1.0
_TRY_SECONDS = 30
_PAUSE_SECONDS = 0.5
_CHUNK = 65536
_FORWARDING = re.compile(rb"Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)")


class Tunnel:
    """`kubectl port-forward` to one Service, started when it is first used."""

    def __init__(self, context: str, namespace: str, service: str, ports: Sequence[int]) -> None:
        """`ports` are the forwarded ports of the Service."""
        self._command = command(
            context,
            *("port-forward", "--namespace", namespace, "--address", LOOPBACK, f"service/{service}"),
            # kubectl chooses the ports of this machine.
            *(f":{port}" for port in ports),
        )
        self._count = len(ports)
        self._process: asyncio.subprocess.Process | None = None
        self._local: dict[int, int] = {}
        self._starting = asyncio.Lock()

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to a port of the Service.

        Raises:
            OSError: the port cannot be reached.
        """
        deadline = time.monotonic() + _TRY_SECONDS
        while True:
            try:
                async with self._starting:
                    local = await self._port(port)
                return await asyncio.open_connection(LOOPBACK, local)
            except OSError as error:
                if time.monotonic() > deadline:
                    raise
                print(f"{self._command[-1]}: {error}", flush=True)  # noqa: T201 # the log of this process
                await self.stop()
                await asyncio.sleep(_PAUSE_SECONDS)

    async def stop(self) -> None:
        """End kubectl."""
        process, self._process, self._local = self._process, None, {}
        if process is not None and process.returncode is None:
            process.terminate()
            await process.wait()

    async def _port(self, port: int) -> int:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
            )
            self._local = await asyncio.wait_for(self._announced(self._process), _TRY_SECONDS)
            # kubectl logs each connection. Unread output would fill the pipe and block kubectl.
            asyncio.get_running_loop().create_task(_discard(self._process))
        return self._local[port]

    async def _announced(self, process: asyncio.subprocess.Process) -> dict[int, int]:
        """The ports of this machine by port of the Service, from kubectl's first lines."""
        assert process.stdout is not None
        found: dict[int, int] = {}
        lines: list[bytes] = []
        while len(found) < self._count:
            line = await process.stdout.readline()
            if not line:
                raise ConnectionError(b" ".join(lines).decode(errors="replace").strip() or "kubectl ended")
            lines.append(line)
            if match := _FORWARDING.search(line):
                found[int(match[2])] = int(match[1])
        return found


async def _discard(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(_CHUNK):
        pass


class Forwarder:
    """Listens on the ports of a stack's connections."""

    def __init__(self, stack: str) -> None:
        """`stack` is the name of the stack."""
        self._stack = stack
        self._forwards: list[Forward] = []
        self._tunnels: dict[tuple[str, str, str], Tunnel] = {}
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
        for each in forwards:
            ports.setdefault((each.context, each.namespace, each.service), []).append(each.remote)
        self._tunnels = {key: Tunnel(*key, sorted(set(found))) for key, found in ports.items()}
        for each in forwards:
            tunnel = self._tunnels[each.context, each.namespace, each.service]
            self._servers.append(await self._serve(each, tunnel))
        write_private(ports_file(self._stack), LISTENING.dump_json([each.local for each in forwards]).decode())

    async def _serve(self, forward: Forward, tunnel: Tunnel) -> asyncio.Server:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open += 1
            try:
                there = await tunnel.connect(forward.remote)
            except OSError as error:
                print(f"{forward.service}:{forward.remote}: {error}", flush=True)  # noqa: T201
                writer.close()
            else:
                await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
            finally:
                self._open -= 1
                self._used = time.monotonic()

        return await asyncio.start_server(accept, LOOPBACK, forward.local)

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._servers = []
        for tunnel in self._tunnels.values():
            await tunnel.stop()
        self._tunnels = {}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


def main(arguments: Sequence[str]) -> int:
    """Run the forwarder; a second process for the same stack ends immediately."""
    [stack] = arguments
    with lock_file(stack).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        asyncio.run(_until_ended(stack))
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
