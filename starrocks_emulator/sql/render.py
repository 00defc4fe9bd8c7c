"""Expressions of StarRocks as DuckDB's text. Every kind of node is named here; any other is refused."""

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.functions.dates import NOW
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.sql.literals import cast, data_type, quote, text_literal, value_literal
from starrocks_emulator.sql.moments import SPECIAL, interval
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.parse import MARK, PARAMETER, written_name

_BINARY: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.And: "AND", exp.Or: "OR",
    exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.BitwiseAnd: "&", exp.BitwiseOr: "|",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
}  # fmt: skip


class Expressions:
    """Renders expressions; what a name or a subquery means is up to the class that extends it."""

    def __init__(
        self, parameters: Sequence[Value], constants: Mapping[str, Value], variables: Mapping[str, str]
    ) -> None:
        """`constants`: values of DATABASE(), USER() …; `variables`: of @@names."""
        self.parameters = parameters
        self.constants = constants
        self.variables = variables

    def query(self, node: exp.Expr) -> str:
        """A subquery as text; replaced by the class that knows tables."""
        raise errors.unsupported("a subquery here")

    def names_database(self, node: exp.Column) -> None:
        """Check `database.table.column`; replaced by the class that knows tables."""

    def __call__(self, node: exp.Expr | None) -> str:
        """DuckDB's text for an expression.

        Raises:
            SqlError: 1235 or 1064 for what is not supported.
        """
        if node is None:
            raise errors.syntax("An expression is missing")
        operator = _BINARY.get(type(node))
        if operator:
            only(node, "this", "expression", "typed", "safe")
            return f"({self(node.this)} {operator} {self(node.expression)})"
        handler = _HANDLERS.get(type(node))
        if handler is None:
            if isinstance(node, exp.Query):
                return f"({self.query(node)})"
            raise errors.unsupported(f"the expression {node.key.upper()} ({node.sql()[:60]})".replace(MARK, ""))
        if node.args.get("negate"):
            only(node, "negate", *_PARTS[type(node)])
            return f"(NOT {handler(self, node)})"
        if type(node) in _PARTS:
            only(node, *_PARTS[type(node)])
        return handler(self, node)

    def all(self, nodes: Sequence[exp.Expr]) -> list[str]:
        """Several expressions."""
        return [self(node) for node in nodes]

    def call(self, name: str, arguments: Sequence[exp.Expr], over: bool = False) -> str:
        """A function call by name."""
        upper = name.upper()
        if upper in SPECIAL:
            return SPECIAL[upper](self, arguments)
        if upper in self.constants:
            return value_literal(self.constants[upper])
        function = FUNCTIONS.get(upper)
        if function is None:
            raise errors.analysis(
                f"No matching function with signature: {name.lower()}, or this emulator does not have it"
            )
        if function.kind == "window" and not over:
            raise errors.analysis(f"{name.lower()} needs an OVER clause")
        distinct = order = nulls = ""
        plain = list(arguments)
        if function.kind != "scalar" and plain:
            first = plain[0]
            if isinstance(first, exp.IgnoreNulls) and function.kind == "window":
                plain[0], nulls = first.this, " IGNORE NULLS"
            elif isinstance(first, exp.Order) and upper == "ARRAY_AGG":
                plain[0], order = first.this, " " + self.order(first)
            elif isinstance(first, exp.Distinct):
                if upper not in {"COUNT", "SUM", "AVG", "MIN", "MAX", "ARRAY_AGG"} or over:
                    raise errors.unsupported(f"DISTINCT in {name.lower()}" + (" OVER" if over else ""))
                only(first, "expressions")
                plain, distinct = list(first.expressions), "DISTINCT "
        if upper == "COUNT" and len(plain) == 1 and isinstance(plain[0], exp.Star):
            return "count(*)"
        if distinct and len(plain) > 1:
            return f"count(DISTINCT CASE WHEN {' AND '.join(f'{self(part)} IS NOT NULL' for part in plain)} THEN ({', '.join(self.all(plain))}) END)"  # noqa: E501
        rendered = function.render(name.lower(), self.all(plain))
        if distinct or order or nulls:
            head, _, tail = rendered.partition("(")
            rendered = f"{head}({distinct}{tail[:-1]}{nulls}{order})"
        return rendered

    def order(self, node: exp.Order) -> str:
        """ORDER BY with the place of NULLs spelled out."""
        only(node, "this", "expressions", "siblings")
        return "ORDER BY " + ", ".join(self.ordered(part) for part in node.expressions)

    def ordered(self, node: exp.Expr) -> str:
        """One key of ORDER BY."""
        if not isinstance(node, exp.Ordered):
            return self(node)
        only(node, "this", "desc", "nulls_first")
        return (
            f"{self(node.this)} {'DESC' if node.args.get('desc') else 'ASC'} "
            f"NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}"
        )


def _cast(render: Expressions, node: exp.Expr) -> str:
    only(node, "this", "to", "safe")
    return cast(render(node.this), data_type(node.args["to"]))


def _sum(render: Expressions, node: exp.Expr) -> str:
    sign = "+" if isinstance(node, exp.Add) else "-"
    left, right = node.this, node.expression
    if isinstance(left, exp.Interval):
        left, right = right, left
    if isinstance(right, exp.Interval):
        return f"(fn.dt({render(left)}) {sign} {interval(render, right)})"
    return f"({render(left)} {sign} {render(right)})"


def _column(render: Expressions, node: exp.Expr) -> str:
    only(node, "this", "table", "db")
    if isinstance(node.this, exp.Star):
        return f"{quote(node.args['table'].name)}.*" if node.args.get("table") else "*"
    name = node.name
    if name.startswith(PARAMETER):
        index = int(name.removeprefix(PARAMETER))
        if index >= len(render.parameters):
            raise errors.analysis("A ? is left without a value")
        return value_literal(render.parameters[index])
    if node.args.get("db"):
        assert isinstance(node, exp.Column)
        render.names_database(node)
    table = node.args.get("table")
    return f"{quote(table.name)}.{quote(name)}" if table else quote(name)


def _literal(_: Expressions, node: exp.Expr) -> str:
    return text_literal(node.name) if node.args.get("is_string") else node.name


def _case(render: Expressions, node: exp.Expr) -> str:
    only(node, "this", "ifs", "default")
    parts = ["CASE", *([render(node.this)] if node.this else [])]
    for branch in node.args["ifs"]:
        parts.append(f"WHEN {render(branch.this)} THEN {render(branch.args['true'])}")
    if node.args.get("default"):
        parts.append(f"ELSE {render(node.args['default'])}")
    return "(" + " ".join(parts) + " END)"


def _in(render: Expressions, node: exp.Expr) -> str:
    inner = node.args.get("query")
    values = (
        render.query(inner.this if isinstance(inner, exp.Subquery) else inner)
        if inner
        else ", ".join(render.all(node.expressions))
    )
    return f"({render(node.this)} IN ({values}))"


def _like(render: Expressions, node: exp.Expr) -> str:
    return f"({render(node.this)} LIKE {render(node.expression)} ESCAPE '\\')"


def _window(render: Expressions, node: exp.Expr) -> str:
    only(node, "this", "partition_by", "order", "spec", "over")
    inner = node.this
    nulls = isinstance(inner, exp.IgnoreNulls)
    inner = inner.this if nulls else inner
    if not isinstance(inner, exp.Anonymous):
        raise errors.unsupported("OVER after something that is no function")
    arguments = list(inner.expressions)
    if nulls:
        arguments[0] = exp.IgnoreNulls(this=arguments[0])
    name = written_name(str(inner.this))
    function = FUNCTIONS.get(name.upper())
    if function and function.kind == "scalar":
        raise errors.analysis(f"{name.lower()} takes no OVER clause")
    parts = []
    if node.args.get("partition_by"):
        parts.append("PARTITION BY " + ", ".join(render.all(node.args["partition_by"])))
    if node.args.get("order"):
        parts.append(render.order(node.args["order"]))
    if spec := node.args.get("spec"):
        only(spec, "kind", "start", "start_side", "end", "end_side")
        parts.append(f"{spec.args['kind'].upper()} BETWEEN {_bound(spec, 'start')} AND {_bound(spec, 'end')}")
    return f"{render.call(name, arguments, over=True)} OVER ({' '.join(parts)})"


def _bound(spec: exp.Expr, side: str) -> str:
    value = spec.args.get(side)
    text = "CURRENT ROW" if value is None else value if isinstance(value, str) else value.name
    if isinstance(value, exp.Literal) and not text.isdigit():
        raise errors.analysis(f"A window frame counts whole rows, found {text}")
    return f"{text} {spec.args.get(side + '_side') or ''}".strip()


def _group_concat(render: Expressions, node: exp.Expr) -> str:
    only(node, "this", "separator")
    inner, order, distinct = node.this, "", ""
    if isinstance(inner, exp.Order):
        inner, order = inner.this, " " + render.order(inner)
    if isinstance(inner, exp.Distinct):
        inner, distinct = inner.expressions[0] if len(inner.expressions) == 1 else inner, "DISTINCT "
    separator = render(node.args["separator"]) if node.args.get("separator") else "','"
    return f"string_agg({distinct}fn.text({render(inner)}), {separator}{order})"


def _variable(render: Expressions, node: exp.Expr) -> str:
    name = node.name.lower()
    if name not in render.variables:
        raise SqlError(1193, f"Unknown system variable '{node.name}'")
    value = render.variables[name]
    return value if value.isdigit() and len(value) < 19 else text_literal(value)


def _extract(render: Expressions, node: exp.Expr) -> str:
    only(node, "this", "expression")
    return render.call(node.this.name, [node.expression])


def _trim(render: Expressions, node: exp.Expr) -> str:
    only(node, "this")
    return f"trim({render(node.this)})"


def _bracket(render: Expressions, node: exp.Expr) -> str:
    only(node, "this", "expressions")
    index = node.expressions[0]
    text = str(int(index.name) + 1) if isinstance(index, exp.Literal) else f"({render(index)})"
    return f"{render(node.this)}[{text}]"


def _collate(render: Expressions, node: exp.Expr) -> str:
    # StarRocks reads a collation and compares strings by their bytes all the same.
    only(node, "this", "expression")
    if not node.expression.name.lower().startswith("utf8"):
        raise errors.unsupported(f"the collation {node.expression.name}; StarRocks' strings are utf8")
    return render(node.this)


def _star(_: Expressions, node: exp.Expr) -> str:
    only(node)
    return "*"


_HANDLERS: dict[type[exp.Expr], Callable[[Expressions, exp.Expr], str]] = {
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.IntDiv: lambda r, n: f"({r(n.this)} // {r(n.expression)})",
    exp.Xor: lambda r, n: f"(CAST({r(n.this)} AS BOOLEAN) <> CAST({r(n.expression)} AS BOOLEAN))",
    exp.BitwiseXor: lambda r, n: f"xor({r(n.this)}, {r(n.expression)})",
    exp.Neg: lambda r, n: f"(- {r(n.this)})",
    exp.Not: lambda r, n: f"(NOT {r(n.this)})",
    exp.Paren: lambda r, n: f"({r(n.this)})",
    exp.Is: lambda r, n: f"({r(n.this)} IS {r(n.expression)})",
    exp.Between: lambda r, n: f"({r(n.this)} BETWEEN {r(n.args['low'])} AND {r(n.args['high'])})",
    exp.RegexpLike: lambda r, n: f"regexp_matches({r(n.this)}, {r(n.expression)})",
    exp.Exists: lambda r, n: f"EXISTS ({r.query(n.this.this if isinstance(n.this, exp.Subquery) else n.this)})",
    exp.Boolean: lambda r, n: "TRUE" if n.this else "FALSE",  # noqa: ARG005
    exp.Null: lambda r, n: "NULL",  # noqa: ARG005
    exp.Tuple: lambda r, n: f"({', '.join(r.all(n.expressions))})",
    exp.Array: lambda r, n: f"[{', '.join(r.all(n.expressions))}]",
    exp.CurrentTimestamp: lambda r, n: f"date_trunc('second', {NOW})",  # noqa: ARG005
    exp.CurrentDate: lambda r, n: f"CAST({NOW} AS DATE)",  # noqa: ARG005
    exp.CurrentUser: lambda r, n: value_literal(r.constants["CURRENT_USER"]),  # noqa: ARG005
    exp.Anonymous: lambda r, n: r.call(written_name(str(n.this)), n.expressions),
    exp.Alias: lambda r, n: f"{r(n.this)} AS {quote(n.alias)}",
    exp.Cast: _cast,
    exp.Collate: _collate,
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Case: _case,
    exp.In: _in,
    exp.Like: _like,
    exp.Window: _window,
    exp.GroupConcat: _group_concat,
    exp.SessionParameter: _variable,
    exp.Extract: _extract,
    exp.Trim: _trim,
    exp.Bracket: _bracket,
    exp.Star: _star,
}

_PARTS: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Add: ("this", "expression", "typed", "safe"),
    exp.Sub: ("this", "expression", "typed", "safe"),
    exp.IntDiv: ("this", "expression"),
    exp.Xor: ("this", "expression", "round_input"),
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
    exp.Literal: ("this", "is_string"),
    exp.SessionParameter: ("this", "kind"),
}
"""What each kind of node may hold; a node with anything else is refused."""
