"""Expressions of StarRocks as DuckDB's text. Every kind of node is named here; any other is refused."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.functions.dates import INTERVAL_UNITS, NOW
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.sql.parse import MARK, PARAMETER, written_name
from starrocks_emulator.types import SqlType, make_type


def quote(name: str) -> str:
    """A name as DuckDB reads it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """A string literal of DuckDB's."""
    if "\0" in value:
        return "concat(" + ", chr(0), ".join(text_literal(part) for part in value.split("\0")) + ")"
    return "'" + value.replace("'", "''") + "'"


def value_literal(value: Value) -> str:  # noqa: PLR0911
    """The literal of a bound parameter."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    if isinstance(value, Decimal):
        return f"({value:f})"
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, bytes):
        return text_literal(value.decode("utf-8", "strict"))
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    raise errors.unsupported("a TIME parameter")


_BINARY: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.And: "AND", exp.Or: "OR",
    exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.BitwiseAnd: "&", exp.BitwiseOr: "|",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
}  # fmt: skip
_CAST_NAMES = {
    "BOOLEAN": "boolean", "TINYINT": "tinyint", "SMALLINT": "smallint", "INT": "int", "BIGINT": "bigint",
    "INT128": "largeint", "FLOAT": "float", "DOUBLE": "double", "DECIMAL": "decimal", "DATE": "date",
    "DATETIME": "datetime", "TIMESTAMP": "datetime", "TIMESTAMPTZ": "datetime", "CHAR": "char", "VARCHAR": "varchar",
    "TEXT": "varchar", "JSON": "json", "DECIMAL32": "decimal32", "DECIMAL64": "decimal64",
    "DECIMAL128": "decimal128",
}  # fmt: skip


def data_type(node: exp.DataType) -> SqlType:
    """The StarRocks type that a CAST names."""
    kind = node.this.value if isinstance(node.this, exp.DType) else str(node.this)
    arguments = node.expressions
    if kind == "ARRAY":
        return make_type("array", (), data_type(arguments[0]) if arguments else None)
    if kind not in _CAST_NAMES:
        raise errors.unsupported(f"the type {kind}")
    sizes = tuple(int(argument.name) for argument in arguments)
    return make_type(_CAST_NAMES[kind], sizes)


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
            _only(node, "this", "expression", "typed", "safe")
            return f"({self(node.this)} {operator} {self(node.expression)})"
        handler = _HANDLERS.get(type(node))
        if handler is None:
            if isinstance(node, exp.Query):
                return f"({self.query(node)})"
            raise errors.unsupported(f"the expression {node.key.upper()} ({node.sql()[:60]})".replace(MARK, ""))
        if node.args.get("negate"):
            _only(node, "negate", *_PARTS[type(node)])
            return f"(NOT {handler(self, node)})"
        if type(node) in _PARTS:
            _only(node, *_PARTS[type(node)])
        return handler(self, node)

    def all(self, nodes: Sequence[exp.Expr]) -> list[str]:
        """Several expressions."""
        return [self(node) for node in nodes]

    def call(self, name: str, arguments: Sequence[exp.Expr], over: bool = False) -> str:
        """A function call by name."""
        upper = name.upper()
        if upper in _SPECIAL:
            return _SPECIAL[upper](self, arguments)
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
                _only(first, "expressions")
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
        _only(node, "this", "expressions", "siblings")
        return "ORDER BY " + ", ".join(self.ordered(part) for part in node.expressions)

    def ordered(self, node: exp.Expr) -> str:
        """One key of ORDER BY."""
        if not isinstance(node, exp.Ordered):
            return self(node)
        _only(node, "this", "desc", "nulls_first")
        return (
            f"{self(node.this)} {'DESC' if node.args.get('desc') else 'ASC'} "
            f"NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}"
        )


def _only(node: exp.Expr, *allowed: str) -> None:
    """Refuse a node with parts that the caller would leave out."""
    extra = [name for name, value in node.args.items() if value and name not in allowed]
    if extra:
        raise errors.unsupported(f"{', '.join(extra).upper().replace('_', ' ').strip()} in {node.key.upper()}")


only = _only


def interval(render: Expressions, node: exp.Expr) -> str:
    """`INTERVAL n unit`."""
    if not isinstance(node, exp.Interval):
        raise errors.analysis("INTERVAL n unit was expected")
    _only(node, "this", "unit")
    unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
    if unit not in INTERVAL_UNITS:
        raise errors.unsupported(f"the interval unit {unit}")
    amount = node.this
    text = amount.name if isinstance(amount, exp.Literal) else render(amount)
    if isinstance(amount, exp.Literal) and not text.lstrip("-").isdigit():
        raise errors.analysis(f"INTERVAL {text}: a whole number was expected")
    return INTERVAL_UNITS[unit].format(text)


def _sum(render: Expressions, node: exp.Expr) -> str:
    sign = "+" if isinstance(node, exp.Add) else "-"
    left, right = node.this, node.expression
    if isinstance(left, exp.Interval):
        left, right = right, left
    if isinstance(right, exp.Interval):
        return f"(fn.dt({render(left)}) {sign} {interval(render, right)})"
    return f"({render(left)} {sign} {render(right)})"


def _shift(sign: str) -> Callable[[Expressions, Sequence[exp.Expr]], str]:
    def handler(render: Expressions, arguments: Sequence[exp.Expr]) -> str:
        if len(arguments) != 2:
            raise errors.analysis("date_add and date_sub take a date and an INTERVAL")
        step = arguments[1]
        amount = (
            interval(render, step) if isinstance(step, exp.Interval) else f"to_days(CAST({render(step)} AS INTEGER))"
        )
        return f"(fn.dt({render(arguments[0])}) {sign} {amount})"

    return handler


def _timestamp_diff(render: Expressions, arguments: Sequence[exp.Expr]) -> str:
    unit = arguments[0].name.lower() if arguments else ""
    if len(arguments) != 3 or f"{unit.upper()}" not in INTERVAL_UNITS:
        raise errors.analysis("timestampdiff takes a unit and two dates")
    return f"date_sub('{unit}', fn.dt({render(arguments[1])}), fn.dt({render(arguments[2])}))"


def _timestamp_add(render: Expressions, arguments: Sequence[exp.Expr]) -> str:
    unit = arguments[0].name.upper() if arguments else ""
    if len(arguments) != 3 or unit not in INTERVAL_UNITS:
        raise errors.analysis("timestampadd takes a unit, a number and a date")
    return f"(fn.dt({render(arguments[2])}) + {INTERVAL_UNITS[unit].format(render(arguments[1]))})"


def _time_slice(render: Expressions, arguments: Sequence[exp.Expr]) -> str:
    """Slices count from 0001-01-01 00:00:00, as StarRocks' do."""
    if len(arguments) not in {2, 3}:
        raise errors.analysis("time_slice takes a date, an INTERVAL and FLOOR or CEIL")
    side = arguments[2].name.upper() if len(arguments) == 3 else "FLOOR"
    if side not in {"FLOOR", "CEIL"}:
        raise errors.analysis(f"time_slice ends with FLOOR or CEIL, found {side}")
    width = interval(render, arguments[1])
    start = f"time_bucket({width}, fn.dt({render(arguments[0])}), TIMESTAMP '0001-01-01 00:00:00')"
    return start if side == "FLOOR" else f"({start} + {width})"


_SPECIAL: dict[str, Callable[[Expressions, Sequence[exp.Expr]], str]] = {
    "DATE_ADD": _shift("+"), "ADDDATE": _shift("+"), "DATE_SUB": _shift("-"), "SUBDATE": _shift("-"),
    "TIMESTAMPDIFF": _timestamp_diff, "TIMESTAMPADD": _timestamp_add, "TIME_SLICE": _time_slice,
}  # fmt: skip
SPECIAL_FUNCTIONS = tuple(_SPECIAL)


def cast(text: str, target: SqlType) -> str:
    """CAST as StarRocks does it: NULL for what cannot be converted, decimals cut off by integer types."""
    if target.is_integer:
        return f"TRY_CAST(fn.whole({text}) AS {target.stored()})"
    if target.name == "datetime":
        return f"TRY_CAST(fn.dt({text}) AS TIMESTAMP)"
    if target.name == "date":
        return f"TRY_CAST(fn.dt({text}) AS DATE)"
    if target.is_string:
        whole = f"fn.text({text})"
        return whole if target.arguments[0] >= 65533 else f"left({whole}, {target.arguments[0]})"
    return f"TRY_CAST({text} AS {target.stored()})"


def _cast(render: Expressions, node: exp.Expr) -> str:
    _only(node, "this", "to", "safe")
    return cast(render(node.this), data_type(node.args["to"]))


def _column(render: Expressions, node: exp.Expr) -> str:
    _only(node, "this", "table", "db")
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
    _only(node, "this", "ifs", "default")
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
    _only(node, "this", "partition_by", "order", "spec", "over")
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
        _only(spec, "kind", "start", "start_side", "end", "end_side")
        parts.append(f"{spec.args['kind'].upper()} BETWEEN {_bound(spec, 'start')} AND {_bound(spec, 'end')}")
    return f"{render.call(name, arguments, over=True)} OVER ({' '.join(parts)})"


def _bound(spec: exp.Expr, side: str) -> str:
    value = spec.args.get(side)
    text = "CURRENT ROW" if value is None else value if isinstance(value, str) else value.name
    if isinstance(value, exp.Literal) and not text.isdigit():
        raise errors.analysis(f"A window frame counts whole rows, found {text}")
    return f"{text} {spec.args.get(side + '_side') or ''}".strip()


def _group_concat(render: Expressions, node: exp.Expr) -> str:
    _only(node, "this", "separator")
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
    _only(node, "this", "expression")
    return render.call(node.this.name, [node.expression])


def _trim(render: Expressions, node: exp.Expr) -> str:
    _only(node, "this")
    return f"trim({render(node.this)})"


def _bracket(render: Expressions, node: exp.Expr) -> str:
    _only(node, "this", "expressions")
    index = node.expressions[0]
    text = str(int(index.name) + 1) if isinstance(index, exp.Literal) else f"({render(index)})"
    return f"{render(node.this)}[{text}]"


def _star(_: Expressions, node: exp.Expr) -> str:
    _only(node)
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
