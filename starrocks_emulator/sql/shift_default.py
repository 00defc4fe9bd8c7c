"""The third argument of LAG and LEAD, the default (StarRocks 3.5: `FunctionAnalyzer`, `AnalyticAnalyzer`)."""

import re
from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.sql.constants import is_constant
from starrocks_emulator.sql.kinds import INTEGERS, NULL, Kind, is_number
from starrocks_emulator.sql.operators import moment_of, text_of
from starrocks_emulator.sql.parse import label, written_name
from starrocks_emulator.sql.renderer import Renderer
from starrocks_emulator.types import SqlType

_ALWAYS = {
    *("NULL_OR_EMPTY", "BITMAP_COUNT", "CURDATE", "CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_TIME", "NOW"),
    *("LOCALTIME", "LOCALTIMESTAMP", "UTC_TIMESTAMP", "FIELD"),
}
"""Functions that never return NULL (`alwaysReturnNonNullableFunctions`)."""
_LIKE_ARGUMENTS = {"YEAR", "MONTH", "DAY", "HOUR", "ADD", "SUBTRACT", "MULTIPLY"}
"""Functions that return NULL only for an argument of NULL (`nullableSameWithChildrenFunctions`)."""
_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,6})?)?)?")
"""The dates that the frontend converts."""
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_NEVER_NULL = (
    *(exp.Literal, exp.Boolean, exp.Is, exp.NullSafeEQ, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDate),
    exp.Column,  # in a constant expression, a parameter of a prepared statement
)


def check_default(render: Renderer, call: exp.Expr) -> None:
    """Refuse a default that is not constant, that cannot be converted, or that could be NULL without being NULL.

    Raises:
        SqlError: 1064 for such a default.
    """
    default = call.expressions[2].unnest()
    if not is_constant(default):
        raise errors.analysis(f"The default parameter (parameter 3) of LAG must be a constant: {label(call)}")
    kind = render.kind(call.expressions[0])
    if kind is None or kind == NULL or isinstance(default, exp.Null):
        return
    text = text_of(render, default)
    if text is not None and _is_numeric(kind) and not (_WHOLE if kind.is_integer else _NUMBER).fullmatch(text):
        raise errors.analysis(f"The third parameter of LEAD/LAG can't convert to {kind.brief().upper()}")
    if _may_be_null(render, default, text, kind):
        raise errors.analysis(f"The type of the third parameter of LEAD/LAG not match the type {kind.brief().upper()}")


def _may_be_null(render: Renderer, default: exp.Expr, text: str | None, kind: SqlType) -> bool:
    """Whether StarRocks considers the default, converted to a type, as nullable.

    Args:
        render: renders the query.
        default: the default.
        text: its value, if it is a string literal.
        kind: the type of the first argument.
    """
    if text is not None:
        is_moment = kind.is_temporal and _MOMENT.fullmatch(text) is not None and moment_of(text) is not None
        return not kind.is_string and not _is_numeric(kind) and not is_moment
    own = render.kind(default)
    if own and _is_numeric(own) and _is_numeric(kind) and _is_literal(default):
        return own.is_integer and kind.is_integer and own != kind and not _converts(own, kind)
    return not _converts(own, kind) or _is_nullable(render, default)


def _is_numeric(kind: SqlType) -> bool:
    """Whether a type is numeric; BOOLEAN is not."""
    return is_number(kind) and kind.name != "boolean"


def _is_literal(node: exp.Expr) -> bool:
    """Whether a constant is a literal, with or without a sign, or a parameter of a prepared statement."""
    inner = node.this.unnest() if isinstance(node, exp.Neg) else node
    return isinstance(inner, exp.Literal | exp.Column)


def _is_nullable(render: Renderer, node: exp.Expr) -> bool:
    """StarRocks' `Expr.isNullable` of a constant expression."""
    node = node.unnest()
    if isinstance(node, _NEVER_NULL):
        return False
    if isinstance(node, exp.Neg | exp.Cast):
        return not _converts(render.kind(node.this), render.kind(node)) or _is_nullable(render, node.this)
    if isinstance(node, exp.Anonymous):
        name = written_name(str(node.this)).upper()
        return name not in _ALWAYS and (name not in _LIKE_ARGUMENTS or _is_any_nullable(render, node.expressions))
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _is_any_nullable(render, [node.this, node.expression])
    if isinstance(node, _COMPARISONS):
        return _is_nullable(render, node.this) or _is_nullable(render, node.expression)
    return True


def _is_any_nullable(render: Renderer, nodes: Sequence[exp.Expr]) -> bool:
    """Whether an operand of arithmetic is nullable, or a DECIMAL, whose result may overflow."""
    return any(_is_nullable(render, node) for node in nodes) or any(
        kind and kind.name == "decimal" for kind in map(render.kind, nodes)
    )


def _converts(kind: Kind, target: Kind) -> bool:
    """Whether each value of a type can be converted to another type (`ScalarType.isFullyCompatible`)."""
    if kind is None or target is None:
        return False
    if kind == target or (kind.is_string and target.is_string):
        return True
    if kind.name == "boolean":
        return target.is_string or is_number(target)
    if kind.name in INTEGERS:
        larger = target.name in INTEGERS and INTEGERS.index(kind.name) < INTEGERS.index(target.name)
        return larger or target.is_string
    if kind.name == "decimal" and target.name == "decimal":
        return all(have >= need for have, need in zip(target.arguments, kind.arguments, strict=True))
    return kind.name == "decimal" and (target.is_string or target.name in {"float", "double"})
