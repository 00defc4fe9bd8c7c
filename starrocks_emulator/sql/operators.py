"""Renders arithmetic and comparisons with StarRocks' implicit conversions; uncertain ones are refused."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Rendered, overload
from starrocks_emulator.functions.calendar import parse_datetime
from starrocks_emulator.results import SqlError, Value
from starrocks_emulator.sql.kinds import (
    INTEGERS,
    NULL,
    Kind,
    arithmetic_kind,
    as_decimal,
    common,
    division_scale,
    is_number,
)
from starrocks_emulator.sql.literals import text_literal
from starrocks_emulator.sql.parse import PARAMETER, written
from starrocks_emulator.sql.renderer import Renderer
from starrocks_emulator.types import SqlType

_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


def moment_of(text: str) -> datetime | None:
    """The date and time in a constant string; None if the string is not a date.

    Raises:
        SqlError: 1064 for an ambiguous string.
    """
    try:
        return parse_datetime(text)
    except errors.RefusedError as error:
        raise errors.analysis(str(error)) from error


def text_of(render: Renderer, node: exp.Expr) -> str | None:
    """The value of a string literal or parameter; None for anything else."""
    node = node.unnest()
    if isinstance(node, exp.Literal) and node.args.get("is_string"):
        return node.name
    value = _parameter(render, node)
    return value if isinstance(value, str) else None


def _parameter(render: Renderer, node: exp.Expr) -> Value:
    if isinstance(node, exp.Column) and node.name.startswith(PARAMETER):
        index = int(node.name.removeprefix(PARAMETER))
        return render.parameters[index] if index < len(render.parameters) else None
    return None


def whole_of(render: Renderer, node: exp.Expr) -> str | None:
    """The text of an integer literal or parameter."""
    node = node.unnest()
    sign = ""
    if isinstance(node, exp.Neg):
        sign, node = "-", node.this.unnest()
    if isinstance(node, exp.Literal) and not node.args.get("is_string") and node.name.isdigit():
        return sign + str(int(node.name))
    value = _parameter(render, node)
    return sign + str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def arithmetic(render: Renderer, node: exp.Expr, sign: str) -> str:
    """`+ - * %` of two numbers."""
    left, right = render.kind(node.this), render.kind(node.expression)
    _no_dates(node, left, right)
    first, second = _number(render, node.this, left), _number(render, node.expression, right)
    kind = arithmetic_kind(node, left, right)
    if kind is not None and kind.name == "decimal" and kind.arguments[1] > 38:
        raise errors.analysis(f"Return scale({kind.arguments[1]}) exceeds maximum value(38)")
    if kind is not None and kind.name in INTEGERS and not isinstance(node, exp.Mod) and NULL not in (left, right):
        return f"(CAST({first} AS {kind.stored()}) {sign} CAST({second} AS {kind.stored()}))"
    return f"({first} {sign} {second})"


def _no_dates(node: exp.Expr, *kinds: Kind) -> None:
    for kind in kinds:
        if kind and kind.name in {"date", "datetime", "json", "array"}:
            advice = "use INTERVAL, date_add, date_sub or datediff" if kind.is_temporal else "convert it by CAST"
            raise errors.unsupported(f'{kind.name.upper()} in the arithmetic of "{written(node)}"; {advice}')


def _number(render: Renderer, node: exp.Expr, kind: Kind) -> str:
    text = render(node)
    if kind and kind.is_string:
        return f"fn.number({text})"
    return _wide(text, kind)


def _wide(text: str, kind: Kind) -> str:
    """An operand with its type in StarRocks' arithmetic: BOOLEAN as TINYINT, FLOAT as DOUBLE."""
    if kind and kind.name in {"boolean", "float"}:
        return f"CAST({text} AS {'TINYINT' if kind.name == 'boolean' else 'DOUBLE'})"
    return text


def division(render: Renderer, node: exp.Expr) -> str:
    """`/`: DECIMAL if one operand is DECIMAL and none is FLOAT or DOUBLE, otherwise DOUBLE."""
    left, right = render.kind(node.this), render.kind(node.expression)
    _no_dates(node, left, right)
    first, second = _number(render, node.this, left), _number(render, node.expression, right)
    kind = render.kind(node)
    if kind and kind.name == "decimal" and left and right:
        return decimal_division(first, left, second, right)
    if left is None or right is None:
        return f"fn.divided({first}, {second})"
    return f"({first} / {second})"


def decimal_division(first: str, left: SqlType, second: str, right: SqlType) -> str:
    """The quotient of two DECIMALs, rounded half away from zero to its scale."""
    scale, other = as_decimal(left)[1], as_decimal(right)[1]
    wanted = division_scale(scale)
    unit = "0." + "0" * (wanted - 1) + "1"
    power = "1" + "0" * (wanted + other - scale)
    quotient = f"fn.quotient({_unscaled(first, scale)} * {power}::HUGEINT, {_unscaled(second, other)})"
    return f"(CAST({quotient} AS DECIMAL(38,0)) * CAST({unit} AS DECIMAL({wanted},{wanted})))"


def _unscaled(text: str, scale: int) -> str:
    if scale == 0:
        return f"CAST({text} AS HUGEINT)"
    return f"CAST(replace(CAST({text} AS VARCHAR), '.', '') AS HUGEINT)"


def comparison(render: Renderer, left: exp.Expr, right: exp.Expr, equality: bool) -> tuple[str, str]:
    """Both sides of a comparison, converted to a common type."""
    first, second = render.kind(left), render.kind(right)
    if (first and first.name == "json") or (second and second.name == "json"):
        return json_comparison(render, left, right, equality)
    if first is None or second is None or NULL in (first, second) or first == second:
        return render(left), render(right)
    if first.depth != second.depth:
        shown = (f"Column type {first.show()}", f"type {second.show()}")
        raise errors.analysis(" does not support binary predicate operation with ".join(shown))
    if first.is_string and not second.is_string:
        swapped = _converted(render, right, second, left, equality)
        return swapped[1], swapped[0]
    if second.is_string and not first.is_string:
        return _converted(render, left, first, right, equality)
    return _aligned(render, left, first), _aligned(render, right, second)


def _aligned(render: Renderer, node: exp.Expr, kind: SqlType) -> str:
    return _wide(render(node), kind)


def _converted(render: Renderer, node: exp.Expr, kind: SqlType, other: exp.Expr, equality: bool) -> tuple[str, str]:
    """Both sides of the comparison of a value of type `kind` with a string."""
    text = text_of(render, other)
    if kind.is_temporal:
        if text is None:
            return overload("dt", render(node)), overload("dt", render(other))
        moment = moment_of(text)
        if moment is None:
            raise errors.analysis(f"Invalid date value: '{text}'")
        if kind.name == "date" and node.find(exp.Column):
            # A constant beside a DATE column is converted to a DATE, without its time of day.
            return render(node), f"DATE '{moment.date()}'"
        return overload("dt", render(node)) if kind.name == "date" else render(node), f"TIMESTAMP '{moment}'"
    if is_number(kind):
        # StarRocks compares for equality as strings, and a DECIMAL prints all digits of its scale
        known = _WHOLE if equality and kind.name in INTEGERS else _NUMBER
        if text is not None and known.fullmatch(text) and not (equality and kind.name == "decimal"):
            number = text if not text.startswith("-") else f"({text})"
            return _aligned(render, node, kind), number
        whole = whole_of(render, node)
        if whole is not None and equality:
            return text_literal(whole), render(other)
        raise errors.unsupported(
            f"a comparison of {kind.brief()} with {'the text ' + repr(text) if text is not None else 'a string'}; "
            "convert one of them by CAST"
        )
    return render(node), render(other)


def json_comparison(render: Renderer, left: exp.Expr, right: exp.Expr, equality: bool) -> tuple[str, str]:
    """Both sides of a comparison with JSON as JSON's text, which is equal for equal values."""
    kinds = [render.kind(left), render.kind(right)]
    if equality and all(kind and (kind.name in {"json", "null"} or kind.is_string) for kind in kinds):
        return _json_text(render, left), _json_text(render, right)
    for node, other in ((left, right), (right, left)):
        if equality and (whole := whole_of(render, other)) is not None:
            texts = (_json_text(render, node), text_literal(whole))
            return texts if node is left else (texts[1], texts[0])
    raise errors.unsupported("this comparison of JSON; convert it by CAST")


def _json_text(render: Renderer, node: exp.Expr) -> str:
    kind = render.kind(node)
    text: str = render(node)
    return f"py_json({text})" if kind and kind.is_string else f"CAST({text} AS VARCHAR)"


def truth(render: Renderer, node: exp.Expr) -> str:
    """A condition: a string is converted as CAST (… AS BOOLEAN) does, and a number is true unless it is 0."""
    kind = render.kind(node)
    text = render(node)
    return text if kind is None or kind.name in {"boolean", "null"} else overload("truth", text)


def branches(render: Renderer, nodes: Sequence[exp.Expr], what: str) -> list[str]:
    """Branches of CASE, IF, COALESCE … converted to their common type: VARCHAR if one is a string."""
    kinds = [render.kind(node) for node in nodes]
    shared = common(kinds)
    texts: list[str] = []
    for node, kind in zip(nodes, kinds, strict=True):
        text: str = render(node)
        if shared and shared.is_string and kind and not kind.is_string and kind != NULL:
            if kind.is_temporal or kind.name in {"json", "array"}:
                raise errors.unsupported(f"{what} of a {kind.name.upper()} and a string; convert one of them by CAST")
            text = render.as_text(node)
        elif kind and kind.name == "date" and what in {"GREATEST", "LEAST"}:
            text = f"CAST({text} AS TIMESTAMP)"  # StarRocks has no DATE version of these: the result is DATETIME
        elif shared and kind and kind.name == "boolean" and shared.name != "boolean":
            text = f"CAST({text} AS TINYINT)"
        texts.append(text)
    if shared is None and None not in kinds:
        shown = ", ".join(sorted({kind.brief() for kind in kinds if kind}))
        raise errors.unsupported(f"{what} of different types ({shown}); convert them by CAST")
    return texts


def same_kinds(first: Sequence[Kind], second: Sequence[Kind], what: str) -> list[Kind]:
    """The types of the columns of a set operation.

    Raises:
        SqlError: 1235 for columns that only a conversion makes alike.
    """
    if len(first) != len(second):
        raise SqlError(1222, "The used SELECT statements have a different number of columns", "21000")
    found = []
    for left, right in zip(first, second, strict=True):
        shared = common([left, right])
        known = [kind for kind in (left, right) if kind is not None and kind != NULL]
        if len(known) == 2 and (shared is None or (shared.is_string and not all(kind.is_string for kind in known))):
            raise errors.unsupported(
                f"{what} of {known[0].brief()} and {known[1].brief()}; convert one of them by CAST"
            )
        found.append(shared)
    return found


_OF_ARRAYS = {"ARRAYS_OVERLAP", "ARRAY_CONCAT"}
ARRAYS = {"ARRAY_CONTAINS", "ARRAY_POSITION", "ARRAY_REMOVE", "ARRAY_APPEND", *_OF_ARRAYS}
"""Functions of an array and an element, and of several arrays."""


def alike_arrays(render: Renderer, name: str, nodes: Sequence[exp.Expr]) -> Sequence[str]:
    """Arguments of a function of ARRAYS with one type of elements: numbers become strings if one side has strings.

    Raises:
        SqlError: 1064 for an array and an element that are nested to different depths.
    """
    kinds = [render.kind(node) for node in nodes]
    elements = [
        kind.element if kind and kind.element and (place == 0 or name in _OF_ARRAYS) else kind
        for place, kind in enumerate(kinds)
    ]
    known = [kind for kind in elements if kind and kind != NULL]
    if len({kind.name == "array" for kind in known}) > 1:
        shown = ", ".join(kind.show() if kind else "?" for kind in kinds)
        raise errors.analysis(f"No matching function with signature: {name.lower()}({shown})")
    if not any(kind.is_string for kind in known) or not any(is_number(kind) for kind in known):
        return render.all(nodes)
    return [_as_strings(render, *given) for given in zip(nodes, kinds, elements, strict=True)]


def _as_strings(render: Renderer, node: exp.Expr, kind: Kind, element: Kind) -> str:
    if not is_number(element):
        return render(node)
    if kind is None or kind.name != "array":
        return render.as_text(node)
    return f"list_transform({render(node)}, lambda one: {overload('text', Rendered('one', lambda: element))})"


def sort_key(text: str, kind: Kind, depth: int = 0) -> str:
    """An expression by which DuckDB sorts as StarRocks does: a NULL within an array is less than other elements."""
    if kind is None or kind.name != "array":
        return text
    element = f"element{depth}"
    inner = sort_key(element, kind.element, depth + 1)
    return f"list_transform({text}, lambda {element}: {{'given': {element} IS NOT NULL, 'value': {inner}}})"
