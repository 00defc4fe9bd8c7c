"""Lists: JSON in pages, CSV whole in constant memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Generic, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, SerializeAsAny

from apps.web import csv
from apps.web.cursors import PageCursor, encode
from apps.web.parameters import JSON_LIMIT, Paging
from apps.web.problems import Problem
from apps.web.representation import Cells, csv_answer, dialect, flat, json_answer

AT_ONCE: Final = 10_000
"""Number of rows per read for CSV, so that a slow client occupies no connection to StarRocks."""

Item = TypeVar("Item", bound=BaseModel)
Cursor = TypeVar("Cursor", bound=PageCursor)


class Page(BaseModel, Generic[Item]):
    """A page of a list."""

    items: list[SerializeAsAny[Item]]
    next_cursor: str | None = Field(examples=[None], description="cursor of the next page; null on the last page")


def answer_list(
    request: Request,
    paging: Paging,
    position: Cursor,
    *,
    read: Callable[[Cursor, int], Sequence[Item]],
    following: Callable[[Cursor, Item], Cursor],
    page: Callable[[list[Item], str | None], BaseModel],
    columns: Sequence[str],
    cells: Cells[Item] = flat,
    missing: Callable[[], Problem | None] | None = None,
) -> Response:
    """Respond with a list: a page, or the whole list as CSV if the client sets no limit.

    Args:
        request: request of the client.
        paging: limit, cursor and format of the request.
        position: start of the page, decoded from `paging.cursor`, or the start of the list.
        read: reads at most the given number of items from a position on, in order.
        following: returns the position after an item.
        page: creates the JSON of a page from its items and the next cursor.
        columns: columns of CSV.
        cells: returns the CSV cells of an item.
        missing: returns the problem to respond with if the whole list is empty, or None.

    Raises:
        Problem: the problem of `missing`, or the client accepts neither JSON nor CSV.
    """
    written = dialect(request, paging.format)
    limit = paging.limit or (JSON_LIMIT if written is None else None)
    size = AT_ONCE if limit is None else limit
    items = list(read(position, size + 1))
    if not items and paging.cursor is None and missing is not None and (problem := missing()) is not None:
        raise problem
    if written is not None and limit is None:
        return csv_answer(request, _all(items, position, read, following, cells), columns, written)
    more = len(items) > size
    items = items[:size]
    next_cursor = encode(following(position, items[-1])) if more else None
    if written is not None:
        return csv_answer(request, map(cells, items), columns, written, next_cursor)
    return json_answer(request, page(items, next_cursor), next_cursor)


def _all(
    items: Sequence[Item],
    position: Cursor,
    read: Callable[[Cursor, int], Sequence[Item]],
    following: Callable[[Cursor, Item], Cursor],
    cells: Cells[Item],
) -> Iterator[Mapping[str, csv.Cell]]:
    while True:
        yield from map(cells, items)
        if len(items) <= AT_ONCE:
            return
        position = following(position, items[-1])
        items = ()  # frees memory before the next items are read
        items = read(position, AT_ONCE + 1)
