"""The FE's HTTP side (port 8030): health, load states, and the way to the BE for loads."""

import asyncio

from aiohttp import web

from starrocks_emulator import version
from starrocks_emulator.engine import Engine
from starrocks_emulator.http.common import beside, require_insert, user_of
from starrocks_emulator.http.metrics import frontend_metrics
from starrocks_emulator.http.page import render
from starrocks_emulator.load.stream import failure

ENGINE = web.AppKey("engine", Engine)


async def _health(request: web.Request) -> web.Response:  # noqa: ARG001
    return web.json_response(
        {
            "status": "OK", "msg": "Success", "online_backend_num": 1, "total_backend_num": 1, "emulator": True,
            "version": version.CURRENT_VERSION, "comment": version.COMMENT,
        }
    )  # fmt: skip


async def _redirect(request: web.Request) -> web.StreamResponse | None:
    """Answer 307 without asking for the body: the client sends it to the BE only."""
    engine = request.app[ENGINE]
    try:
        user = user_of(request, engine)
    except web.HTTPUnauthorized as refused:
        return refused
    match = request.match_info
    if "table" in match:
        reason = require_insert(engine, user, match["db"], match["table"])
        if reason:
            body = failure(request.headers.get("label", ""), reason)
            return web.json_response(body, headers={"Connection": "close"})
    target = f"http://{beside(request, engine.ports['be_http'])}{request.raw_path}"
    return web.Response(status=307, headers={"Location": target, "Connection": "close"})


async def _redirected(request: web.Request) -> web.StreamResponse:
    answer = await _redirect(request)
    assert answer is not None
    return answer


async def _load_state(request: web.Request) -> web.Response:
    engine = request.app[ENGINE]
    user = user_of(request, engine)
    database, label = request.match_info["db"], request.query.get("label", "")
    tables = engine.catalog.tables(database)
    if not label or not engine.access(user).sees_database(database, tables):
        return web.json_response(
            {"status": "FAILED", "msg": f"no label given, or no right on {database}", "state": "UNKNOWN"}
        )
    state = engine.loads.state(database, label)
    return web.json_response({"status": "OK", "msg": "Success", "label": label, "state": state})


async def page(request: web.Request) -> web.Response:
    """`GET /`: what is in the emulator and what it does, for whoever may see it."""
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
    router.add_put("/api/{db}/{table}/_stream_load", _redirected, expect_handler=_redirect)
    router.add_route("*", "/api/transaction/{op}", _redirected, expect_handler=_redirect)
    router.add_route("*", "/api/{db}/{table}/_query_plan", _query_plan)
    return app
