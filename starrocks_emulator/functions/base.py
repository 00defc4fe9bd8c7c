"""Renders calls of StarRocks functions as DuckDB expressions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starrocks_emulator import errors
from starrocks_emulator.functions.calendar import COMPACT
from starrocks_emulator.functions.macros import OVERLOADS, suffix
from starrocks_emulator.types import SqlType

SUMMED_SCALE = 18
"""The largest scale of the DECIMALs that AVG and ARRAY_SUM add up (`DecimalV3FunctionAnalyzer`)."""
Template = str | Callable[[Sequence[str]], str]


class Rendered(str):
    """DuckDB's text for an expression, with the type of the expression in StarRocks."""

    __slots__ = ("_kind",)
    _kind: Callable[[], SqlType | None]

    def __new__(cls, text: str, kind: Callable[[], SqlType | None]) -> "Rendered":
        """`kind` computes the type, or returns None if it is unknown; it is called lazily."""
        found = super().__new__(cls, text)
        found._kind = kind
        return found

    @property
    def kind(self) -> SqlType | None:
        """The type of the expression."""
        return self._kind()


def kind_of(text: str) -> SqlType | None:
    """The type of a rendered expression; None if it is unknown."""
    return text.kind if isinstance(text, Rendered) else None


_CANDIDATES = {
    "tinyint": ("TINYINT", "BIGINT"),
    "smallint": ("SMALLINT", "BIGINT"),
    "int": ("INTEGER", "BIGINT"),
    "bigint": ("BIGINT",),
    "largeint": ("HUGEINT", "DECIMAL(38,9)", ""),
    "boolean": ("BOOLEAN", "BIGINT"),
    "float": ("FLOAT", "DOUBLE"),
    "double": ("DOUBLE",),
    "decimal": ("DECIMAL(38,9)", ""),
    "date": ("DATE",),
    "datetime": ("TIMESTAMP",),
    "char": ("VARCHAR",),
    "varchar": ("VARCHAR",),
    "json": ("",),
    "null": ("TIMESTAMP", "DOUBLE", "VARCHAR"),
}
"""Overloads of a macro that accept each type, best first."""


_OF_JSON = {"text": "py_json_text", "whole": "py_json_int", "truth": "py_json_truth"}
"""Functions that convert a JSON value, by the macro that converts other types."""


def overload(macro: str, text: str, first: str = "") -> str:
    """A call of an overloaded macro with a rendered argument; `first`: the argument before it, for `day_trunc`."""
    kind = kind_of(text)
    if kind and kind.name == "json" and macro in _OF_JSON:
        return f"{_OF_JSON[macro]}({text})"
    bodies = OVERLOADS[macro]
    if macro == "dt" and text.startswith("'") and COMPACT.fullmatch(text[1:-1].strip()):
        text = Rendered(f"'{text[1:-1].strip()}'", lambda: kind)
    before = f"{first}, " if first else ""
    for type_ in _CANDIDATES.get(kind.name, ()) if kind else ():
        if type_ in bodies:
            if kind and kind.name == "null":
                text = f"CAST({text} AS {type_})"
            return f"fn.{macro}{suffix(type_)}({before}{text})"
    if kind and kind.is_string and "DOUBLE" in bodies:
        return f"fn.{macro}{suffix('DOUBLE')}({before}fn.number({text}))"
    return f"fn.{macro}({before}{text})"


_PLACE = re.compile(rf"fn\.({'|'.join(OVERLOADS)})\(\{{(\d+)\}}\)|\{{(\d+)\}}")


def filled(template: str, arguments: Sequence[str]) -> str:
    """A template with its placeholders `{0}`, `{1}` … filled; the type of an argument selects a macro's overload."""

    def fill(found: re.Match[str]) -> str:
        macro, inner, place = found.groups()
        return overload(macro, arguments[int(inner)]) if macro else arguments[int(place)]

    return _PLACE.sub(fill, template)


@dataclass(frozen=True)
class Function:
    """A function with `least` to `most` arguments (None: any number).

    Attributes:
        template: DuckDB expression with placeholders `{0}`, `{1}` … for rendered arguments, or a function that returns
            it.
        least: minimum number of arguments.
        most: maximum number of arguments.
        kind: `scalar`, `aggregate` (which may also have an OVER clause) or `window` (which must have one).
    """

    template: Template
    least: int = 1
    most: int | None = 1
    kind: str = "scalar"

    def render(self, name: str, arguments: Sequence[str]) -> str:
        """DuckDB's expression for a call.

        Raises:
            SqlError: 1064 for a wrong number of arguments.
        """
        if len(arguments) < self.least or (self.most is not None and len(arguments) > self.most):
            raise errors.analysis(f"No matching function with signature: {name}({len(arguments)} arguments)")
        return filled(self.template, arguments) if isinstance(self.template, str) else self.template(arguments)


def fixed(template: str, count: int, kind: str = "scalar") -> Function:
    """A function with exactly `count` arguments."""
    return Function(template, count, count, kind)


def literal(text: str, what: str) -> str:
    """The value of a rendered string literal.

    Raises:
        SqlError: 1064 if the argument is something else.
    """
    if len(text) < 2 or text[0] != "'" or text[-1] != "'":
        raise errors.analysis(f"{what} must be a constant string")
    return text[1:-1].replace("''", "'")
