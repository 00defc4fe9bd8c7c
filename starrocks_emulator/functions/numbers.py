"""Numeric functions. A result that is not a number (LN(0), SQRT(-1)) is NULL."""

from collections.abc import Sequence

from starrocks_emulator.functions.base import Function, fixed, overload


def _log(arguments: Sequence[str]) -> str:
    """LOG(x) is the natural logarithm; LOG(base, x)."""
    if len(arguments) == 1:
        return f"CASE WHEN {arguments[0]} > 0 THEN ln({arguments[0]}) END"
    base, value = arguments
    return f"CASE WHEN {base} > 0 AND abs({base} - 1.0) >= 1e-9 AND {value} > 0 THEN ln({value}) / ln({base}) END"


def _pmod(arguments: Sequence[str]) -> str:
    """The remainder with the sign of the divisor."""
    value, divisor = (overload("signed", argument) for argument in arguments)
    return f"(({value} % {divisor} + {divisor}) % {divisor})"


_WHOLE = {"BIN", "BITAND", "BITOR", "BITXOR", "BITNOT", "BIT_SHIFT_LEFT", "BIT_SHIFT_RIGHT"}


def takes_whole(name: str, place: int) -> bool:
    """Whether an argument of a function is a whole number, to which a string is converted."""
    return name in _WHOLE or (place == 1 and name in {"ROUND", "TRUNCATE"}) or (place > 0 and name == "CONV")


NUMBERS = {
    "ABS": fixed("fn.abs1({0})", 1),
    "SIGN": fixed("CAST(sign({0}) AS FLOAT)", 1),
    "FLOOR": fixed("fn.floor1({0})", 1),
    "CEIL": fixed("fn.ceil1({0})", 1),
    "CEILING": fixed("fn.ceil1({0})", 1),
    "ROUND": Function(lambda a: overload("round1", a[0]) if len(a) == 1 else f"round({a[0]}, {a[1]})", 1, 2),
    "TRUNCATE": fixed("fn.truncated({0}, {1})", 2),
    "MOD": fixed("(({0}) % ({1}))", 2),
    "FMOD": fixed("(CAST({0} AS DOUBLE) % CAST({1} AS DOUBLE))", 2),
    "PMOD": Function(_pmod, 2, 2),
    **{
        name: fixed("fn.finite(pow(CASE WHEN {0} = 0 AND {1} < 0 THEN NULL ELSE {0} END, {1}))", 2)
        for name in ("POW", "POWER", "DPOW", "FPOW")
    },
    "LOG": Function(_log, 1, 2),
    "SQUARE": fixed("(CAST({0} AS DOUBLE) * CAST({0} AS DOUBLE))", 1),
    "CBRT": fixed("cbrt({0})", 1),
    "COT": fixed("CASE WHEN {0} <> 0 THEN 1.0::DOUBLE / tan({0}) END", 1),
    "SINH": fixed("sinh({0})", 1),
    "COSH": fixed("cosh({0})", 1),
    "TANH": fixed("tanh({0})", 1),
    "E": fixed("exp(1.0::DOUBLE)", 0),
    "BIN": fixed("bin(CAST({0} AS BIGINT))", 1),
    "CONV": fixed("py_conv(fn.text({0}), {1}, {2})", 3),
    "POSITIVE": fixed("fn.signed({0})", 1),
    "NEGATIVE": fixed("(- fn.signed({0}))", 1),
    "BIT_SHIFT_LEFT": fixed("fn.shift_left({0}, {1})", 2),
    "BIT_SHIFT_RIGHT": fixed("fn.shift_right({0}, {1})", 2),
    "SQRT": fixed("CASE WHEN {0} >= 0 THEN sqrt({0}) END", 1),
    "EXP": fixed("fn.finite(exp({0}))", 1),
    "DEXP": fixed("fn.finite(exp({0}))", 1),
    "DSQRT": fixed("CASE WHEN {0} >= 0 THEN sqrt({0}) END", 1),
    "DLOG1": fixed("CASE WHEN {0} > 0 THEN ln({0}) END", 1),
    "DLOG10": fixed("CASE WHEN {0} > 0 THEN log10({0}) END", 1),
    "LN": fixed("CASE WHEN {0} > 0 THEN ln({0}) END", 1),
    "LOG10": fixed("CASE WHEN {0} > 0 THEN log10({0}) END", 1),
    "LOG2": fixed("CASE WHEN {0} > 0 THEN ln({0}) / ln(2.0) WHEN {0} = 0 THEN CAST('-inf' AS DOUBLE) END", 1),
    "SIN": fixed("sin({0})", 1),
    "COS": fixed("cos({0})", 1),
    "TAN": fixed("tan({0})", 1),
    "ASIN": fixed("CASE WHEN abs({0}) <= 1 THEN asin({0}) END", 1),
    "ACOS": fixed("CASE WHEN abs({0}) <= 1 THEN acos({0}) END", 1),
    "ATAN": fixed("atan({0})", 1),
    "ATAN2": fixed("atan2({0}, {1})", 2),
    "RADIANS": fixed("(CAST({0} AS DOUBLE) * pi() / 180)", 1),
    "DEGREES": fixed("(CAST({0} AS DOUBLE) * 180 / pi())", 1),
    "PI": fixed("pi()", 0),
    "BITAND": fixed("(({0}) & ({1}))", 2),
    "BITOR": fixed("(({0}) | ({1}))", 2),
    "BITXOR": fixed("xor({0}, {1})", 2),
    "BITNOT": fixed("(~ ({0}))", 1),
    "RAND": fixed("random()", 0),
    "RANDOM": fixed("random()", 0),
}
