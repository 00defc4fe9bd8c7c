"""Parameters that routes share, and the check that a request has no unknown ones."""

import difflib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from apps.web.openapi import query_parameters
from apps.web.problems import FieldError, invalid
from apps.web.representation import Format
from apps.web.starrocks import Pool

JSON_LIMIT = 1000
"""Number of items on a JSON page if the client sets no limit."""

From = Annotated[
    str | None,
    Query(
        alias="from",
        description="start, inclusive: ISO 8601 with a zone, or a date, which means the start of the day in UTC",
        examples=["2026-01-31T00:00:00Z", "2026-01-31"],
    ),
]
To = Annotated[
    str | None,
    Query(
        alias="to",
        description="end, exclusive, by default now: ISO 8601 with a zone, or a date, which means the start of the day "
        "in UTC",
        examples=["2026-02-01T00:00:00Z", "2026-02-01"],
    ),
]
FormatOf = Annotated[
    Format | None,
    Query(
        alias="format",
        description="takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for "
        "spreadsheets with French settings",
    ),
]


@dataclass(frozen=True)
class Paging:
    """The client's options for a list."""

    limit: int | None
    cursor: str | None
    format: Format | None


def _paging(
    limit: Annotated[
        int | None,
        Query(ge=1, le=10_000, description="maximum number of items; by default 1000 in JSON and all in CSV"),
    ] = None,
    cursor: Annotated[str | None, Query(max_length=4000, description="next_cursor of the previous page")] = None,
    requested: FormatOf = None,
) -> Paging:
    return Paging(limit, cursor, requested)


def _pool(request: Request) -> Pool:
    pool = request.app.state.pool
    assert isinstance(pool, Pool)
    return pool


PagingOf = Annotated[Paging, Depends(_paging)]
PoolOf = Annotated[Pool, Depends(_pool)]


async def only_known_parameters(request: Request) -> None:
    """Refuse unknown query parameters, and repeated ones that the route reads once.

    Raises:
        Problem: 422; it names each parameter with the nearest valid name.
    """
    given = request.query_params.multi_items()
    if not given:
        return
    known = query_parameters(request.app, getattr(request.scope.get("route"), "path_format", ""))
    errors = []
    seen: set[str] = set()
    for name, value in given:
        if name not in known:
            errors.append(FieldError(field=name[:100], value=value[:100], expected=_nearest(name, sorted(known))))
        elif name in seen and not known[name]:
            errors.append(FieldError(field=name, value=value[:100], expected="one value; this parameter is repeated"))
        seen.add(name)
    if errors:
        raise invalid(*errors)


def _nearest(name: str, known: list[str]) -> str:
    if not known:
        return "no query parameter here"
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    listed = f"one of {', '.join(known)}"
    return f"the parameter {near[0]!r} ({listed})" if near else f"a parameter of this route: {listed}"
