"""Refuses JSON values where StarRocks needs a type whose values it can group or sort."""

from collections.abc import Iterable

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.sql.kinds import Kind
from starrocks_emulator.sql.nodes import positioned
from starrocks_emulator.sql.renderer import Renderer

_NESTED = "Type (nested) percentile/hll/bitmap/json"
GROUP_BY = f"{_NESTED} not support group-by"
ORDER_BY = f"{_NESTED}/struct/map not support order-by"
JOIN = f"{_NESTED} not support join"
AGGREGATE = f"{_NESTED}/struct/map not support this aggregation function"
DISTINCT = "DISTINCT can only be applied to comparable types : JSON"
PARTITION_OF_WINDOW = "json type can't as partition by column"
ORDER_OF_WINDOW = "json type can't as order by column"

COMPARING = {"MIN", "MAX", "NDV", "APPROX_COUNT_DISTINCT"}
"""Aggregates that compare their argument."""


def refuse(kinds: Iterable[Kind], message: str) -> None:
    """Refuse JSON, and arrays of it.

    Raises:
        SqlError: 1064 with the message.
    """
    for kind in kinds:
        inner = kind
        while inner and inner.element:
            inner = inner.element
        if inner and inner.name == "json":
            raise errors.analysis(message)


def refuse_keys(render: Renderer, keys: Iterable[exp.Expr], columns: list[exp.Expr], message: str) -> None:
    """Refuse JSON in keys of ORDER BY or GROUP BY, of which a whole number is the position of a result column."""
    for key in keys:
        node = key.this if isinstance(key, exp.Ordered) else key
        refuse([render.kind(positioned(node, columns))], message)


def refuse_joined(render: Renderer, condition: exp.Expr) -> None:
    """Refuse comparisons of JSON in the condition of a join, but not in its subqueries."""
    for part in condition.walk(prune=lambda node: isinstance(node, exp.Query)):
        if isinstance(part, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.NullSafeEQ):
            refuse([render.kind(part.this), render.kind(part.expression)], JOIN)
