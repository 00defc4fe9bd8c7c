"""/api/analytics/export: whole tables, streamed."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from apps.liontrack.api.store.exports import TABLES, Table, read
from apps.web import csv
from apps.web.parameters import PoolOf
from apps.web.problems import FieldError, Problem, ProblemDetails
from apps.web.starrocks import Row
from apps.web.times import iso

router = APIRouter(prefix="/api/analytics/export", tags=["export"])

_TABLE: dict[str, object] = {
    "parameters": [
        {
            "name": "table",
            "in": "query",
            "required": True,
            "description": "table or view to export completely",
            "schema": {"type": "string", "enum": list(TABLES)},
            "example": "silver.lions",
        }
    ]
}
"""Description of `table`. For a declared parameter FastAPI would return 422, but a wrong table must return 400."""
_WRONG: dict[int | str, dict[str, object]] = {400: {"model": ProblemDetails}, 422: {"model": ProblemDetails}}
_LINES = 500


@router.get(
    "/csv",
    response_class=Response,
    summary="A table as CSV",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **_WRONG},
    openapi_extra=_TABLE,
)
def export_csv(request: Request, pool: PoolOf) -> Response:
    """All rows, sorted by key. Text that a spreadsheet would evaluate gets a leading apostrophe."""
    chosen = _table(request)
    rows = ({name: _cell(value) for name, value in row.items()} for row in read(pool, chosen))
    return _stream(request, csv.write(rows, chosen.columns), f"{chosen.name}.csv", "text/csv; charset=utf-8")


@router.get(
    "/json",
    response_class=Response,
    summary="A table as JSON",
    responses={
        200: {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}},
        **_WRONG,
    },
    openapi_extra=_TABLE,
)
def export_json(request: Request, pool: PoolOf) -> Response:
    """All rows, sorted by key, as one array."""
    chosen = _table(request)
    return _stream(request, _array(read(pool, chosen)), f"{chosen.name}.json", "application/json")


def _table(request: Request) -> Table:
    """The table of a request.

    Raises:
        Problem: the table is not in `TABLES` (400).
    """
    name = request.query_params.get("table")
    if name is None or name not in TABLES:
        expected = f"one of {', '.join(TABLES)}"
        error = FieldError(field="table", value=name, expected=expected)
        raise Problem(400, "unknown-table", "Unknown table", f"table: expected {expected}, got {name!r}", [error])
    return TABLES[name]


def _stream(request: Request, lines: Iterator[str], name: str, media_type: str) -> Response:
    """Stream the lines in constant memory. For HEAD no line is read."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    chosen = iter(()) if getattr(request.state, "head", False) else _joined(lines)
    return StreamingResponse(chosen, headers=headers, media_type=media_type)


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """Join many lines into one chunk, because each chunk costs a thread switch."""
    piece: list[str] = []
    for line in lines:
        piece.append(line)
        if len(piece) == _LINES:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


def _array(rows: Iterator[Row]) -> Iterator[str]:
    yield "["
    first = True
    for row in rows:
        text = json.dumps({name: _cell(value) for name, value in row.items()}, ensure_ascii=False)
        yield text if first else f",\n{text}"
        first = False
    yield "]\n"


def _cell(value: object) -> csv.Cell:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
