"""The text of a materialized view's query as StarRocks' analyzer prints it (`AstToSQLBuilder`)."""

from collections.abc import Callable

from sqlglot import exp

from starrocks_emulator.catalog import Catalog
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table
from starrocks_emulator.sql.parse import label, parse, written_name

_JOINS = {"": "INNER JOIN", "LEFT": "LEFT OUTER JOIN", "RIGHT": "RIGHT OUTER JOIN", "FULL": "FULL OUTER JOIN"}


class _BeyondError(Exception):
    """The query contains a part whose printed form is not implemented."""


def analyzed_query(view: Table, catalog: Catalog) -> str:
    """The query with the names of databases, tables and columns that it reads.

    It consists of SELECT with columns, functions and GROUP BY, joins on equal columns, and UNION ALL; a query with
    other parts is returned as written, without a `;` at its end."""
    try:
        return _query(parse(view.query)[0], lambda name, database: catalog.find(database or view.query_database, name))
    except (_BeyondError, SqlError):
        return view.query


_Find = Callable[[str, str | None], Table | None]
"""Finds a table by its name and database."""


def _query(node: exp.Expr, find: _Find) -> str:
    if isinstance(node, exp.Union) and not node.args.get("distinct") and not _others(node, "this", "expression"):
        return f"{_query(node.this, find)} UNION ALL {_query(node.expression, find)}"
    if not isinstance(node, exp.Select) or _others(node, "expressions", "from_", "joins", "group"):
        raise _BeyondError
    from_ = node.args.get("from_")
    if from_ is None:
        raise _BeyondError
    sources: dict[str, Table] = {}
    first = _source(from_.this, sources, find)
    relations = [f"{_JOINS[side]} {_source(join.this, sources, find)}" for join, side in map(_joined, _joins(node))]
    conditions = [_condition(join.args["on"], sources) for join in _joins(node)]
    lines = [
        "SELECT " + ", ".join(_item(item, sources) for item in node.expressions),
        "FROM " + " ".join([first, *(f"{one} ON {on}" for one, on in zip(relations, conditions, strict=True))]),
    ]
    if group := node.args.get("group"):
        if _others(group, "expressions"):
            raise _BeyondError
        lines.append("GROUP BY " + ", ".join(_expression(key, sources) for key in group.expressions))
    return "\n".join(lines)


def _others(node: exp.Expr, *known: str) -> bool:
    """Whether a node has parts other than the `known` ones."""
    return any(value and name not in {*known, "distinct", "kind"} for name, value in node.args.items()) or (
        isinstance(node, exp.Select) and bool(node.args.get("distinct"))
    )


def _joins(node: exp.Select) -> list[exp.Expr]:
    return list(node.args.get("joins") or [])


def _joined(join: exp.Expr) -> tuple[exp.Expr, str]:
    side, kind = (join.args.get("side") or "").upper(), (join.args.get("kind") or "").upper()
    if not join.args.get("on") or kind not in {"", "INNER", "OUTER"}:
        raise _BeyondError
    return join, side


def _source(node: exp.Expr, sources: dict[str, Table], find: _Find) -> str:
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        raise _BeyondError
    if _others(node, "this", "db", "alias"):
        raise _BeyondError
    table = find(written_name(node.name), node.args["db"].name if node.args.get("db") else None)
    if table is None:
        raise _BeyondError
    alias = written_name(node.alias)
    sources[(alias or table.name).lower()] = table
    return f"`{table.database}`.`{table.name}`" + (f" AS `{alias}`" if alias else "")


def _item(node: exp.Expr, sources: dict[str, Table]) -> str:
    inner = node.this if isinstance(node, exp.Alias) else node
    name = written_name(node.alias) if isinstance(node, exp.Alias) else label(node)
    text = _expression(inner, sources)
    same = isinstance(inner, exp.Column) and inner.name == name
    return text if same else f"{text} AS `{name}`"


def _condition(node: exp.Expr, sources: dict[str, Table]) -> str:
    sides = (node.this, node.expression) if isinstance(node, exp.EQ) else ()
    if not sides or not all(isinstance(side, exp.Column) for side in sides):
        raise _BeyondError
    return " = ".join(_expression(side, sources) for side in sides)


def _expression(node: exp.Expr, sources: dict[str, Table]) -> str:
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        qualifier = node.args["table"].name.lower() if node.args.get("table") else None
        found = [
            (alias, column)
            for alias, table in sources.items()
            if qualifier in (None, alias) and (column := table.column(node.name))
        ]
        if len(found) != 1:
            raise _BeyondError
        return f"`{found[0][0]}`.`{found[0][1].name}`"
    if isinstance(node, exp.Star) and not _others(node):
        return "*"
    if isinstance(node, exp.Anonymous):
        arguments = ", ".join(_expression(argument, sources) for argument in node.expressions)
        return f"{written_name(str(node.this)).lower()}({arguments})"
    if isinstance(node, exp.Literal):
        return f"'{node.name}'" if node.is_string and node.name.isalnum() else _number(node)
    raise _BeyondError


def _number(node: exp.Literal) -> str:
    if node.is_string:
        raise _BeyondError
    return str(node.name)


def rewrite_status(view: Table) -> str:
    """Whether StarRocks could use a materialized view to rewrite queries (column QUERY_REWRITE_STATUS)."""
    if not view.active:
        return "INVALID: MV is not active"
    if view.properties.get("enable_query_rewrite", "true").lower() == "false":
        return "INVALID: enable_query_rewrite=FALSE"
    tree = parse(view.query)[0]
    for part, operator in _BEYOND_REWRITES.items():
        if tree.args.get(part) or (part == "window" and tree.find(exp.Window)):
            return f"INVALID: no valid plan: MV contains non-SPJG operators(no view rewrite): {operator}"
    return "VALID"


_BEYOND_REWRITES = {"limit": "LOGICAL_LIMIT", "order": "LOGICAL_TOPN", "window": "LOGICAL_WINDOW"}
"""Parts of a query, with the operators that StarRocks' rewrite by materialized views does not support."""
