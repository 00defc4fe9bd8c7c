"""Constant expressions (StarRocks: `Expr.isConstant`)."""

from sqlglot import exp

from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.sql.parse import PARAMETER, written_name

_CHANGING = {"RAND", "RANDOM", "UUID", "SLEEP"}
"""Scalar functions that return another value for each row."""


def is_constant(node: exp.Expr) -> bool:
    """Whether an expression has one value in a statement: it reads no column, subquery, aggregate or window."""
    return not any(_varies(part) for part in node.walk())


def _varies(node: exp.Expr) -> bool:
    if isinstance(node, exp.Column):
        return not node.name.startswith(PARAMETER)
    if not isinstance(node, exp.Anonymous):
        return isinstance(node, exp.Query | exp.Window | exp.Star | exp.GroupConcat)
    name = written_name(str(node.this)).upper()
    function = FUNCTIONS.get(name)
    return name in _CHANGING or (function is not None and function.kind != "scalar")
