"""Errors as problem details (RFC 9457). Their type is `urn:NAME:problem:KIND` with the name of the API."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from apps.web.methods import raw_path
from apps.web.starrocks import StarRocksRefused, StarRocksUnavailable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2


class FieldError(BaseModel):
    """One invalid parameter."""

    field: str
    value: str | None
    expected: str


class ProblemDetails(BaseModel):
    """A problem as RFC 9457 defines it, with the parameters that caused it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:weather:problem:invalid-request",
                    "title": "Invalid request",
                    "status": 422,
                    "detail": "from: expected ISO 8601 with a zone, got '2026-13-01'",
                    "instance": "/api/v1/readings",
                    "errors": [
                        {
                            "field": "from",
                            "value": "2026-13-01",
                            "expected": "ISO 8601 with a zone",
                        }
                    ],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []


class Problem(Exception):
    """An error response."""

    def __init__(self, status: int, kind: str, title: str, detail: str, errors: Sequence[FieldError] = ()) -> None:
        """`kind` is the last part of the problem's type; `detail` is a sentence for the caller."""
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.errors = list(errors)


def invalid(*errors: FieldError) -> Problem:
    """The problem of invalid parameters: status 422."""
    detail = "; ".join(f"{e.field}: expected {e.expected}, got {e.value!r}" for e in errors)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "Invalid request", detail, errors)


def not_found(kind: str, title: str, detail: str, *errors: FieldError) -> Problem:
    """The problem of a missing resource: status 404, type `unknown-…`."""
    return Problem(HTTPStatus.NOT_FOUND, kind, title, detail, errors)


def _answer(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    body = ProblemDetails(
        type=f"urn:{request.app.state.name}:problem:{problem.kind}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=raw_path(request.scope),
        errors=problem.errors,
    )
    return Response(body.model_dump_json(), problem.status, headers=headers, media_type=MEDIA_TYPE)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        FieldError(
            field=str(e["loc"][1]),
            value=None if e["type"] == "missing" else str(e.get("input"))[:200],
            expected=str(e["msg"]).removeprefix("Input should be ").removeprefix("Value error, "),
        )
        for e in error.errors()
    ]
    return _answer(request, invalid(*faults))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    path = raw_path(request.scope)
    details = {
        HTTPStatus.NOT_FOUND: f"No resource at {path}; /openapi.json lists those of this API.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not allowed at {path}; GET, HEAD and OPTIONS are.",
    }
    kind = status.phrase.lower().replace(" ", "-")
    problem = Problem(status, kind, status.phrase, details.get(status, str(error.detail)))
    return _answer(request, problem, error.headers)


async def _on_unavailable(request: Request, error: Exception) -> Response:
    log.warning("StarRocks unavailable", extra={"fields": {"path": request.url.path, "reason": str(error)}})
    problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "starrocks-unavailable", "StarRocks unavailable", str(error))
    return _answer(request, problem, {"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _on_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarRocksRefused)
    log.error(
        "StarRocks refused", extra={"fields": {"path": request.url.path, "code": error.code, "reason": str(error)}}
    )
    detail = f"StarRocks refused the query (error {error.code}); its schema may not exist yet."
    problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "starrocks-refused", "StarRocks refused the query", detail)
    return _answer(request, problem, {"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _on_error(request: Request, error: Exception) -> Response:
    log.error("unexpected error", exc_info=error, extra={"fields": {"path": request.url.path}})
    detail = "Internal error of the API; its log contains the details."
    return _answer(request, Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Internal error", detail))


def install(app: FastAPI) -> None:
    """Convert every error of `app` to a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(StarRocksUnavailable, _on_unavailable)
    app.add_exception_handler(StarRocksRefused, _on_refused)
    app.add_exception_handler(Exception, _on_error)
