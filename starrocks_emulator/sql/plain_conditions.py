"""The conditions with which DELETE removes rows of tables without a primary key."""

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.parse import PARAMETER

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def check_plain_condition(node: exp.Expr, table: Table) -> None:
    """Refuse a condition of DELETE that only PRIMARY KEY tables take: others delete by `column op literal AND …`.

    Raises:
        SqlError: 1064 that names the part.
    """
    node = node.unnest()
    if isinstance(node, exp.And):
        check_plain_condition(node.this, table)
        check_plain_condition(node.expression, table)
        return
    inner = node.this.unnest() if isinstance(node, exp.Not) else node
    if node.args.get("negate") or inner is node or isinstance(inner, exp.In | exp.Is):
        column, plain = inner.this, [inner.expression] if isinstance(inner, _COMPARISONS) else inner.expressions
        if isinstance(inner, exp.Is):
            plain = [inner.expression]
        if (
            isinstance(inner, (*_COMPARISONS, exp.In, exp.Is))
            and not inner.args.get("query")
            and isinstance(column, exp.Column)
            and all(_is_constant(part) for part in plain)
        ):
            found = table.column(column.name)
            if found is None:
                raise errors.unknown_column(column.name, table.name)
            if table.model in {"AGGREGATE", "UNIQUE"} and found.name not in table.keys:
                raise errors.analysis(f"Where clause only supports key columns of {table.name}, found {found.name}")
            return
    raise errors.analysis(
        "Where clause only supports compound predicate, binary predicate, is_null predicate and in predicate"
    )


def _is_constant(node: exp.Expr) -> bool:
    inner = node.this if isinstance(node, exp.Neg) else node
    if isinstance(inner, exp.Column):  # a parameter of a prepared statement
        return inner.name.startswith(PARAMETER)
    return isinstance(inner, exp.Literal | exp.Null | exp.Boolean) or (
        isinstance(inner, exp.Cast) and isinstance(inner.this, exp.Literal)
    )
