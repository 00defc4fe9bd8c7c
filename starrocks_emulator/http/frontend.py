"""The FE's HTTP server (port 8030): health, load states, and redirects of loads to the BE."""

import asyncio

from aiohttp import HttpVersion11, web

from starrocks_emulator import version
from starrocks_emulator.engine import Engine
from starrocks_emulator.http.common import beside, unauthorized, user_of
from starrocks_emulator.http.metrics import frontend_metrics
from starrocks_emulator.http.page import render
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table

ENGINE = web.AppKey("engine", Engine)


async def _health(request: web.Request) -> web.Response:  # noqa: ARG001
    return web.json_response(
        {
            "status": "OK", "msg": "Success", "online_backend_num": 1, "total_backend_num": 1, "emulator": True,
            "version": version.CURRENT_VERSION, "comment": version.COMMENT,
        }
    )  # fmt: skip


async def _stream_load(request: web.Request) -> web.StreamResponse:
    """Redirect a Stream Load to the BE without reading its body; the checks are those of StarRocks' LoadAction."""
    engine = request.app[ENGINE]
    try:
        user = user_of(request, engine)
    except web.HTTPUnauthorized as refused:
        return refused
    if request.version >= HttpVersion11 and request.headers.get("Expect", "").lower() != "100-continue":
        body = {
            "Status": "FAILED",
            "Message": "class com.starrocks.common.DdlException: There is no 100-continue header",
        }
        return web.json_response(body, headers={"Connection": "close"})
    # The BE refuses a table that does not exist.
    found = _find(engine, request.match_info["db"], request.match_info["table"])
    access = engine.access(user)
    if found is not None and not access.may("INSERT", found):
        return unauthorized(f"Access denied for user '{user}'@'%'. {access.hint()}")
    return _to_backend(request)


def _find(engine: Engine, database: str, table: str) -> Table | None:
    try:
        return engine.catalog.find(database, table)
    except SqlError:  # no such database
        return None


async def _transaction(request: web.Request) -> web.StreamResponse:
    """Redirect a step of a transaction to the BE."""
    try:
        user_of(request, request.app[ENGINE])
    except web.HTTPUnauthorized as refused:
        return refused
    return _to_backend(request)


def _to_backend(request: web.Request) -> web.Response:
    target = f"http://{beside(request, request.app[ENGINE].ports['be_http'])}{request.raw_path}"
    return web.Response(status=307, headers={"Location": target, "Connection": "close"})


async def _load_state(request: web.Request) -> web.Response:
    engine = request.app[ENGINE]
    user = user_of(request, engine)
    database, label = request.match_info["db"], request.query.get("label", "")
    tables = engine.catalog.tables(database)
    if not label or not engine.access(user).may_see_database(database, tables):
        return web.json_response(
            {"status": "FAILED", "msg": f"no label given, or no right on {database}", "state": "UNKNOWN"}
        )
    state = engine.loads.state(database, label)
    return web.json_response({"status": "OK", "msg": "Success", "label": label, "state": state})


async def page(request: web.Request) -> web.Response:
    """`GET /`: the page with the objects and the activity that the user may see."""
    engine = request.app[ENGINE]
    user = user_of(request, engine)
    text = await asyncio.to_thread(render, engine, user)
    return web.Response(text=text, content_type="text/html", headers=_PAGE_HEADERS)


_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(text=frontend_metrics(request.app[ENGINE]))


async def _query_plan(_: web.Request) -> web.Response:
    return web.json_response(
        {"status": 501, "exception": "this emulator has no query plans for direct scans: read by JDBC"}, status=501
    )


def frontend(engine: Engine) -> web.Application:
    """The FE's application."""
    app = web.Application(client_max_size=1 << 20)
    app[ENGINE] = engine
    router = app.router
    router.add_get("/", page)
    router.add_get("/api/health", _health)
    router.add_get("/metrics", _metrics)
    router.add_get("/api/{db}/get_load_state", _load_state)
    router.add_put("/api/{db}/{table}/_stream_load", _stream_load, expect_handler=_stream_load)
    router.add_route("*", "/api/transaction/{op}", _transaction, expect_handler=_transaction)
    router.add_route("*", "/api/{db}/{table}/_query_plan", _query_plan)
    return app
