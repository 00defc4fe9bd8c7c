"""Renders expressions as DuckDB SQL: function calls here, other kinds of nodes in `handlers`."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.functions.aggregates import estimate
from starrocks_emulator.functions.base import Rendered, overload
from starrocks_emulator.results import Value
from starrocks_emulator.sql import unordered
from starrocks_emulator.sql.argument_rules import check_arguments
from starrocks_emulator.sql.arguments import converted
from starrocks_emulator.sql.constants import is_constant
from starrocks_emulator.sql.decimals import average, rounded
from starrocks_emulator.sql.handlers import HANDLERS, PARTS
from starrocks_emulator.sql.kinds import INTEGERS, NULL, VARCHAR, Kind, Kinds, is_number, value_kind
from starrocks_emulator.sql.literals import quote, value_literal
from starrocks_emulator.sql.moments import SPECIAL
from starrocks_emulator.sql.nodes import only
from starrocks_emulator.sql.operators import comparison, sort_key, truth
from starrocks_emulator.sql.parse import PARAMETER, shown
from starrocks_emulator.variables import is_on

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
}  # fmt: skip
_LOGIC: dict[type[exp.Expr], str] = {exp.And: "AND", exp.Or: "OR"}
_BINARY: dict[type[exp.Expr], str] = {exp.BitwiseAnd: "&", exp.BitwiseOr: "|"}


_CASES = {"UPPER": "py_upper", "UCASE": "py_upper", "LOWER": "py_lower", "LCASE": "py_lower"}
"""Functions that change the case of ASCII letters, with the ones that change the case of all letters."""
_NOT_OVER = {"ANY_VALUE"}
"""Aggregates that may not have an OVER clause in StarRocks."""
_DEVIATIONS = {"STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VARIANCE_POP", "VAR_POP", "VAR_SAMP",
               "VARIANCE_SAMP", "COVAR_POP", "COVAR_SAMP", "CORR"}  # fmt: skip


_ESTIMATES = {"NDV", "APPROX_COUNT_DISTINCT"}
_NUMERIC = {"SUM", "MULTI_DISTINCT_SUM", "AVG", "STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VAR_POP",
            "VARIANCE_POP", "VAR_SAMP", "VARIANCE_SAMP"}  # fmt: skip
"""Aggregates of numbers."""


class Expressions:
    """Renders expressions; subclasses resolve names and subqueries."""

    def __init__(
        self, parameters: Sequence[Value], constants: Mapping[str, Value], variables: Mapping[str, str]
    ) -> None:
        """Create a renderer for one statement.

        Args:
            parameters: the values of its parameters.
            constants: the value of each constant function, such as DATABASE().
            variables: the value of each system variable, by its name without `@@`.
        """
        self.parameters = parameters
        self.constants: Mapping[str, Value] = constants
        self.variables = variables
        self._kinds = Kinds(self.column_kind, self.query_kind)
        self._known_kinds: dict[int, tuple[exp.Expr, Kind]] = {}

    def kind(self, node: exp.Expr | None) -> Kind:
        """The type of an expression; None if it is not known."""
        if node is None:
            return NULL
        if id(node) not in self._known_kinds:
            self._known_kinds[id(node)] = (node, self._kinds(node))  # the reference keeps the id unique
        return self._known_kinds[id(node)][1]

    def column_kind(self, node: exp.Expr) -> Kind:
        """The type of a column or parameter; subclasses resolve columns."""
        if node.name.startswith(PARAMETER):
            index = int(node.name.removeprefix(PARAMETER))
            return value_kind(self.parameters[index]) if index < len(self.parameters) else NULL
        return None

    def query_kind(self, node: exp.Expr) -> Kind:
        """The type of a scalar subquery."""
        return None

    def as_text(self, node: exp.Expr) -> Rendered:
        """An expression converted to VARCHAR."""
        text = self(node)
        # fn.text would convert a DECIMAL to DOUBLE.
        converted = f"CAST({text} AS VARCHAR)" if self.is_decimal(node) else overload("text", text)
        return Rendered(converted, lambda: VARCHAR)

    def is_decimal(self, node: exp.Expr) -> bool:
        """Whether an expression is a DECIMAL."""
        kind = self.kind(node)
        return kind is not None and kind.name == "decimal"

    def query(self, node: exp.Expr) -> str:
        """DuckDB's text for a subquery; overridden by `Queries`."""
        raise errors.unsupported("a subquery here")

    def exists(self, node: exp.Expr) -> str:
        """DuckDB's text for EXISTS; overridden by `Queries`."""
        raise errors.unsupported("a subquery here")

    def column(self, node: exp.Expr) -> str:
        """DuckDB's text for a column; overridden by `Queries`."""
        table = node.args.get("table")
        return f"{quote(table.name)}.{quote(node.name)}" if table else quote(node.name)

    def __call__(self, node: exp.Expr | None) -> Rendered:
        """DuckDB's text for an expression.

        Raises:
            SqlError: 1235 or 1064 for an unsupported expression.
        """
        if node is None:
            raise errors.syntax("An expression is missing")
        return Rendered(self.text(node), lambda: self.kind(node))

    def text(self, node: exp.Expr) -> str:
        """DuckDB's text for an expression; see `__call__`."""
        operator = _COMPARISONS.get(type(node))
        if operator:
            only(node, "this", "expression", "typed", "safe")
            equality = isinstance(node, exp.EQ | exp.NEQ | exp.NullSafeEQ)
            left, right = comparison(self, node.this, node.expression, equality)
            return f"({left} {operator} {right})"
        operator = _LOGIC.get(type(node))
        if operator:
            only(node, "this", "expression", "typed", "safe")
            return f"({truth(self, node.this)} {operator} {truth(self, node.expression)})"
        operator = _BINARY.get(type(node))
        if operator:
            only(node, "this", "expression", "typed", "safe")
            return f"({self(node.this)} {operator} {self(node.expression)})"
        handler = HANDLERS.get(type(node))
        if handler is None:
            if isinstance(node, exp.Query):
                return f"({self.query(node)})"
            raise errors.unsupported(shown(node))
        if node.args.get("negate"):
            only(node, "negate", *PARTS[type(node)])
            return f"(NOT {handler(self, node)})"
        if type(node) in PARTS:
            only(node, *PARTS[type(node)])
        return handler(self, node)

    def all(self, nodes: Sequence[exp.Expr]) -> list[Rendered]:
        """DuckDB's text for several expressions."""
        return [self(node) for node in nodes]

    def call(self, name: str, arguments: Sequence[exp.Expr], over: bool = False) -> str:  # noqa: PLR0911, PLR0912
        """DuckDB's text for a function call."""
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
        if over and upper in _NOT_OVER:
            raise errors.analysis(f"{name.lower()} is not supported as an analytic function")
        if function.kind != "scalar" and plain:
            if isinstance(plain[0], exp.Order) and upper == "ARRAY_AGG":
                ordering = plain[0]
                plain[0] = ordering.this
                order = " " + self.order(ordering, plain)
            first = plain[0]
            if isinstance(first, exp.IgnoreNulls) and function.kind == "window":
                plain[0], nulls = first.this, " IGNORE NULLS"
            elif isinstance(first, exp.Distinct):
                if upper not in {"COUNT", "SUM", "AVG", "MIN", "MAX", "ARRAY_AGG"}:
                    raise errors.unsupported(f"DISTINCT in {name.lower()}")
                only(first, "expressions")
                plain, distinct = list(first.expressions), "DISTINCT "
        if upper in _CASES and len(plain) == 1 and (is_constant(plain[0]) or self._has_utf8_cases()):
            # StarRocks' frontend evaluates constants and changes the case of all Unicode letters.
            return f"{_CASES[upper]}({self.as_text(plain[0])})"
        if upper == "COUNT" and len(plain) == 1 and isinstance(plain[0], exp.Star):
            return "count(*)"
        if distinct and upper == "COUNT" and len(plain) == 1 and self._counts_by_ndv():
            return self.call("NDV", plain)
        if distinct and len(plain) > 1:
            return f"count(DISTINCT CASE WHEN {' AND '.join(f'{self(part)} IS NOT NULL' for part in plain)} THEN ({', '.join(self.all(plain))}) END)"  # noqa: E501
        self._check(upper, plain, bool(distinct))
        if upper in _NUMERIC and plain:
            kind = self.kind(plain[0])
            if kind and kind != NULL and not is_number(kind) and not kind.is_string:
                if upper.endswith("SUM") or upper == "AVG":
                    shown = f"{name.lower()}({kind.brief()})"
                    raise errors.analysis(f"{name.lower()} requires a numeric parameter: {shown}")
                raise errors.unsupported(f"{upper} of a {kind.name.upper()}; convert it to DOUBLE by CAST")
        if plain and self.is_decimal(plain[0]):
            if upper in _DEVIATIONS:
                raise errors.unsupported(f"{upper} of a DECIMAL; convert it to DOUBLE by CAST")
            if upper == "AVG" and len(plain) == 1:
                return average(self, plain[0], distinct)
            if upper in {"ROUND", "TRUNCATE"} and len(plain) == 2:
                return rounded(self, upper, plain)
        inputs = converted(self, upper, plain)
        if upper in _NUMERIC and plain and (kind := self.kind(plain[0])) and kind.is_string:
            inputs = [f"fn.number({inputs[0]})"]
        rendered = function.render(name.lower(), inputs)
        if distinct or order or nulls:
            head, _, tail = rendered.partition("(")
            rendered = f"{head}({distinct}{tail[:-1]}{nulls}{order})"
        return rendered if over else self.result(upper, rendered, plain)

    def _check(self, name: str, arguments: Sequence[exp.Expr], distinct: bool) -> None:
        check_arguments(self, name, arguments)
        if name in unordered.COMPARING or distinct:
            unordered.refuse(map(self.kind, arguments), unordered.AGGREGATE)

    def result(self, name: str, text: str, arguments: Sequence[exp.Expr]) -> str:
        """Convert the result of an aggregate to StarRocks' type; `text`: the call, with OVER if there is one."""
        if name.upper() == "CORR":
            return f"fn.finite({text})"
        if name.upper() in _ESTIMATES and arguments:
            return estimate(text, self.kind(arguments[0]))
        kind = self.kind(arguments[0]) if arguments and name.upper() in {"SUM", "MULTI_DISTINCT_SUM"} else None
        return f"fn.wrapped({text})" if kind and kind.name in INTEGERS and kind.name != "largeint" else text

    def _has_utf8_cases(self) -> bool:
        return is_on(self.variables.get("lower_upper_support_utf8", "false"))

    def _counts_by_ndv(self) -> bool:
        return self.variables.get("count_distinct_implementation", "").lower() == "ndv"

    def order(self, node: exp.Order, values: Sequence[exp.Expr] = ()) -> str:
        """ORDER BY with explicit NULLS FIRST or NULLS LAST.

        `values`: the arguments of the aggregate that the ORDER BY belongs to; a whole number is the position of one."""
        only(node, "this", "expressions", "siblings")
        return "ORDER BY " + ", ".join(self._ordered(part, values) for part in node.expressions)

    def _ordered(self, node: exp.Expr, values: Sequence[exp.Expr]) -> str:
        key = node.this if isinstance(node, exp.Ordered) else node
        if isinstance(key, exp.Neg) and isinstance(key.this, exp.Literal) and key.this.name.isdigit():
            where = "the arguments of the function" if values else "select list"
            raise errors.analysis(f"ORDER BY position -{key.this.name} is not in {where}")
        if values and isinstance(key, exp.Literal) and key.name.isdigit() and not key.is_string:
            if not 1 <= int(key.name) <= len(values):
                raise errors.analysis(f"ORDER BY position {key.name} is not in the arguments of the function")
            key = values[int(key.name) - 1]
            if isinstance(key, exp.Distinct):
                key = key.expressions[0]
        if not isinstance(node, exp.Ordered):
            return sort_key(self(key), self.kind(key))
        only(node, "this", "desc", "nulls_first")
        smallest = bool(node.args.get("desc")) != bool(node.args.get("nulls_first"))
        text = sort_key(self(key), self.kind(key)) if smallest else self(key)
        return (
            f"{text} {'DESC' if node.args.get('desc') else 'ASC'} "
            f"NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}"
        )
