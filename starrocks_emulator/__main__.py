"""`python -m starrocks_emulator`: run the emulator until SIGTERM or SIGINT."""

import argparse
import asyncio
import ipaddress
import json
import logging
import signal
import socket
import sys
import time
from pathlib import Path

from aiohttp import web

from starrocks_emulator import version
from starrocks_emulator.certificate import tls_context
from starrocks_emulator.engine import Engine
from starrocks_emulator.http.backend import backend
from starrocks_emulator.http.frontend import frontend
from starrocks_emulator.mysql.server import serve
from starrocks_emulator.storage import DataFolderError

_LOG = logging.getLogger("starrocks_emulator")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m starrocks_emulator", description=version.COMMENT)
    parser.add_argument("--data", type=Path, required=True, help="data folder; created if it is missing")
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (default 127.0.0.1)")
    parser.add_argument("--mysql-port", type=int, default=9030, help="port of the MySQL protocol; 0 takes a free port")
    parser.add_argument("--fe-http-port", type=int, default=8030, help="HTTP port of the FE; 0 takes a free port")
    parser.add_argument("--be-http-port", type=int, default=8040, help="HTTP port of the BE; 0 takes a free port")
    parser.add_argument("--memory-limit", default="320MB", help="memory for queries and loads (default 320MB)")
    parser.add_argument("--threads", type=int, default=2, help="threads for queries and loads (default 2)")
    parser.add_argument("--allow-remote", action="store_true", help="allow an address that other machines can reach")
    return parser.parse_args()


def _check_address(host: str, allow_remote: bool) -> None:
    addresses = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    if not allow_remote and not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        sys.exit(
            f"--host {host} is not loopback. The root user of this emulator has no password at first; "
            "bind this address with --allow-remote."
        )


async def _listen(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound: int = runner.addresses[0][1]
    return runner, bound


async def _run(arguments: argparse.Namespace) -> None:
    engine = Engine(arguments.data, arguments.memory_limit, arguments.threads)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runners: list[web.AppRunner] = []
    server = None
    try:
        for name, app, port in (
            ("fe_http", frontend(engine), arguments.fe_http_port),
            ("be_http", backend(engine), arguments.be_http_port),
        ):
            runner, engine.ports[name] = await _listen(app, arguments.host, port)
            runners.append(runner)
        server = await serve(engine, arguments.host, arguments.mysql_port, ssl=tls_context(arguments.data / "tls"))
        engine.ports["mysql"] = server.port
        listening = server
        engine.kill_connection = lambda number, query_only: listening.kill(number, query_only=query_only)
        print(json.dumps(engine.ports), flush=True)
        _LOG.warning("%s; data in %s", version.COMMENT, arguments.data)
        await stop.wait()
    finally:
        if server:
            await server.close()
        for runner in runners:
            await runner.cleanup()
        await asyncio.to_thread(engine.close)


def main() -> None:
    """Run from the command line."""
    arguments = _arguments()
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    _check_address(arguments.host, arguments.allow_remote)
    try:
        asyncio.run(_run(arguments))
    except (DataFolderError, OSError) as error:
        sys.exit(str(error))


main()
