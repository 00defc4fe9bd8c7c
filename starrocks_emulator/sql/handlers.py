"""Renders each kind of expression node as DuckDB SQL; other kinds are refused."""

import re
from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.functions.base import overload
from starrocks_emulator.functions.dates import NOW
from starrocks_emulator.results import SqlError
from starrocks_emulator.sql.correlated import check_in, null_keys
from starrocks_emulator.sql.group_concat import group_concat
from starrocks_emulator.sql.kinds import BIGINT, NULL
from starrocks_emulator.sql.literals import as_type, check_cast, cut, data_type, text_literal, value_literal
from starrocks_emulator.sql.moments import interval
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import arithmetic, branches, comparison, division, text_of, truth
from starrocks_emulator.sql.parse import PARAMETER, PATH, is_path, written_name
from starrocks_emulator.sql.renderer import Renderer
from starrocks_emulator.sql.windows import window
from starrocks_emulator.variables import CHOICES, FIXED, TUNING


def _cast(render: Renderer, node: exp.Expr) -> str:
    only(node, "this", "to", "safe")
    target = data_type(node.args["to"])
    check_cast(render.kind(node.this), target)
    if target.is_string:
        return cut(render.as_text(node.this), target)
    return as_type(render(node.this), target)


def _sum(render: Renderer, node: exp.Expr) -> str:
    sign = "+" if isinstance(node, exp.Add) else "-"
    left, right = node.this, node.expression
    if isinstance(left, exp.Interval):
        left, right = right, left
    if isinstance(right, exp.Interval):
        return f"fn.ranged({overload('dt', render(left))} {sign} {interval(render, right)})"
    return arithmetic(render, node, sign)


def _column(render: Renderer, node: exp.Expr) -> str:
    only(node, "this", "table", "db")
    if isinstance(node.this, exp.Star):
        raise errors.syntax("Unexpected input '*' within an expression")
    name = node.name
    if name.startswith(PARAMETER):
        index = int(name.removeprefix(PARAMETER))
        if index >= len(render.parameters):
            raise errors.analysis("A parameter ? has no value")
        return value_literal(render.parameters[index])
    return render.column(node)


def _literal(render: Renderer, node: exp.Expr) -> str:
    if node.args.get("is_string"):
        return text_literal(node.name)
    kind = render.kind(node)
    if "e" in node.name.lower() and kind and kind.name == "decimal":
        return f"CAST({Decimal(node.name):f} AS {kind.stored()})"
    return node.name


def _whole_division(render: Renderer, node: exp.Expr) -> str:
    """DIV divides numbers of the larger integer type; the smallest one divided by -1 wraps to itself."""
    target = render.kind(node) or BIGINT
    left, right = (as_type(render(side), target) for side in (node.this, node.expression))
    if target.name not in _LIMITS:
        return f"({left} // {right})"
    wide = "HUGEINT" if target.name == "bigint" else "BIGINT"
    quotient = f"CAST({left} AS {wide}) // CAST({right} AS {wide})"
    return f"CAST(fn.wrapped_at({quotient}, {_LIMITS[target.name]}) AS {target.stored()})"


_LIMITS = {"tinyint": 1 << 7, "smallint": 1 << 15, "int": 1 << 31, "bigint": 1 << 63}


def _case(render: Renderer, node: exp.Expr) -> str:
    only(node, "this", "ifs", "default")
    parts = ["CASE"]
    default = node.args.get("default")
    results = [branch.args["true"] for branch in node.args["ifs"]]
    values = branches(render, [*results, *([default] if default else [])], "CASE")
    for branch, value in zip(node.args["ifs"], values, strict=False):
        condition: str = truth(render, branch.this) if not node.this else ""
        if node.this:
            left, right = comparison(render, node.this, branch.this, equality=True)
            condition = f"{left} = {right}"
        parts.append(f"WHEN {condition} THEN {value}")
    if default:
        parts.append(f"ELSE {values[-1]}")
    return "(" + " ".join(parts) + " END)"


def _in(render: Renderer, node: exp.Expr) -> str:
    inner = node.args.get("query")
    if inner:
        text = render.query(inner.this if isinstance(inner, exp.Subquery) else inner)
        _alike(render, node.this, inner)
        if isinstance(node, exp.In):
            check_in(node)
        value = render(node.this)
        keys = null_keys(node) if isinstance(node, exp.In) else None
        if keys is None:
            return f"({value} IN ({text}))"
        missing = " OR ".join(f"{key} IS NULL" for key in [value, *render.all(keys[0])])
        return f"({value} IN ({text}) OR (({missing}) AND EXISTS ({render.query(keys[1])})))"
    pairs = [comparison(render, node.this, value, equality=True) for value in node.expressions]
    if len({left for left, _ in pairs}) == 1:
        return f"({pairs[0][0]} IN ({', '.join(right for _, right in pairs)}))"
    return "(" + " OR ".join(f"{left} = {right}" for left, right in pairs) + ")"


def _alike(render: Renderer, node: exp.Expr, query: exp.Expr) -> None:
    """Refuse IN with a subquery whose type needs an implicit conversion."""
    kinds = [render.kind(node), render.query_kind(query)]
    known = [kind for kind in kinds if kind is not None and kind != NULL]
    if len(known) == 2 and len({kind.is_string for kind in known}) == 2:
        raise errors.unsupported(f"IN of {known[0].brief()} and {known[1].brief()}; convert one of them by CAST")


def _is(render: Renderer, node: exp.Expr) -> str:
    if not isinstance(node.expression, exp.Null):
        raise errors.syntax(f"Unexpected input '{node.expression.name}' after IS, expecting NULL")
    text: str = render(node.this)
    kind = render.kind(node.this)
    # StarRocks regards a JSON null as NULL here.
    return (
        f"({text} IS NULL OR CAST({text} AS VARCHAR) = 'null')" if kind and kind.name == "json" else f"({text} IS NULL)"
    )


def _alias(_: Renderer, node: exp.Expr) -> str:
    raise errors.syntax(f"Unexpected input '{node.alias}': only a result column or a relation takes an alias")


def _between(render: Renderer, node: exp.Expr) -> str:
    kinds = (render.kind(each) for each in (node.this, node.args["low"], node.args["high"]))
    if any(kind and kind.name == "array" for kind in kinds):
        raise errors.analysis("HLL, BITMAP, PERCENTILE and ARRAY, MAP, STRUCT type couldn't as Predicate")
    low = comparison(render, node.this, node.args["low"], equality=False)
    high = comparison(render, node.this, node.args["high"], equality=False)
    if low[0] == high[0]:
        return f"({low[0]} BETWEEN {low[1]} AND {high[1]})"
    return f"({low[0]} >= {low[1]} AND {high[0]} <= {high[1]})"


def _like(render: Renderer, node: exp.Expr) -> str:
    kind = render.kind(node.this)
    text = render.as_text(node.this) if kind and kind.name == "json" else render(node.this)
    return f"({text} LIKE {_pattern(render, node.expression)} ESCAPE '\\')"


_LAST_ESCAPE = re.compile(r"(?:[^\\]|\\.)*\\", re.DOTALL)


def _pattern(render: Renderer, node: exp.Expr) -> str:
    """The pattern of LIKE. A backslash at its end is a plain character, but nothing after a _ and in a value."""
    text = text_of(render, node)
    if text is None:
        rendered: str = render(node)
        if isinstance(node.unnest(), exp.Literal | exp.Null):
            return rendered
        return f"fn.like_pattern({rendered})"
    if not _LAST_ESCAPE.fullmatch(text):
        return text_literal(text)
    return text_literal(text[:-1] if "_" in text.replace("\\_", "") else text + "\\")


def _variable(render: Renderer, node: exp.Expr) -> str:
    name = node.name.lower()
    if name not in render.variables:
        if name in FIXED:
            return text_literal(FIXED[name])
        if name in TUNING or name in CHOICES:
            raise errors.unsupported(f"reading the variable {name} before it is set")
        raise SqlError(1193, f"Unknown system variable '{node.name}'")
    value = render.variables[name]
    return value if value.isdigit() and len(value) < 19 else text_literal(value)


def _extract(render: Renderer, node: exp.Expr) -> str:
    only(node, "this", "expression")
    return render.call(node.this.name, [node.expression])


def _trim(render: Renderer, node: exp.Expr) -> str:
    only(node, "this", "expression")
    if node.args.get("expression"):
        return f"trim({render.as_text(node.this)}, {render(node.args['expression'])})"
    return f"trim({render.as_text(node.this)})"


def _bracket(render: Renderer, node: exp.Expr) -> str:
    """An array element by its index, which starts at 1; NULL for an index out of range."""
    only(node, "this", "expressions")
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise errors.unsupported("more than one index in []")
    index = node.expressions[0]
    if is_path(index):
        return _arrow(render, node, index)
    # sqlglot converts literal indexes to indexes from 0.
    text = str(int(index.name) + 1) if isinstance(index, exp.Literal) and not index.is_string else f"({render(index)})"
    return f"(CASE WHEN {text} >= 1 THEN {render(node.this)}[{text}] END)"


def _arrow(render: Renderer, node: exp.Expr, path: exp.Expr) -> str:
    """`json -> 'path'`."""
    kind = render.kind(node.this)
    if kind is None or kind.name != "json":
        shown = kind.brief() if kind else "another expression"
        raise errors.analysis(f"-> operator could only be used for json column, but got {shown}")
    return FUNCTIONS["JSON_QUERY"].render("json_query", [render(node.this), text_literal(path.name.removeprefix(PATH))])


def _array(render: Renderer, node: exp.Expr) -> str:
    kinds = [kind for one in node.expressions if (kind := render.kind(one)) and kind != NULL]
    mixed = len({kind.is_string for kind in kinds}) > 1
    return f"[{', '.join(branches(render, node.expressions, 'an array') if mixed else render.all(node.expressions))}]"


def _collate(render: Renderer, node: exp.Expr) -> str:
    # StarRocks accepts a collation and still compares strings byte by byte.
    only(node, "this", "expression")
    if not node.expression.name.lower().startswith("utf8"):
        raise errors.unsupported(f"the collation {node.expression.name}; StarRocks' strings are utf8")
    return render(node.this)


def _star(_: Renderer, node: exp.Expr) -> str:
    only(node)
    raise errors.syntax("Unexpected input '*' within an expression")


HANDLERS: dict[type[exp.Expr], Callable[[Renderer, exp.Expr], str]] = {
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.IntDiv: _whole_division,
    exp.BitwiseXor: lambda r, n: f"xor({r(n.this)}, {r(n.expression)})",
    exp.Neg: lambda r, n: f"(- {r(n.this)})",
    exp.Not: lambda r, n: f"(NOT {truth(r, n.this)})",
    exp.Paren: lambda r, n: f"({r(n.this)})",
    exp.Is: _is,
    exp.Between: _between,
    exp.Mul: lambda r, n: arithmetic(r, n, "*"),
    exp.Mod: lambda r, n: arithmetic(r, n, "%"),
    exp.Div: division,
    exp.BitwiseNot: lambda r, n: f"(~ {as_type(r(n.this), BIGINT)})",
    exp.RegexpLike: lambda r, n: f"regexp_matches({r(n.this)}, {r(n.expression)}, 's')",
    exp.Exists: lambda r, n: r.exists(n),
    exp.Boolean: lambda r, n: "TRUE" if n.this else "FALSE",  # noqa: ARG005
    exp.Null: lambda r, n: "NULL",  # noqa: ARG005
    exp.Tuple: lambda r, n: f"({', '.join(r.all(n.expressions))})",
    exp.Array: _array,
    exp.CurrentTimestamp: lambda r, n: f"date_trunc('second', {NOW})",  # noqa: ARG005
    exp.CurrentTime: lambda r, n: r.call("CURTIME", []),  # noqa: ARG005
    exp.CurrentDate: lambda r, n: f"CAST({NOW} AS DATE)",  # noqa: ARG005
    exp.CurrentUser: lambda r, n: value_literal(r.constants["CURRENT_USER"]),  # noqa: ARG005
    exp.Anonymous: lambda r, n: r.call(written_name(str(n.this)), n.expressions),
    exp.Alias: _alias,
    exp.Cast: _cast,
    exp.Collate: _collate,
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Case: _case,
    exp.In: _in,
    exp.Like: _like,
    exp.Window: window,
    exp.GroupConcat: group_concat,
    exp.SessionParameter: _variable,
    exp.Extract: _extract,
    exp.Trim: _trim,
    exp.Bracket: _bracket,
    exp.Star: _star,
}

PARTS: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Add: ("this", "expression", "typed", "safe"),
    exp.Sub: ("this", "expression", "typed", "safe"),
    exp.Mul: ("this", "expression", "typed", "safe"),
    exp.Mod: ("this", "expression", "typed", "safe"),
    exp.Div: ("this", "expression", "typed", "safe"),
    exp.BitwiseNot: ("this",),
    exp.IntDiv: ("this", "expression"),
    exp.BitwiseXor: ("this", "expression"),
    exp.Neg: ("this",),
    exp.Not: ("this",),
    exp.Paren: ("this",),
    exp.Is: ("this", "expression"),
    exp.Between: ("this", "low", "high"),
    exp.RegexpLike: ("this", "expression"),
    exp.Like: ("this", "expression"),
    exp.In: ("this", "expressions", "query"),
    exp.Exists: ("this",),
    exp.Boolean: ("this",),
    exp.Tuple: ("expressions",),
    exp.Array: ("expressions", "bracket_notation"),
    exp.Anonymous: ("this", "expressions"),
    exp.Alias: ("this", "alias"),
    exp.CurrentTimestamp: ("this",),
    exp.CurrentTime: (),
    exp.Literal: ("this", "is_string"),
    exp.SessionParameter: ("this", "kind"),
}
"""The allowed parts of each kind of node; a node with other parts is refused."""
