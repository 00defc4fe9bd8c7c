"""Functions of DECIMALs whose result is a DECIMAL of another scale."""

from collections.abc import Sequence

from sqlglot import exp

from starrocks_emulator import errors
from starrocks_emulator.functions.base import SUMMED_SCALE
from starrocks_emulator.sql.kinds import constant_digits
from starrocks_emulator.sql.operators import decimal_division
from starrocks_emulator.sql.renderer import Renderer
from starrocks_emulator.types import SqlType

_LARGEST_SCALE = 38


def rounded(render: Renderer, name: str, plain: Sequence[exp.Expr]) -> str:
    """ROUND and TRUNCATE of a DECIMAL; the constant number of digits becomes its scale.

    Raises:
        SqlError: 1235 for a number of digits that is not constant.
    """
    kind = render.kind(plain[0])
    digits = constant_digits(plain[1])
    assert kind
    if digits is None:
        raise errors.unsupported(
            f"{name.lower()} of {kind.brief()} to another number of digits than a constant; "
            "convert it to DOUBLE by CAST"
        )
    value, (precision, scale) = render(plain[0]), kind.arguments
    if digits >= scale:
        return f"TRY_CAST({value} AS DECIMAL(38,{min(digits, _LARGEST_SCALE)}))"
    target = f"DECIMAL(38,{max(digits, 0)})"
    if -digits > precision - scale:
        return f"CAST(CASE WHEN {value} IS NOT NULL THEN 0 END AS {target})"
    if name == "ROUND":
        return f"CAST(round({value}, {digits}) AS {target})"
    unit = "1" + "0" * -digits if digits <= 0 else "0." + "0" * (digits - 1) + "1"
    return f"CAST({value} - {value} % {unit} AS {target})"


def average(render: Renderer, node: exp.Expr, distinct: str = "", over: str = "") -> str:
    """AVG of a DECIMAL is a DECIMAL: the sum divided by the number; `over`: the OVER clause."""
    kind = render.kind(node)
    assert kind
    total = SqlType("decimal", (38, min(kind.arguments[1], SUMMED_SCALE)))
    inner: str = render(node)
    if kind.arguments[1] > SUMMED_SCALE:
        inner = f"CAST({inner} AS {total.stored()})"
    parts = (f"sum({distinct}{inner}){over}", f"count({distinct}{inner}){over}")
    return decimal_division(parts[0], total, parts[1], SqlType("bigint"))
