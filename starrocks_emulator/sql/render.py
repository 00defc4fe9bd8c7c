"""Expressions of StarRocks as DuckDB's text. Every kind of node is named here; any other is refused."""

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.functions.dates import NOW
from starrocks_emulator.functions.strings import STRINGS
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.sql.kinds import NULL, Kind, Kinds, value_kind
from starrocks_emulator.sql.literals import cast, cut, data_type, quote, text_literal, value_literal
from starrocks_emulator.sql.moments import SPECIAL, interval
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import arithmetic, branches, comparison, decimal_division, division
from starrocks_emulator.sql.parse import MARK, PARAMETER, written_name
from starrocks_emulator.types import SqlType

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
}  # fmt: skip
_BINARY: dict[type[exp.Expr], str] = {exp.And: "AND", exp.Or: "OR", exp.BitwiseAnd: "&", exp.BitwiseOr: "|"}


_CHOOSERS = {"IF", "IFNULL", "NVL", "NULLIF", "COALESCE", "GREATEST", "LEAST"}
_DEVIATIONS = {"STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VARIANCE_POP", "VAR_POP", "VAR_SAMP",
               "VARIANCE_SAMP", "COVAR_POP", "COVAR_SAMP", "CORR"}  # fmt: skip


class Expressions:
    """Renders expressions; what a name or a subquery means is up to the class that extends it."""

    def __init__(
        self, parameters: Sequence[Value], constants: Mapping[str, Value], variables: Mapping[str, str]
    ) -> None:
        """`constants`: values of DATABASE(), USER() …; `variables`: of @@names."""
        self.parameters = parameters
        self.constants = constants
        self.variables = variables
        self._kinds = Kinds(self.column_kind, self.query_kind)
        self._known_kinds: dict[int, tuple[exp.Expr, Kind]] = {}

    def kind(self, node: exp.Expr | None) -> Kind:
        """The type of an expression; None where it is not known."""
        if node is None:
            return NULL
        if id(node) not in self._known_kinds:
            self._known_kinds[id(node)] = (node, self._kinds(node))  # held, so that its id stays its own
        return self._known_kinds[id(node)][1]

    def column_kind(self, node: exp.Expr) -> Kind:
        """The type of a column, which the classes that extend this one know, or of a parameter."""
        if node.name.startswith(PARAMETER):
            index = int(node.name.removeprefix(PARAMETER))
            return value_kind(self.parameters[index]) if index < len(self.parameters) else NULL
        return None

    def query_kind(self, node: exp.Expr) -> Kind:
        """The type of a scalar subquery."""
        return None

    def as_text(self, node: exp.Expr) -> str:
        """An expression as text, as CAST (… AS VARCHAR) writes it."""
        if self.is_decimal(node):
            return f"CAST({self(node)} AS VARCHAR)"  # fn.text would take it for a DOUBLE
        return f"fn.text({self(node)})"

    def is_decimal(self, node: exp.Expr) -> bool:
        """Whether an expression is a DECIMAL."""
        kind = self.kind(node)
        return kind is not None and kind.name == "decimal"

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
        operator = _COMPARISONS.get(type(node))
        if operator:
            only(node, "this", "expression", "typed", "safe")
            equality = isinstance(node, exp.EQ | exp.NEQ | exp.NullSafeEQ)
            left, right = comparison(self, node.this, node.expression, equality)
            return f"({left} {operator} {right})"
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

    def call(self, name: str, arguments: Sequence[exp.Expr], over: bool = False) -> str:  # noqa: PLR0911, PLR0912
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
        if plain and self.is_decimal(plain[0]):
            if upper in _DEVIATIONS or (upper == "AVG" and over):
                raise errors.unsupported(
                    f"{upper} of a DECIMAL{' over a window' if over else ''}; convert it to DOUBLE by CAST"
                )
            if upper == "AVG" and len(plain) == 1:
                return self._average(plain[0], distinct)
            if upper in {"ROUND", "TRUNCATE"} and len(plain) == 2:
                return self._rounded(upper, plain)
        rendered = function.render(name.lower(), self._arguments(upper, plain))
        if distinct or order or nulls:
            head, _, tail = rendered.partition("(")
            rendered = f"{head}({distinct}{tail[:-1]}{nulls}{order})"
        return rendered

    def _arguments(self, upper: str, nodes: Sequence[exp.Expr]) -> list[str]:
        if upper in _CHOOSERS:
            first = [] if upper != "IF" else self.all(nodes[:1])
            return first + branches(self, nodes[len(first) :], upper)
        return [self.as_text(node) if upper in STRINGS and self.is_decimal(node) else self(node) for node in nodes]

    def _rounded(self, name: str, plain: Sequence[exp.Expr]) -> str:
        """ROUND and TRUNCATE of a DECIMAL to a constant number of digits, which is then its scale."""
        kind = self.kind(plain[0])
        digits = plain[1].name
        assert kind
        if not isinstance(plain[1], exp.Literal) or not digits.isdigit() or int(digits) > kind.arguments[1]:
            raise errors.unsupported(
                f"{name.lower()} of {kind.brief()} to another number of digits than a constant from 0 to "
                f"{kind.arguments[1]}; convert it to DOUBLE by CAST"
            )
        value, target = self(plain[0]), f"DECIMAL(38,{digits})"
        if name == "ROUND":
            return f"CAST(round({value}, {digits}) AS {target})"
        unit = "1" if digits == "0" else "0." + "0" * (int(digits) - 1) + "1"
        return f"CAST({value} - {value} % {unit} AS {target})"

    def _average(self, node: exp.Expr, distinct: str) -> str:
        """AVG of a DECIMAL is a DECIMAL: the sum divided by the number."""
        kind = self.kind(node)
        assert kind
        inner = self(node)
        total = SqlType("decimal", (38, kind.arguments[1]))
        return decimal_division(f"sum({distinct}{inner})", total, f"count({distinct}{inner})", SqlType("bigint"))

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
    target = data_type(node.args["to"])
    if target.is_string:
        return cut(render.as_text(node.this), target)
    return cast(render(node.this), target)


def _sum(render: Expressions, node: exp.Expr) -> str:
    sign = "+" if isinstance(node, exp.Add) else "-"
    left, right = node.this, node.expression
    if isinstance(left, exp.Interval):
        left, right = right, left
    if isinstance(right, exp.Interval):
        return f"fn.ranged(fn.dt({render(left)}) {sign} {interval(render, right)})"
    return arithmetic(render, node, sign)


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
    parts = ["CASE"]
    default = node.args.get("default")
    results = [branch.args["true"] for branch in node.args["ifs"]]
    values = branches(render, [*results, *([default] if default else [])], "CASE")
    for branch, value in zip(node.args["ifs"], values, strict=False):
        condition = render(branch.this)
        if node.this:
            left, right = comparison(render, node.this, branch.this, equality=True)
            condition = f"{left} = {right}"
        parts.append(f"WHEN {condition} THEN {value}")
    if default:
        parts.append(f"ELSE {values[-1]}")
    return "(" + " ".join(parts) + " END)"


def _in(render: Expressions, node: exp.Expr) -> str:
    inner = node.args.get("query")
    if inner:
        text = render.query(inner.this if isinstance(inner, exp.Subquery) else inner)
        _alike(render, node.this, inner)
        return f"({render(node.this)} IN ({text}))"
    pairs = [comparison(render, node.this, value, equality=True) for value in node.expressions]
    if len({left for left, _ in pairs}) == 1:
        return f"({pairs[0][0]} IN ({', '.join(right for _, right in pairs)}))"
    return "(" + " OR ".join(f"{left} = {right}" for left, right in pairs) + ")"


def _alike(render: Expressions, node: exp.Expr, query: exp.Expr) -> None:
    """Refuse IN with a subquery of a type that only a conversion makes alike."""
    kinds = [render.kind(node), render.query_kind(query)]
    known = [kind for kind in kinds if kind is not None and kind != NULL]
    if len(known) == 2 and len({kind.is_string for kind in known}) == 2:
        raise errors.unsupported(f"IN of {known[0].brief()} and {known[1].brief()}; convert one of them by CAST")


def _between(render: Expressions, node: exp.Expr) -> str:
    low = comparison(render, node.this, node.args["low"], equality=False)
    high = comparison(render, node.this, node.args["high"], equality=False)
    if low[0] == high[0]:
        return f"({low[0]} BETWEEN {low[1]} AND {high[1]})"
    return f"({low[0]} >= {low[1]} AND {high[0]} <= {high[1]})"


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
    values = inner.expressions if isinstance(inner, exp.Concat) else [inner]  # sqlglot joins several values so
    text = " || ".join(render.as_text(value) for value in values)
    most = int(render.variables.get("group_concat_max_len", "1024"))
    return f"fn.no_longer(string_agg({distinct}{text}, {separator}{order}), {most})"


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
    only(node, "this", "expression")
    if node.args.get("expression"):
        return f"trim({render.as_text(node.this)}, {render(node.args['expression'])})"
    return f"trim({render.as_text(node.this)})"


def _bracket(render: Expressions, node: exp.Expr) -> str:
    """An element counted from 1; NULL before the first and after the last one."""
    only(node, "this", "expressions")
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise errors.unsupported("more than one index in []")
    index = node.expressions[0]
    # sqlglot moves literals to count from 0
    text = str(int(index.name) + 1) if isinstance(index, exp.Literal) and not index.is_string else f"({render(index)})"
    return f"(CASE WHEN {text} >= 1 THEN {render(node.this)}[{text}] END)"


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
    exp.Between: _between,
    exp.Mul: lambda r, n: arithmetic(r, n, "*"),
    exp.Mod: lambda r, n: arithmetic(r, n, "%"),
    exp.Div: division,
    exp.BitwiseNot: lambda r, n: f"(~ {r(n.this)})",
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
    exp.Mul: ("this", "expression", "typed", "safe"),
    exp.Mod: ("this", "expression", "typed", "safe"),
    exp.Div: ("this", "expression", "typed", "safe"),
    exp.BitwiseNot: ("this",),
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
