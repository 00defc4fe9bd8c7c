"""/api/v1/rejected"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from apps.ciapol.api.cursors import RejectedCursor
from apps.ciapol.api.models import Rejected, RejectedPage
from apps.ciapol.api.store.rejected import rejected
from apps.web.cursors import decode, wrong_cursor
from apps.web.listing import answer_list
from apps.web.parameters import PagingOf, PoolOf
from apps.web.representation import described
from apps.web.times import now, parse

router = APIRouter(prefix="/api/v1/rejected", tags=["rejected messages"])

COLUMNS = tuple(Rejected.model_fields)
COLUMNS_OF_ALL = tuple(name for name in COLUMNS if name != "payload")


def _position(cursor: str | None, since: str | None, station_id: str | None) -> RejectedCursor:
    if cursor is None:
        start = parse("since", since) if since is not None else now() - timedelta(days=1)
        return RejectedCursor(station_id=station_id, since=start)
    position = decode(RejectedCursor, cursor)
    same = since is None or parse("since", since) == position.since
    if not same or station_id not in (None, position.station_id) or position.before is None:
        raise wrong_cursor(cursor)
    return position


@router.get(
    "",
    response_model=RejectedPage,
    summary="Rejected messages",
    responses=described(406, columns=COLUMNS),
)
def list_rejected(
    *,
    request: Request,
    pool: PoolOf,
    paging: PagingOf,
    since: Annotated[
        str | None,
        Query(
            description="earliest time of reception, by default one day ago: ISO 8601 with a zone, or a date, which "
            "means the start of the day in UTC",
            examples=["2026-01-31T00:00:00Z"],
        ),
    ] = None,
    station_id: Annotated[
        str | None,
        Query(
            min_length=1, max_length=64, description="only messages that contain this station's id or have it as key"
        ),
    ] = None,
) -> Response:
    """Rejected messages, newest first, with the reason; and with their payload if `station_id` is given."""
    first = _position(paging.cursor, since, station_id)
    return answer_list(
        request,
        paging,
        first,
        read=lambda position, count: rejected(
            pool,
            position.since,
            position.station_id,
            None if position.before is None else (position.before, position.message_id),
            count,
        ),
        following=lambda position, message: position.model_copy(
            update={"before": message.received_at, "message_id": message.message_id}
        ),
        page=lambda items, next_cursor: RejectedPage(items=items, next_cursor=next_cursor),
        columns=COLUMNS if first.station_id is not None else COLUMNS_OF_ALL,
    )
