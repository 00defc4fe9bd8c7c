"""Authentication and authorization of HTTP requests, shared by the FE and the BE."""

import base64
import binascii
import json

from aiohttp import hdrs, web

from starrocks_emulator.engine import Engine
from starrocks_emulator.results import SqlError


def user_of(request: web.Request, engine: Engine) -> str:
    """The user of HTTP basic authentication.

    Raises:
        HTTPUnauthorized: no or wrong credentials.
    """
    scheme, _, text = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    name = ""
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            password = ""
        name = name.partition("@")[0]
        if engine.users.verify_password(name, password):
            return name
    raise web.HTTPUnauthorized(
        headers={"WWW-Authenticate": 'Basic realm="StarRocks emulator"', "Connection": "close"},
        content_type="application/json",
        text='{"Status": "Fail", "status": "FAILED", "Message": "Access denied for ' + _plain(name) + '"}',
    )


def _plain(name: str) -> str:
    return "".join(character for character in name if character.isalnum() or character in "_-.")[:64]


def unauthorized(message: str) -> web.HTTPUnauthorized:
    """The FE's response to a request whose user lacks a privilege."""
    body = {"code": "1", "status": "FAILED", "message": message, "msg": message}
    return web.HTTPUnauthorized(
        headers={"WWW-Authenticate": 'Basic realm=""', "Connection": "close"},
        content_type="application/json",
        text=json.dumps(body),
    )


def require_insert(engine: Engine, user: str, database: str, table: str) -> str | None:
    """The reason why the user may not load into a table; None if they may."""
    try:
        found = engine.catalog.find(database, table)
    except SqlError as error:
        return error.message
    if found is None:
        return f"unknown table, database={database}, table={table}"
    try:
        engine.access(user).require("INSERT", found)
    except SqlError as error:
        return error.message
    return None


def beside(request: web.Request, port: int) -> str:
    """`host:port` with the host to which the client sent this request."""
    host = request.url.host or "127.0.0.1"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
