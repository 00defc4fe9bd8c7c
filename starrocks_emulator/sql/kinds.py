"""Infers the types of expressions by StarRocks' rules."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from starrocks_emulator.functions import FUNCTIONS
from starrocks_emulator.functions.base import SUMMED_SCALE
from starrocks_emulator.functions.dates import names_a_time
from starrocks_emulator.functions.kinds import RESULTS
from starrocks_emulator.results import Value
from starrocks_emulator.sql.literals import data_type
from starrocks_emulator.sql.parse import is_path, written_name
from starrocks_emulator.types import SqlType, make_type

Kind = SqlType | None
"""The type of an expression; None if it is unknown."""
NULL = SqlType("null")
BOOLEAN, INT, BIGINT, DOUBLE = SqlType("boolean"), SqlType("int"), SqlType("bigint"), SqlType("double")
VARCHAR, DATETIME = make_type("varchar"), SqlType("datetime")

INTEGERS = ("boolean", "tinyint", "smallint", "int", "bigint", "largeint")
NUMBERS = (*INTEGERS, "decimal", "float", "double")
_DIGITS = {"boolean": 1, "tinyint": 3, "smallint": 5, "int": 10, "bigint": 19, "largeint": 38}
_LOGIC = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Like,
    exp.Between, exp.Exists, exp.RegexpLike, exp.NullSafeEQ, exp.Boolean,
)  # fmt: skip
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Mod)


def is_number(kind: Kind) -> bool:
    """Whether a type is numeric; BOOLEAN counts as numeric."""
    return kind is not None and kind.name in NUMBERS


def literal_kind(node: exp.Literal) -> SqlType:
    """The type of a literal: the smallest sufficient integer type; DECIMAL if it has a point or an exponent."""
    text = node.name
    if node.args.get("is_string"):
        return VARCHAR
    if text.isdigit():
        return integer_kind(int(text))
    if "e" in text.lower():
        return _exponent_kind(text)
    whole, _, fraction = text.partition(".")
    precision = max(1, len(whole.lstrip("0"))) + len(fraction)
    return SqlType("decimal", (precision, len(fraction))) if precision <= 38 else DOUBLE


def _exponent_kind(text: str) -> SqlType:
    """The type of a literal such as `1.5e3`: DECIMAL if 38 digits suffice, else DOUBLE."""
    value = Decimal(text)
    scale = max(0, -int(value.as_tuple().exponent))
    precision = max(1, scale, value.adjusted() + 1 + scale)
    return SqlType("decimal", (precision, scale)) if precision <= 38 else DOUBLE


def integer_kind(value: int) -> SqlType:
    """The smallest integer type that can represent a value."""
    for name, bits in (("tinyint", 7), ("smallint", 15), ("int", 31), ("bigint", 63)):
        if -(1 << bits) <= value < 1 << bits:
            return SqlType(name)
    return SqlType("largeint")


def value_kind(value: Value) -> Kind:  # noqa: PLR0911
    """The type of a bound parameter."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return integer_kind(value)
    if isinstance(value, float):
        return DOUBLE
    if isinstance(value, Decimal):
        scale = max(0, -int(value.as_tuple().exponent))
        return SqlType("decimal", (max(scale, len(value.as_tuple().digits), 1), scale))
    if isinstance(value, str | bytes):
        return VARCHAR
    return DATETIME if isinstance(value, datetime) else SqlType("date") if isinstance(value, date) else None


def as_decimal(kind: SqlType) -> tuple[int, int]:
    """Precision and scale of an integer or DECIMAL type."""
    if kind.name == "decimal":
        return kind.arguments[0], kind.arguments[1]
    return _DIGITS[kind.name], 0


def division_scale(scale: int) -> int:
    """The scale of DECIMAL / DECIMAL and of AVG, by the scale of the dividend (`DecimalV3FunctionAnalyzer`)."""
    return scale + 6 if scale <= 6 else max(12, scale)


def arithmetic_kind(node: exp.Expr, left: Kind, right: Kind) -> Kind:  # noqa: PLR0911
    """The type of `+ - * %`. Strings are converted to DOUBLE.

    Of two integer types, `%` gives the larger one, and the other operators give the next type after it.
    """
    kinds = [DOUBLE if kind and kind.is_string else kind for kind in (left, right)]
    if None in kinds:
        return None
    first, second = (kind for kind in kinds if kind is not None)
    if NULL in (first, second):
        return second if first == NULL else first
    if not (is_number(first) and is_number(second)):
        return None
    if {first.name, second.name} & {"float", "double"}:
        return DOUBLE
    if "decimal" in (first.name, second.name):
        (precision, scale), (other, other_scale) = as_decimal(first), as_decimal(second)
        if isinstance(node, exp.Mul):
            return SqlType("decimal", (min(38, precision + other), scale + other_scale))
        most = max(scale, other_scale)
        return SqlType("decimal", (min(38, max(precision - scale, other - other_scale) + most + 1), most))
    return larger(first, second, grow=not isinstance(node, exp.Mod))


def larger(first: SqlType, second: SqlType, grow: bool) -> SqlType:
    """The larger of two integer types; with `grow`, the next type after it, up to BIGINT."""
    index = max(INTEGERS.index(first.name), INTEGERS.index(second.name), 1)
    if grow and index < INTEGERS.index("bigint"):
        index += 1
    return SqlType(INTEGERS[index])


def whole_kind(left: Kind, right: Kind) -> SqlType:
    """The type of `DIV & | ^`: the larger of two integer types; BIGINT if an operand is not an integer."""
    if left is None or right is None or not {left.name, right.name} <= set(INTEGERS):
        return BIGINT
    return larger(left, right, grow=False)


def common(kinds: Sequence[Kind]) -> Kind:  # noqa: PLR0911
    """The common type of the branches of an expression; None if it cannot be determined."""
    known = [kind for kind in kinds if kind != NULL]
    if not known:
        return NULL
    if None in known:
        return None
    found = [kind for kind in known if kind is not None]
    if len(set(found)) == 1:
        return found[0]
    names = {kind.name for kind in found}
    if any(kind.is_string for kind in found):
        return VARCHAR
    if names <= {"date", "datetime"}:
        return DATETIME
    if not names <= set(NUMBERS):
        return None
    if names & {"float", "double"}:
        return DOUBLE
    if "decimal" in names:
        sizes = [as_decimal(kind) for kind in found]
        scale = max(size[1] for size in sizes)
        return SqlType("decimal", (min(38, max(size[0] - size[1] for size in sizes) + scale), scale))
    return SqlType(INTEGERS[max(INTEGERS.index(name) for name in names)])


class Kinds:
    """Infers the type of an expression; the caller resolves columns and subqueries."""

    def __init__(self, column: Callable[[exp.Expr], Kind], query: Callable[[exp.Expr], Kind]) -> None:
        """`column` and `query` return the type of a column and of a scalar subquery."""
        self._column, self._query = column, query

    def __call__(self, node: exp.Expr | None) -> Kind:  # noqa: PLR0911, PLR0912
        """The type of an expression."""
        if node is None or isinstance(node, exp.Null):
            return NULL
        if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and node.this.name.isdigit():
            return integer_kind(-int(node.this.name))
        if isinstance(node, exp.Paren | exp.Alias | exp.Neg | exp.Collate):
            return self(node.this)
        if isinstance(node, exp.Literal):
            return literal_kind(node)
        if isinstance(node, _LOGIC):
            return BOOLEAN
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Interval):
            return None
        if isinstance(node, _ARITHMETIC):
            if isinstance(node.this, exp.Interval) or isinstance(node.expression, exp.Interval):
                return DATETIME
            return arithmetic_kind(node, self(node.this), self(node.expression))
        if isinstance(node, exp.Div):
            return self._division(self(node.this), self(node.expression))
        if isinstance(node, exp.BitwiseNot):
            return BIGINT
        if isinstance(node, exp.IntDiv | exp.BitwiseAnd | exp.BitwiseOr | exp.BitwiseXor):
            return whole_kind(self(node.this), self(node.expression))
        if isinstance(node, exp.Cast):
            return data_type(node.args["to"])
        if isinstance(node, exp.Case):
            return common([*(self(branch.args["true"]) for branch in node.args["ifs"]), self(node.args.get("default"))])
        if isinstance(node, exp.Window):
            inner = node.this
            return self(inner.this if isinstance(inner, exp.IgnoreNulls) else inner)
        if isinstance(node, exp.GroupConcat | exp.Trim):
            return VARCHAR
        if isinstance(node, exp.Extract):
            return self._call(exp.Anonymous(this=node.this.name, expressions=[node.expression]))
        if isinstance(node, exp.CurrentTimestamp):
            return DATETIME
        if isinstance(node, exp.CurrentTime):
            return SqlType("time")
        if isinstance(node, exp.CurrentDate):
            return SqlType("date")
        if isinstance(node, exp.Array):
            element = common([self(one) for one in node.expressions])
            return SqlType("array", (), element) if element and element != NULL else None
        if isinstance(node, exp.Bracket):
            if node.expressions and is_path(node.expressions[0]):
                return SqlType("json")
            outer = self(node.this)
            return outer.element if outer else None
        if isinstance(node, exp.Anonymous):
            return self._call(node)
        if isinstance(node, exp.Query):
            return self._query(node)
        return None

    @staticmethod
    def _division(left: Kind, right: Kind) -> Kind:
        if left is None or right is None:
            return None
        names = {left.name, right.name}
        if "decimal" in names and names <= {*INTEGERS, "decimal"}:
            return SqlType("decimal", (38, division_scale(as_decimal(left)[1])))
        return DOUBLE

    def _call(self, node: exp.Anonymous) -> Kind:  # noqa: PLR0911  one return per rule
        name = written_name(str(node.this)).upper()
        arguments = [one.this if isinstance(one, exp.Order | exp.IgnoreNulls) else one for one in node.expressions]
        if arguments and isinstance(arguments[0], exp.Distinct):
            arguments = list(arguments[0].expressions)
        rule = RESULTS.get(name)
        if rule is None:
            return None
        if rule == "common":
            found = common([self(one) for one in (arguments[1:] if name == "IF" else arguments)])
            return _OF_STRINGS.get(name, found) if found and found.is_string else found
        if rule in _BY_FIRST:
            return _BY_FIRST[rule](self(arguments[0])) if arguments else None
        if rule == "round":
            return _round(self(arguments[0]) if arguments else None, arguments)
        if rule == "date_trunc":
            kind = self(arguments[1]) if len(arguments) == 2 else None
            return kind if kind and kind.name == "date" else DATETIME
        if rule == "str_to_date":
            constant = len(arguments) == 2 and isinstance(arguments[1], exp.Literal)
            return SqlType("date") if constant and not names_a_time(arguments[1].name) else DATETIME
        return make_type(rule) if rule in {"varchar", "json"} else SqlType(rule)


_OF_STRINGS = {"MOD": DOUBLE, "BITAND": BIGINT, "BITOR": BIGINT, "BITXOR": BIGINT}
"""The types of functions of numbers, if an argument is a string."""


def constant_digits(node: exp.Expr) -> int | None:
    """The constant number of digits in ROUND and TRUNCATE."""
    node = node.unnest()
    if isinstance(node, exp.Neg):
        found = constant_digits(node.this)
        return None if found is None else -found
    return int(node.name) if isinstance(node, exp.Literal) and node.name.isdigit() and not node.is_string else None


def _round(kind: Kind, arguments: Sequence[exp.Expr]) -> Kind:
    if kind and kind.is_string:
        kind = DOUBLE
    if not is_number(kind) or kind is None:
        return None
    if kind.name == "decimal":
        digits = constant_digits(arguments[1]) if len(arguments) == 2 else 0
        return SqlType("decimal", (38, min(max(digits, 0), 38))) if digits is not None else None
    return BIGINT if len(arguments) == 1 else DOUBLE


def _sum(kind: Kind) -> Kind:
    if kind is None:
        return None
    if kind.name == "decimal":
        return SqlType("decimal", (38, kind.arguments[1]))
    if kind.name == "largeint":
        return kind
    return BIGINT if kind.name in INTEGERS else DOUBLE


def _average(kind: Kind) -> Kind:
    if kind is None or kind.name != "decimal":
        return DOUBLE if kind else None
    return SqlType("decimal", (38, division_scale(min(kind.arguments[1], SUMMED_SCALE))))


def _limited(kind: Kind) -> Kind:
    if kind is None or kind.name != "decimal":
        return kind
    return SqlType("decimal", (38, min(kind.arguments[1], SUMMED_SCALE)))


def _array(kind: Kind) -> Kind:
    return SqlType("array", (), kind) if kind and kind != NULL else None


_BY_FIRST: dict[str, Callable[[Kind], Kind]] = {
    "first": lambda kind: kind,
    "sum": _sum,
    "avg": _average,
    "array": _array,
    "strings": lambda _: SqlType("array", (), VARCHAR),
    "element": lambda kind: kind.element if kind else None,
    "array_sum": lambda kind: _limited(_sum(kind.element)) if kind else None,
    "bits": lambda kind: BIGINT if kind and kind.is_string else kind,
    "abs": lambda kind: _signed(kind, grow=True),
    "signed": lambda kind: _signed(kind, grow=False),
    "percentile": lambda kind: kind if kind is None or kind.is_temporal else DOUBLE,
}
"""Rules of `functions.kinds` that depend on the type of the first argument."""


def _signed(kind: Kind, grow: bool) -> Kind:
    """The type of ABS, POSITIVE, NEGATIVE and PMOD.

    With `grow`, for ABS, an integer argument gives the next larger integer type."""
    if kind is None or kind.name not in INTEGERS:
        return DOUBLE if kind and (kind.is_string or (kind.name == "float" and not grow)) else kind
    if not grow:
        return BIGINT
    return SqlType(INTEGERS[min(max(INTEGERS.index(kind.name), 1) + 1, len(INTEGERS) - 1)])


def is_aggregate(name: str) -> bool:
    """Whether a function of the allowlist is an aggregate."""
    found = FUNCTIONS.get(name.upper())
    return found is not None and found.kind == "aggregate"
