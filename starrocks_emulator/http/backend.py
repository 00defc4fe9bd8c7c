"""The BE's HTTP server (port 8040): receives the bodies of loads."""

import asyncio
import itertools
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiohttp import web

from starrocks_emulator.engine import Engine
from starrocks_emulator.http.common import beside, require_insert, user_of
from starrocks_emulator.http.metrics import backend_metrics
from starrocks_emulator.load import settings as load_settings
from starrocks_emulator.load.stream import StreamLoader, failure
from starrocks_emulator.load.transactions import Transactions

_CHUNK = 1 << 18
_MAX_BODY = 10 << 30
"""StarRocks: streaming_load_max_mb, 10 GiB."""
_MAX_JSON = 4 << 30
_NUMBERS = itertools.count(1)
_LOG_NAME = re.compile(r"^error_log_\d+$")


class Backend:
    """The request handlers and their shared state."""

    def __init__(self, engine: Engine) -> None:
        """Load into `engine`."""
        self.engine = engine
        self.loader = StreamLoader(engine)
        self.transactions = Transactions(engine, self.loader)
        self.threads = ThreadPoolExecutor(8, thread_name_prefix="load")

    async def stream_load(self, request: web.Request) -> web.Response:
        """`PUT /api/{db}/{table}/_stream_load`."""
        user = user_of(request, self.engine)
        database, table = request.match_info["db"], request.match_info["table"]
        label = request.headers.get("label", "")
        reason = require_insert(self.engine, user, database, table)
        if reason:
            return await self._refuse(request, failure(label, reason))
        try:
            settings = load_settings.read(request.headers)
        except load_settings.SettingsError as error:
            return await self._refuse(request, failure(label, str(error)))
        body = await self._body(request)
        url = f"http://{beside(request, self.engine.ports['be_http'])}/api/_load_error_log?file="
        try:
            answer = await asyncio.get_running_loop().run_in_executor(
                self.threads, self.loader.load, database, table, body, settings, user, url
            )
        finally:
            body.unlink(missing_ok=True)
        return web.json_response(answer)

    async def transaction(self, request: web.Request) -> web.Response:
        """`/api/transaction/{begin,load,prepare,commit,rollback}`."""
        user = user_of(request, self.engine)
        operation = request.match_info["op"]
        label, database = request.headers.get("label", ""), request.headers.get("db", "")
        tables = [name for name in request.headers.get("table", "").split(",") if name]
        refusal = self._transaction_refusal(operation, label, database, tables, user)
        if refusal:
            return await self._refuse(request, {"Status": "FAILED", "Message": refusal, "Label": label})
        body = None
        if operation == "load":
            body = await self._body(request)
        try:
            answer = await asyncio.get_running_loop().run_in_executor(
                self.threads,
                self.transactions.run,
                operation,
                database,
                label,
                tables,
                user,
                dict(request.headers),
                body,
            )
        finally:
            if body:
                body.unlink(missing_ok=True)
        return web.json_response(answer)

    def _transaction_refusal(
        self, operation: str, label: str, database: str, tables: list[str], user: str
    ) -> str | None:
        if operation not in {"begin", "load", "prepare", "commit", "rollback"}:
            return f"unknown operation {operation}"
        if not label or not database:
            return "the headers label and db are needed"
        if operation in {"begin", "load"}:
            if not tables:
                return "the header table is needed"
            for table in tables:
                if reason := require_insert(self.engine, user, database, table):
                    return reason
        return None

    async def _body(self, request: web.Request) -> Path:
        path = self.engine.storage.staging / f"body_{next(_NUMBERS)}"
        size = 0
        with path.open("wb") as file:
            async for chunk in request.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > _MAX_BODY:
                    raise web.HTTPRequestEntityTooLarge(_MAX_BODY, size)
                file.write(chunk)
        return path

    @staticmethod
    async def _refuse(request: web.Request, answer: Mapping[str, object]) -> web.Response:
        return web.json_response(answer, headers={"Connection": "close"} if request.can_read_body else {})

    async def error_log(self, request: web.Request) -> web.Response:
        """`GET /api/_load_error_log?file=…`: as in StarRocks it needs no password, only the number."""
        name = request.query.get("file", "")
        path = self.engine.storage.error_logs / name
        if not _LOG_NAME.match(name) or not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound(text="no such error log")
        return web.Response(text=await asyncio.to_thread(path.read_text))

    async def health(self, _: web.Request) -> web.Response:
        """`GET /api/health`."""
        return web.json_response({"status": "OK", "msg": "Success", "emulator": True})

    async def metrics(self, _: web.Request) -> web.Response:
        """`GET /metrics`."""
        return web.Response(text=backend_metrics(self.engine))


def backend(engine: Engine) -> web.Application:
    """The BE's application."""
    app = web.Application(client_max_size=_MAX_BODY)
    handlers = Backend(engine)
    app.router.add_put("/api/{db}/{table}/_stream_load", handlers.stream_load)
    app.router.add_route("*", "/api/transaction/{op}", handlers.transaction)
    app.router.add_get("/api/_load_error_log", handlers.error_log)
    app.router.add_get("/api/health", handlers.health)
    app.router.add_get("/metrics", handlers.metrics)

    async def stop(_: web.Application) -> None:
        await asyncio.to_thread(handlers.threads.shutdown)

    app.on_cleanup.append(stop)
    return app
