"""Lists that are the rows of one table or view."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Generic, Literal, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from apps.web.cursors import PageCursor, decode, wrong_cursor
from apps.web.listing import Page, answer_list
from apps.web.parameters import Paging
from apps.web.problems import Problem
from apps.web.representation import Cells, flat
from apps.web.starrocks import Parameter, Pool, Row
from apps.web.times import Range, parse, time_range

Item = TypeVar("Item", bound=BaseModel)

_KEY_VALUE: Final[TypeAdapter[Parameter]] = TypeAdapter(Parameter)


class RowsCursor(PageCursor):
    """Position in a table's rows: the range and filters of the request, and the key of the last row."""

    of: Literal["rows"] = "rows"
    table: str
    start: AwareDatetime | None
    end: AwareDatetime | None
    where: dict[str, str]
    after: list[str | int] | None = None


@dataclass(frozen=True, kw_only=True)
class Rows(Generic[Item]):
    """Rows of a table or view, sorted by a unique key, in pages or as CSV.

    Args:
        table: name of the table or view, or a query in parentheses with an alias.
        name: name of the list in its cursors; required if `table` is a query, by default the table's name.
        filtered_table: table or view that is read instead if the client filters; empty for the same.
        item: model of a row. Its fields are the columns, unless `columns` is set.
        key: columns that together identify a row and are fields of the item, in the order of the list.
        newest_first: whether the list begins with the greatest key.
        time: column that `from` and `to` restrict, usually the first of `key`; empty for none. If the item's field is
            a date, a range includes each day that it touches.
        longest: longest range that a client may request.
        default: range if the client sets no `from`.
        columns: columns of the SELECT.
        build: converts a row to an item.
        csv: columns of CSV; the item's fields by default.
        cells: returns the CSV cells of an item.
    """

    table: str
    name: str = ""
    filtered_table: str = ""
    item: type[Item]
    key: tuple[str, ...]
    newest_first: bool = False
    time: str = ""
    longest: timedelta = timedelta(days=366)
    default: timedelta = timedelta(days=1)
    columns: tuple[str, ...] = ()
    build: Callable[[Row], Item] | None = None
    csv: tuple[str, ...] = ()
    cells: Cells[Item] = field(default=flat)

    @property
    def csv_columns(self) -> tuple[str, ...]:
        """Columns of the list's CSV."""
        return self.csv or tuple(self.item.model_fields)

    def answer(
        self,
        request: Request,
        pool: Pool,
        paging: Paging,
        *,
        start: str | None = None,
        end: str | None = None,
        where: Mapping[str, str | None] | None = None,
        page: Callable[[Range, list[Item], str | None], BaseModel] | None = None,
        unranged_page: Callable[[list[Item], str | None], BaseModel] | None = None,
        missing: Callable[[], Problem | None] | None = None,
    ) -> Response:
        """Respond with the list.

        Args:
            request: request of the client.
            pool: connections to StarRocks.
            paging: the client's limit, cursor and format.
            start: the client's `from`.
            end: the client's `to`.
            where: required value by column; None for any value.
            page: creates the JSON of a page from its range, items and next cursor; `Page` by default.
            unranged_page: the same for a list without a range, from its items and next cursor.
            missing: see `answer_list`.

        Raises:
            Problem: a parameter is wrong, or `missing` returned a problem.
        """
        position = self._position(paging.cursor, start, end, where or {})
        span = Range(position.start, position.end) if position.start and position.end else None

        def body(items: list[Item], next_cursor: str | None) -> BaseModel:
            if page is not None and span is not None:
                return page(span, items, next_cursor)
            if unranged_page is not None and span is None:
                return unranged_page(items, next_cursor)
            return Page(items=items, next_cursor=next_cursor)

        return answer_list(
            request,
            paging,
            position,
            read=lambda at, count: self._read(pool, at, count),
            following=self._following,
            page=body,
            columns=self.csv_columns,
            cells=self.cells,
            missing=missing,
        )

    def _position(
        self, cursor: str | None, start: str | None, end: str | None, where: Mapping[str, str | None]
    ) -> RowsCursor:
        given = {column: value for column, value in where.items() if value is not None}
        if cursor is None:
            span = time_range(start, end, self.longest, self.default) if self.time else None
            return RowsCursor(
                table=self.name or self.table,
                start=span.start if span else None,
                end=span.end if span else None,
                where=given,
            )
        position = decode(RowsCursor, cursor)
        same = (
            position.table == (self.name or self.table)
            and position.where.keys() <= where.keys()
            and given.items() <= position.where.items()
            and (start is None or parse("from", start) == position.start)
            and (end is None or parse("to", end) == position.end)
            and self._is_valid(position)
        )
        if not same:
            raise wrong_cursor(cursor)
        return position

    def _is_valid(self, position: RowsCursor) -> bool:
        """Whether the position has the types of the key."""
        if position.start is None or position.end is None:
            in_range = not self.time
        else:
            in_range = bool(self.time) and position.end - position.start <= self.longest
        try:
            return in_range and len(self._after(position)) == len(self.key)
        except ValidationError:
            return False

    @property
    def _has_days(self) -> bool:
        """Whether the rows are of whole days, so that a range includes each day that it touches."""
        return self.item.model_fields[self.time].annotation is date

    def _after(self, position: RowsCursor) -> list[Parameter]:
        """The key of the last row, in the types of the item."""
        values: list[Parameter] = []
        for column, value in zip(self.key, position.after or (), strict=False):
            annotation = self.item.model_fields[column].annotation
            assert annotation is not None
            values.append(_KEY_VALUE.validate_python(TypeAdapter(annotation).validate_python(value)))
        return values

    def _following(self, position: RowsCursor, item: Item) -> RowsCursor:
        values = item.model_dump(mode="json", include=set(self.key))
        return position.model_copy(update={"after": [values[column] for column in self.key]})

    def _read(self, pool: Pool, position: RowsCursor, count: int) -> list[Item]:
        conditions: list[str] = []
        parameters: list[Parameter] = []
        if position.start is not None and position.end is not None:
            conditions.append(f"`{self.time}` >= %s AND `{self.time}` < %s")
            span = Range(position.start, position.end)
            parameters += span.days if self._has_days else (span.start, span.end)
        for column, value in position.where.items():
            conditions.append(f"`{column}` = %s")
            parameters.append(value)
        if position.after is not None:
            condition, values = beyond(self.key, self._after(position), newest_first=self.newest_first)
            conditions.append(condition)
            parameters += values
        table = self.filtered_table if self.filtered_table and position.where else self.table
        columns = ", ".join(f"`{column}`" for column in self.columns or self.item.model_fields)
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        direction = " DESC" if self.newest_first else ""
        order = ", ".join(f"`{column}`{direction}" for column in self.key)
        rows = pool.query(f"SELECT {columns} FROM {table} {where}ORDER BY {order} LIMIT %s", [*parameters, count])
        build = self.build or self.item.model_validate
        return [build(row) for row in rows]


def beyond(key: Sequence[str], values: Sequence[Parameter], *, newest_first: bool) -> tuple[str, list[Parameter]]:
    """The SQL condition for rows after the row with this key, and its parameters.

    Its first term restricts the first column alone, so that StarRocks skips partitions.
    """
    sign = "<" if newest_first else ">"
    condition, parameters = f"`{key[-1]}` {sign} %s", [values[-1]]
    for column, value in zip(reversed(key[:-1]), reversed(values[:-1]), strict=True):
        condition = f"(`{column}` {sign} %s OR `{column}` = %s AND {condition})"
        parameters = [value, value, *parameters]
    return f"`{key[0]}` {sign}= %s AND {condition}", [values[0], *parameters]
