"""Responses as JSON or CSV, by the client's `format` or Accept header."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, Literal, TypeVar

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from apps.web import csv
from apps.web.methods import raw_path
from apps.web.problems import FieldError, Problem, ProblemDetails

JSON: Final = "application/json"
CSV: Final = "text/csv"

Format = Literal["json", "csv", "csv-fr"]
"""`csv-fr` is CSV for spreadsheets with French settings: byte order mark, `;`, decimal comma."""

Responses = dict[int | str, dict[str, object]]
Item = TypeVar("Item", bound=BaseModel)
Cells = Callable[[Item], Mapping[str, csv.Cell]]


def _accepted(header: str) -> dict[str, float]:
    """Media ranges of an Accept header with their quality."""
    accepted: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (text.strip() for text in part.split(";"))
        quality = next((p.split("=", 1)[1] for p in parameters if p.replace(" ", "").startswith("q=")), "1")
        try:
            accepted[name.lower()] = float(quality)
        except ValueError:
            accepted[name.lower()] = 0.0
    return accepted


def choose(header: str | None) -> str:
    """The format that the Accept header prefers: JSON or CSV; JSON without a preference.

    Raises:
        Problem: 406, the header accepts neither.
    """
    accepted = _accepted(header) if header and header.strip() else {"*/*": 1.0}

    def quality(media_type: str) -> float:
        ranges = (media_type, media_type.split("/", maxsplit=1)[0] + "/*", "*/*")
        return next((accepted[name] for name in ranges if name in accepted), 0.0)

    best = max((JSON, CSV), key=quality)
    if quality(best) <= 0:
        expected = FieldError(field="Accept", value=header, expected=f"{JSON} or {CSV}")
        raise Problem(
            406,
            "not-acceptable",
            "Not acceptable",
            f"The available formats are {JSON} and {CSV}, not {header}.",
            [expected],
        )
    return best


def dialect(request: Request, requested: Format | None) -> csv.Dialect | None:
    """The CSV dialect of the response; None for JSON. `format` takes precedence over the Accept header.

    Raises:
        Problem: the Accept header allows neither JSON nor CSV (406).
    """
    if requested is None:
        return csv.STANDARD if choose(request.headers.get("accept")) == CSV else None
    return {"json": None, "csv": csv.STANDARD, "csv-fr": csv.FRENCH}[requested]


def flat(item: BaseModel) -> Mapping[str, csv.Cell]:
    """The CSV cells of an item, by column; see `csv.flatten`."""
    return csv.flatten(item.model_dump(mode="json"))


def json_answer(request: Request, body: BaseModel, next_cursor: str | None = None) -> Response:
    """A model as JSON, without fields that were never set."""
    text = body.model_dump_json(by_alias=True, exclude_unset=True)
    return Response(text, headers=_headers(request, next_cursor), media_type=JSON)


def csv_answer(
    request: Request,
    rows: Iterable[Mapping[str, csv.Cell]],
    columns: Sequence[str],
    written: csv.Dialect,
    next_cursor: str | None = None,
) -> Response:
    """Stream rows as CSV in constant memory. For HEAD no row is read."""
    name = raw_path(request.scope).rstrip("/").rsplit("/", 1)[-1]
    headers = {**_headers(request, next_cursor), "Content-Disposition": f'attachment; filename="{name}.csv"'}
    lines = iter(()) if getattr(request.state, "head", False) else csv.write(rows, columns, written)
    return StreamingResponse(_chunks(lines), headers=headers, media_type=f"{CSV}; charset=utf-8")


def _chunks(lines: Iterator[str]) -> Iterator[str]:
    """Join about 1,000 lines into a chunk, because each chunk costs a thread switch."""
    while chunk := "".join(islice(lines, 1000)):
        yield chunk


def answer(
    request: Request,
    body: BaseModel,
    items: Sequence[Item],
    columns: Sequence[str],
    *,
    requested: Format | None = None,
    cells: Cells[Item] = flat,
) -> Response:
    """`body` as JSON, or its `items` as CSV with these columns, for responses without pages."""
    written = dialect(request, requested)
    if written is None:
        return json_answer(request, body)
    return csv_answer(request, map(cells, items), columns, written)


def _headers(request: Request, next_cursor: str | None) -> dict[str, str]:
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    if next_cursor is not None:
        query = request.url.include_query_params(cursor=next_cursor).query
        headers["Link"] = f'<{raw_path(request.scope)}?{query}>; rel="next"'
    return headers


def described(*statuses: int, columns: Sequence[str] = ()) -> Responses:
    """OpenAPI's description of a route's responses other than JSON.

    Args:
        statuses: statuses of the route's problems; 503 is always included.
        columns: columns of its CSV, if it has one.
    """
    reasons = {
        404: "Unknown identifier",
        406: "Neither JSON nor CSV is accepted",
        422: "A parameter is wrong or unknown",
        503: "StarRocks does not respond",
    }
    responses: Responses = {
        status: {"model": ProblemDetails, "description": reasons[status]} for status in (*statuses, 422, 503)
    }
    if columns:
        responses[200] = {"content": {CSV: {"schema": {"type": "string"}, "example": ",".join(columns)}}}
    return responses
