"""Renders GROUP_CONCAT with DISTINCT, ORDER BY and SEPARATOR."""

import re

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.renderer import Renderer

_KEY = re.compile(r"(.*) (ASC|DESC) NULLS (FIRST|LAST)", re.DOTALL)
_SHORTEST = 4
"""Minimum of group_concat_max_len: StarRocks truncates results to at least this many bytes."""


def group_concat(render: Renderer, node: exp.Expr) -> str:
    """DuckDB's text for a GROUP_CONCAT node; sqlglot wraps several values in CONCAT."""
    only(node, "this", "separator")
    inner = node.this
    ordering = inner if isinstance(inner, exp.Order) else None
    inner = ordering.this if ordering else inner
    distinct = isinstance(inner, exp.Distinct)
    if distinct:
        inner = inner.expressions[0] if len(inner.expressions) == 1 else exp.Concat(expressions=inner.expressions)
    if inner is None or (isinstance(inner, exp.Concat) and not inner.expressions):
        raise errors.analysis("group_concat requires at least one parameter")
    values = inner.expressions if isinstance(inner, exp.Concat) else [inner]
    for value in values:
        kind = render.kind(value)
        if kind and kind.name == "array":
            raise errors.analysis(f"No matching function with signature: group_concat({kind.show()}, varchar)")
    texts: list[str] = [render.as_text(value) for value in values]
    text = f"CAST({' || '.join(texts)} AS VARCHAR)"
    keys = [_key(render, ordering, part, values) for part in ordering.expressions] if ordering else []
    separator = _separator(render, node.args.get("separator"))
    if distinct and keys:
        found = _distinct(texts, text, keys, separator, [str(render(value)) for value in values])
    else:
        order = " ORDER BY " + ", ".join(f"{key} {way}" for key, way in keys) if keys else ""
        found = f"string_agg({'DISTINCT ' if distinct else ''}{text}, {separator}{order})"
    most = render.variables.get("group_concat_max_len", "1024")
    return f"fn.no_longer({found}, {max(_SHORTEST, int(most))})"


def _separator(render: Renderer, node: exp.Expr | None) -> str:
    """The text between two values; NULL stands for none."""
    if node is None:
        return "','"
    if isinstance(node, exp.Null):
        return "''"
    kind = render.kind(node)
    if kind and not kind.is_string:
        raise errors.analysis("group_concat requires separator to be of getType() STRING")
    if not isinstance(node, exp.Literal):
        raise errors.unsupported("a SEPARATOR of group_concat that is not a constant")
    return render(node)


def _key(render: Renderer, ordering: exp.Order, part: exp.Expr, values: list[exp.Expr]) -> tuple[str, str]:
    """A key of the order: its expression and its direction."""
    only(ordering, "this", "expressions", "siblings")
    single = exp.Order(expressions=[part])
    text = render.order(single, values).removeprefix("ORDER BY ")
    found = _KEY.fullmatch(text)
    return (found[1], f"{found[2]} NULLS {found[3]}") if found else (text, "ASC NULLS FIRST")


def _distinct(texts: list[str], text: str, keys: list[tuple[str, str]], separator: str, written: list[str]) -> str:
    """The distinct rows of values in the order of keys; DuckDB orders distinct values by themselves only."""
    sort_key = "create_sort_key(" + ", ".join(f"{key}, '{way}'" for key, way in keys) + ")"
    row = f"{{'o': {sort_key}, 'v': [{', '.join(texts)}], 't': {text}}}"
    rows = f"list_sort(list(DISTINCT {row}) FILTER ({text} IS NOT NULL))"
    if not all(key in written for key, _ in keys):
        # A value that occurs with several sort keys is kept once, at its first position.
        seen = f"list_transform({rows}, lambda one: one.v)"
        rows = f"list_filter({rows}, lambda one, place: list_position({seen}, one.v) = place)"
    return f"array_to_string(list_transform({rows}, lambda one: one.t), {separator})"
