"""Errors in the form of RFC 9457, problem details for HTTP APIs."""

from http import HTTPStatus

from starlette.responses import JSONResponse


def problem(status: HTTPStatus, detail: str, instance: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Create an `application/problem+json` response.

    `detail` is a sentence for a person, `instance` the path of the request.
    """
    return JSONResponse(
        {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "instance": instance,
            "errors": [],
        },
        status_code=status.value,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )
