"""Renders window functions; refuses what StarRocks' `AnalyticAnalyzer` refuses."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.sql import unordered
from starrocks_emulator.sql.constants import is_constant
from starrocks_emulator.sql.decimals import average
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import whole_of
from starrocks_emulator.sql.parse import label, written_name
from starrocks_emulator.sql.renderer import Renderer
from starrocks_emulator.sql.shift_default import check_default

_OFFSETS = {"LEAD", "LAG"}
_WITHOUT_FRAME = {"RANK", "DENSE_RANK", "ROW_NUMBER", "NTILE", "CUME_DIST", "PERCENT_RANK", *_OFFSETS}
"""Functions that take no ROWS and no RANGE."""
_CURRENT = "CURRENT ROW"


class _Bound(NamedTuple):
    """A bound of a frame: CURRENT ROW, or PRECEDING or FOLLOWING with a number of rows or UNBOUNDED."""

    side: str
    rows: exp.Expr | None = None
    unbounded: bool = False

    @property
    def text(self) -> str:
        """The bound's text before its number."""
        return f"UNBOUNDED {self.side}" if self.unbounded else self.side


def window(render: Renderer, node: exp.Expr) -> str:
    """DuckDB's text for a function with an OVER clause."""
    only(node, "this", "partition_by", "order", "spec", "over")
    inner = node.this
    nulls = isinstance(inner, exp.IgnoreNulls)
    inner = inner.this if nulls else inner
    if not isinstance(inner, exp.Anonymous):
        raise errors.unsupported("OVER after something that is not a function")
    name = written_name(str(inner.this))
    function = FUNCTIONS.get(name.upper())
    if function and function.kind == "scalar":
        raise errors.analysis(f"Function '{label(inner)}' not supported with OVER clause")
    keys: list[exp.Expr] = list(node.args.get("partition_by") or [])
    order = node.args.get("order")
    ordering: list[exp.Expr] = list(order.expressions) if order else []
    _check_keys(node, keys, ordering)
    _check_arguments(render, name, inner)
    parts = []
    if keys:
        unordered.refuse(map(render.kind, keys), unordered.PARTITION_OF_WINDOW)
        parts.append("PARTITION BY " + ", ".join(render.all(keys)))
    if order:
        unordered.refuse_keys(render, ordering, [], unordered.ORDER_OF_WINDOW)
        parts.append(render.order(order))
    if spec := node.args.get("spec"):
        if name.upper() in _WITHOUT_FRAME:
            raise errors.analysis(f"Windowing clause not allowed with '{label(inner)}'")
        if not ordering:
            raise errors.analysis(f"Windowing clause requires ORDER BY clause: {label(node)}")
        parts.append(_frame(render, spec))
    arguments = list(inner.expressions)
    given = [exp.IgnoreNulls(this=arguments[0].copy()), *arguments[1:]] if nulls else arguments
    over = f" OVER ({' '.join(parts)})"
    call = render.call(name, given, over=True)
    if name.upper() == "AVG" and render.is_decimal(arguments[0]):
        return average(render, arguments[0], over=over)
    return render.result(name, call + over, arguments)


def _check_keys(node: exp.Expr, keys: Sequence[exp.Expr], ordering: Sequence[exp.Expr]) -> None:
    for words, nodes in (("PARTITION BY", keys), ("ORDER BY", ordering)):
        for one in nodes:
            key = one.this if isinstance(one, exp.Ordered) else one
            if is_constant(key):
                raise errors.analysis(
                    f"Expressions in the {words} clause must not be constant: {label(key)} (in {label(node)})"
                )
    if any(isinstance(part, exp.Window) and part is not node for part in node.walk()):
        raise errors.analysis(f"Nesting of analytic expressions is not allowed: {label(node)}")


def _check_arguments(render: Renderer, name: str, call: exp.Expr) -> None:
    arguments = call.expressions
    if arguments and isinstance(arguments[0], exp.Distinct):
        raise errors.analysis(f"DISTINCT not allowed in analytic function: {label(call)}")
    if name.upper() in _OFFSETS and len(arguments) > 1 and not _is_positive(render, arguments[1]):
        raise errors.analysis(f"The offset parameter of LEAD/LAG must be a constant positive integer: {label(call)}")
    if name.upper() in _OFFSETS and len(arguments) == 3:
        check_default(render, call)
    if name.upper() == "NTILE" and len(arguments) == 1 and not _is_positive(render, arguments[0]):
        raise errors.analysis(f"The num_buckets parameter of NTILE must be a constant positive integer: {label(call)}")


def _is_positive(render: Renderer, node: exp.Expr) -> bool:
    """Whether an expression is a whole number from 1."""
    found = whole_of(render, node)
    return found is not None and int(found) > 0


def _frame(render: Renderer, spec: exp.Expr) -> str:
    """ROWS or RANGE of an OVER clause (StarRocks: `verifyWindowFrame`)."""
    only(spec, "kind", "start", "start_side", "end", "end_side")
    words = spec.args["kind"].upper()
    start = _bound(spec, "start")
    if not spec.args.get("end") and start.side == "FOLLOWING" and not start.unbounded:
        raise errors.analysis("FOLLOWING requires a BETWEEN clause")
    end = _bound(spec, "end")
    if start.text == "UNBOUNDED FOLLOWING":
        raise errors.analysis("UNBOUNDED FOLLOWING is only allowed for upper bound of BETWEEN")
    if end.text == "UNBOUNDED PRECEDING":
        raise errors.analysis("UNBOUNDED PRECEDING is only allowed for lower bound of BETWEEN")
    if words == "RANGE" and (start.rows or end.rows or start.side == end.side == _CURRENT):
        raise errors.analysis(
            "RANGE is only supported with both the lower and upper bounds UNBOUNDED or one UNBOUNDED and the other "
            "CURRENT ROW"
        )
    first, last = _rows(render, start), _rows(render, end)
    if start.text == "FOLLOWING" and end.side != "FOLLOWING":
        raise errors.analysis("A lower window bound of FOLLOWING requires that the upper bound also be FOLLOWING")
    if end.text == "PRECEDING" and start.side != "PRECEDING":
        raise errors.analysis("An upper window bound of PRECEDING requires that the lower bound also be PRECEDING")
    if first and last and start.side == end.side and (first > last if start.side == "FOLLOWING" else first < last):
        raise errors.analysis("Offset boundaries are in the wrong order")
    texts = [bound.text if rows is None else f"{rows} {bound.text}" for bound, rows in ((start, first), (end, last))]
    return f"{words} BETWEEN {' AND '.join(texts)}"


def _bound(spec: exp.Expr, key: str) -> _Bound:
    value, side = spec.args.get(key), (spec.args.get(f"{key}_side") or "").upper()
    if isinstance(value, exp.Expr):
        return _Bound(side, value)
    return _Bound(_CURRENT) if value is None or not side else _Bound(side, unbounded=True)


def _rows(render: Renderer, bound: _Bound) -> int | None:
    """The number of rows of a bound."""
    if bound.rows is None:
        return None
    if not _is_positive(render, bound.rows):
        raise errors.analysis(
            "For ROWS window, the value of a PRECEDING/FOLLOWING offset must be a constant positive integer: "
            f"{label(bound.rows)} {bound.side}"
        )
    return int(whole_of(render, bound.rows) or 0)
