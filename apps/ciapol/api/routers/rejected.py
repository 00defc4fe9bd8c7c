"""/api/v1/rejected"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import RejectedCursor, decode, encode, wrong
from apps.ciapol.api.dependencies import Cursor, Limit, PoolOf
from apps.ciapol.api.models import Rejected, RejectedPage
from apps.ciapol.api.representation import answer, described
from apps.ciapol.api.store.rejected import rejected
from apps.ciapol.api.times import now, parse

router = APIRouter(prefix="/api/v1/rejected", tags=["rejected messages"])

COLUMNS = tuple(Rejected.model_fields)


@router.get(
    "",
    response_model=RejectedPage,
    summary="Messages that could not be used",
    responses=described(406, 422, csv_example=",".join(COLUMNS)),
)
def list_rejected(
    *,
    request: Request,
    pool: PoolOf,
    since: Annotated[
        str | None,
        Query(description="received from then on; by default since a day ago", examples=["2026-01-31T00:00:00Z"]),
    ] = None,
    station_id: Annotated[
        str | None,
        Query(min_length=1, max_length=64, description="only those that name this station or have it as key"),
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Rejected messages, newest first, with the reason."""
    if cursor is None:
        start = parse("since", since) if since is not None else now() - timedelta(days=1)
        before, station = None, station_id
    else:
        question = decode(RejectedCursor, cursor)
        start, before, station = question.since, (question.before, question.message_id), question.station_id
        if (since is not None and parse("since", since) != start) or station_id not in (None, station):
            raise wrong(cursor)
    items = rejected(pool, start, station, before, limit + 1)
    more = len(items) > limit
    items = items[:limit]
    next_cursor = (
        encode(
            RejectedCursor(
                station_id=station, since=start, before=items[-1].received_at, message_id=items[-1].message_id
            )
        )
        if more
        else None
    )
    page = RejectedPage(items=items, next_cursor=next_cursor)
    return answer(request, page, items, COLUMNS, next_cursor)
